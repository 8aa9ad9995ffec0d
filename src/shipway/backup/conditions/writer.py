"""Whether it is this server that saves an environment.  Pure."""

from __future__ import annotations

from shipway.backup.conditions.facts import Facts, condition
from shipway.model.condition import Condition, Level
from shipway.ports_repository import OTHER_SERVER, Writer


def other_server(facts: Facts, other: Writer) -> Condition:
    """Return that another server writes into the repository, and this one saves nothing."""
    ago = max(0.0, facts.now - other.at)
    name = facts.environment.name
    return condition(
        facts,
        OTHER_SERVER,
        "repository",
        Level.IMMEDIATE,
        f"another server saves {name} into this repository ({other.name}, heard of {ago:.0f} s"
        " ago); nothing is saved from this one",
        f"다른 서버가 이 저장소에 {name} 환경을 백업하고 있습니다({other.name}, {ago:.0f}초 전 확인)."
        " 이 서버에서는 백업이 중지되었습니다",
        figure=ago,
        unit="s",
        hint=f"shipway backup adopt {name}",
    )
