"""What a message says: what, which figure, since when, which release, what to type.  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from shipway.korean import in_korean
from shipway.model.condition import Level
from shipway.model.names import release_label
from shipway.model.notice import NoticeKind
from shipway.model.observe import Incident
from shipway.model.records import Rollout
from shipway.model.words import Words
from shipway.observe.figures import LEVEL_WORDS, duration

SHOWN_MAX = 10
UP_MAX = 8

KIND_WORDS = {
    NoticeKind.OPENED: Words("", ""),
    NoticeKind.ESCALATED: Words("worse: ", "악화: "),
    NoticeKind.REOPENED: Words("again: ", "재발: "),
    NoticeKind.RESOLVED: Words("resolved: ", "해소: "),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One incident of a message; changed: the rollout before it began; up: what still works."""

    incident: Incident
    kind: NoticeKind
    changed: Rollout | None = None
    up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent."""

    title: str
    body: str


def compose(
    items: Sequence[Item], *, language: str, now: float, zone: tzinfo = UTC, machine: str = ""
) -> Message:
    """Return one message of one or more incidents, the most urgent first."""
    ordered = sorted(
        items, key=lambda item: (item.kind is NoticeKind.RESOLVED, -item.incident.level)
    )
    first = ordered[0]
    title = _headline(first, language, machine)
    if len(ordered) > 1:
        more = len(ordered) - 1
        title += f" 외 {more}건" if language == "ko" else f" (and {more} more)"
    parts = [
        "\n".join(_lines(item, language, now, zone, headline=len(ordered) > 1, machine=machine))
        for item in ordered[:SHOWN_MAX]
    ]
    if len(ordered) > SHOWN_MAX:
        left = len(ordered) - SHOWN_MAX
        parts.append(
            f"… 외 {left}건: shipway incidents"
            if language == "ko"
            else f"… {left} more: shipway incidents"
        )
    return Message(title=title, body="\n\n".join(parts))


def trial(*, language: str, channel: str, project: str, machine: str) -> Message:
    """Return the message of `shipway notify test`."""
    if language == "ko":
        return Message(
            title=f"[시험] {project}: 알림 채널 {channel}",
            body=f"{machine}의 Shipway가 보낸 시험 메시지입니다. 이 메시지가 보이면 알림이 도착합니다.",
        )
    return Message(
        title=f"[test] {project}: channel {channel}",
        body=f"A test from Shipway on {machine}. If you read this, alerts arrive here.",
    )


def _headline(item: Item, language: str, machine: str) -> str:
    incident = item.incident
    level = LEVEL_WORDS[Level(incident.level)].in_language(language)
    where = str(incident.environment) if incident.environment else machine or "machine"
    kind = KIND_WORDS[item.kind].in_language(language)
    return f"[{level}] {where}: {kind}{incident.says.in_language(language)}"


def _lines(
    item: Item, language: str, now: float, zone: tzinfo, *, headline: bool, machine: str
) -> list[str]:
    incident, korean = item.incident, language == "ko"
    lines = [_headline(item, language, machine)] if headline else []
    since = datetime.fromtimestamp(incident.opened_at, zone).strftime("%Y-%m-%d %H:%M:%S %Z")
    if item.kind is NoticeKind.RESOLVED:
        lasted = duration(max(1.0, (incident.resolved_at or now) - incident.opened_at), language)
        lines.append(
            f"지속 시간: {lasted} ({since}부터)" if korean else f"lasted {lasted}, since {since}"
        )
    else:
        lines.append(f"발생: {since}" if korean else f"since {since}")
    if incident.release:
        lines.append(
            f"릴리스: {incident.release}" if korean else f"release {incident.release} is live"
        )
    if item.up and item.kind is not NoticeKind.RESOLVED:
        lines.append(_up(item.up, language))
    if item.changed is not None and item.kind is not NoticeKind.RESOLVED:
        lines.append(_changed(item.changed, incident, language))
    if item.kind is not NoticeKind.RESOLVED:
        if incident.hint:
            lines.append(f"$ {incident.hint}")
        lines.append(f"$ shipway incidents show {incident.id}")
    return lines


def _up(names: Sequence[str], language: str) -> str:
    shown, more = ", ".join(names[:UP_MAX]), len(names) - UP_MAX
    if language == "ko":
        return f"정상: {shown}" + (f" 외 {more}개" if more > 0 else "")
    return f"still up: {shown}" + (f" and {more} more" if more > 0 else "")


def _changed(rollout: Rollout, incident: Incident, language: str) -> str:
    at = rollout.switched_at or rollout.finished_at or rollout.created_at
    before = duration(max(0.0, incident.opened_at - at), language)
    release = release_label(rollout.release) if rollout.release else ""
    if language == "ko":
        what = f"{release} {in_korean(rollout.kind)}".strip()
        end = in_korean(rollout.state)
        return f"직전 변경: {before} 전 {what} (#{rollout.id}, {rollout.requested_by}, {end})"
    what = f"{rollout.kind} {release}".strip()
    return f"last change: {what}, {before} before (#{rollout.id} by {rollout.requested_by}, {rollout.state})"
