"""What is saved of an environment, as it is declared, and what was proven of it."""

from __future__ import annotations

from dataclasses import replace

from shipway.api.service import Service
from shipway.backup.overview import BackupStatus, SourceStatus, backup_status
from shipway.backup.sources import Inventory, Source, inventory
from shipway.documents.facts import BackupFacts, RecoveryFacts
from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.backup import BackupKind
from shipway.model.backup_settings import DAY_S, BackupSettings
from shipway.model.names import EnvironmentId
from shipway.model.words import Words

_WAYS = {
    BackupKind.BASE: Words(
        "base backup and write-ahead log, to any moment", "베이스 백업 + WAL 스트리밍, 시점 복구"
    ),
    BackupKind.DUMP: Words("logical dump", "논리 덤프"),
    BackupKind.REDIS: Words("RDB snapshot", "RDB 스냅샷"),
    BackupKind.SQLITE: Words("SQLite's own backup", "SQLite 온라인 백업"),
    BackupKind.VOLUME: Words("tree of files", "파일 단위 백업"),
    BackupKind.BUCKET: Words("copy of the bucket, with versions", "버킷 복제, 버전 보존"),
    BackupKind.STATE: Words("Shipway's state and vault", "Shipway 상태와 비밀 저장소"),
}


def declared_backups(app: Application) -> tuple[tuple[BackupFacts, ...], RecoveryFacts]:
    """Return what would be saved, and the objectives.  Pure."""
    found = inventory(app)
    settings = app.backup
    return (
        tuple(_declared(source, settings) for source in found.sources),
        _recovery(settings, found),
    )


def seen_backups(
    service: Service, environment: EnvironmentId
) -> tuple[tuple[BackupFacts, ...], RecoveryFacts] | None:
    """Return the same with what is there; None where nothing is live."""
    try:
        status = backup_status(service.backups.ground, environment)
    except Problem:
        return None
    app = service.backups.ground.live(environment)
    backups, recovery = declared_backups(app)
    by_subject = {source.subject: source for source in status.sources}
    return (
        tuple(_seen(one, by_subject.get(one.subject)) for one in backups),
        _measured(recovery, status),
    )


def _declared(source: Source, settings: BackupSettings) -> BackupFacts:
    redis = source.kind is BackupKind.REDIS
    base = source.kind is BackupKind.BASE
    cron = settings.redis_cron if redis else settings.base_cron
    kept = _days(settings.redis_keep_s if redis else settings.keep_s)
    schedule = cron_words(cron)
    if not settings.scheduled:
        schedule = Words("by hand only", "수동 실행만")
    elif base:
        schedule = Words(f"all the time; base {schedule.en}", f"실시간, 베이스 {schedule.ko}")
    if base:
        wal = _days(settings.wal_keep_s)
        kept = Words(f"{kept.en}; log {wal.en}", f"{kept.ko}, WAL {wal.ko}")
    return BackupFacts(
        subject=source.subject,
        how=_WAYS[source.kind],
        schedule=schedule,
        kept=kept,
        to_a_moment=base,
    )


def _recovery(settings: BackupSettings, found: Inventory) -> RecoveryFacts:
    return RecoveryFacts(
        rpo_wanted_s=settings.rpo_s,
        rto_wanted_s=settings.rto_s,
        scheduled=settings.scheduled,
        notes=found.notes,
    )


def _seen(declared: BackupFacts, status: SourceStatus | None) -> BackupFacts:
    if status is None:
        return declared
    return replace(
        declared,
        newest_at=status.newest.ended_at if status.newest else None,
        restorable_at=status.restorable_at,
        proven_at=status.proven_at,
        drill_failed=status.drill is not None and not status.drill.passed,
    )


def _measured(recovery: RecoveryFacts, status: BackupStatus) -> RecoveryFacts:
    databases = [item for item in status.sources if item.kind is BackupKind.BASE]
    points = [item.restorable_at for item in databases or status.sources]
    known = [point for point in points if point is not None]
    return replace(
        recovery,
        rpo_s=status.rpo_s,
        rto_s=status.rto_s,
        drilled_at=max((item.proven_at or 0.0 for item in status.sources), default=0.0) or None,
        restorable_at=min(known) if known and len(known) == len(points) else None,
        where=status.where,
    )


def cron_words(cron: str) -> Words:
    """Return a schedule in words; cron's own grammar where it is not a usual one."""
    minute, hour, day, month, weekday = (*cron.split(), "", "", "", "", "")[:5]
    if not minute.isdigit() or (day, month) != ("*", "*"):
        return Words(f"cron {cron}", f"cron {cron}")
    if hour == "*" and weekday == "*":
        return Words("hourly", "1시간마다")
    if not hour.isdigit():
        return Words(f"cron {cron}", f"cron {cron}")
    clock = f"{int(hour):02}:{int(minute):02}"
    if weekday == "*":
        return Words(f"daily at {clock}", f"매일 {clock}")
    if weekday in {"0", "7"}:
        return Words(f"Sundays at {clock}", f"매주 일요일 {clock}")
    return Words(f"cron {cron}", f"cron {cron}")


def _days(seconds: float) -> Words:
    days = f"{seconds / DAY_S:.3g}"
    return Words("1 day" if days == "1" else f"{days} days", f"{days}일")
