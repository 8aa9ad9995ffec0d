"""Dying on purpose: the crash tests' way to end the daemon at an exact moment.

SHIPWAY_CRASH_AT names the moment as `KIND:STEP:MARK:WHEN`, e.g.
`promote:switch:begun:after`.  Without the variable nothing here runs.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from shipway.model.records import Rollout
from shipway.saga.runner import Moment

VARIABLE = "SHIPWAY_CRASH_AT"


def crash_observer() -> Callable[[Rollout, Moment], None]:
    """Return an observer that kills this process at the wanted moment, if one is named."""
    wanted = os.environ.get(VARIABLE)

    def observe(rollout: Rollout, moment: Moment) -> None:
        if wanted == f"{rollout.kind}:{moment.step}:{moment.mark}:{moment.when}":
            os.kill(os.getpid(), signal.SIGKILL)

    return observe if wanted else lambda _rollout, _moment: None
