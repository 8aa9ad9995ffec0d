"""Services that need others of their release, while all boot side by side.

With Compose a front end that ends without its API is started when that is healthy
(`depends_on`), or again and again (`restart`).  Here it boots beside the API, since a rollout
would take as long as all boots together; so it may fall meanwhile, as often as it likes.  As
soon as those that it needs are healthy, what has ended is started again, and from then on it
counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from shipway.model.application import Service
from shipway.model.workload import Instance, InstanceState
from shipway.rollout.run import Run
from shipway.rollout.steps.start import start_behind
from shipway.rollout.workloads import release_workload


@dataclass(slots=True)
class Others:
    """Which of the services that are waited for together are healthy so far.

    failed: one of them will not be.
    """

    together: frozenset[str] = frozenset()
    healthy: set[str] = field(default_factory=set)
    failed: Event = field(default_factory=Event)

    def turn_of(self, service: Service) -> Turn:
        """Return when the ends of a service's instances begin to count."""
        return Turn(self, self.together.intersection(service.after))

    @contextmanager
    def told(self, service: Service) -> Iterator[None]:
        """Tell those that wait for a service how waiting for it ended."""
        try:
            yield
        except BaseException:
            self.failed.set()
            raise
        self.healthy.add(service.name)


@dataclass(slots=True)
class Turn:
    """One service's: it counts as soon as those that it needs are healthy.

    An instance that was there before may end once more: it had asked too early.
    fell: how often each had been restarted by then.
    """

    others: Others
    needed: frozenset[str]
    fell: dict[str, int] = field(default_factory=dict)
    _early: set[str] = field(default_factory=set)

    @property
    def waits(self) -> bool:
        """Return whether its ends do not count yet."""
        return bool(self.needed)

    @property
    def hopeless(self) -> bool:
        """Return whether one of those that it needs has failed."""
        return self.waits and self.others.failed.is_set()

    def comes(self, instances: Sequence[Instance]) -> bool:
        """Return whether its time has come just now."""
        if not self.needed or not self.needed <= self.others.healthy:
            return False
        self.needed = frozenset()
        self.fell = {item.id: item.restarts for item in instances}
        self._early = set(self.fell)
        return True

    def start_again(self, run: Run, service: Service, instances: Sequence[Instance]) -> bool:
        """Start what has ended and may once more; return whether there was something."""
        ended = {item.id for item in instances if item.state is InstanceState.EXITED}
        if self.waits or not ended & self._early:
            return False
        self._early -= ended
        start_behind(run)(release_workload(run.app, service, run.release))
        return True
