"""What a course measured, the line that says it, and the figures of the documents."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

PROMOTION_MAX_S = 30.0
ROLLBACK_MAX_S = 30.0
REBUILD_MAX_S = 120.0
TO_STAGING_MAX_S = 600.0
DOWNTIME_MAX_S = 10.0
HEALTH_MAX_S = 100.0
"""R192, R193, R191, R194, R190 and R198, in the documents' own figures."""


@dataclass(slots=True, kw_only=True)
class Account:
    """The figures of one system; seconds are those that the person waited.

    rebuild_s: what the build of the second version took.  failing_s: seconds of the load in
    which a request failed.  health_s: the longest wait for health.  outcomes: what each check
    and journey said, `ENVIRONMENT CHECK`.
    """

    name: str
    services: int = 0
    deploy_s: float = 0.0
    redeploy_s: float = 0.0
    rebuild_s: float = 0.0
    health_s: float = 0.0
    promote_s: float = 0.0
    rollback_s: float = 0.0
    drill_s: float = 0.0
    requests: int = 0
    failed: int = 0
    failing_s: int = 0
    sockets: int = 0
    sockets_cut: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    journeys: tuple[str, ...] = ()
    journeys_skipped: tuple[str, ...] = ()
    checks: Mapping[str, int] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """Return the one line of the system."""
        count = {name: self.checks.get(name, 0) for name in ("passed", "failed", "not checked")}
        skipped = f" ({len(self.journeys_skipped)} skipped)" if self.journeys_skipped else ""
        stand_ins = ", ".join(f"{name} ({why})" for name, why in self.stand_ins.items())
        return "; ".join(
            (
                f"{self.name}: {self.services} services",
                f"first deploy {self.deploy_s:.1f} s, a code change {self.redeploy_s:.1f} s",
                f"promote {self.promote_s:.1f} s, rollback {self.rollback_s:.1f} s",
                f"drill {self.drill_s:.1f} s",
                f"{self.requests} requests, {self.failed} failed",
                f"journeys {len(self.journeys)} passed{skipped}",
                "checks " + ", ".join(f"{number} {name}" for name, number in count.items()),
                f"stand-ins: {stand_ins or 'none'}",
            )
        )

    def broken(self) -> list[str]:
        """Return the figures of the documents that were not kept; none is good.

        The documents speak of a server that does nothing else.  Beside other tests a course
        has its part of one, and may take as many times as long as there are workers.
        """
        return list(self._broken(float(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))))

    def _broken(self, shared_by: float) -> Iterator[str]:
        for what, measured, most in (
            ("promotion (R192)", self.promote_s, PROMOTION_MAX_S),
            ("rollback (R193)", self.rollback_s, ROLLBACK_MAX_S),
            ("rebuild of a code change (R191)", self.rebuild_s, REBUILD_MAX_S),
            ("from the commit to staging (R194)", self.redeploy_s, TO_STAGING_MAX_S),
            ("downtime (R190)", self.failing_s, DOWNTIME_MAX_S),
            ("wait for health (R198)", self.health_s, HEALTH_MAX_S),
        ):
            if measured > most * shared_by:
                share = f", here one of {shared_by:g} that share it" if shared_by > 1 else ""
                yield f"{what}: {measured:.1f} s, promised {most:g} s{share}"
        if self.failed or not self.requests:
            yield f"{self.failed} of {self.requests} requests failed: {dict(self.failures)}"
        if self.sockets_cut:
            yield f"{self.sockets_cut} of {self.sockets} WebSockets were cut"
