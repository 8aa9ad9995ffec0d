"""destroy --all: a whole project taken down, after a plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipway.cli.asking import GOES_ON, stoppable
from shipway.cli.session import Session
from shipway.cli.text import table
from shipway.model.words import plural
from shipway.places import places


def destroy_project(session: Session, project: str | None, *, data: bool, yes: bool) -> int:
    """Show what would go, ask, and take it down; return an exit code."""
    console = session.console
    client = session.client()
    name = project or session.project(client)
    plan = client.get(f"/projects/{name}/takedown")["environments"]
    if not plan:
        if console.json:
            console.emit({"destroyed": name, "volumes": {}})
        else:
            console.say(f"Nothing of {name} is here any more.")
        return 0
    if not console.json:
        console.say(*_plan_lines(name, plan, data=data))
    question = f"Take the whole of {name} down?"
    if data:
        question = f"Take the whole of {name} down AND DELETE ITS DATA?"
    if not console.confirm(question, yes=yes):
        console.say("Nothing was changed.")
        return 1
    with stoppable(f"{GOES_ON} shipway destroy --all shows what is left."):
        answer = client.post_long(f"/projects/{name}/destroy?data={str(data).lower()}")
    if console.json:
        console.emit(answer)
        return 0
    console.say(f"Nothing of {name} runs any more.")
    gone = [volume for volumes in answer["volumes"].values() for volume in volumes]
    if gone:
        console.say(f"Data that is deleted: {', '.join(gone)}.")
    if not data:
        console.say(*_volumes(name, plan))
    console.say(
        "What was done is in shipway audit. It comes back with shipway deploy, in its directory."
    )
    return 0


def _plan_lines(name: str, plan: list[dict[str, Any]], *, data: bool) -> Iterator[str]:
    yield f"Of {name} goes:"
    yield from table(
        [
            (
                f"  {item['environment']}",
                item["engine"],
                f"{item['live']} is live" if item["live"] else "nothing is live",
                plural(item["instances"], "instance"),
                f"preview of {item['branch']}, with its data" if item["branch"] else "",
            )
            for item in plan
        ]
    )
    yield "  routes, and the images, artifacts and sources that Shipway made for it"
    if data:
        yield "  ALL DATA in the volumes of these environments"
    yield f"What stays: {'' if data else 'volumes, '}secrets, backups, the audit trail."


def _volumes(name: str, plan: list[dict[str, Any]]) -> Iterator[str]:
    for engine in sorted({item["engine"] for item in plan if not item["branch"]}):
        where = f"docker volume ls -f label=io.shipway.project={name}"
        if engine == "process":
            where = str(places().home / "process" / "volumes" / f"{name}.*")
        yield f"Volumes stay: {where}"
