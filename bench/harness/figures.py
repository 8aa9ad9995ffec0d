"""What a run showed, as plain values.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Self

from bench.harness.daemon import RolloutTimes
from bench.harness.watch import Watched
from shipway.demo.load import LoadResult

SHARED = ("requests_total", "requests_failed", "posts_total", "slow_total", "failures")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipwayDeploy:
    """One deploy of Shipway's."""

    number: int
    times: RolloutTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeDeploy:
    """One deploy of Compose's.

    failing_s: seconds in which requests failed, counted in windows of 50 ms.
    back_s: from the command's start to the last failed request.
    calm: whether requests stopped failing at all.
    """

    number: int
    command_s: float
    failing_s: float
    failed: int
    back_s: float
    calm: bool

    @classmethod
    def seen(
        cls, number: int, began_at: float, command_s: float, watched: Watched, *, calm: bool
    ) -> Self:
        """Return what the load saw since the deploy began."""
        end = float("inf")
        last = watched.last_failure(began_at, end)
        return cls(
            number=number,
            command_s=round(command_s, 3),
            failing_s=round(watched.failing_s(began_at, end), 3),
            failed=watched.failed(began_at, end),
            back_s=round(last - began_at, 3) if last else 0.0,
            calm=calm,
        )


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the median and both ends, in seconds."""
    return {
        "median": round(median(values), 3),
        "min": round(min(values), 3),
        "max": round(max(values), 3),
    }


def shipway_side(
    first: RolloutTimes,
    before: LoadResult,
    during: LoadResult,
    watched: Watched,
    deploys: Sequence[ShipwayDeploy],
) -> dict[str, Any]:
    """Return Shipway's figures."""
    times = [deploy.times for deploy in deploys]
    early = closed_early([first, *times], during)

    def each(of: Callable[[RolloutTimes], float]) -> dict[str, float]:
        return spread([of(item) for item in times])

    steps = {name: spread([item.steps_s[name] for item in times]) for name in times[0].steps_s}
    return {
        "deploys": len(deploys),
        **_load(before, during),
        "websockets_cut_early": during.websockets_cut_early + early,
        "websockets_closed_by_a_stopped_release": _closed(during) - early,
        "failing_s": round(watched.failing_s(0, float("inf")), 3),
        "first_deploy_s": round(first.command_s, 3),
        "deploy_s": each(lambda item: item.command_s),
        "until_served_s": each(lambda item: item.switched_s),
        "steps_s": steps,
        "each": [{"number": item.number, **asdict(item.times)} for item in deploys],
    }


def compose_side(
    before: LoadResult, during: LoadResult, deploys: Sequence[ComposeDeploy]
) -> dict[str, Any]:
    """Return the figures of the users' way."""
    return {
        "deploys": len(deploys),
        **_load(before, during),
        "websockets_cut_early": during.websockets_cut_early,
        "websockets_closed_by_a_stopped_release": _closed(during),
        "deploy_s": spread([item.command_s for item in deploys]),
        "failing_s_per_deploy": spread([item.failing_s for item in deploys]),
        "failed_per_deploy": spread([item.failed for item in deploys]),
        "until_last_failure_s": spread([item.back_s for item in deploys]),
        "each": [asdict(item) for item in deploys],
    }


def ratios(shipway: dict[str, Any], compose: dict[str, Any]) -> dict[str, float]:
    """Return Shipway's figures divided by Compose's: below 1 is better."""
    mine = shipway["requests_failed"] / shipway["deploys"]
    theirs = compose["requests_failed"] / compose["deploys"]
    return {
        "deploy_s": round(shipway["deploy_s"]["median"] / compose["deploy_s"]["median"], 3),
        "until_served_s": round(
            shipway["until_served_s"]["median"]
            / max(compose["until_last_failure_s"]["median"], 0.001),
            3,
        ),
        "failed_requests_per_deploy": round(mine / theirs, 6) if theirs else 0.0,
    }


def closed_early(releases: Sequence[RolloutTimes], during: LoadResult) -> int:
    """Return how many WebSockets were closed while their release still served.

    A close frame is right when the release is stopped; before its successor serves it is
    as bad as a cut.
    """
    ends = {one.release: following.switched_at for one, following in pairwise(releases)}
    return sum(
        1
        for close in during.websocket_closes
        if close.code is not None and close.at < ends.get(close.release, float("inf"))
    )


def _closed(during: LoadResult) -> int:
    return sum(1 for close in during.websocket_closes if close.code is not None)


def _load(before: LoadResult, during: LoadResult) -> dict[str, Any]:
    whole = during.as_dict()
    return {
        **{key: whole[key] for key in SHARED},
        "examples_of_failures": whole["examples"],
        "websockets_opened": during.websockets_opened,
        "requests_per_s": round(during.requests_total / (during.ended_at - during.began_at), 1),
        "load_late_max_ms": during.late_max_ms,
        "before": {
            "requests_total": before.requests_total,
            "requests_failed": before.requests_failed,
            "latency_ms": dict(before.latency_ms),
        },
        "latency_ms": dict(during.latency_ms),
    }
