"""Rules over readings: threshold, duration, silence (R180 to R188)."""

from __future__ import annotations

from dataclasses import replace

from shipway.model.condition import Condition, Level
from shipway.model.lifecycle import RolloutState
from shipway.model.observe import Reading, SeriesKey, SeriesState
from shipway.model.rules import DEFAULT_RULES, EIGHT, effective_rules
from shipway.model.watching import RuleChange
from shipway.observe.judging import Watch, WatchKey, judge
from shipway.observe.settling import settled
from tests.observe.support import SHOP, measured, missing
from tests.observe.test_telling import ROLLOUT


def conditions_over(*readings: Reading, every: float = 10.0) -> list[tuple[Condition, ...]]:
    """The conditions after each of the readings, a look apart."""
    watches: dict[WatchKey, Watch] = {}
    found = []
    for number, reading in enumerate(readings):
        watches, conditions = judge(watches, [reading], {SHOP: effective_rules(())}, number * every)
        found.append(conditions)
    return found


def test_a_breach_counts_only_when_it_has_lasted() -> None:
    """R180: P95 above 800 ms for five minutes."""
    slow = measured("api-p95", 0.9)
    found = conditions_over(*[slow] * 31)
    assert [bool(item) for item in found] == [False] * 30 + [True]
    (condition,) = found[-1]
    assert condition.level is Level.NOTICE
    assert condition.says.en == "api: slow answers (P95) 900 ms, above 800 ms for 5 min"
    assert condition.says.ko == "api: 응답 지연 (P95) 900ms (기준 800ms 초과 5분 지속)"
    assert condition.hint == "shipway logs api production"


def test_a_deploy_that_hands_over_alarms_nobody_and_one_that_sticks_does() -> None:
    down = measured("workers-missing", 1, "worker", "workers")
    rollout = replace(ROLLOUT, state=RolloutState.RUNNING, switched_at=0.0, finished_at=None)
    at = range(0, 100, 10)
    handing = [settled([down], rollout, now)[0] for now in at]
    assert not any(conditions_over(*handing))
    assert any(conditions_over(*handing, *[down] * 3))
    for loud in (
        None,
        replace(rollout, state=RolloutState.STUCK),
        replace(rollout, switched_at=None),
        replace(rollout, switched_at=-200.0),
    ):
        assert any(conditions_over(*[settled([down], loud, now)[0] for now in at])), loud
    slow = measured("api-p95", 0.9)
    assert settled([slow], rollout, 1.0) == [slow]


def test_one_good_value_begins_the_duration_anew() -> None:
    slow, fast = measured("api-p95", 0.9), measured("api-p95", 0.2)
    assert not any(conditions_over(*[slow] * 29, fast, *[slow] * 30))


def test_a_minute_without_requests_ends_a_breach() -> None:
    slow = measured("api-p95", 0.9)
    idle = Reading(key=slow.key, unit="s", state=SeriesState.IDLE, reason="no request")
    assert not any(conditions_over(*[slow] * 29, idle, *[slow] * 30))


def test_a_missing_value_proves_nothing() -> None:
    """A breach that held goes on holding while nobody can look."""
    high = measured("redis-memory", 91.0, subject="redis", unit="%")
    gone = missing("redis-memory", subject="redis", unit="%")
    found = conditions_over(high, gone, gone)
    assert [[item.id for item in step] for step in found] == [["redis-memory"]] * 3


def test_a_series_that_stays_silent_is_a_condition_itself() -> None:
    gone = missing("redis-memory", subject="redis", unit="%")
    found = conditions_over(*[gone] * 31)
    assert [bool(item) for item in found] == [False] * 30 + [True]
    assert found[-1][0].id == "redis-memory-missing"
    assert "nobody answers" in found[-1][0].says.en


def test_what_cannot_be_measured_as_things_are_set_up_alarms_nobody() -> None:
    key = SeriesKey(SHOP, "redis-memory", "redis")
    off = Reading(key=key, unit="%", state=SeriesState.UNAVAILABLE, reason="maxmemory is 0")
    assert not any(conditions_over(*[off] * 100))


def test_a_ratio_alarms_when_it_falls() -> None:
    """R184: below 95 %."""
    low = measured("success-ratio", 94.9, subject="sns", unit="%")
    good = measured("success-ratio", 95.0, subject="sns", unit="%")
    assert [bool(item) for item in conditions_over(low, good)] == [True, False]


def test_the_eight_rules_are_those_of_the_operations_document() -> None:
    """R180 to R187, with the severities of R188."""
    table = [(rule.id, rule.threshold, rule.for_s, rule.level.name, rule.target) for rule in EIGHT]
    assert table == [
        ("api-p95", 0.8, 300.0, "NOTICE", 0.5),
        ("celery-queue", 200.0, 0.0, "NOTICE", 100.0),
        ("slow-queries", 0.0, 0.0, "RECORD", 0.0),
        ("redis-memory", 80.0, 0.0, "NOTICE", 80.0),
        ("success-ratio", 95.0, 0.0, "NOTICE", 99.0),
        ("websockets", 800.0, 0.0, "WARNING", 1000.0),
        ("disk", 80.0, 0.0, "URGENT", 80.0),
        ("workers", 0.0, 20.0, "IMMEDIATE", 0.0),
    ]


def test_a_project_changes_rules_and_switches_them_off() -> None:
    changes = [
        RuleChange(rule="api-p95", threshold=1.0, level=Level.URGENT),
        RuleChange(rule="websockets", enabled=False),
    ]
    rules = {rule.id: rule for rule in effective_rules(changes)}
    assert (rules["api-p95"].threshold, rules["api-p95"].for_s) == (1.0, 300.0)
    assert rules["api-p95"].level is Level.URGENT
    assert set(DEFAULT_RULES) - set(rules) == {"websockets"}
