"""What a message says, in both languages: short, with the command to type (R176, R188)."""

from __future__ import annotations

from dataclasses import replace

from shipway.model.condition import Level
from shipway.model.lifecycle import RolloutState
from shipway.model.notice import NoticeKind
from shipway.model.observe import Incident, IncidentState
from shipway.model.records import Rollout, RolloutKind
from shipway.model.words import Words
from shipway.observe.figures import figure
from shipway.observe.telling import Item, compose
from tests.observe.support import SHOP

BEGAN = 1_700_000_000.0

INCIDENT = Incident(
    id=12,
    condition="disk",
    subject="pgdata",
    environment=SHOP,
    level=Level.URGENT,
    state=IncidentState.OPEN,
    says=Words(
        "pgdata: disk is filling 91.2%, above 80.0%",
        "pgdata: 디스크 사용량 91.2% (기준 80.0% 초과)",
    ),
    opened_at=BEGAN,
    hint="shipway clean",
    release="r7",
    rollout=9,
)
ROLLOUT = Rollout(
    id=9,
    environment=SHOP,
    kind=RolloutKind.PROMOTE,
    state=RolloutState.SUCCEEDED,
    engine="docker",
    requested_by="kim",
    created_at=BEGAN - 400,
    switched_at=BEGAN - 300,
    release=7,
)


def told(kind: NoticeKind, language: str, incident: Incident = INCIDENT) -> str:
    item = Item(incident=incident, kind=kind, changed=ROLLOUT)
    message = compose([item], language=language, now=BEGAN + 60)
    return f"{message.title}\n{message.body}"


def test_a_message_in_english() -> None:
    assert told(NoticeKind.OPENED, "en") == (
        "[urgent] shop/production: pgdata: disk is filling 91.2%, above 80.0%\n"
        "since 2023-11-14 22:13:20 UTC\n"
        "release r7 is live\n"
        "last change: promote r7, 5 min before (#9 by kim, succeeded)\n"
        "$ shipway clean\n"
        "$ shipway incidents show 12"
    )


def test_a_message_in_korean() -> None:
    assert told(NoticeKind.OPENED, "ko") == (
        "[긴급] shop/production: pgdata: 디스크 사용량 91.2% (기준 80.0% 초과)\n"
        "발생: 2023-11-14 22:13:20 UTC\n"
        "릴리스: r7\n"
        "직전 변경: 5분 전 r7 승격 (#9, kim, 성공)\n"
        "$ shipway clean\n"
        "$ shipway incidents show 12"
    )


def test_a_message_says_what_still_works() -> None:
    item = Item(incident=INCIDENT, kind=NoticeKind.OPENED, up=("api", "web"))
    assert "\nstill up: api, web\n" in compose([item], language="en", now=BEGAN).body
    many = replace(item, up=tuple(f"service-{number}" for number in range(10)))
    assert "service-7 외 2개\n" in compose([many], language="ko", now=BEGAN).body
    over = replace(item, kind=NoticeKind.RESOLVED)
    assert "still up" not in compose([over], language="en", now=BEGAN).body


def test_what_is_over_says_how_long_it_lasted() -> None:
    over = replace(INCIDENT, state=IncidentState.RESOLVED, resolved_at=BEGAN + 600)
    assert told(NoticeKind.RESOLVED, "ko", over) == (
        "[긴급] shop/production: 해소: pgdata: 디스크 사용량 91.2% (기준 80.0% 초과)\n"
        "지속 시간: 10분 (2023-11-14 22:13:20 UTC부터)\n"
        "릴리스: r7"
    )


def test_several_are_one_message_with_the_most_urgent_first() -> None:
    other = replace(INCIDENT, id=13, level=Level.NOTICE, says=Words("slow", "느림"))
    items = [Item(incident=item, kind=NoticeKind.OPENED) for item in (other, INCIDENT)]
    message = compose(items, language="ko", now=BEGAN)
    assert message.title.endswith("외 1건")
    assert message.body.index("디스크") < message.body.index("느림")


def test_figures_are_read_by_people() -> None:
    shown = [
        figure(0.85, "s"),
        figure(0.85, "s", "ko"),
        figure(214, "tasks"),
        figure(214, "tasks", "ko"),
        figure(1, "queries"),
        figure(91.24, "%"),
        figure(1_234_000_000, "bytes"),
        figure(86_400, "s"),
    ]
    assert shown == [
        "850 ms",
        "850ms",
        "214 tasks",
        "214건",
        "1 query",
        "91.2%",
        "1.2 GB",
        "1 day",
    ]
