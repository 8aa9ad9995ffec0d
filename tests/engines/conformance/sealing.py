"""Names, files and volumes: a release is sealed, an environment keeps its own data."""

from __future__ import annotations

from typing import Any, cast

from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Instance, MountedFile, Role
from shipway.ports_backup import DataFolders
from tests.engines.conformance.base import Base
from tests.engines.conformance.support import EngineUnderTest, ask, only, scope, tiny_workload

PEERS: dict[str, Any] = {
    "peers": ("api", "backend", "database"),
    "environment_peers": ("database",),
}


class SealingConformance(Base):
    """R027, R096: old talks to old, new to new, and neither to a neighbour."""

    def test_a_name_means_this_release_and_the_environments_own(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine = under_test.engine
        callers: dict[Scope, Instance] = {}
        for name in (project, f"{project}-staging"):
            database = tiny_workload(
                scope(name, release=None),
                tiny,
                service="database",
                role=Role.STATEFUL,
                environment={"NAME": f"{name} database"},
                **PEERS,
            )
            engine.start(database)
            for release in (1, 2):
                where = scope(name, release=release)
                callers[where] = only(
                    engine.start(
                        tiny_workload(
                            where,
                            tiny,
                            environment={
                                "BACKEND_URL": "http://backend:8000/",
                                "DATABASE_URL": "http://database:database@database:8000/database",
                            },
                            **PEERS,
                        )
                    )
                )
                engine.start(
                    tiny_workload(
                        where,
                        tiny,
                        service="backend",
                        environment={"NAME": f"{name} r{release}"},
                        **PEERS,
                    )
                )
        for where, caller in callers.items():
            name = where.environment.project
            backend = ask(under_test, caller, "/env", name="BACKEND_URL")
            assert (
                ask(under_test, caller, "/fetch", url=backend)
                == f"hello from {name} r{where.release}"
            )
            url = ask(under_test, caller, "/env", name="DATABASE_URL")
            host = url.rpartition("@")[2].partition("/")[0]
            assert url == f"http://database:database@{host}/database"
            told = ask(under_test, caller, "/fetch", url=f"http://{host}/")
            assert told == f"hello from {name} database"

    def test_a_mounted_file_is_where_a_variable_says_with_its_mode(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        work = tiny_workload(
            scope(project),
            tiny,
            environment={"TOKEN_FILE": "/run/secrets/token"},
            files=(MountedFile(target="/run/secrets/token", content=b"s3cret\n", mode=0o400),),
        )
        instance = only(under_test.engine.start(work))
        path = ask(under_test, instance, "/env", name="TOKEN_FILE")
        assert ask(under_test, instance, "/read", path=path) == "s3cret\n"
        assert ask(under_test, instance, "/mode", path=path) == "0o400"

    def test_a_named_volume_outlives_its_instances_and_belongs_to_one_environment(
        self, under_test: EngineUnderTest, project: str, tiny: Artifact
    ) -> None:
        engine = under_test.engine

        def with_volume(where: Scope) -> Instance:
            mount = {"type": "volume", "source": "data", "target": "/data", "volume": {}}
            work = tiny_workload(
                where,
                tiny,
                environment={"NOTE": "/data/note"},
                definition={"volumes": [mount]},
                volumes={"data": {"name": f"{project}_data"}},
            )
            return only(engine.start(work))

        first = with_volume(scope(project))
        note = ask(under_test, first, "/env", name="NOTE")
        ask(under_test, first, "/write", path=note, text="kept")
        engine.remove(scope(project))
        second = with_volume(scope(project, release=2))
        note = ask(under_test, second, "/env", name="NOTE")
        assert ask(under_test, second, "/read", path=note) == "kept"
        elsewhere = with_volume(scope(project, "production"))
        note = ask(under_test, elsewhere, "/env", name="NOTE")
        ask(under_test, elsewhere, "/write", path=note, text="production's")
        note = ask(under_test, second, "/env", name="NOTE")
        assert ask(under_test, second, "/read", path=note) == "kept"
        folders = cast("DataFolders", engine)  # every engine implements it beside Engine
        (held,) = folders.held(EnvironmentId(project, "production"))
        assert held.name == "data"
        assert held.folder is not None
        assert (held.folder / "note").read_text() == "production's"
