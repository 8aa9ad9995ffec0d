"""The fixtures of the suite: the tiny artifact, and a project that is cleaned up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shipway.model.workload import Artifact
from shipway.ports import BuildRequest, Engine
from tests.engines.conformance.support import EngineUnderTest, built, new_project, write_source


def clean(engine: Engine, project: str) -> None:
    """Remove every instance of the projects whose names begin with `project`."""
    scopes = {
        i.scope for i in engine.instances() if i.scope.environment.project.startswith(project)
    }
    for scope in scopes:
        engine.remove(scope)


class Base:
    """What each part of the suite builds on."""

    @pytest.fixture(scope="class")
    @classmethod
    def tiny(
        cls, under_test: EngineUnderTest, tmp_path_factory: pytest.TempPathFactory
    ) -> Artifact:
        source = write_source(tmp_path_factory.mktemp("tiny"))
        request = BuildRequest(
            project="conformance",
            service="api",
            commit="0" * 40,
            source=source,
            definition=built(source),
        )
        return under_test.engine.build(request, output=print)

    @pytest.fixture
    def project(self, under_test: EngineUnderTest) -> Iterator[str]:
        name = new_project()
        yield name
        clean(under_test.engine, name)
