"""Keeps incidents as the decisions say: the thin side of `deciding`."""

from __future__ import annotations

from collections.abc import Sequence

from shipway.model.condition import Condition
from shipway.model.names import EnvironmentId, release_label
from shipway.model.observe import Incident, IncidentEvent
from shipway.observe.deciding import LOOKS_TO_CALM, Act, Deed, decide
from shipway.observe.world import Observatory

REFRESH_S = 60.0
ENDED_LIMIT = 200


class Keeper:
    """Remembers when each condition held last; writes it down once a minute."""

    def __init__(self, world: Observatory) -> None:
        self._world = world
        self._seen: dict[int, float] = {}
        self._written: dict[int, float] = {}
        self._since = world.clock.now()

    def keep(self, conditions: Sequence[Condition]) -> None:
        """Open, escalate and resolve incidents so that they say what holds now."""
        now = self._world.clock.now()
        incidents = self._world.incidents
        active = incidents.active()
        for incident in active:  # what happened while no daemon looked is not known
            self._seen.setdefault(incident.id, max(incident.last_seen_at, self._since))
        ended = [item for item in incidents.recent(limit=ENDED_LIMIT) if not item.active]
        calm_s = LOOKS_TO_CALM * self._world.every_s
        for act in decide(conditions, active, ended, self._seen, now=now, calm_s=calm_s):
            self._do(act, now)

    def _do(self, act: Act, now: float) -> None:
        incidents = self._world.incidents
        incident, condition = act.incident, act.condition
        again = act.deed is Deed.REOPEN and incident is not None and self._same(incident)
        if act.deed in {Deed.OPEN, Deed.REOPEN} and condition is not None and not again:
            incident = self._open(condition)
        elif incident is None:
            return
        elif act.deed is Deed.REOPEN:
            incidents.change(incident.id, IncidentEvent.REOPEN, condition=condition)
        elif act.deed is Deed.ESCALATE:
            incidents.change(incident.id, IncidentEvent.ESCALATE, condition=condition)
        elif act.deed is Deed.RESOLVE:
            incidents.change(incident.id, IncidentEvent.RESOLVE)
            self._seen.pop(incident.id, None)
            self._written.pop(incident.id, None)
            return
        elif condition is not None and now - self._written.get(incident.id, 0.0) >= REFRESH_S:
            incidents.refresh(incident.id, condition)
            self._written[incident.id] = now
        self._seen[incident.id] = now

    def _same(self, incident: Incident) -> bool:
        """Return whether nothing was rolled out since: else what comes back is something else."""
        return incident.rollout == self._circumstances(incident.environment)[1]

    def _open(self, condition: Condition) -> Incident:
        release, rollout = self._circumstances(condition.environment)
        return self._world.incidents.open(condition, release=release, rollout=rollout)

    def _circumstances(self, environment: EnvironmentId | None) -> tuple[str | None, int | None]:
        """Return the release that is live and the rollout that changed something last."""
        if environment is None:
            return None, None
        live = self._world.store.placements.live(environment)
        recent = self._world.store.rollouts.recent(environment=environment, limit=1)
        label = None if live is None else release_label(live.release)
        return label, (recent[0].id if recent else None)
