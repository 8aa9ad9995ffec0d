"""What the demo measured: the figures, their promises, and the table that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that was measured.

    first_deploy_s, redeploy_s, bad_…_s and …_total_s: the whole command, as the user waits
    for it.  promote_s, rollback_s, rollback_warm_s: from typing the command until every
    request to production is answered by the release that it brings; what is left of the
    command then hands over the workers and checks the result.
    """

    engine: str
    requests_total: int
    requests_failed: int
    websockets_opened: int
    websockets_cut_early: int
    latency_p95_ms: float
    first_deploy_s: float
    redeploy_s: float
    check_s: float
    promote_s: float
    promote_total_s: float
    rollback_s: float
    rollback_total_s: float
    rollback_warm_s: float
    rollback_warm_total_s: float
    bad_health_s: float
    bad_smoke_s: float
    bad_health_production_affected: bool
    bad_smoke_production_affected: bool
    total_s: float
    failures: Mapping[str, int] = field(default_factory=dict)
    first_failures: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the form of the last line of `--json`."""
        return {
            key: round(value, 3) if isinstance(value, float) else value
            for key, value in asdict(self).items()
        }

    @property
    def kept(self) -> bool:
        """Return whether every promise was kept."""
        return all(row.kept is not False for row in rows(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; `kept` None: nothing was promised."""

    what: str
    measured: str
    promised: str = ""
    kept: bool | None = None


def rows(figures: Figures) -> tuple[Row, ...]:
    """Return the table's lines."""

    def at_most(what: str, value: float, total: float, limit: float) -> Row:
        return Row(
            what=what,
            measured=f"served after {value:.2f} s, all done after {total:.2f} s",
            promised=f"served ≤ {limit:g} s",
            kept=value <= limit,
        )

    def none(what: str, value: int, of: int, unit: str) -> Row:
        return Row(what=what, measured=f"{value} of {of} {unit}", promised="0", kept=value == 0)

    return (
        none(
            "failed requests in production",
            figures.requests_failed,
            figures.requests_total,
            "requests",
        ),
        none(
            "WebSockets cut early",
            figures.websockets_cut_early,
            figures.websockets_opened,
            "opened",
        ),
        Row(what="95 % of requests answered within", measured=f"{figures.latency_p95_ms:.0f} ms"),
        Row(what="first deploy to staging", measured=f"{figures.first_deploy_s:.2f} s"),
        Row(what="second deploy, with a migration", measured=f"{figures.redeploy_s:.2f} s"),
        Row(what="staging looked at, with its journey", measured=f"{figures.check_s:.2f} s"),
        at_most(
            "promotion to production, with a migration",
            figures.promote_s,
            figures.promote_total_s,
            3.0,
        ),
        at_most(
            "rollback, earlier release stopped", figures.rollback_s, figures.rollback_total_s, 3.0
        ),
        at_most(
            "rollback, earlier release warm",
            figures.rollback_warm_s,
            figures.rollback_warm_total_s,
            1.0,
        ),
        Row(
            what="a version that fails its health check",
            measured=f"refused in {figures.bad_health_s:.2f} s",
            promised="production untouched",
            kept=not figures.bad_health_production_affected,
        ),
        Row(
            what="a version that fails its smoke check",
            measured=f"switched back in {figures.bad_smoke_s:.2f} s",
            promised="production untouched",
            kept=not figures.bad_smoke_production_affected,
        ),
    )


def table(figures: Figures) -> str:
    """Return the table for a terminal."""
    lines = rows(figures)
    widths = [max(len(cell) for cell in column) for column in zip(*map(_cells, lines), strict=True)]
    return "\n".join(
        "  "
        + "  ".join(
            cell.ljust(width) for cell, width in zip(_cells(line), widths, strict=True)
        ).rstrip()
        for line in lines
    )


def failure_lines(figures: Figures) -> tuple[str, ...]:
    """Return what went wrong with the failed requests, nothing where there are none."""
    if not figures.failures:
        return ()
    reasons = ", ".join(f"{count} {reason}" for reason, count in figures.failures.items())
    return (f"Failed requests: {reasons}", *(f"  {line}" for line in figures.first_failures))


def _cells(row: Row) -> tuple[str, str, str, str]:
    mark: Mapping[bool | None, str] = {True: "✓", False: "✗", None: ""}
    return row.what, row.measured, row.promised, mark[row.kept]
