"""A notice: what a channel is to be told of an incident, until it has arrived."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    """What happened to the incident."""

    OPENED = "opened"
    ESCALATED = "escalated"
    REOPENED = "reopened"
    RESOLVED = "resolved"


class NoticeState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice for one channel; channel: by its name in the project's shipway.yaml.

    project: whose channel it is: the incident's, or for the machine's incidents any.
    """

    id: int
    incident: int
    project: str
    environment: str
    channel: str
    kind: NoticeKind
    state: NoticeState
    created_at: float
    due_at: float
    attempts: int = 0
    error: str = ""
    sent_at: float | None = None
