"""Both languages have every word, and every word that a page asks for is there."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import shipway
from shipway import web
from shipway.backup import readings
from shipway.model.backup import BackupKind
from shipway.model.backup_run import RunKind
from shipway.model.condition import Level
from shipway.model.evidence import Result
from shipway.model.lifecycle import PlacementState, RolloutState
from shipway.model.observe import IncidentState, SeriesState
from shipway.model.records import RolloutKind
from shipway.model.sleep import SleepState
from shipway.model.workload import Role
from shipway.observe.sources import metrics, postgres, queues, redis_memory, traffic
from shipway.store.incidents import KINDS
from shipway.web.language import LANGUAGES, Words, catalogue, preferred

SOURCES = Path(web.__file__).parent
ASKED = re.compile(
    r"""(?<![\w.])(?:t|words|words_of\(request\.scope\))\(\s*["']([a-z0-9-]*[a-z0-9])["']"""
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_every_key_with_the_same_fields() -> None:
    english, korean = (catalogue(language) for language in LANGUAGES)
    assert set(english) == set(korean)
    for key, text in english.items():
        assert fields(text) == fields(korean[key]) or key.endswith(".one"), key


def test_every_word_that_a_page_asks_for_is_there() -> None:
    known = catalogue("en")
    for path in [*SOURCES.rglob("*.html"), *SOURCES.rglob("*.py")]:
        for key in ASKED.findall(path.read_text(encoding="utf-8")):
            assert key in known or path.name == "language.py", (path.name, key)


def test_korean_is_korean() -> None:
    korean = catalogue("ko")
    plain = {
        key
        for key, text in korean.items()
        if not re.search("[가-힣]", text) and not key.startswith("indicator-")
    }
    assert plain <= set()


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("fr,en;q=0.5,ko;q=0.7", "ko"),
        ("de", "en"),
        ("ko;q=0, en", "en"),
        (";;;q=x,,", "en"),
    ],
)
def test_the_browser_says_which_language(accept: str, language: str) -> None:
    assert preferred(accept) == language


def test_one_is_said_differently() -> None:
    words = Words("en")
    assert words("commits-ahead", count=1) == "Staging is 1 commit ahead"
    assert words("commits-ahead", count=4) == "Staging is 4 commits ahead"


@pytest.mark.parametrize(
    "said",
    [
        *(traffic.NO_REQUEST, metrics.NO_PAGE, queues.NO_BROKER, queues.STOPPED, postgres.HOW),
        *(redis_memory.NO_LIMIT, redis_memory.STOPPED, readings.NO_BACKUP, readings.NO_DRILL),
        "3 calls in the window; 20 are needed to judge",
        "PostgreSQL does not answer",
        "Redis does not answer (ConnectionError)",
        "a rate needs 1 h of looks at this disk (12 min so far)",
        "a rate needs 1 h of looks at this disk",
        "it does not grow",
    ],
)
def test_why_nothing_was_measured_is_said_in_korean_too(said: str) -> None:
    korean = Words("ko").say(said)
    assert re.search("[가-힣]", korean), korean
    assert "{" not in korean
    assert Words("en").say(said) == said


def test_a_reason_that_nobody_knows_is_shown_as_it_was_said() -> None:
    assert Words("ko").say("[Errno 5] Input/output error") == "[Errno 5] Input/output error"


def test_whatever_the_audit_trail_holds_has_words() -> None:
    source = Path(shipway.__file__).parent
    found = set()
    for path in source.rglob("*.py"):
        found |= set(
            re.findall(r'audit\.add\(\s*[\w.]+,\s*"([a-z-]+)"', path.read_text(encoding="utf-8"))
        )
    assert len(found) > 20
    assert {f"action-{name}" for name in found} <= set(catalogue("en"))


def test_every_step_of_a_rollout_has_words_and_english_says_what_the_terminal_says() -> None:
    steps = Path(shipway.__file__).parent / "rollout" / "steps"
    found = {
        name: title
        for path in steps.glob("*.py")
        for name, title in re.findall(
            r'Step\(\s*name="([a-z-]+)",\s*title="([^"]+)"', path.read_text(encoding="utf-8")
        )
    }
    assert len(found) > 10
    assert {name: catalogue("en")[f"step-{name}"] for name in found} == found


def test_every_kind_and_state_that_a_page_shows_has_words() -> None:
    asked = {
        *(f"kind-{item}" for item in RolloutKind),
        *(f"state-{item}" for item in (*RolloutState, *PlacementState)),
        *(f"incident-{item}" for item in IncidentState),
        *(f"event-{item}" for item in KINDS.values()),
        "event-opened",
        *(f"action-backup-{item}" for item in RunKind),
        *(f"level-{item.name.lower()}" for item in Level),
        *(f"series-{item}" for item in SeriesState),
        *(f"backup-kind-{item}" for item in BackupKind),
        *(f"service-{item}" for item in Role),
        *(f"sleep-{item}" for item in SleepState),
        *(f"result-{item}".replace(" ", "-") for item in Result),
        *(f"action-{kind}-{end}" for kind in RolloutKind for end in ("succeeded", "failed")),
    }
    assert asked - set(catalogue("en")) == set()


def test_every_series_that_is_measured_has_a_name() -> None:
    source = Path(shipway.__file__).parent
    series = re.compile(r'(?:measured|without|SeriesKey)\(\s*(?:None, )?"([a-z0-9-]+)"')
    found = {
        name
        for folder in ("observe", "backup")
        for path in (source / folder).rglob("*.py")
        for name in series.findall(path.read_text(encoding="utf-8"))
    }
    assert len(found) > 25
    assert {f"indicator-{name}" for name in found} - set(catalogue("en")) == set()
