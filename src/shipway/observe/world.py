"""What observation has at hand: its ports, filled by the daemon's wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shipway.journeys import Trust
from shipway.model.application import Application
from shipway.model.names import EnvironmentId
from shipway.model.records import Placement
from shipway.model.workload import Instance, LogLine
from shipway.ports import Cancelled, Clock
from shipway.ports_observe import (
    Conditions,
    DeployReporter,
    Gauge,
    HistoryPort,
    IncidentsPort,
    LogbookPort,
    Notifier,
    OutboxPort,
    Readings,
    SilencesPort,
    Timings,
)
from shipway.ports_store import Store
from shipway.ports_vault import Secrets

EVERY_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Observatory:
    """Everything that observation shares.

    application: by fingerprint; instances: an environment's, as its engine says.
    logs: follows an instance's lines until it ends.  gauges: by engine's name; timings None: this ingress tells none.
    conditions, readings: what other rooms know to be wrong, and their figures.
    trust: how the certificate at an application's front door is looked at.
    every_s: seconds between two looks.
    """

    store: Store
    history: HistoryPort
    incidents: IncidentsPort
    silences: SilencesPort
    outbox: OutboxPort
    notifier: Notifier
    reporter: DeployReporter
    clock: Clock
    home: Path
    application: Callable[[str], Application]
    instances: Callable[[EnvironmentId], Sequence[Instance]]
    logs: Callable[[Instance, Cancelled], Iterator[LogLine]]
    logbook: LogbookPort
    gauges: Mapping[str, Gauge]
    timings: Timings | None = None
    secrets: Secrets | None = None
    conditions: Sequence[Conditions] = ()
    readings: Sequence[Readings] = ()
    trust: Callable[[Application], Trust] = lambda _app: Trust()
    every_s: float = EVERY_S

    def live(self) -> tuple[tuple[EnvironmentId, str, Placement], ...]:
        """Return (environment, engine, live placement) of all that serve and do not sleep."""
        found = []
        for environment, engine in self.store.catalog.environments():
            placement = self.store.placements.live(environment)
            asleep = self.store.sleeps.get(environment) is not None
            if placement is not None and not asleep:  # its stopped instances are no fault
                found.append((environment, engine, placement))
        return tuple(found)

    def live_application(self, environment: EnvironmentId) -> Application | None:
        """Return the application that is live, None where nothing is."""
        placement = self.store.placements.live(environment)
        return None if placement is None else self.application(placement.fingerprint)
