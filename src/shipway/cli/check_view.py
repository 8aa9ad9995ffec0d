"""How a report of checks is shown: to a person, to a program, to GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shipway.checks.model import Finding, Result, Severity, Words
from shipway.checks.run import Outcome, Report
from shipway.cli.console import Paint
from shipway.cli.text import harmless

_RESULTS = {
    Result.PASSED: Words("passed", "통과"),
    Result.FAILED: Words("failed", "실패"),
    Result.NOT_CHECKED: Words("not checked", "확인 안 함"),
    Result.ATTESTED: Words("attested", "서면 확인"),
}
_SEVERITIES = {
    Severity.ERROR: Words("error", "오류"),
    Severity.WARNING: Words("warning", "경고"),
    Severity.NOTICE: Words("notice", "참고"),
}
_WAIVED = Words(
    "waived until {until} by {by}: {reason}", "{until}까지 {by} 승인으로 예외: {reason}"
)
_EXPIRED = Words(
    "the waiver of {by} ran out on {until} and does not count any more: {reason}",
    "{by}의 예외 승인이 {until}에 끝나 더는 인정되지 않습니다: {reason}",
)
_MENDED = Words("Mended: {path}", "고침: {path}")


def lines(report: Report, language: str, paint: Paint, mended: tuple[str, ...] = ()) -> list[str]:
    """Return the report for a person: one line a check, by area, and a summary."""
    found = [_MENDED.in_language(language).format(path=path) for path in mended]
    area = None
    for outcome in report.outcomes:
        if outcome.check.area is not area:
            area = outcome.check.area
            found += ["", paint.bold(area.heading.in_language(language))]
        found += _outcome_lines(outcome, language, paint)
    return [*found, "", _summary(report, language, paint)]


def _outcome_lines(outcome: Outcome, language: str, paint: Paint) -> Iterator[str]:
    check = outcome.check
    title = check.title.in_language(language)
    evidence = outcome.evidence.in_language(language)
    if outcome.result is not Result.FAILED:
        passed = outcome.result is Result.PASSED
        mark = paint.green("✓") if passed else paint.dim("–")
        yield f"  {mark} {title}  {paint.dim(f'{check.id}: {evidence}')}"
        return
    severity = _SEVERITIES[check.severity].in_language(language)
    colour = paint.red if outcome.stops else paint.yellow
    yield f"  {colour('✗')} {title}  {colour(severity)} {paint.dim(check.id)}"
    if outcome.waiver is not None:
        yield f"      {paint.yellow(_waiver_words(outcome, language))}"
    for finding in outcome.findings:
        wrong = harmless(finding.wrong.in_language(language))
        yield f"      {paint.cyan(_place(finding))}: {wrong}"
    fixes = dict.fromkeys(_fix(outcome, finding, language) for finding in outcome.findings)
    for text in fixes:
        yield f"      → {harmless(text)}"


def _place(finding: Finding) -> str:
    return f"{finding.place.path}:{finding.place.line}"


def _fix(outcome: Outcome, finding: Finding, language: str) -> str:
    return (finding.fix or outcome.check.fix).in_language(language)


def _waiver_words(outcome: Outcome, language: str) -> str:
    waiver = outcome.waiver
    if waiver is None:
        return ""
    words = (_WAIVED if outcome.waived else _EXPIRED).in_language(language)
    return harmless(words.format(until=waiver.until, by=waiver.by, reason=waiver.reason))


def _summary(report: Report, language: str, paint: Paint) -> str:
    parts = [
        f"{_RESULTS[result].in_language(language)} {report.count(result)}"
        for result in (Result.PASSED, Result.FAILED, Result.NOT_CHECKED)
    ]
    severities = [
        f"{_SEVERITIES[severity].in_language(language)} {count}"
        for severity in Severity
        if (count := _failed(report, severity))
    ]
    detail = f" ({', '.join(severities)})" if severities else ""
    text = f"{parts[0]}, {parts[1]}{detail}, {parts[2]}"
    return paint.red(text) if report.failed_errors else paint.green(text)


def _failed(report: Report, severity: Severity) -> int:
    return sum(
        item.result is Result.FAILED and item.check.severity is severity for item in report.outcomes
    )


def as_json(report: Report, language: str) -> dict[str, Any]:
    """Return the report for programs."""
    return {
        "checks": [_outcome_json(outcome, language) for outcome in report.outcomes],
        "summary": {
            **{result.value: report.count(result) for result in Result},
            "errors": len(report.failed_errors),
        },
    }


def _outcome_json(outcome: Outcome, language: str) -> dict[str, Any]:
    check, waiver = outcome.check, outcome.waiver
    return {
        "id": check.id,
        "area": check.area.value,
        "title": check.title.in_language(language),
        "severity": check.severity.value,
        "serves": list(check.serves),
        "result": outcome.result.value,
        "evidence": outcome.evidence.in_language(language),
        "at": outcome.at.isoformat(),
        "waiver": waiver
        and {
            "reason": waiver.reason,
            "by": waiver.by,
            "until": waiver.until.isoformat(),
            "holds": outcome.waived,
        },
        "findings": [
            {
                "path": finding.place.path,
                "line": finding.place.line,
                "wrong": finding.wrong.in_language(language),
                "fix": _fix(outcome, finding, language),
                "mechanical": finding.edit is not None,
            }
            for finding in outcome.findings
        ],
    }


def github_lines(report: Report, language: str) -> list[str]:
    """Return GitHub's workflow commands, one a finding, and the summary as plain text."""
    found = [
        f"::{_level(outcome)} file={_property(finding.place.path)},line={finding.place.line}"
        f",title={_property(outcome.check.id)}"
        f"::{_data(finding.wrong.in_language(language))} → {_data(_fix(outcome, finding, language))}"
        for outcome in report.outcomes
        for finding in outcome.findings
    ]
    return [*found, _summary(report, language, Paint(wanted=False))]


def _level(outcome: Outcome) -> str:
    return Severity.NOTICE.value if outcome.waived else outcome.check.severity.value


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
