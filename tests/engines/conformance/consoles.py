"""Console and jobs: logs, commands inside an instance, runs to the end."""

from __future__ import annotations

import subprocess
import threading

import pytest

from shipway.errors import Problem
from shipway.model.workload import Artifact, LogLine, Role
from tests.engines.conformance.base import Base
from tests.engines.conformance.support import (
    EngineUnderTest,
    ask,
    eventually,
    only,
    scope,
    seen,
    tiny_workload,
)


class ConsoleConformance(Base):
    """R085, R090: what a person asks of an instance, and what a migration needs."""

    def test_logs_keep_order_and_streams(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine = under_test.engine
        instance = only(engine.start(tiny_workload(scope(project), tiny)))
        ask(under_test, instance, "/say", text="first")
        ask(under_test, instance, "/say", text="second, 둘째")

        def lines() -> list[LogLine]:
            return list(engine.logs(instance))

        assert eventually(lambda: [line.text for line in lines()][-2:] == ["first", "second, 둘째"])
        assert [line.text for line in engine.logs(instance, tail=1)] == ["second, 둘째"]
        ask(under_test, instance, "/say", text="a fault", stream="stderr")
        assert eventually(lambda: "a fault" in [line.text for line in lines()])
        fault = next(line for line in lines() if line.text == "a fault")
        assert (fault.stream, fault.instance) == ("stderr", "api-1")
        assert lines()[0].at <= lines()[-1].at

    def test_followed_logs_end_with_the_instance(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine = under_test.engine
        instance = only(engine.start(tiny_workload(scope(project), tiny)))
        texts: list[str] = []

        def read() -> None:
            texts.extend(line.text for line in engine.logs(instance, follow=True))

        reader = threading.Thread(target=read)
        reader.start()
        ask(under_test, instance, "/say", text="heard")
        engine.stop([instance])
        reader.join(timeout=10)
        assert not reader.is_alive()
        assert texts == ["ready", "heard", "stopping"]

    def test_a_follower_leaves_when_it_is_told_to(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine = under_test.engine
        instance = only(engine.start(tiny_workload(scope(project), tiny)))
        ask(under_test, instance)
        lines = engine.logs(instance, follow=True, cancelled=lambda: True)
        assert [line.text for line in lines] in ([], ["ready"])

    def test_a_command_runs_inside_the_instance_and_its_secrets_are_in_no_argv(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine = under_test.engine
        work = tiny_workload(scope(project), tiny, environment={"TOKEN": "hunter2"})
        instance = only(engine.start(work))
        ask(under_test, instance)
        code = "import os; print(os.environ['TOKEN'], os.path.exists('tiny.py'))"
        argv = engine.exec_argv(instance, ["python", "-c", code], tty=False)
        assert not any("hunter2" in word for word in argv)
        told = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True)
        assert told.stdout == "hunter2 True\n"
        argv = engine.exec_argv(instance, ["sh", "-c", "exit 7"], tty=False)
        assert subprocess.run(argv, timeout=30, check=False).returncode == 7

    def test_a_job_gives_its_output_and_its_exit_code_and_leaves_nothing(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        lines: list[str] = []
        work = tiny_workload(
            scope(project),
            tiny,
            service="migrate",
            role=Role.JOB,
            port=None,
            argv=("python", "tiny.py", "job", "--lines", "2", "--exit", "4"),
        )
        code = under_test.engine.run(work, deadline_s=30, output=lines.append)
        assert (code, sorted(lines)) == (4, ["done", "line 0", "line 1"])
        assert seen(under_test.engine, work.scope) == ()

    @pytest.mark.parametrize("reason", ["deadline", "cancelled"])
    def test_a_job_that_does_not_end_is_ended(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact, reason: str
    ) -> None:
        lines: list[str] = []
        work = tiny_workload(
            scope(project),
            tiny,
            service="migrate",
            role=Role.JOB,
            port=None,
            stop_grace_s=1.0,
            argv=("python", "tiny.py", "job", "--hang"),
        )
        with pytest.raises(Problem) as caught:
            under_test.engine.run(
                work,
                deadline_s=1.5 if reason == "deadline" else 30,
                output=lines.append,
                cancelled=lambda: reason == "cancelled" and bool(lines),
            )
        assert caught.value.kind == reason
        assert seen(under_test.engine, work.scope) == ()
