"""A rollout that begins while others' leavings are removed."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from shipway.model.names import EnvironmentId
from shipway.model.records import RolloutKind
from shipway.rollout.retirement import prune
from shipway.rollout.steps.source import STEP
from tests.support.running import eventually


class Watch:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def check(self) -> None:
        self.asked += 1


def test_a_commit_is_fetched_only_when_a_removal_under_way_has_ended(tmp_path: Path) -> None:
    """The removal looked for rollouts before this one had begun, and takes its tree for nobody's."""
    repository = tmp_path / "repository"
    git = ["git", "-C", str(repository), "-c", "user.name=kim", "-c", "user.email=k@example.com"]
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    (repository / "file").write_text("x")
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    notes: list[str] = []
    lock = threading.Lock()
    world = SimpleNamespace(pruning=lock, tree_of=lambda _project, commit: tmp_path / commit)
    run = SimpleNamespace(
        world=world,
        environment=EnvironmentId("shop", "staging"),
        rollout=SimpleNamespace(
            kind=RolloutKind.DEPLOY, release=None, request={"directory": str(repository)}
        ),
        note=lambda _step, text: notes.append(text),
    )
    watch: Any = Watch()
    lock.acquire()
    thread = threading.Thread(target=STEP.do, args=(run, watch))
    thread.start()
    eventually("it waits, and can still be aborted", lambda: watch.asked >= 3, 10)
    assert [path.name for path in tmp_path.iterdir()] == ["repository"]
    lock.release()
    thread.join(10)
    assert len(list(tmp_path.iterdir())) == 2
    assert notes


def test_nothing_is_removed_while_a_rollout_runs() -> None:
    shop = EnvironmentId("shop", "staging")
    world: Any = SimpleNamespace(
        pruning=threading.Lock(),
        store=SimpleNamespace(
            catalog=SimpleNamespace(environments=lambda _project: [(shop, "process")]),
            rollouts=SimpleNamespace(active=lambda _name: object()),
        ),
    )
    assert prune(world, "shop") == 0
    assert not world.pruning.locked()
