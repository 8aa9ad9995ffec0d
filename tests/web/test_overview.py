"""The cards of the overview, from values: what sleeps is neither down nor in the way."""

from __future__ import annotations

import re
from typing import Any

import pytest

from shipway.api.access.gate import PRINCIPAL
from shipway.model.access import Entrance, Principal, Role
from shipway.model.names import EnvironmentId
from shipway.model.records import Commit, Project, Release
from shipway.model.sleep import Sleep, SleepState
from shipway.model.workload import Health
from shipway.model.workload import Role as ServiceRole
from shipway.rollout.overview import EnvironmentStatus, ServiceStatus
from shipway.web.page_data.overview import ProjectOverview, Promotion
from shipway.web.render import render

COMMIT = Commit(hash="4f2a91c0" * 5, subject="Faster search", author="Mina", at=0.0, ref="main")
RELEASE = Release(
    project="shop", number=7, commit=COMMIT, artifacts={}, created_at=0.0, created_by="mina"
)
STAGING = EnvironmentId("shop", "staging")


def service(name: str, *, running: int) -> ServiceStatus:
    return ServiceStatus(
        name=name,
        role=ServiceRole.WEB,
        wanted=1,
        running=running,
        restarts=0,
        health=Health.NONE,
        addresses=(),
        port=8000,
    )


def staging(*, running: int, sleep: SleepState | None) -> EnvironmentStatus:
    return EnvironmentStatus(
        environment=STAGING,
        engine="process",
        urls=("http://127.0.0.1:8080",),
        live=RELEASE,
        live_since=1.0,
        services=(service("web", running=running), service("postgres", running=1)),
        instances=(),
        kept=(),
        rollback_to=None,
        active=None,
        last=None,
        sleep=Sleep(environment=STAGING, state=sleep, port=1, since=0.0) if sleep else None,
    )


def shown(status: EnvironmentStatus, language: str = "en") -> str:
    overview = ProjectOverview(
        project=Project(name="shop", directory="/srv/shop"),
        environments=(status,),
        promotion=Promotion(source=STAGING, target=EnvironmentId("shop", "production"), commits=()),
        latest=(),
        incidents=(),
        proven_at=None,
        newest_backup_at=None,
        checks=0,
        passed_checks=0,
        failed_checks=0,
    )
    reader = Principal(
        name="mina", role=Role.ADMIN, entrance=Entrance.SESSION, language=language, csrf="x"
    )
    scope: dict[str, Any] = {"type": "http", "path": "/", "headers": [], PRINCIPAL: reader}
    text = render(scope, "overview.html", overviews=[overview], projects=["shop"])
    (card,) = re.findall(r"<article.*?</article>", text, re.DOTALL)
    return str(card)


@pytest.mark.parametrize(
    ("state", "english", "korean"),
    [
        (SleepState.ASLEEP, "asleep", "절전"),
        (SleepState.WAKING, "waking", "깨우는 중"),
        (SleepState.OPENING, "waking", "깨우는 중"),
    ],
)
def test_a_sleeping_environment_says_so_and_nothing_of_it_is_called_ill(
    state: SleepState, english: str, korean: str
) -> None:
    card = shown(staging(running=0, sleep=state))
    assert f'<span class="state">{english}' in card
    assert 'class="ill"' not in card
    assert card.count('class="asleep"') == 2
    assert "0/1" not in card
    assert "r7" in card
    assert korean in shown(staging(running=0, sleep=state), "ko")


def test_the_same_instances_missing_awake_are_said_to_be_missing() -> None:
    card = shown(staging(running=0, sleep=None))
    assert 'class="ill">web <span>0/1</span>' in card
    assert '<span class="state bad">' in card
    assert "asleep" not in card


def test_an_environment_that_is_up_says_it_in_one_word() -> None:
    card = shown(staging(running=1, sleep=None))
    assert '<span class="state good">' in card
    assert "asleep" not in card
    assert 'class="ill"' not in card
