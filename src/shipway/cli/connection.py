"""Reaching the daemon: of this machine, started where none runs, or of another one."""

from __future__ import annotations

import os
from typing import Any

import shipway
from shipway.api.client import TIMEOUT_S, Client, DaemonGone, RemoteClient
from shipway.cli.console import Console
from shipway.cli.daemon_here import ask, stop, user_name
from shipway.errors import Problem
from shipway.places import places

QUICK_S = 5.0

BROKEN_OFF = (ConnectionResetError, BrokenPipeError, TimeoutError, ValueError)
"""What it means that a daemon was reached and went away, or hangs; all else, that none was."""


def connect(console: Console) -> Client:
    """Return a client of the daemon; start it where none answers, replace another version's.

    With SHIPWAY_URL it is the daemon of another machine, which is only asked.
    """
    url = os.environ.get("SHIPWAY_URL")
    if url:
        return _remote(url)
    here = places()
    client = Client(here.socket, user_name())
    about = ask(client)
    if about is not None and about["version"] == shipway.__version__:
        return client
    from shipway.cli.daemon_start import start

    if about is None:
        start(here, client)
        if not here.managed:
            console.note(f"started the daemon ({here.home})")
    else:
        console.note(
            f"the daemon is Shipway {about['version']}, this is {shipway.__version__}: "
            "restarting it; what runs goes on running"
        )
        stop(client, int(about["pid"]))
        start(here, client)
    return client


def glance(console: Console) -> dict[str, Any]:
    """Return what the daemon answers to `/status`; see `connect`.

    It says which version it is itself, so that it need not be asked before.
    """
    if not os.environ.get("SHIPWAY_URL"):
        try:
            known = ask_status()
        except DaemonGone as gone:
            if isinstance(gone.__cause__, BROKEN_OFF):
                raise
        else:
            if known is not None:
                return known
    client = connect(console)
    answer = client.get("/status")
    if "projects" not in answer:  # of an older one
        answer["projects"] = client.get("/projects")["projects"]
    return answer


def ask_status(*, quick: bool = False) -> dict[str, Any] | None:
    """Return what the daemon answers to `/status`; None where it is of another version.

    quick: for a few seconds only.  Raises Problem, DaemonGone.
    """
    client = Client(places().socket, user_name(), timeout_s=QUICK_S if quick else TIMEOUT_S)
    answer = client.get("/status")
    known = answer["daemon"]["version"] == shipway.__version__ and "projects" in answer
    return answer if known else None


def _remote(url: str) -> Client:
    token = os.environ.get("SHIPWAY_TOKEN")
    if not token:
        raise Problem(
            "token-missing",
            f"SHIPWAY_URL names {url}, but SHIPWAY_TOKEN is empty.",
            hints=["shipway token create NAME, on the server, makes one"],
        )
    client = RemoteClient(url, token)
    try:
        client.get("/me")
    except DaemonGone as gone:
        raise Problem(
            "daemon-unreachable",
            f"nothing answers at {url}: {gone}.",
            hints=["shipway dashboard, on the server, says where it listens"],
        ) from gone
    return client


def running_daemon() -> tuple[Client, dict[str, Any] | None]:
    """Return a client and what the daemon says of itself: None where none answers."""
    client = Client(places().socket, user_name())
    return client, ask(client)
