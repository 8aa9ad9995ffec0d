"""What a message says still works: of the environment, of the machine's, of what is not known."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.model.names import EnvironmentId
from shipway.model.observe import Incident, Reading
from shipway.observe.overview import GONE_LOOKS
from shipway.observe.standing import INDICATOR, still_up
from shipway.store.history import History
from tests.observe.support import SHOP, condition, measured, missing, store_in
from tests.support.clocks import HandClock

EVERY_S = 10.0
STAGING = EnvironmentId("shop", "staging")
PAPERS = EnvironmentId("papers", "production")


class Watch:
    """A history that is written by hand, and an incident of whatever is asked for."""

    def __init__(self, directory: Path) -> None:
        self.clock = HandClock()
        self.history = History(directory / "observe.sqlite")
        self.store = store_in(directory, self.clock)
        self.world = cast(
            "Any", SimpleNamespace(clock=self.clock, history=self.history, every_s=EVERY_S)
        )

    def saw(self, *readings: Reading) -> None:
        self.clock.at += EVERY_S
        self.history.record(self.clock.at, readings)

    def incident(self, subject: str, where: EnvironmentId | None = SHOP) -> Incident:
        told = condition("instances-down", subject=subject, environment=where)
        return self.store.incidents.open(told, release=None, rollout=None)

    def up(self, subject: str, where: EnvironmentId | None = SHOP) -> tuple[str, ...]:
        return still_up(self.world, self.incident(subject, where))


def down(service: str, count: float, where: EnvironmentId = SHOP) -> Reading:
    return measured(INDICATOR, count, service, unit="", where=where)


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def test_services_of_which_nothing_is_down_still_work_but_not_the_one_it_is_about(
    watch: Watch,
) -> None:
    watch.saw(down("api", 1), down("web", 0), down("worker", 0), down("mail", 2))
    assert watch.up("worker") == ("web",)
    assert watch.up("pgdata") == ("web", "worker")


def test_what_cannot_be_asked_is_not_called_well(watch: Watch) -> None:
    watch.saw(down("web", 0), missing(INDICATOR, "worker", unit=""))
    assert watch.up("api") == ("web",)


def test_a_service_that_was_taken_away_is_not_named_for_ever(watch: Watch) -> None:
    watch.saw(down("web", 0), down("old-service", 0))
    for _ in range(GONE_LOOKS):
        watch.saw(down("web", 0))
    assert watch.up("api") == ("old-service", "web")  # just within the looks that count
    watch.saw(down("web", 0))
    assert watch.up("api") == ("web",)


def test_another_environment_says_nothing_of_this_one(watch: Watch) -> None:
    watch.saw(down("web", 0), down("web", 1, STAGING), down("api", 0, STAGING))
    assert watch.up("api") == ("web",)
    assert watch.up("db", STAGING) == ("api",)


def test_of_the_machine_the_environments_that_are_all_up_are_named(watch: Watch) -> None:
    watch.saw(
        down("web", 0),
        down("api", 0),
        down("web", 1, STAGING),
        down("api", 0, STAGING),
        down("web", 0, PAPERS),
        measured("cpu", 0.9, "", where=None),
    )
    assert watch.up("", None) == ("papers/production", "shop/production")


def test_where_nothing_was_looked_at_nothing_is_claimed(watch: Watch) -> None:
    assert watch.up("api") == ()
    watch.saw(measured("api-p95", 1.2))
    assert watch.up("api") == ()
