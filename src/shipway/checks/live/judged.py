"""What evidence and a commit's files mean for a gate: views of what stops, in both languages.

Owns the judging; when somebody looks is `use.py`'s.  Pure but for the files that are judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from shipway.checks.edits import edits_of
from shipway.checks.facts.declared import spec_of
from shipway.checks.live.registry import live_checks
from shipway.checks.model import Finding, Severity
from shipway.checks.waivers import declared_waivers, holding_waiver
from shipway.model.evidence import Evidence, Result, counted
from shipway.model.names import EnvironmentId
from shipway.model.words import Words
from shipway.ports_checks import GateView
from shipway.spec.values import Spec

SCANNERS = frozenset({"images.hadolint", "secrets.known-token"})
"""Checks that others' scanners make: too slow, or too often wrong, to close a gate."""

OFF = "off"


def gate_level(spec: Spec | None, gate: str) -> str:
    """Return from which severity on a gate is closed, or OFF."""
    return spec.gates.get(gate, Severity.ERROR.value) if spec else Severity.ERROR.value


def judge_files(tree: Path, environment: EnvironmentId, today: date) -> GateView:
    """Return what of a commit's files stops a deploy."""
    from shipway.checks.run import check_files  # late: the daemon at rest does without

    level = gate_level(spec_of(tree), "deploy")
    if level == OFF:
        return GateView(notes=("the gate for files is off in shipway.yaml",))
    report = check_files(tree, today=today, without=SCANNERS, exported=True)
    refused = _refused(level)
    found = [
        (finding, item.check.id)
        for item in report.outcomes
        if item.result is Result.FAILED and not item.waived and item.check.severity in refused
        for finding in item.findings
    ]
    stops = [_place_of(finding, check) for finding, check in found]
    mended = len(edits_of(finding for finding, _check in found))
    return GateView(
        stops=tuple(item.en for item in stops),
        korean={item.en: item.ko for item in stops},
        hints=(
            *((f"shipway check --static --fix, which mends {mended} of them",) if mended else ()),
            "shipway check --static, which says how each is mended",
            f'shipway deploy {environment.name} --override "why it must go out now"',
        ),
    )


def judge_evidence(
    source: EnvironmentId, found: Sequence[Evidence], spec: Spec | None, today: date
) -> GateView:
    """Return what of the evidence stops a promotion."""
    severities = {item.id: item.severity for item in live_checks()}
    refused = _refused(gate_level(spec, "promote"))
    waivers = declared_waivers(spec)
    stops = [
        Words(
            f"{item.check} failed in {source.name}: {item.says.en}",
            f"{source.name}에서 {item.check} 실패: {item.says.ko}",
        )
        for item in found
        if item.result is Result.FAILED
        and severities.get(item.check, Severity.ERROR) in refused
        and holding_waiver(item.check, waivers, today) is None
    ]
    said = counted([item.result for item in found])
    return GateView(
        stops=tuple(item.en for item in stops),
        korean={item.en: item.ko for item in stops},
        notes=(f"evidence of {source.name} for these artifacts: {said}",),
        hints=(
            f"shipway check {source.name}",
            'shipway promote --override "why it must go out now"',
        ),
    )


def is_whole(found: Sequence[Evidence]) -> bool:
    """Return whether each live check that disturbs nobody has left evidence."""
    seen = {item.check for item in found}
    return all(item.id in seen for item in live_checks() if not item.thorough)


def _refused(level: str) -> set[Severity]:
    return {Severity.ERROR} | ({Severity.WARNING} if level == "warning" else set())


def _place_of(finding: Finding, check: str) -> Words:
    """Return a finding in one line, with its place before and its check behind."""
    place = f"{finding.place.path}:{finding.place.line}"
    return Words(f"{place}: {finding.wrong.en} ({check})", f"{place}: {finding.wrong.ko} ({check})")
