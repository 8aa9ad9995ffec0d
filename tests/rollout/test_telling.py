"""What a rollout tells is Shipway's word or a command's: only the former has another language."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from shipway.model.records import ProgressLine
from shipway.model.said import Said, about, korean_of
from shipway.ports_checks import GateView
from shipway.rollout.gates import passed
from shipway.rollout.teller import Teller
from shipway.web.language import Words


class Told:
    """Keeps lines as the store does."""

    def __init__(self) -> None:
        self.lines: list[ProgressLine] = []
        self.rollouts = SimpleNamespace(tell=self._tell)

    def _tell(self, rollout: int, lines: Any) -> None:
        for step, kind, text in lines:
            self.lines.append(
                ProgressLine(
                    rollout=rollout, seq=len(self.lines) + 1, at=0.0,
                    step=step, kind=kind, text=str(text), korean=korean_of(text),
                )
            )  # fmt: skip

    def shown(self, language: str) -> list[str]:
        return [Words(language).told(line) for line in self.lines]


def test_progress_that_shipway_words_is_korean_and_what_a_tool_prints_stays() -> None:
    told = Told()
    teller = Teller(cast("Any", told), 1)
    teller.output("build", about("api", Said("fetching postgres:16")))
    teller.output("build", about("api", "fetching postgres:16\n"))  # as a tool might print it
    teller.note("build", "release r3")
    teller.flush()
    english = ["api: fetching postgres:16", "api: fetching postgres:16", "release r3"]
    assert told.shown("en") == english
    assert told.shown("ko") == ["api: postgres:16을 가져오는 중", english[1], "릴리스 r3"]


def test_what_a_person_overrode_is_told_in_korean_with_what_stood_against_it() -> None:
    stop = "compose.yaml:4: api runs as root"
    view = GateView(stops=(stop,), korean={stop: "compose.yaml:4: api가 root로 실행됩니다"})
    told = Told()
    teller = Teller(cast("Any", told), 1)
    why = "the commit's files have 1 finding that would hurt in production"
    for line in passed(view, why, "a fix for customers"):
        teller.note("check", line)
    assert told.shown("en") == [f"overridden (a fix for customers): {why}", stop]
    assert told.shown("ko") == [
        "게이트 무시 (a fix for customers): 커밋의 파일에 운영에서 문제가 될 항목 1건이 있습니다",
        "compose.yaml:4: api가 root로 실행됩니다",
    ]
