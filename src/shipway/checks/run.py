"""Running checks: facts in, outcomes with evidence and date out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shipway.checks.choice import chosen
from shipway.checks.facts import Facts
from shipway.checks.model import Check, Finding, NotLooked, Result, Severity, Words
from shipway.checks.waivers import Waiver, waiver_for, waivers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one check came out.

    evidence: what was looked at, or why nothing was.  at: the day.
    waiver: the owner's, also where it has run out (`waived` says which).
    """

    check: Check
    result: Result
    findings: tuple[Finding, ...]
    evidence: Words
    at: date
    waiver: Waiver | None = None

    @property
    def waived(self) -> bool:
        """Return whether a waiver that still holds covers a failure."""
        return (
            self.result is Result.FAILED
            and self.waiver is not None
            and self.waiver.holds_on(self.at)
        )

    @property
    def stops(self) -> bool:
        """Return whether a deploy must be refused because of it."""
        return (
            self.result is Result.FAILED
            and self.check.severity is Severity.ERROR
            and not self.waived
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All outcomes of one run, in the order of the registry."""

    root: Path
    outcomes: tuple[Outcome, ...]

    @property
    def failed_errors(self) -> tuple[Outcome, ...]:
        """Return what stops a deploy."""
        return tuple(outcome for outcome in self.outcomes if outcome.stops)

    def count(self, result: Result) -> int:
        """Return how many checks came out so."""
        return sum(outcome.result is result for outcome in self.outcomes)


def check_files(
    root: Path,
    *,
    today: date,
    only: Sequence[str] = (),
    without: Collection[str] = (),
    exported: bool = False,
) -> Report:
    """Run the static checks on the files below `root`.

    only: ids or areas; without: ids that are left out; exported: the files are a commit's, all
    of them kept by git.  Raises Problem: no such check, no such directory, a broken waiver.
    """
    checks = [check for check in chosen(only) if check.id not in without]
    facts = Facts(root, exported=exported)
    waivers = waivers_of(facts)
    outcomes = tuple(
        run_check(check, facts, at=today, waiver=waiver_for(check.id, waivers)) for check in checks
    )
    return Report(root=facts.root, outcomes=outcomes)


def run_check(check: Check, facts: Facts, *, at: date, waiver: Waiver | None = None) -> Outcome:
    """Run one check."""
    result, findings, evidence = _looked(check, facts)
    return Outcome(
        check=check, result=result, findings=findings, evidence=evidence, at=at, waiver=waiver
    )


def _looked(check: Check, facts: Facts) -> tuple[Result, tuple[Finding, ...], Words]:
    count = len(check.needs.subjects(facts))
    if not count:
        return Result.NOT_CHECKED, (), check.needs.missing
    try:
        unique = dict.fromkeys(check.look(facts))
    except NotLooked as reason:
        return Result.NOT_CHECKED, (), reason.reason
    findings = tuple(sorted(unique, key=lambda item: (item.place.path, item.place.line)))
    evidence = check.needs.found(count)
    return (Result.FAILED if findings else Result.PASSED), findings, evidence
