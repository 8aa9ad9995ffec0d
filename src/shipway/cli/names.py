"""What a shell completes: names that a running daemon knows.  Starts none, never fails."""

from __future__ import annotations

from typing import Any

import click

from shipway.cli.session import Session


def environments(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of environments: those there are, and those that are declared."""
    there = {view["environment"] for view in _views(ctx)}
    return _beginning(incomplete, there | _declared(ctx))


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


def _session(ctx: click.Context) -> Session:
    """Return a session for `-C`, which completion reads without a command that would act on it."""
    return Session(start=ctx.find_root().params.get("directory"))


def _declared(ctx: click.Context) -> set[str]:
    """Return the environments of shipway.yaml, none where it cannot be read."""
    try:
        here = _session(ctx).declared()
        return set(here.environments) if here else set()
    except Exception:  # as below
        return set()


def _views(ctx: click.Context) -> list[dict[str, Any]]:
    """Return the environments of the project here, or of all where there is none here."""
    from shipway.cli.connection import running_daemon

    session = _session(ctx)
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
