"""`shipway check ENV`: the checklist against a running environment, shown as it comes."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from shipway.cli.asking import stoppable
from shipway.cli.console import Paint
from shipway.cli.session import Session
from shipway.cli.target import find_target
from shipway.cli.text import harmless

NOTES = {
    "en": "What was guessed or set aside; shipway.yaml can say otherwise:",
    "ko": "추정했거나 반영하지 않은 설정입니다. shipway.yaml에서 바꿀 수 있습니다:",
}
BROKEN_OFF = "Broken off: the rest was not checked"

SEVERITIES = {
    "en": {"error": "error", "warning": "warning", "notice": "notice"},
    "ko": {"error": "오류", "warning": "경고", "notice": "참고"},
}
COUNTS = {
    "en": {"passed": "passed", "failed": "failed", "not checked": "not checked"},
    "ko": {"passed": "통과", "failed": "실패", "not checked": "확인 안 함"},
}
WAIVED = {
    "en": "waived until {until} by {by}: {reason}",
    "ko": "{until}까지 {by} 승인으로 예외: {reason}",
}
ATTESTED = {
    "en": "attested by {by} until {day}: {said}",
    "ko": "{by} 서면 확인 ({day}까지): {said}",
}


def check_live(
    session: Session, where: str | None, *, only: tuple[str, ...], quick: bool, language: str
) -> int:
    """Run the live checks of an environment; return the exit code."""
    console = session.console
    client = session.client()
    instead = ("shipway check --static, which needs nothing live",)
    target = find_target(session, client, service=None, environment=where, hints=instead)
    began = time.monotonic()
    if not console.json:
        console.say(console.paint.bold(f"{target.project}/{target.environment}"))
    found: list[dict[str, Any]] = []
    end: dict[str, Any] = {}
    body = {"only": list(only), "quick": quick}
    with stoppable(f"{BROKEN_OFF}{'.' if only else ', and no evidence is kept.'}"):
        for line in client.stream("POST", f"{target.path}/checks", body):
            if "outcome" not in line:
                end = line
                continue
            found.append(line["outcome"])
            if not console.json:
                console.say(*outcome_lines(line["outcome"], language, console.paint))
    if console.json:
        told = {"stops": end["stops"], "notes": end.get("notes", [])}
        console.emit({"environment": target.environment, "checks": found, **told})
    else:
        took = time.monotonic() - began
        if end.get("notes") and not only:
            console.say("", f"  {NOTES[language]}")
            console.say(*(console.paint.dim(f"    {harmless(note)}") for note in end["notes"]))
        console.say("", summary(found, end["stops"], language, console.paint, took=took))
    return 1 if end["stops"] else 0


def outcome_lines(item: dict[str, Any], language: str, paint: Paint) -> list[str]:
    """Return an outcome for a person."""
    title, says = item["title"][language], item["says"][language]
    if item["result"] != "failed":
        mark = paint.green("✓") if item["result"] == "passed" else paint.dim("–")
        seen = paint.dim(harmless(f"{item['id']}: {says}"))
        lines = [f"  {mark} {harmless(title)}  {seen}"]
        word = item["attested"]
        if word:
            day = datetime.fromtimestamp(word["until"]).astimezone().date()
            said = ATTESTED[language].format(by=word["by"], day=day, said=word["says"][language])
            lines.append(f"      {paint.yellow(harmless(said))}")
        return lines
    colour = paint.red if item["stops"] else paint.yellow
    severity = SEVERITIES[language][item["severity"]]
    lines = [f"  {colour('✗')} {harmless(title)}  {colour(severity)} {paint.dim(item['id'])}"]
    if item["waiver"]:
        lines.append(f"      {paint.yellow(harmless(WAIVED[language].format(**item['waiver'])))}")
    lines += [f"      {harmless(words[language])}" for words in item["wrong"]]
    return [*lines, f"      → {harmless(item['fix'][language])}"]


def summary(
    found: list[dict[str, Any]], stops: list[str], language: str, paint: Paint, *, took: float
) -> str:
    """Return the last line."""
    counts = [
        f"{word} {sum(item['result'] == result for item in found)}"
        for result, word in COUNTS[language].items()
    ]
    text = f"{', '.join(counts)}  ({took:.1f} s)"
    return paint.red(text) if stops else paint.green(text)
