"""The commit's tree, in a directory of Shipway's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shipway import git
from shipway.model.records import Commit, RolloutKind
from shipway.rollout.run import Run
from shipway.saga.step import Step, Watch

PAUSE_S = 0.2


def export_commit(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ensure that the tree of the wanted commit is there."""
    watch.check()
    _await_pruned(run, watch)
    directory = Path(str(run.rollout.request["directory"]))
    commit = _commit(run, directory)
    if commit.dirty:
        run.note("source", "the working tree has changes that are not committed; they stay out")
    if run.rollout.kind is RolloutKind.DEPLOY:
        for note in left_out(directory, commit):
            run.note("source", note)
    tree = git.export(
        directory, commit.hash, run.world.tree_of(run.environment.project, commit.hash)
    )
    run.note("source", f"{commit.short} {commit.subject}")
    return {"commit": asdict(commit), "directory": str(tree)}


def left_out(directory: Path, commit: Commit) -> tuple[str, ...]:
    """Return what of a commit is not its own files, and is not deployed for that reason."""
    paths = git.submodules(directory, commit.hash)
    if not paths:
        return ()
    return (f"submodules are not deployed, their directories are empty: {', '.join(paths)}",)


def _await_pruned(run: Run, watch: Watch) -> None:
    """Wait for a removal under way: it does not know yet what this rollout needs.

    None begins from here on, because this rollout is seen.
    """
    while not run.world.pruning.acquire(timeout=PAUSE_S):
        watch.check()
    run.world.pruning.release()


def _commit(run: Run, directory: Path) -> Commit:
    """Return the commit that was named when the rollout was asked for."""
    if run.rollout.release is not None:
        project = run.environment.project
        return run.world.store.catalog.release(project, run.rollout.release).commit
    request = run.rollout.request
    return Commit(**request["commit"]) if "commit" in request else read_commit(directory, "HEAD")


def read_commit(directory: Path, ref: str) -> Commit:
    """Return the commit that a name means in the user's repository now."""
    full, subject, author, at = git.resolve(directory, ref)
    dirty = ref == "HEAD" and git.is_dirty(directory)
    return Commit(hash=full, subject=subject, author=author, at=at, ref=ref, dirty=dirty)


STEP = Step(name="source", title="fetch the commit", do=export_commit, deadline_s=180.0)
