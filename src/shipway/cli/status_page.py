"""What `status` shows.  Knows nothing of how it was typed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from shipway.cli.console import Console, Paint
from shipway.cli.project_here import find_directory
from shipway.cli.status_view import status_lines
from shipway.model.words import plural

GIT_DEADLINE_S = 2.0


def show(answer: dict[str, Any], console: Console, *, start: Path | None, everything: bool) -> None:
    """Show what the daemon answered to `/status`; start: the directory to look from."""
    projects = {item["name"]: item["directory"] for item in answer.pop("projects")}
    environments = answer["environments"]
    here = None if everything else _project_here(start, projects)
    if here:
        answer["environments"] = [item for item in environments if item["project"] == here]
    if console.json:
        console.emit(answer)
        return
    if not answer["environments"]:
        console.say(*first_steps(start, console.paint))
        return
    lines = status_lines(
        answer, console.paint, now=time.time(), ahead=_ahead(answer["environments"], projects)
    )
    others = {item["project"] for item in environments} - {here}
    if here and others:
        lines += [
            "",
            console.paint.dim(f"{plural(len(others), 'other project')}: shipway status --all"),
        ]
    console.say(*lines)


def _project_here(start: Path | None, projects: dict[str, str]) -> str | None:
    directory = find_directory(start)
    return next((name for name, place in projects.items() if place == str(directory)), None)


def first_steps(start: Path | None, paint: Paint) -> list[str]:
    """Return what to type where nothing is deployed yet."""
    lines = ["Nothing is deployed here yet.", ""]
    if find_directory(start) is None:
        lines += [
            f"  {paint.cyan('shipway init')}    in a project with a Compose file: writes shipway.yaml",
            f"  {paint.cyan('shipway demo')}    shows everything on a small real application",
        ]
    else:
        lines += [f"  {paint.cyan('shipway deploy')}    brings the last commit to staging"]
    return lines


def _ahead(environments: list[dict[str, Any]], projects: dict[str, str]) -> dict[str, int | None]:
    """Return by how many commits each project's staging is ahead of its production."""
    live = {
        (item["project"], item["environment"]): item["live"]
        for item in environments
        if item["live"]
    }
    found: dict[str, int | None] = {}
    for (project, environment), release in live.items():
        production = live.get((project, "production"))
        if environment != "staging" or not production:
            continue
        if release["release"] != production["release"]:
            found[project] = _commits_between(
                Path(projects.get(project, "/")),
                production["commit"]["hash"],
                release["commit"]["hash"],
            )
    return found


def _commits_between(directory: Path, old: str, new: str) -> int | None:
    """Return the number of commits, None where git cannot say or it is none."""
    import subprocess

    argv = ["git", "-C", str(directory), "rev-list", "--count", f"{old}..{new}", "--"]
    try:
        done = subprocess.run(argv, check=True, capture_output=True, timeout=GIT_DEADLINE_S)
        return int(done.stdout) or None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
