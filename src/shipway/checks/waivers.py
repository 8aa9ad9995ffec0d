"""Waivers: the owner's word that a failure is accepted, until a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shipway.checks.facts import Facts
from shipway.spec.values import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """check: an id.  until: the last day on which it holds."""

    check: str
    reason: str
    by: str
    until: date

    def holds_on(self, day: date) -> bool:
        """Return whether it still counts on this day."""
        return day <= self.until


def waivers_of(facts: Facts) -> tuple[Waiver, ...]:
    """Return the waivers of the project's shipway.yaml; none without one.

    Raises Problem where the file is wrong.
    """
    return declared_waivers(facts.declared)


def declared_waivers(spec: Spec | None) -> tuple[Waiver, ...]:
    """Return the waivers of a shipway.yaml that was read; none without one."""
    if spec is None:
        return ()
    return tuple(
        Waiver(check=item.check, reason=item.reason, by=item.by, until=item.until)
        for item in spec.waivers
    )


def waiver_for(check: str, waivers: Sequence[Waiver]) -> Waiver | None:
    """Return the waiver of a check that holds longest, None without one."""
    mine = [waiver for waiver in waivers if waiver.check == check]
    return max(mine, key=lambda waiver: waiver.until, default=None)


def holding_waiver(check: str, waivers: Sequence[Waiver], day: date) -> Waiver | None:
    """Return the waiver of a check that counts on this day, None without one."""
    waiver = waiver_for(check, waivers)
    return waiver if waiver is not None and waiver.holds_on(day) else None
