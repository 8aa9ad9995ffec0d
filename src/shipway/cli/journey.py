"""journey: the declared multi-step checks, listed and gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from shipway.cli.asking import stoppable
from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.cli.target import find_target
from shipway.cli.text import harmless, seconds, table
from shipway.cli.which import environment_argument
from shipway.model.words import plural

if TYPE_CHECKING:
    from shipway.model.journey import Journey


@click.group()
def journey() -> None:
    """Multi-step checks over HTTP and WebSocket, declared below `journeys:` in shipway.yaml."""


@journey.command("list")
@json_option
@pass_session
def list_(session: Session) -> None:
    """List the journeys of this project's shipway.yaml."""
    from shipway.model.journey import journey_to_json
    from shipway.spec import load_spec

    console = session.console
    journeys = load_spec(session.directory()).journeys
    if console.json:
        console.emit({"journeys": [journey_to_json(item) for item in journeys]})
        return
    if not journeys:
        console.say(
            "No journey is declared. One is written below `journeys:` in shipway.yaml:",
            "",
            "    journeys:",
            "      front-page:",
            "        steps:",
            "          - {request: GET /, expect: {status: 200}}",
        )
        return
    rows = [
        (
            console.paint.bold(item.name),
            plural(len(item.steps), "step"),
            ", ".join(item.environments) or "everywhere",
            _when(item),
            harmless(item.about),
        )
        for item in journeys
    ]
    console.say(*table(rows))


def _when(journey: Journey) -> str:
    said = ["after each switch"] if journey.smoke else []
    said += [f"every {seconds(journey.monitor_s)}"] if journey.monitor_s else []
    return ", ".join(said) or "when asked"


@journey.command()
@click.argument("name")
@environment_argument()
@click.option("--here", is_flag=True, help="As shipway.yaml says it now, not the live release.")
@asks_nothing
@json_option
@pass_session
def run(session: Session, name: str, environment: str | None, *, here: bool) -> int:
    """Go the journey NAME in ENV (production if it is live, else staging).

    Exit code 1: it failed. One that was skipped proved nothing and is no failure.
    """
    console = session.console
    client = session.client()
    target = find_target(session, client, service=None, environment=environment)
    directory = str(session.directory()) if here else None
    answer: dict[str, Any] = {}
    path = f"{target.path}/journeys/{name}"
    with stoppable("Broken off: what the journey made is cleaned up, and nothing is proved."):
        for line in client.stream("POST", path, directory=directory):
            answer = line
    result = answer["result"]
    if console.json:
        console.emit({**answer, "environment": target.environment})
    else:
        console.say(*_lines(session, result, target.environment, answer["release"]))
    return 1 if result["verdict"] == "failed" else 0


def _lines(session: Session, result: dict[str, Any], environment: str, release: str) -> list[str]:
    paint = session.console.paint
    marks = {"passed": paint.green("✓"), "failed": paint.red("✗"), "skipped": paint.yellow("–")}
    lines = [f"{result['journey']} in {environment} ({release})"]
    for step in result["steps"]:
        tries = f", asked {plural(step['tries'], 'time')}" if step["tries"] > 1 else ""
        clean = "clean-up: " if step["clean_up"] else ""
        took = paint.dim(f"{seconds(step['seconds'])}{tries}")
        lines.append(f"  {marks[step['verdict']]} {clean}{harmless(step['name'])}  {took}")
        if step["wrong"]:
            lines.append(f"      {paint.red(harmless(step['wrong']))}")
        lines += [paint.dim(f"      | {harmless(line)}") for line in step["lines"]]
    lines.append("")
    verdict = {
        "passed": paint.green("Passed"),
        "failed": paint.red("Failed"),
        "skipped": paint.yellow(f"Skipped, so nothing was proved: {harmless(result['reason'])}"),
    }[result["verdict"]]
    lines.append(f"{verdict} in {seconds(result['seconds'])}.")
    hints = _hints([step["wrong"] for step in result["steps"] if step["wrong"]])
    return [*lines, *(paint.dim(f"Hint: {hint}") for hint in hints)]


def _hints(wrong: list[str]) -> list[str]:
    """Return what helps against what went wrong, each once; what knows it is loaded for that."""
    if not wrong:
        return []
    from shipway.journeys.trust import trust_hints

    return list(dict.fromkeys(hint for text in wrong for hint in trust_hints(text)))
