"""Engine: create, start, stop, remove, restart, health, and being taken over."""

from __future__ import annotations

import time

from shipway.model.workload import Artifact, Health, InstanceState, Priority
from tests.engines.conformance.base import Base
from tests.engines.conformance.support import (
    EngineUnderTest,
    ask,
    ended,
    eventually,
    only,
    scope,
    seen,
    serve,
    tiny_workload,
)


class LifecycleConformance(Base):
    """R085, R088, R094: what a rollout asks of an engine."""

    def test_created_instances_do_not_run_until_they_are_started(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine, work = under_test.engine, tiny_workload(scope(project), tiny)
        created = only(engine.create(work))
        assert (created.state, created.address) == (InstanceState.CREATED, None)
        assert (created.name, created.service, created.scope) == ("api-1", "api", work.scope)
        running = only(engine.start(work))
        assert running.id == created.id
        assert running.state is InstanceState.RUNNING
        assert ask(under_test, running) == "hello from api"

    def test_starting_again_leaves_running_instances_alone(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine, work = under_test.engine, tiny_workload(scope(project), tiny)
        first = only(engine.start(work))
        ask(under_test, first)
        engine.create(work)
        second = only(engine.start(work))
        assert (second.id, second.started_at) == (first.id, first.started_at)
        assert first.started_at is not None
        assert abs(time.time() - first.started_at) < 60

    def test_a_priority_changes_nothing_else(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine, work = under_test.engine, tiny_workload(scope(project), tiny)
        engine.prioritise(work, Priority.NORMAL)  # there is nothing yet
        first = only(engine.start(work, priority=Priority.BACKGROUND))
        assert ask(under_test, first) == "hello from api"
        engine.prioritise(work, Priority.NORMAL)
        same = only(engine.start(work))
        assert (same.id, same.started_at) == (first.id, first.started_at)

    def test_replicas_have_addresses_of_their_own(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        work = tiny_workload(scope(project), tiny, replicas=2)
        instances = under_test.engine.start(work)
        assert [i.index for i in instances] == [1, 2]
        assert len({under_test.reach(i, 8000) for i in instances}) == 2
        assert [ask(under_test, i) for i in instances] == ["hello from api"] * 2

    def test_instances_are_listed_by_scope_by_environment_and_all(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine = under_test.engine
        one, two = scope(project, release=1), scope(project, release=2)
        other = scope(f"{project}-staging", "production")
        for where in (one, two, other):
            engine.create(tiny_workload(where, tiny))
        assert only(seen(engine, one)).scope == one
        assert {i.scope for i in engine.instances(one.environment)} == {one, two}
        assert {one, two, other} <= {i.scope for i in engine.instances()}

    def test_a_stop_lets_the_service_end_by_itself(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine, work = under_test.engine, tiny_workload(scope(project), tiny)
        instance = only(engine.start(work))
        ask(under_test, instance)
        engine.stop([instance])
        stopped = only(seen(engine, work.scope))
        assert (stopped.state, stopped.exit_code, stopped.address) == (
            InstanceState.EXITED,
            0,
            None,
        )
        assert [line.text for line in engine.logs(stopped)][-1] == "stopping"
        engine.stop([stopped])

    def test_all_are_stopped_at_the_same_time_and_the_stubborn_are_killed_after_their_grace(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine, grace_s = under_test.engine, 2.0
        work = tiny_workload(
            scope(project),
            tiny,
            replicas=3,
            stop_grace_s=grace_s,
            definition={"command": serve("--stubborn")},
        )
        instances = engine.start(work)
        for instance in instances:
            ask(under_test, instance)
        begin = time.monotonic()
        engine.stop(instances)
        assert time.monotonic() - begin > grace_s - 0.1
        told = [
            line.at
            for instance in instances
            for line in engine.logs(instance)
            if line.text == "ignored"
        ]
        assert len(told) == 3
        # however long a busy engine takes: one after the other is a grace apart
        assert max(told) - min(told) < grace_s
        assert [i.exit_code for i in seen(engine, work.scope)] == [137] * 3

    def test_a_stopped_instance_stays_and_starts_again(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine, work = under_test.engine, tiny_workload(scope(project), tiny)
        first = only(engine.start(work))
        ask(under_test, first)
        engine.stop([first])
        again = only(engine.start(work))
        assert again.id == first.id
        assert ask(under_test, again) == "hello from api"

    def test_remove_ends_what_runs_and_touches_nothing_else(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine = under_test.engine
        mine, other = scope(project), scope(f"{project}-staging")
        engine.start(tiny_workload(mine, tiny))
        engine.start(tiny_workload(mine, tiny, service="worker"))
        neighbour = only(engine.start(tiny_workload(other, tiny)))
        engine.remove(mine, service="worker")
        assert only(seen(engine, mine)).service == "api"
        engine.remove(mine)
        engine.remove(mine)
        assert seen(engine, mine) == ()
        assert ask(under_test, neighbour) == "hello from api"

    def test_a_failing_service_is_restarted_as_its_policy_says(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine = under_test.engine
        work = tiny_workload(scope(project), tiny, definition={"restart": "on-failure"})
        instance = only(engine.start(work))
        ask(under_test, instance, "/exit", code="3")

        def restarted() -> bool:
            now = only(seen(engine, work.scope))
            return now.restarts == 1 and now.state is InstanceState.RUNNING

        assert eventually(restarted)
        assert ask(under_test, only(seen(engine, work.scope))) == "hello from api"

    def test_without_a_policy_an_ended_service_stays_down_with_its_exit_code(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine, work = under_test.engine, tiny_workload(scope(project), tiny)
        ask(under_test, only(engine.start(work)), "/exit", code="3")
        assert ended(engine, work.scope).exit_code == 3

    def test_a_healthcheck_gives_its_verdict(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine = under_test.engine
        url = "http://localhost:8000/"
        good = ["CMD", "python", "-c", f"import urllib.request as r; r.urlopen('{url}')"]
        tests = {"good": good, "bad": ["CMD-SHELL", "exit 1"]}
        where = scope(project)
        for service, test in tests.items():
            check = {"test": test, "interval": "1s", "timeout": "5s", "retries": 2}
            work = tiny_workload(where, tiny, service=service, definition={"healthcheck": check})
            assert only(engine.start(work)).health is Health.STARTING
        verdicts = {"good": Health.HEALTHY, "bad": Health.UNHEALTHY}
        assert eventually(lambda: {i.service: i.health for i in seen(engine, where)} == verdicts)

    def test_another_engine_object_takes_over_what_runs(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        work = tiny_workload(scope(project), tiny)
        instance = only(under_test.engine.start(work))
        ask(under_test, instance)
        successor = under_test.again()
        assert only(seen(successor, work.scope)) == instance
        assert only(successor.start(work)).started_at == instance.started_at
        successor.stop([instance])
        assert only(seen(under_test.engine, work.scope)).state is InstanceState.EXITED

    def test_a_plain_service_is_honoured_whole(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        work = tiny_workload(scope(project), tiny, definition={"restart": "unless-stopped"})
        assert under_test.engine.review(work) == ()
        assert under_test.engine.facts().name == under_test.engine.name
