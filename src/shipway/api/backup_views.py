"""How the API shows backups: plain JSON values.  Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from shipway.backup.overview import BackupStatus, SourceStatus
from shipway.model.backup import Backup, Drill
from shipway.model.backup_run import BackupRun
from shipway.model.condition import Condition
from shipway.model.earlier import EarlierData

View = dict[str, Any]


def backup_view(backup: Backup) -> View:
    """Return a backup."""
    return {
        "id": backup.id,
        "project": backup.environment.project,
        "environment": backup.environment.name,
        "subject": backup.subject,
        "kind": backup.kind.value,
        "began_at": backup.began_at,
        "ended_at": backup.ended_at,
        "bytes": backup.bytes,
        "facts": dict(backup.facts),
        "counts": dict(backup.counts),
    }


def run_view(run: BackupRun) -> View:
    """Return a run with its parts."""
    return {
        "id": run.id,
        "project": run.environment.project,
        "environment": run.environment.name,
        "kind": run.kind.value,
        "state": run.state.value,
        "requested_by": run.requested_by,
        "began_at": run.began_at,
        "ended_at": run.ended_at,
        "problem": run.problem,
        "parts": [asdict(part) for part in run.parts],
    }


def condition_view(condition: Condition) -> View:
    """Return a condition, in both languages."""
    return {
        "id": condition.id,
        "subject": condition.subject,
        "level": int(condition.level),
        "en": condition.says.en,
        "ko": condition.says.ko,
        "figure": condition.figure,
        "unit": condition.unit,
        "hint": condition.hint,
    }


def status_view(status: BackupStatus) -> View:
    """Return an environment's backups."""
    return {
        "project": status.environment.project,
        "environment": status.environment.name,
        "scheduled": status.settings.scheduled,
        "repository": status.where,
        "objectives": {"rpo_s": status.settings.rpo_s, "rto_s": status.settings.rto_s},
        "measured": {"rpo_s": status.rpo_s, "rto_s": status.rto_s},
        "sources": [_source(item) for item in status.sources],
        "notes": list(status.notes),
        "conditions": [condition_view(item) for item in status.conditions],
        "running": run_view(status.running) if status.running else None,
        "last": run_view(status.last) if status.last else None,
        "verified_at": status.verified_at,
        "next_at": status.next_at,
        "earlier": [earlier_view(item, status.settings.replaced_keep_s) for item in status.earlier],
    }


def earlier_view(item: EarlierData, keep_s: float) -> View:
    """Return data that a restore has replaced, or what is live beside it."""
    return {
        "subject": item.subject,
        "name": item.name,
        "where": item.where,
        "live": item.live,
        "bytes": item.bytes,
        "replaced_at": item.replaced_at,
        "goes_at": item.goes_at(keep_s),
    }


def _source(source: SourceStatus) -> View:
    return {
        "subject": source.subject,
        "kind": source.kind.value,
        "newest": backup_view(source.newest) if source.newest else None,
        "restorable_at": source.restorable_at,
        "proven_at": source.proven_at,
        "drill": _drill(source.drill) if source.drill else None,
    }


def _drill(drill: Drill) -> View:
    return {
        "began_at": drill.began_at,
        "ended_at": drill.ended_at,
        "passed": drill.passed,
        "rto_s": drill.rto_s,
        "rpo_s": drill.rpo_s,
        "checks": [asdict(check) for check in drill.checks],
    }
