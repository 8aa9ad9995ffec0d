"""Sleep: the live release of an environment, stopped while nobody asks for it.

Its placement stays live.  Its routes lead to a waker, which holds the first request; the
others wait in the ingress' queue.  An environment that is not here is awake.

    awake → asleep → waking → opening → awake

A daemon that died anywhere in between goes on from the state that it finds: from waking
and opening, waking is simply done again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shipway.model.names import EnvironmentId

WAKE_DEADLINE_S = 120.0
"""How long requests wait for an environment to wake."""


class SleepState(StrEnum):
    """Where an environment is that is not awake."""

    ASLEEP = "asleep"  # or on its way there: no new request reaches its instances
    WAKING = "waking"  # its instances are being started; requests are held
    OPENING = "opening"  # they are healthy; what is held is let go


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep:
    """An environment that is not awake; port: where its waker takes held requests."""

    environment: EnvironmentId
    state: SleepState
    port: int
    since: float
