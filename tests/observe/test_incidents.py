"""Incidents: opened once, escalated, damped, resolved; told to people or silenced."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from shipway.model.condition import Condition, Level
from shipway.model.notice import NoticeKind
from shipway.model.observe import (
    INCIDENT_TRANSITIONS,
    IllegalTransition,
    Incident,
    IncidentEvent,
    IncidentState,
)
from shipway.observe.deciding import Deed, decide
from shipway.store.store import SqliteStore
from tests.observe.support import SHOP, condition, store_in
from tests.support.clocks import HandClock

CALM_S = 60.0


class Desk:
    """Decides and keeps, as the keeper does, with a clock of its own."""

    def __init__(self, directory: Path) -> None:
        self.clock = HandClock()
        self.store: SqliteStore = store_in(directory, self.clock)
        self.seen: dict[int, float] = {}

    def look(self, *conditions: Condition, after: float = 10.0) -> list[Deed]:
        self.clock.at += after
        incidents = self.store.incidents
        ended = [item for item in incidents.recent() if not item.active]
        acts = decide(
            conditions, incidents.active(), ended, self.seen, now=self.clock.at, calm_s=CALM_S
        )
        for act in acts:
            if act.deed is Deed.OPEN:
                assert act.condition is not None
                opened = incidents.open(act.condition, release="r7", rollout=9)
                self.seen[opened.id] = self.clock.at
                continue
            assert act.incident is not None
            if act.deed is Deed.REFRESH:
                assert act.condition is not None
                incidents.refresh(act.incident.id, act.condition)
            else:
                incidents.change(
                    act.incident.id, IncidentEvent(act.deed.value), condition=act.condition
                )
            self.seen[act.incident.id] = self.clock.at
        return [act.deed for act in acts]

    @property
    def one(self) -> Incident:
        (incident,) = self.store.incidents.recent()
        return incident


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_one_thing_that_is_wrong_is_one_incident(desk: Desk) -> None:
    assert desk.look(condition()) == [Deed.OPEN]
    assert desk.look(condition(figure=1.3)) == [Deed.REFRESH]
    assert (desk.one.figure, desk.one.release, desk.one.rollout) == (1.3, "r7", 9)


def test_the_schema_allows_one_active_incident_of_a_thing(desk: Desk) -> None:
    desk.look(condition())
    with desk.store.database.transaction() as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(
            "INSERT INTO incident (condition, subject, project, environment, level, state,"
            " says_en, says_ko, unit, hint, opened_at, last_seen_at)"
            " SELECT condition, subject, project, environment, level, state, '', '', '', '', 0, 0"
            " FROM incident"
        )


def test_the_schema_lists_the_states_of_the_lifecycle(desk: Desk) -> None:
    sql = desk.store.database.connection.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'incident'"
    ).fetchone()[0]
    listed = ", ".join(f"'{state}'" for state in IncidentState)
    assert f"state IN ({listed})" in sql
    assert {state for state, _ in INCIDENT_TRANSITIONS} == set(IncidentState)


def test_an_incident_ends_when_its_condition_has_been_gone_for_a_while(desk: Desk) -> None:
    desk.look(condition())
    assert desk.look(after=50) == []
    assert desk.look(after=10) == [Deed.RESOLVE]
    assert desk.one.state is IncidentState.RESOLVED
    assert desk.one.resolved_at == desk.clock.at


def test_what_comes_back_soon_is_the_same_incident_and_ends_later(desk: Desk) -> None:
    desk.look(condition())
    desk.look(after=60)
    assert desk.look(condition()) == [Deed.REOPEN]
    assert desk.one.flaps == 1
    assert desk.look(after=60) == []
    assert desk.look(after=60) == [Deed.RESOLVE]


@pytest.mark.parametrize("well_s", [30, 120, 300, 700, 1500, 3500, 3700])
def test_a_target_that_flaps_all_day_sends_a_bounded_number_of_messages(well_s: int) -> None:
    """Down for half a minute, up for a while, and so on for a day."""
    incident: Incident | None = None
    told, seen = 0, 0.0
    for now in range(0, 86_400, 10):
        holds = (condition(),) if now % (well_s + 30) < 30 else ()
        active = [incident] if incident and incident.active else []
        ended = [incident] if incident and not incident.active else []
        for act in decide(holds, active, ended, {1: seen}, now=float(now), calm_s=CALM_S):
            told += act.deed is not Deed.REFRESH
            if act.deed is Deed.OPEN:
                incident = an_incident()
            elif incident and act.deed is Deed.REOPEN:
                state, flaps = IncidentState.OPEN, incident.flaps + 1
                incident = replace(incident, state=state, flaps=flaps, resolved_at=None)
            elif incident and act.deed is Deed.RESOLVE:
                incident = replace(incident, state=IncidentState.RESOLVED, resolved_at=float(now))
        seen = float(now) if holds else seen
    assert 1 <= told <= 50


def an_incident() -> Incident:
    return Incident(
        id=1,
        condition=condition().id,
        subject="api",
        environment=SHOP,
        level=Level.NOTICE,
        state=IncidentState.OPEN,
        says=condition().says,
        opened_at=0.0,
    )


def test_what_comes_back_much_later_is_another_incident(desk: Desk) -> None:
    desk.look(condition())
    desk.look(after=60)
    assert desk.look(condition(), after=3600) == [Deed.OPEN]


def test_worse_escalates_and_takes_an_acknowledgement_back(desk: Desk) -> None:
    desk.look(condition(level=Level.WARNING))
    desk.store.incidents.change(desk.one.id, IncidentEvent.ACKNOWLEDGE, who="kim")
    assert (desk.one.state, desk.one.acknowledged_by) == (IncidentState.ACKNOWLEDGED, "kim")
    assert desk.look(condition(level=Level.IMMEDIATE)) == [Deed.ESCALATE]
    assert (desk.one.state, desk.one.level) == (IncidentState.OPEN, Level.IMMEDIATE)
    assert desk.look(condition(level=Level.NOTICE)) == [Deed.REFRESH]
    assert desk.one.level is Level.IMMEDIATE
    kinds = [event["kind"] for event in desk.store.incidents.events(desk.one.id)]
    assert kinds == ["opened", "acknowledged", "escalated"]


def test_what_is_over_cannot_be_acknowledged(desk: Desk) -> None:
    desk.look(condition())
    desk.look(after=60)
    with pytest.raises(IllegalTransition):
        desk.store.incidents.change(desk.one.id, IncidentEvent.ACKNOWLEDGE, who="kim")


def test_people_are_told_of_each_change_once(desk: Desk) -> None:
    outbox = desk.store.outbox

    def tell() -> list[NoticeKind]:
        untold = outbox.untold()
        for incident, kind in untold:
            outbox.enqueue(incident, kind, ["shop/slack"], incident.level)
        return [kind for _incident, kind in untold]

    desk.look(condition())
    assert [tell(), tell()] == [[NoticeKind.OPENED], []]
    desk.look(condition(level=Level.URGENT))
    assert [tell(), tell()] == [[NoticeKind.ESCALATED], []]
    desk.look(after=60)
    assert [tell(), tell()] == [[NoticeKind.RESOLVED], []]
    desk.look(condition())
    assert [tell(), tell()] == [[NoticeKind.REOPENED], []]
    assert len(outbox.due(desk.clock.at)) == 4


def test_an_incident_of_which_nobody_heard_ends_unheard(desk: Desk) -> None:
    desk.look(condition())
    desk.look(after=60)
    assert desk.store.outbox.untold() == ()


def test_a_silence_covers_what_it_names_until_it_ends(desk: Desk) -> None:
    desk.look(condition(), condition("disk", subject="pgdata"))
    desk.store.silences.add(
        environment=SHOP,
        condition="disk",
        subject="",
        until=desk.clock.at + 100,
        by="kim",
        reason="moving",
    )
    silenced = {item.condition: item.silenced_until for item in desk.store.incidents.active()}
    assert silenced == {"api-p95": None, "disk": desk.clock.at + 100}
    desk.clock.at += 101
    assert {item.silenced_until for item in desk.store.incidents.active()} == {None}


def test_notices_survive_a_restart_and_are_tried_again(desk: Desk, tmp_path: Path) -> None:
    desk.look(condition())
    ((incident, kind),) = desk.store.outbox.untold()
    desk.store.outbox.enqueue(incident, kind, ["shop/slack", "shop/mail"], incident.level)
    again = store_in(tmp_path, desk.clock).outbox
    first, second = again.due(desk.clock.at)
    again.sent([first.id])
    again.failed([second.id], "refused", desk.clock.at + 30)
    assert again.due(desk.clock.at) == ()
    (waiting,) = again.due(desk.clock.at + 30)
    assert (waiting.channel, waiting.attempts, waiting.error) == ("mail", 1, "refused")
    again.failed([waiting.id], "refused", None)
    assert again.due(desk.clock.at + 1e6) == ()
