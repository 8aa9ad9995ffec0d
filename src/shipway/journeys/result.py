"""How a journey went, step by step; and the same as evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shipway.model.evidence import Evidence, Result, artifacts_mark
from shipway.model.names import EnvironmentId
from shipway.model.records import Release
from shipway.model.words import Words, plural


class Verdict(StrEnum):
    """How a step or a journey ended.  Skipped is no pass: nothing was proved."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """One step.  lines: what was sent, expected and received, without secrets."""

    name: str
    verdict: Verdict
    seconds: float = 0.0
    tries: int = 1
    wrong: str = ""
    lines: tuple[str, ...] = ()
    clean_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyResult:
    """A whole journey.  reason: why it was skipped, as its owner says."""

    journey: str
    verdict: Verdict
    steps: tuple[StepResult, ...] = ()
    seconds: float = 0.0
    reason: str = ""

    @property
    def failed(self) -> StepResult | None:
        """Return the step that failed first."""
        return next((step for step in self.steps if step.verdict is Verdict.FAILED), None)

    @property
    def failure(self) -> str:
        """Return what went wrong in one sentence; empty where nothing did."""
        step = self.failed
        return "" if step is None else f"{step.name}: {step.wrong}"

    def as_dict(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "journey": self.journey,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "seconds": round(self.seconds, 4),
            "steps": [
                {
                    "name": step.name,
                    "verdict": step.verdict.value,
                    "seconds": round(step.seconds, 4),
                    "tries": step.tries,
                    "wrong": step.wrong,
                    "lines": list(step.lines),
                    "clean_up": step.clean_up,
                }
                for step in self.steps
            ],
        }


def journey_evidence(
    result: JourneyResult,
    *,
    environment: EnvironmentId,
    at: float,
    release: Release | None = None,
) -> Evidence:
    """Return what the journey proved; a skipped one proved nothing."""
    count, seconds = len(result.steps), f"{result.seconds:.2f}"
    says = {
        Verdict.PASSED: Words(
            f"{plural(count, 'step')} in {seconds} s", f"{count}단계, {seconds}초"
        ),
        Verdict.FAILED: Words(result.failure, f"실패한 단계 — {result.failure}"),
        Verdict.SKIPPED: Words(f"skipped: {result.reason}", f"건너뜀: {result.reason}"),
    }
    results = {
        Verdict.PASSED: Result.PASSED,
        Verdict.FAILED: Result.FAILED,
        Verdict.SKIPPED: Result.NOT_CHECKED,
    }
    return Evidence(
        check=f"journey.{result.journey}",
        result=results[result.verdict],
        at=at,
        project=environment.project,
        environment=environment,
        release=release.number if release else None,
        artifacts=artifacts_mark(release.artifacts) if release else None,
        says=says[result.verdict],
        figures={
            "seconds": round(result.seconds, 4),
            "skipped": result.verdict is Verdict.SKIPPED,
            "steps": [
                {
                    "name": step.name,
                    "verdict": step.verdict.value,
                    "seconds": round(step.seconds, 4),
                }
                for step in result.steps
            ],
        },
    )
