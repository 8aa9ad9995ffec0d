"""What the API answers, as values that tests change where they care."""

from __future__ import annotations

from pathlib import Path
from typing import Any

NOW = 1_700_000_000.0

View = dict[str, Any]


def commit(subject: str = "Add labels", letter: str = "a", **more: Any) -> View:
    return {
        "hash": letter * 40,
        "subject": subject,
        "author": "kim",
        "at": NOW - 7200,
        "ref": "main",
        "dirty": False,
        **more,
    }


def plan(**more: Any) -> View:
    return {
        "kind": "deploy",
        "project": "shop",
        "environment": "staging",
        "release": None,
        "live": "r41",
        "commit": commit(ref="HEAD"),
        "steps": ["fetch the commit", "build, or reuse what is built", "healthy", "switch"],
        "commits": [],
        "migrations": [],
        "artifacts": [],
        "changes": [],
        "built_in": [],
        "notes": [],
        **more,
    }


def rollout(**more: Any) -> View:
    return {
        "id": 7,
        "project": "shop",
        "environment": "staging",
        "kind": "deploy",
        "state": "succeeded",
        "engine": "process",
        "requested_by": "kim",
        "created_at": NOW,
        "switched_at": NOW + 2.1,
        "finished_at": NOW + 2.9,
        "release": "r42",
        "previous": "r41",
        "problem": None,
        "abort_requested": False,
        **more,
    }


def line(seq: int, kind: str, text: str, step: str = "", at: float | None = None) -> View:
    return {
        "rollout": 7,
        "seq": seq,
        "at": NOW + seq if at is None else at,
        "step": step,
        "kind": kind,
        "text": text,
    }


GOOD = [
    line(1, "step-started", "fetch the commit", "source"),
    line(2, "note", "aaaaaaaa Add labels", "source"),
    line(3, "step-done", "fetch the commit", "source"),
    line(4, "step-started", "build, or reuse what is built", "build"),
    line(5, "output", "api: step 1 of 2", "build"),
    line(6, "output", "api: step 2 of 2", "build"),
    line(7, "note", "release r42", "build"),
    line(8, "step-done", "build, or reuse what is built", "build"),
    line(9, "step-started", "switch", "switch"),
    line(10, "step-done", "switch", "switch"),
    line(11, "finished", "r42 is live in staging."),
]

BAD = [
    line(1, "step-started", "build, or reuse what is built", "build"),
    line(2, "step-done", "build, or reuse what is built", "build"),
    line(3, "step-started", "healthy", "healthy"),
    line(
        33,
        "step-failed",
        "api: release r42 failed its health check.\n  | answer: 502\nHint: shipway logs",
        "healthy",
    ),
    line(34, "undo-started", "healthy", "healthy"),
    line(35, "undo-done", "healthy", "healthy"),
    line(36, "undo-started", "build, or reuse what is built", "build"),
    line(37, "undo-done", "what was built stays, for the next try", "build"),
    line(38, "finished", "staging is as it was before. r41 still serves staging."),
]

UNHEALTHY = {
    "kind": "unhealthy",
    "message": "api: release r42 failed its health check: GET /up answered 502 for 30 s.\n"
    "r41 still serves staging.",
    "hints": ["shipway logs api --release r42"],
    "source": None,
    "details": ["api-1: KeyError: 'DATABASE_URL'"],
}


def service(name: str, role: str = "web", **more: Any) -> View:
    return {
        "name": name,
        "role": role,
        "wanted": 1,
        "running": 1,
        "restarts": 0,
        "health": "none",
        "addresses": [],
        "port": None,
        "good": True,
        **more,
    }


def environment(name: str = "production", **more: Any) -> View:
    return {
        "project": "shop",
        "environment": name,
        "engine": "docker",
        "good": True,
        "urls": ["http://127.0.0.1:4500/"],
        "live": {"release": "r41", "commit": commit("Fix the feed", "b")},
        "live_since": NOW - 3600,
        "sleep": None,
        "rollback_to": "r40",
        "services": [
            service("api", wanted=2, running=2, health="healthy"),
            service("worker", "worker"),
        ],
        "kept": [{"release": "r40", "state": "warm", "connections": 0, "subject": "Before"}],
        "active": None,
        "last": None,
        "problem": None,
        **more,
    }


def status(*environments: View, running: bool = True, shop: Path | None = None) -> View:
    """Return an answer to `/status`; shop: where the project of that name lies, if it does."""
    return {
        "daemon": {"version": "0.1.0"},
        "ingress": {"running": running, "version": "2.6", "pid": 1},
        "environments": list(environments),
        "projects": [{"name": "shop", "directory": str(shop)}] if shop else [],
    }
