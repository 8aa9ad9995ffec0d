"""The checklist against a running environment: what it answers, not what its files say.

    report = run_live(scene, today=date.today())
    report.stops            # failed, of severity error, and not waived

Owns the live checks and how they are run.  They run inside the daemon, over the ports; what
they see is kept as evidence for the release that was live.
"""

from __future__ import annotations

from shipway.checks.live.model import LiveCheck, LiveOutcome, LiveReport, Seen
from shipway.checks.live.registry import live_checks
from shipway.checks.live.run import run_live
from shipway.checks.live.scene import Live, Scene

__all__ = [
    "Live",
    "LiveCheck",
    "LiveOutcome",
    "LiveReport",
    "Scene",
    "Seen",
    "live_checks",
    "run_live",
]
