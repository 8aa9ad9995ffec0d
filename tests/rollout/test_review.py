"""What a rollout tells of an application: what was guessed, and what the engine sets aside."""

from __future__ import annotations

from typing import Any, cast

from shipway.model.application import Application, Service
from shipway.model.names import EnvironmentId
from shipway.model.workload import Role
from shipway.ports import Engine
from shipway.rollout.review import news, notes_of


class Strict:
    """An engine that sets one key aside."""

    def review(self, workload: Any) -> tuple[str, ...]:
        return ("mem_limit is set aside.",) if "mem_limit" in workload.definition else ()


ENGINE = cast("Engine", Strict())


def app(*notes: str, **definition: Any) -> Application:
    return Application(
        environment=EnvironmentId("shop", "staging"),
        services=(Service(name="api", role=Role.WEB, definition=definition, build=True),),
        routes=(),
        port=4400,
        notes=notes,
    )


def test_a_first_rollout_tells_all_and_a_later_one_what_is_new() -> None:
    first = app("redis is taken as stateful.", mem_limit="1g")
    told = ("redis is taken as stateful.", "api: mem_limit is set aside.")
    assert news(ENGINE, first, None) == notes_of(ENGINE, first) == told
    assert news(ENGINE, first, first) == ()
    changed = app("redis is taken as stateless.", mem_limit="1g")
    assert news(ENGINE, changed, first) == ("redis is taken as stateless.",)
