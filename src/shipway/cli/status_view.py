"""The status of environments, as a person reads it in one glance.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.cli.console import Paint
from shipway.cli.text import ago, clip, harmless, pad, seconds, table, width
from shipway.errors import Problem
from shipway.model.words import plural

SUBJECT_COLUMNS = 60
NAME_COLUMNS = 11

View = dict[str, Any]


def status_lines(
    status: View, paint: Paint, *, now: float, ahead: Mapping[str, int | None]
) -> list[str]:
    """Return the whole page.

    ahead: for each project whose staging has another release than production, by how many
    commits, None where that is not known.
    """
    lines: list[str] = []
    project = ""
    columns = max(NAME_COLUMNS, *(width(item["environment"]) for item in status["environments"]), 0)
    for environment in _in_order(status["environments"]):
        if environment["project"] != project:
            project = environment["project"]
            lines += [*([""] if lines else []), paint.bold(project)]
        lines += ["", *environment_lines(environment, paint, now=now, columns=columns)]
        if environment["environment"] == "staging" and project in ahead:
            lines.append(f"    {_ahead(ahead[project], paint)}")
    if not status["ingress"]["running"] and any(item["live"] for item in status["environments"]):
        lines += ["", f"{paint.red('●')} the ingress does not run: no request is answered"]
    return lines


def _in_order(environments: list[View]) -> list[View]:
    """Return production first, then staging, then the others, project by project."""
    rank = {"production": 0, "staging": 1}
    return sorted(
        environments,
        key=lambda item: (item["project"], rank.get(item["environment"], 2), item["environment"]),
    )


def environment_lines(
    view: View, paint: Paint, *, now: float, columns: int = NAME_COLUMNS
) -> list[str]:
    """Return the lines of one environment; columns: of its name."""
    mark, word = _verdict(view, paint)
    live = view["live"]
    head = f"  {mark} {paint.bold(pad(view['environment'], columns))} {word}"
    if live:
        commit = live["commit"]
        subject = clip(harmless(commit["subject"]), SUBJECT_COLUMNS)
        head += f"  {paint.bold(live['release'])} {commit['hash'][:8]} {subject}"
    lines = [head]
    about = [*view["urls"], f"engine {view['engine']}"]
    if view["live_since"]:
        about.append(f"live for {seconds(now - view['live_since'])}")
    lines.append(
        "    "
        + "  ".join([paint.cyan(item) if "://" in item else paint.dim(item) for item in about])
    )
    if view["problem"]:
        problem = Problem.from_dict(view["problem"])
        lines += [f"    {paint.red('!')} {line}" for line in str(problem).splitlines()]
    if view["sleep"]:
        since = seconds(now - view["sleep"]["since"])
        lines.append(f"    asleep for {since}; the next request wakes it")
    else:
        lines += service_lines(view["services"], paint)
    lines += _rollout_lines(view, paint, now)
    back = _way_back(view)
    return [*lines, f"    {back}"] if back else lines


def _verdict(view: View, paint: Paint) -> tuple[str, str]:
    if not view["live"]:
        return paint.dim("○"), paint.dim("nothing live")
    if view["problem"]:
        return paint.yellow("●"), paint.yellow("unknown")
    if view["sleep"]:
        waking = view["sleep"]["state"] != "asleep"
        return paint.cyan("◐"), paint.cyan("waking" if waking else "asleep")
    if view["good"]:
        return paint.green("●"), paint.green("up")
    web = [item for item in view["services"] if item["role"] == "web"]
    if any(item["wanted"] and not item["running"] for item in web):
        return paint.red("●"), paint.red("down")
    return paint.yellow("●"), paint.yellow("degraded")


def service_lines(services: list[View], paint: Paint) -> list[str]:
    """Return the table of services: how many run of how many wanted, health, restarts."""
    rows = table(
        [
            (
                item["name"],
                item["role"],
                f"{item['running']}/{item['wanted']}",
                "" if item["health"] == "none" else item["health"],
                plural(item["restarts"], "restart") if item["restarts"] else "",
            )
            for item in services
        ]
    )
    return [
        f"      {row}" if item["good"] else f"    {paint.red('!')} {row}"
        for item, row in zip(services, rows, strict=True)
    ]


def _rollout_lines(view: View, paint: Paint, now: float) -> list[str]:
    active, last = view["active"], view["last"]
    if active and active["state"] == "stuck":
        number = active["id"]
        resume, abort = (paint.cyan(f"shipway {verb} {number}") for verb in ("resume", "abort"))
        return [f"    {paint.red('!')} {active['kind']} #{number} is stuck: {resume} or {abort}"]
    if active:
        watch = paint.cyan(f"shipway follow {active['id']}")
        what = f"{active['kind']} #{active['id']} by {active['requested_by']}"
        how = f"{active['state']} for {seconds(now - active['created_at'])}"
        return [f"    {paint.cyan('…')} {what}, {how}: {watch}"]
    if last and last["state"] == "failed":
        said = harmless((last["problem"] or {}).get("message", ""))
        why = said.split("\n")[0].partition(". ")[0]
        when = ago(last["finished_at"] or last["created_at"], now)
        return [
            f"    {paint.yellow('!')} {last['kind']} #{last['id']} failed {when}: {clip(why, 80)}"
        ]
    return []


def _way_back(view: View) -> str:
    target = view["rollback_to"]
    if not target:
        return ""
    kept = next((item for item in view["kept"] if item["release"] == target), None)
    state = kept["state"] if kept else "stopped"
    how = {"warm": "warm: at once", "stopping": "draining"}.get(state, "stopped: started again")
    connections = kept["connections"] if kept else 0
    still = f", {plural(connections, 'connection')} still open" if connections else ""
    return f"a rollback goes to {target} ({how}{still})"


def _ahead(count: int | None, paint: Paint) -> str:
    what = "not what production has"
    if count is not None:
        what = f"{plural(count, 'commit')} ahead of production"
    return f"{what}: {paint.cyan('shipway promote')}"
