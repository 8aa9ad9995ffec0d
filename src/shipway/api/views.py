"""How the API shows what there is: plain JSON values.  Pure.

Moments are seconds since the epoch; names are those of the glossary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from shipway.model.names import release_label
from shipway.model.records import AuditEntry, Placement, ProgressLine, Release, Rollout
from shipway.model.registry import PUSHED
from shipway.model.workload import Instance
from shipway.rollout.overview import EnvironmentStatus
from shipway.rollout.plan import Plan

View = dict[str, Any]


def rollout_view(rollout: Rollout) -> View:
    """Return a rollout."""
    return {
        "id": rollout.id,
        "project": rollout.environment.project,
        "environment": rollout.environment.name,
        "kind": rollout.kind,
        "state": rollout.state,
        "engine": rollout.engine,
        "requested_by": rollout.requested_by,
        "created_at": rollout.created_at,
        "switched_at": rollout.switched_at,
        "finished_at": rollout.finished_at,
        "release": release_label(rollout.release) if rollout.release else None,
        "previous": release_label(rollout.previous) if rollout.previous else None,
        "problem": rollout.problem,
        "abort_requested": rollout.abort_requested,
    }


def release_view(
    release: Release,
    placements: tuple[Placement, ...] = (),
    secrets: Mapping[tuple[str, int], int] | None = None,
) -> View:
    """Return a release, and what it is in each environment.

    secrets: the version of the secrets, by environment's name and release.
    """
    return {
        "release": release.label,
        "commit": asdict(release.commit),
        "created_at": release.created_at,
        "created_by": release.created_by,
        "artifacts": {
            name: {
                "reference": item.reference,
                "kind": item.kind,
                "name": item.name,
                **({PUSHED: item.facts[PUSHED]} if PUSHED in item.facts else {}),
            }
            for name, item in sorted(release.artifacts.items())
        },
        "placements": [
            {
                "environment": item.environment.name,
                "state": item.state,
                "live_since": item.live_since,
                "retired_at": item.retired_at,
                "warm_until": item.warm_until,
                "secrets": (secrets or {}).get((item.environment.name, item.release)),
            }
            for item in placements
        ],
    }


def progress_view(line: ProgressLine) -> View:
    """Return a line of progress."""
    return asdict(line)


def plan_view(plan: Plan) -> View:
    """Return a plan."""
    return {
        **asdict(plan),
        "project": plan.environment.project,
        "environment": plan.environment.name,
    }


def audit_view(entry: AuditEntry) -> View:
    """Return a line of the audit trail."""
    return {**asdict(entry), "details": dict(entry.details)}


def environment_view(status: EnvironmentStatus) -> View:
    """Return how an environment is."""
    return {
        "project": status.environment.project,
        "environment": status.environment.name,
        "engine": status.engine,
        "good": status.good,
        "urls": list(status.urls),
        "live": release_view(status.live) if status.live else None,
        "live_since": status.live_since,
        "sleep": {"state": status.sleep.state, "since": status.sleep.since}
        if status.sleep
        else None,
        "rollback_to": status.rollback_to,
        "services": [
            {
                "name": item.name,
                "role": item.role,
                "wanted": item.wanted,
                "running": item.running,
                "restarts": item.restarts,
                "health": item.health,
                "addresses": list(item.addresses),
                "port": item.port,
                "good": item.good,
            }
            for item in status.services
        ],
        "instances": [_instance_view(item) for item in status.instances],
        "kept": [
            {
                "release": item.release.label,
                "state": item.state,
                "connections": item.connections,
                "subject": item.release.commit.subject,
            }
            for item in status.kept
        ],
        "active": rollout_view(status.active) if status.active else None,
        "last": rollout_view(status.last) if status.last else None,
        "problem": status.problem.as_dict() if status.problem else None,
    }


def _instance_view(instance: Instance) -> View:
    return {
        "name": instance.name,
        "service": instance.service,
        "release": release_label(instance.scope.release) if instance.scope.release else None,
        "state": instance.state,
        "address": instance.address,
        "exit_code": instance.exit_code,
        "restarts": instance.restarts,
        "health": instance.health,
    }
