"""What follows from sleep for the ingress and for the decision to sleep: values only."""

from __future__ import annotations

from shipway.ingress.plan import plan_change
from shipway.ingress.render import render
from shipway.ingress.settings import IngressSettings
from shipway.model.application import Application, RouteRule, Service
from shipway.model.names import EnvironmentId, Scope
from shipway.model.routing import UpstreamState, UpstreamStatus
from shipway.model.sleep import Sleep, SleepState
from shipway.model.workload import Instance, InstanceState, Role
from shipway.rollout.idle import activity
from shipway.rollout.traffic import EnvironmentTraffic, assemble

STAGING = EnvironmentId("shop", "staging")
APP = Application(
    environment=STAGING,
    services=(Service(name="web", role=Role.WEB, definition={}, port=8000),),
    routes=(RouteRule(service="web"),),
    port=4400,
    sleep_after_s=3600.0,
)


def traffic(state: SleepState | None) -> EnvironmentTraffic:
    instance = Instance(
        id="1",
        scope=Scope(environment=STAGING, release=7),
        service="web",
        index=1,
        state=InstanceState.RUNNING,
        address="127.1.0.1",
    )
    sleep = Sleep(environment=STAGING, state=state, port=9999, since=0.0) if state else None
    return EnvironmentTraffic(app=APP, serving=7, instances=[instance], sleep=sleep)


def ready(state: SleepState | None) -> list[str]:
    (backend,) = assemble([traffic(state)]).backends
    return [one.name for one in backend.upstreams if one.state is UpstreamState.READY]


def test_only_the_waker_is_open_until_the_instances_are_healthy() -> None:
    assert ready(None) == ["r7-1"]
    assert ready(SleepState.ASLEEP) == ["waker"]
    assert ready(SleepState.WAKING) == ["waker"]
    assert ready(SleepState.OPENING) == ["r7-1", "waker"]


def test_falling_asleep_needs_no_reload_of_the_proxy() -> None:
    settings = IngressSettings()
    awake, asleep = (
        render(assemble([traffic(item)]), settings) for item in (None, SleepState.ASLEEP)
    )
    assert awake.structure == asleep.structure
    assert "timeout queue 130000ms" in awake.text
    commands = [
        command for command, _ in plan_change([], assemble([traffic(SleepState.ASLEEP)])).commands
    ]
    assert commands[1].startswith(
        "add server shop.staging.web/waker:127.0.0.1:9999 127.0.0.1:9999 ssl verify none maxconn 1"
    )


def status(requests: int, connections: int, backend: str = "shop.staging.web") -> UpstreamStatus:
    return UpstreamStatus(
        backend=backend,
        name="r7-1",
        address="127.1.0.1",
        port=8000,
        state=UpstreamState.READY,
        connections=connections,
        requests_total=requests,
    )


def test_activity_is_what_the_ingress_sees_of_this_environment_alone() -> None:
    before = activity(APP, (status(5, 0),))
    assert activity(APP, (status(5, 0), status(9, 9, "shop.production.web"))) == before
    assert activity(APP, (status(6, 0),)) != before
    assert activity(APP, (status(5, 1),)).connections == 1
    assert activity(APP, ()) != before, "a proxy that came anew counts as activity"
