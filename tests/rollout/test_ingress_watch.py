"""What the ingress is told follows from facts; the same facts are not worked out again."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.errors import Problem
from shipway.model.routing import IngressConfig
from shipway.rollout import reconcile
from shipway.rollout.reconcile import IngressWatch


class Ingress:
    def __init__(self) -> None:
        self.applied: list[object] = []
        self.lives = True
        self.refuses = False

    def alive(self) -> bool:
        return self.lives

    def apply(self, config: IngressConfig) -> None:
        if self.refuses:
            raise Problem("ingress-unavailable", "it does not answer.")
        self.applied.append(config)
        self.lives = True


class Told:
    """Facts that are the same where their name is."""

    worked_out = 0

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Told) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def config(self) -> object:
        Told.worked_out += 1
        return SimpleNamespace(listeners=("one",), name=self.name)


def test_the_watch_works_out_only_what_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that was killed is told all of it again; one that refused is told at the next look."""
    ingress, said = Ingress(), ["first"]
    world = SimpleNamespace(ingress=ingress, ingress_lock=threading.Lock())
    monkeypatch.setattr(reconcile, "facts", lambda _world: Told(said[-1]))
    monkeypatch.setattr(Told, "worked_out", 0)
    watch = IngressWatch(cast("Any", world))
    for _ in range(3):
        watch.look()
    assert (Told.worked_out, len(ingress.applied)) == (1, 1)
    ingress.lives = False
    watch.look()
    assert (Told.worked_out, len(ingress.applied)) == (1, 2)
    said.append("second")
    ingress.refuses = True
    with pytest.raises(Problem):
        watch.look()
    ingress.refuses = False
    watch.look()
    watch.look()
    assert (Told.worked_out, len(ingress.applied)) == (3, 3)
