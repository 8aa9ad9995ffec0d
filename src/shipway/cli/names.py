"""What a shell completes: names that a running daemon knows.  Starts none, never fails."""

from __future__ import annotations

from typing import Any

import click

from shipway.cli.session import Session


def environments(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of environments."""
    return _beginning(incomplete, (view["environment"] for view in _views(ctx)))


def services(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of services."""
    names = (item["name"] for view in _views(ctx) for item in view["services"])
    return _beginning(incomplete, names)


def releases(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the releases that are live or kept."""
    views = _views(ctx)
    live = [view["live"]["release"] for view in views if view["live"]]
    kept = [item["release"] for view in views for item in view["kept"]]
    return _beginning(incomplete, [*live, *kept])


def _beginning(incomplete: str, names: Any) -> list[str]:
    return sorted({name for name in names if name.startswith(incomplete)})


def _views(ctx: click.Context) -> list[dict[str, Any]]:
    """Return the environments of the project here, or of all where there is none here."""
    from shipway.cli.connection import running_daemon

    # completion reads `-C`, but calls no command that would act on it
    session = Session(start=ctx.find_root().params.get("directory"))
    try:
        client, about = running_daemon()
        if about is None:
            return []
        directory = session.find_directory()
        known = client.get("/projects")["projects"]
        here = [item["name"] for item in known if item["directory"] == str(directory)]
        views: list[dict[str, Any]] = client.get("/status")["environments"]
    except Exception:  # the edge of a process: a shell waits for names, not for words
        return []
    return [view for view in views if not here or view["project"] in here]
