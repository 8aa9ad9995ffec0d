"""How the API shows indicators, graphs and incidents: plain JSON values.  Pure."""

from __future__ import annotations

from typing import Any

from shipway.model.names import EnvironmentId, release_label
from shipway.model.notice import Notice
from shipway.model.observe import Incident, Rule, Series, Silence
from shipway.observe.figures import figure
from shipway.observe.overview import Graph, IncidentDetail, Indicator

View = dict[str, Any]


def _where(environment: EnvironmentId | None) -> View:
    return {
        "project": environment.project if environment else None,
        "environment": environment.name if environment else None,
    }


def series_view(series: Series) -> View:
    """Return a series as it stands; `value` is the latest that was measured, at `measured_at`."""
    return {
        **_where(series.key.environment),
        "id": series.id,
        "indicator": series.key.indicator,
        "subject": series.key.subject,
        "unit": series.unit,
        "state": series.state,
        "reason": series.reason,
        "since": series.since,
        "seen_at": series.seen_at,
        "value": series.value,
        "measured_at": series.measured_at,
        "shown": {
            language: None if series.value is None else figure(series.value, series.unit, language)
            for language in ("en", "ko")
        },
    }


def rule_view(rule: Rule) -> View:
    """Return a rule."""
    return {
        "id": rule.id,
        "indicator": rule.indicator,
        "threshold": rule.threshold,
        "target": rule.target,
        "compare": rule.compare,
        "unit": rule.unit,
        "for_s": rule.for_s,
        "level": rule.level.name.lower(),
        "title": {"en": rule.words.en, "ko": rule.words.ko},
    }


def indicator_view(indicator: Indicator) -> View:
    """Return a series with its rule."""
    rule = indicator.rule
    return {
        **series_view(indicator.series),
        "good": indicator.good,
        "rule": None if rule is None else rule_view(rule),
    }


def graph_view(graph: Graph) -> View:
    """Return a graph; a point is [at, mean, low, high], null where nothing was measured."""
    return {
        "since": graph.since,
        "until": graph.until,
        "step_s": graph.step_s,
        "lines": [
            {
                **series_view(series),
                "points": [
                    [point.at, point.mean, point.low, point.high]
                    for point in graph.lines[series.id]
                ],
            }
            for series in graph.series
        ],
        "marks": [
            {
                "at": mark.at,
                "rollout": mark.rollout,
                "kind": mark.kind,
                "state": mark.state,
                "release": release_label(mark.release) if mark.release else None,
            }
            for mark in graph.marks
        ],
        "rules": [rule_view(rule) for rule in graph.rules],
    }


def incident_view(incident: Incident) -> View:
    """Return an incident."""
    return {
        **_where(incident.environment),
        "id": incident.id,
        "condition": incident.condition,
        "subject": incident.subject,
        "level": incident.level.name.lower(),
        "state": incident.state,
        "says": {"en": incident.says.en, "ko": incident.says.ko},
        "figure": incident.figure,
        "unit": incident.unit,
        "hint": incident.hint,
        "flaps": incident.flaps,
        "release": incident.release,
        "rollout": incident.rollout,
        "opened_at": incident.opened_at,
        "last_seen_at": incident.last_seen_at,
        "acknowledged_at": incident.acknowledged_at,
        "acknowledged_by": incident.acknowledged_by,
        "resolved_at": incident.resolved_at,
        "silenced_until": incident.silenced_until,
    }


def incident_detail_view(detail: IncidentDetail) -> View:
    """Return an incident with its events and the rollout that changed something last."""
    changed = detail.changed
    return {
        **incident_view(detail.incident),
        "events": [dict(event) for event in detail.events],
        "changed": None
        if changed is None
        else {
            "rollout": changed.id,
            "kind": changed.kind,
            "state": changed.state,
            "release": release_label(changed.release) if changed.release else None,
            "by": changed.requested_by,
            "at": changed.switched_at or changed.finished_at or changed.created_at,
        },
    }


def silence_view(silence: Silence) -> View:
    """Return a silence; empty condition or subject: every one."""
    return {
        **_where(silence.environment),
        "id": silence.id,
        "condition": silence.condition,
        "subject": silence.subject,
        "until": silence.until,
        "by": silence.by,
        "reason": silence.reason,
    }


def notice_view(notice: Notice) -> View:
    """Return a notice; its channel's name, never its address."""
    return {
        "id": notice.id,
        "incident": notice.incident,
        "project": notice.project,
        "environment": notice.environment or None,
        "channel": notice.channel,
        "kind": notice.kind,
        "state": notice.state,
        "created_at": notice.created_at,
        "due_at": notice.due_at,
        "attempts": notice.attempts,
        "error": notice.error,
        "sent_at": notice.sent_at,
    }
