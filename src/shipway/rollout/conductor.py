"""Runs rollouts: begins them, takes up those that a dead daemon left, aborts and resumes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

from shipway.errors import Problem
from shipway.model.lifecycle import RolloutEvent, RolloutState
from shipway.model.names import EnvironmentId
from shipway.model.records import ProgressLine, Rollout, RolloutKind
from shipway.rollout.requests import RolloutRequest, prepare
from shipway.rollout.run import Run
from shipway.rollout.sleep import wake
from shipway.rollout.steps.fetch_files import fetched_files
from shipway.rollout.story import story_of
from shipway.rollout.teller import Teller, follow
from shipway.rollout.world import World
from shipway.saga.runner import End, Moment, Result, Saga

log = logging.getLogger("shipway.rollout")


class Conductor:
    """All rollouts of this daemon, each in a thread of its own.

    observe: told every moment of every saga: (rollout, moment).
    after: called with the rollout's record when one has ended.
    """

    def __init__(
        self,
        world: World,
        *,
        observe: Callable[[Rollout, Moment], None] = lambda _rollout, _moment: None,
        after: Callable[[Rollout], None] = lambda _rollout: None,
    ) -> None:
        self._world = world
        self._observe = observe
        self._after = after
        self._guard = threading.Lock()
        self._tellers: dict[int, Teller] = {}

    def begin(self, request: RolloutRequest) -> Rollout:
        """Take the environment's lock, start the rollout, return at once.

        Raises Problem where it cannot begin; nothing was changed then.
        """
        prepared = prepare(self._world, request)
        rollouts = self._world.store.rollouts
        rollout = rollouts.begin(
            environment=prepared.environment,
            kind=prepared.kind,
            engine=prepared.engine,
            requested_by=request.who,
            request=prepared.record,
            release=prepared.release,
            previous=prepared.previous,
        )
        self._world.store.audit.add(
            request.who,
            rollout.kind,
            rollout.environment,
            details={
                "rollout": rollout.id,
                "release": rollout.release,
                "engine": rollout.engine,
                **({"override": request.override} if request.override else {}),
            },
        )
        self._start(rollout)
        return rollout

    def take_up(self) -> tuple[Rollout, ...]:
        """Go on with every rollout that an earlier daemon did not finish."""
        left = tuple(
            rollout
            for rollout in self._world.store.rollouts.unfinished()
            if rollout.state is not RolloutState.STUCK
        )
        for rollout in left:
            self._world.store.audit.add(
                "shipway", "take-up", rollout.environment, details={"rollout": rollout.id}
            )
            self._start(rollout)
        return left

    def resume(self, identifier: int, who: str) -> Rollout:
        """Try a stuck rollout again, or one that nobody conducts; one that runs is left alone."""
        rollout = self._world.store.rollouts.get(identifier)
        if rollout.state is RolloutState.STUCK:
            self._world.store.audit.add(
                who, "resume", rollout.environment, details={"rollout": identifier}
            )
            rollout = self._world.store.rollouts.advance(identifier, RolloutEvent.RESUME)
            self._start(rollout)
            return rollout
        if not rollout.state.active:
            raise Problem(
                "rollout-finished",
                f"rollout #{identifier} has {rollout.state} already; nothing is left to resume.",
                hints=["shipway status"],
            )
        self._start(rollout)  # where nobody conducts it any more
        return rollout

    def abort(self, identifier: int, who: str) -> Rollout:
        """Ask a rollout to stop and unwind; a stuck one is tried again, unwinding."""
        rollout = self._world.store.rollouts.get(identifier)
        if not rollout.state.active:
            raise Problem(
                "rollout-finished",
                f"rollout #{identifier} has {rollout.state} already; nothing is left to abort.",
                hints=["shipway rollback", "shipway status"],
            )
        self._world.store.audit.add(
            who, "abort", rollout.environment, details={"rollout": identifier}
        )
        self._world.store.rollouts.request_abort(identifier)
        if rollout.state is RolloutState.STUCK:
            return self.resume(identifier, who)
        return self._world.store.rollouts.get(identifier)

    def follow(self, identifier: int, after: int = 0) -> Iterator[ProgressLine]:
        """Yield what a rollout told and tells until it has finished."""
        return follow(
            self._world.store, identifier, lambda: self._tellers.get(identifier), after=after
        )

    @property
    def busy(self) -> bool:
        """Return whether a rollout runs."""
        return bool(self._tellers)

    def _start(self, rollout: Rollout) -> None:
        with self._guard:
            if rollout.id in self._tellers:
                return
            if not self._world.store.rollouts.get(rollout.id).state.active:
                return  # it has ended meanwhile
            self._tellers[rollout.id] = Teller(self._world.store, rollout.id)
        threading.Thread(
            target=self._conduct, args=(rollout,), name=f"rollout-{rollout.id}", daemon=True
        ).start()

    def _conduct(self, rollout: Rollout) -> None:
        teller = self._tellers[rollout.id]
        try:
            self._run(rollout, teller)
        except Exception:  # the edge of a thread: nothing above would see it
            log.exception("rollout #%s", rollout.id)
        finally:
            with self._guard:
                del self._tellers[rollout.id]
            self._after(self._world.store.rollouts.get(rollout.id))

    def _run(self, rollout: Rollout, teller: Teller) -> None:
        rollouts = self._world.store.rollouts
        run = Run(world=self._world, rollout=rollout, output=teller.output, note=teller.note)

        wake_first(self._world, rollout.environment, teller)

        def observe(moment: Moment) -> None:
            self._observe(rollout, moment)
            teller.moment(moment)
            if moment.problem is not None and moment.problem.kind == "internal-error":
                log.error("rollout #%s: %s", rollout.id, moment.problem)

        saga = Saga(
            steps=story_of(rollout.kind, rollout.request),
            context=run,
            journal=self._world.store.journal(rollout.id),
            outputs=run.outputs,
            cancelled=lambda: rollouts.abort_requested(rollout.id),
            observe=observe,
            unwinding=lambda problem: self._unwinding(rollout, problem),
        )
        result = saga.run()
        self._end(run, result, teller)

    def _unwinding(self, rollout: Rollout, problem: Problem) -> None:
        self._world.store.rollouts.advance(rollout.id, RolloutEvent.UNWIND, problem=problem)

    def _end(self, run: Run, result: Result, teller: Teller) -> None:
        rollout, store = run.rollout, self._world.store
        event = {
            End.SUCCEEDED: RolloutEvent.SUCCEED,
            End.UNWOUND: RolloutEvent.UNWOUND,
            End.STUCK: RolloutEvent.STICK,
        }[result.end]
        # told before the state changes, so that a follower never misses the last line
        teller.finished(_last_words(run, result))
        ended = store.rollouts.advance(rollout.id, event, problem=result.problem)
        store.audit.add(
            "shipway",
            f"{rollout.kind}-{ended.state}",
            rollout.environment,
            details={
                "rollout": rollout.id,
                "release": ended.release,
                "problem": result.problem.kind if result.problem else None,
            },
        )
        teller.flush()


def wake_first(world: World, environment: EnvironmentId, teller: Teller) -> None:
    """Wake an environment that sleeps: what serves is then what the rollout expects."""
    if world.store.sleeps.get(environment) is None:
        return
    teller.note("", f"{environment.name} sleeps: it is woken first")
    try:
        wake(world, environment)
    except Problem as problem:  # the rollout brings something better
        log.warning("%s: %s", environment, problem)


def _last_words(run: Run, result: Result) -> str:
    if result.end is End.SUCCEEDED and run.rollout.kind is RolloutKind.RESTORE:
        return _restored(run)
    if result.end is End.SUCCEEDED:
        return f"{run.label} is live in {run.environment.name}."
    if result.end is End.STUCK:
        return (
            f"rollout #{run.rollout.id} is stuck; {run.environment.name} stays locked. "
            f"Hint: shipway resume {run.rollout.id}"
        )
    told = result.problem is not None and run.still_serves in result.problem.message
    if told:
        return f"{run.environment.name} is as it was before."
    return f"{run.environment.name} is as it was before. {run.still_serves}"


def _restored(run: Run) -> str:
    where = run.environment.name
    if "fetch" in run.outputs:
        return _files_back(run)
    names = ", ".join(str(item["service"]) for item in run.outputs["restore"]["restored"])
    if "swap" in run.outputs:
        return f"{names} of {where} runs on its restored data; {run.label} goes on serving."
    return (
        f"the copy of {names} runs beside it: shipway exec {names}.restored {where} -- psql;"
        f" remove it with: shipway backup discard {where}"
    )


def _files_back(run: Run) -> str:
    found = fetched_files(run)
    names = ", ".join(item.subject for item in found)
    kept = [item.kept for item in found if item.kept]
    if not found:
        return f"{run.environment.name} has no files, Redis or bucket to bring back."
    if not kept:
        return f"{names} is back in {run.environment.name}."
    return f"{names} is back in {run.environment.name}; what was there before: {', '.join(kept)}"
