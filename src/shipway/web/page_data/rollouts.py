"""A rollout as its steps: what is done, what goes on, what is yet to come."""

from __future__ import annotations

from dataclasses import dataclass

from shipway.api.service import Service
from shipway.model.records import ProgressLine, Rollout
from shipway.rollout.story import story_of

OUTPUT_MAX = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """One step.  state: waiting, running, done, failed, undone."""

    name: str
    title: str
    state: str
    seconds: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A rollout, its steps, what it wrote, and the number of its last line."""

    rollout: Rollout
    steps: tuple[StepShown, ...]
    output: tuple[ProgressLine, ...]
    last: int
    last_words: str

    @property
    def done(self) -> int:
        """Return how many steps are done."""
        return sum(step.state == "done" for step in self.steps)


STATES = {
    "step-started": "running",
    "step-done": "done",
    "step-failed": "failed",
    "undo-started": "undoing",
    "undo-done": "undone",
    "undo-failed": "failed",
}


def progress_of(service: Service, identifier: int) -> Progress:
    """Return how a rollout goes.  Raises Problem `no-rollout`."""
    rollout = service.world.store.rollouts.get(identifier)
    return arranged(rollout, service.world.store.rollouts.told(identifier))


def _shown(state: str, *, culprit: bool) -> str:
    """Return the state to show: the step that failed stays the one that failed."""
    return "failed" if culprit and state in {"undone", "undoing"} else state


def arranged(rollout: Rollout, lines: tuple[ProgressLine, ...]) -> Progress:
    """Return the lines as steps.  Pure."""
    states: dict[str, str] = {}
    titles: dict[str, str] = {}
    started: dict[str, float] = {}
    ended: dict[str, float] = {}
    notes: dict[str, list[str]] = {}
    last_words = culprit = ""
    for line in lines:
        state = STATES.get(line.kind)
        if state is not None:
            states[line.step] = state
            if line.kind == "step-failed":
                culprit = line.step
            if line.kind == "step-started":
                titles[line.step] = line.text
                started[line.step] = line.at
                ended.pop(line.step, None)
            elif line.kind in {"step-done", "step-failed"}:
                ended[line.step] = line.at
        elif line.kind == "note":
            notes.setdefault(line.step, []).append(line.text)
        elif line.kind == "finished":
            last_words = line.text
    steps = []
    for step in story_of(rollout.kind, rollout.request):
        begun, over = started.get(step.name), ended.get(step.name)
        steps.append(
            StepShown(
                name=step.name,
                title=titles.get(step.name, step.title),
                state=_shown(states.get(step.name, "waiting"), culprit=step.name == culprit),
                seconds=over - begun if begun is not None and over is not None else None,
                notes=tuple(notes.get(step.name, ())),
            )
        )
    output = tuple(line for line in lines if line.kind in {"output", "note"})
    return Progress(
        rollout=rollout,
        steps=tuple(steps),
        output=output[-OUTPUT_MAX:],
        last=lines[-1].seq if lines else 0,
        last_words=last_words,
    )
