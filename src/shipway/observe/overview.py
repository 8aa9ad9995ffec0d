"""What a person sees of observation: indicators with their rules, graphs, incidents.  Values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shipway.model.names import EnvironmentId
from shipway.model.observe import Incident, Point, Rule, Series, SeriesState
from shipway.model.records import Rollout
from shipway.model.rules import effective_rules
from shipway.observe.world import Observatory

GONE_LOOKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A series with the rule over it, where there is one; good None: nothing judges it."""

    series: Series
    rule: Rule | None

    @property
    def good(self) -> bool | None:
        """Return whether the value is within the rule; None where nobody can say."""
        if self.rule is None or self.series.state is not SeriesState.MEASURED:
            return None
        return self.series.value is not None and not self.rule.breached(self.series.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment on a graph: a release came in.  at: the switch, or the end without one."""

    at: float
    rollout: int
    kind: str
    state: str
    release: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Points of some series over the same time, and what was deployed in it."""

    since: float
    until: float
    step_s: float
    lines: Mapping[int, tuple[Point, ...]]
    series: tuple[Series, ...]
    marks: tuple[Mark, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDetail:
    """An incident with what happened to it and what changed last before it."""

    incident: Incident
    events: tuple[Mapping[str, object], ...]
    changed: Rollout | None


def rules_for(world: Observatory, environment: EnvironmentId | None) -> tuple[Rule, ...]:
    """Return the rules that hold in an environment, or for the machine."""
    app = world.live_application(environment) if environment else None
    return effective_rules(app.watching.rules if app else ())


def indicators(world: Observatory, environment: EnvironmentId | None) -> tuple[Indicator, ...]:
    """Return what is measured now, rules of the eight first; series that are gone are left out."""
    rules = rules_for(world, environment)
    order = {rule.indicator: number for number, rule in enumerate(rules)}
    by_indicator = {rule.indicator: rule for rule in reversed(rules)}
    recent = world.clock.now() - GONE_LOOKS * world.every_s
    found = [
        Indicator(series=item, rule=by_indicator.get(item.key.indicator))
        for item in world.history.series(environment)
        if item.key.environment == environment and item.seen_at >= recent
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                order.get(one.series.key.indicator, len(order)),
                one.series.key.indicator,
                one.series.key.subject,
            ),
        )
    )


def graph(
    world: Observatory,
    environment: EnvironmentId | None,
    wanted: Sequence[tuple[str, str | None]],
    *,
    since: float,
    until: float,
    at_most: int = 400,
) -> Graph:
    """Return the graph of the (indicator, subject) pairs; subject None: all of them."""
    series = tuple(
        item
        for item in world.history.series(environment)
        if item.key.environment == environment
        and any(
            item.key.indicator == indicator and subject in {None, item.key.subject}
            for indicator, subject in wanted
        )
    )
    step_s, lines = world.history.points(
        [item.id for item in series], since, until, at_most=at_most
    )
    names = {item.key.indicator for item in series}
    return Graph(
        since=since,
        until=until,
        step_s=step_s,
        lines=lines,
        series=series,
        marks=marks(world, environment, since, until) if environment else (),
        rules=tuple(rule for rule in rules_for(world, environment) if rule.indicator in names),
    )


def marks(
    world: Observatory, environment: EnvironmentId, since: float, until: float
) -> tuple[Mark, ...]:
    """Return the rollouts of a time as marks, oldest first."""
    found = []
    for rollout in world.store.rollouts.recent(environment=environment, limit=200):
        at = rollout.switched_at or rollout.finished_at or rollout.created_at
        if since <= at < until:
            found.append(
                Mark(
                    at=at,
                    rollout=rollout.id,
                    kind=rollout.kind,
                    state=rollout.state,
                    release=rollout.release,
                )
            )
    return tuple(reversed(found))


def incident_detail(world: Observatory, identifier: int) -> IncidentDetail:
    """Return an incident with all that is known of it.  Raises Problem `no-incident`."""
    incident = world.incidents.get(identifier)
    changed = None if incident.rollout is None else world.store.rollouts.get(incident.rollout)
    return IncidentDetail(
        incident=incident, events=world.incidents.events(identifier), changed=changed
    )
