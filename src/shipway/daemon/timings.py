"""What the ingress measured, as observation wants it: the port Timings over the ingress."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shipway.ports import AccessLog
from shipway.ports_observe import Answer, Traffic

SWITCHING_PROTOCOLS = 101


class IngressTimings:
    """Takes answers from the access log, and open WebSockets from `upgraded`."""

    def __init__(self, access: AccessLog, upgraded: Callable[[], Mapping[str, int] | None]) -> None:
        self._access = access
        self._upgraded = upgraded

    def traffic(self, *, counted: bool = True) -> Traffic:
        """Return what was answered since the last call; counted: and what is open."""
        found = self._access.timings()
        return Traffic(
            answers=tuple(
                Answer(
                    backend=item.backend,
                    status=item.status,
                    took_s=item.total_s if item.response_s is None else item.response_s,
                )
                for item in found.requests
                # a client that left before the answer says nothing of the service
                if item.backend
                and item.status != SWITCHING_PROTOCOLS
                and not (item.response_s is None and item.ended.startswith("C"))
            ),
            upgraded=self._upgraded() if counted else None,
            lost=found.lost,
        )
