"""`backup`: when backups are made, how long they are kept, what is left out."""

from __future__ import annotations

from typing import Any

from shipway.errors import SourceRef
from shipway.model.backup_settings import BackupSettings, S3Location
from shipway.model.names import SERVICE_PATTERN
from shipway.spec import forms
from shipway.spec.keys.backup_drill import DRILL
from shipway.spec.keys.buckets import BUCKETS, REPOSITORY
from shipway.spec.keys.common import unplaced
from shipway.spec.keys.times import AGE, CRON, CRON_OR_NEVER, ZONE, time_zone
from shipway.spec.scalars import Choice, Text
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record


def _settings(*, source: SourceRef, **given: Any) -> dict[str, Any]:
    del source
    where = given.pop("repository", None)
    given |= (
        {"s3": where} if isinstance(where, S3Location) else {"directory": where} if where else {}
    )
    given |= given.pop("drill", {})
    for name in ("base_cron", "redis_cron", "drill_cron", "verify_cron"):
        if name in given and given[name] is None:
            given[name] = ""
    return given


BACKUP = Record(
    "backup",
    (
        Field(
            "repository",
            Either(
                "an absolute path, or a mapping with bucket, endpoint, …",
                scalar=Text("an absolute path", r"/[^\n]*[^/\n]"),
                mapped=REPOSITORY,
            ),
            "Where backups go: a directory of the server (another disk, a mounted share), or"
            " a bucket of an S3-compatible store. Encrypted either way.",
            words="a directory below Shipway's own, on the same disk as the data: a lost disk"
            " takes both, and `shipway backup status` says so",
            example="{bucket: shop-backups, endpoint: https://s3.example.com}",
        ),
        Field(
            "environments",
            ListOf(Text("the name of an environment", forms.ENVIRONMENT_NAME)),
            "The environments that are backed up by themselves. Any other one can be backed up"
            " by hand.",
            words="production, and every one where there is no production",
            example="[production, staging]",
        ),
        Field(
            "timezone",
            ZONE,
            "The time zone of the schedules, and of the day on which a waiver ends.",
            words="the variable TZ of the environment, else the machine's",
            example="Asia/Seoul",
        ),
        Field(
            "schedule",
            CRON,
            "Full backups: databases, volumes, buckets, Shipway's own state. One that was"
            " missed is made up for.",
            default='"0 3 * * *"',
            attr="base_cron",
        ),
        Field(
            "redis_schedule",
            CRON_OR_NEVER,
            "Snapshots of Redis.",
            default='"0 * * * *"',
            attr="redis_cron",
        ),
        Field(
            "verify_schedule",
            CRON_OR_NEVER,
            "Reading back a sample of what the repository holds.",
            default='"30 4 * * 0"',
            attr="verify_cron",
        ),
        Field("keep", AGE, "How long full backups are kept.", default="30d", attr="keep_s"),
        Field(
            "keep_wal",
            AGE,
            "How far back a database can be brought to any moment.",
            default="7d",
            attr="wal_keep_s",
        ),
        Field(
            "keep_redis",
            AGE,
            "How long snapshots of Redis are kept.",
            default="7d",
            attr="redis_keep_s",
        ),
        Field(
            "keep_replaced",
            AGE,
            "How long the data that a restore replaced stays on the server, beside the live.",
            default="7d",
            attr="replaced_keep_s",
        ),
        Field("rpo", AGE, "The objective: how much may be lost.", default="1h", attr="rpo_s"),
        Field(
            "rto", AGE, "The objective: how long a recovery may take.", default="4h", attr="rto_s"
        ),
        Field(
            "exclude",
            ListOf(Text("the name of a volume or a service", SERVICE_PATTERN)),
            "Named volumes, or services, that are not backed up.",
            default="[]",
            example="[cache]",
        ),
        Field(
            "services",
            MapOf(
                Choice(("postgres", "redis", "neo4j", "files")),
                "the name of a Compose service",
                SERVICE_PATTERN,
                make=unplaced,
            ),
            "How the data of a service is saved, where its image's name does not tell.",
            default="{}",
            example="{db: postgres}",
        ),
        Field(
            "buckets",
            BUCKETS,
            "Buckets of the application that are copied into the repository.",
            default="[]",
        ),
        Field("drill", DRILL, "The rehearsed restore.", default="{}"),
    ),
    _settings,
)


def settings_for(
    given: dict[str, Any], *, environment: str, declared: tuple[str, ...], zone: str
) -> BackupSettings:
    """Return an environment's settings.

    declared: the names of all environments; zone: the environment's TZ, "" without one.
    """
    values = dict(given)
    wanted = values.pop("environments", None)
    if wanted is None:
        wanted = ("production",) if "production" in declared else declared
    values.setdefault("timezone", _known_zone(zone))
    return BackupSettings(scheduled=environment in wanted, **values)


def _known_zone(text: str) -> str:
    try:
        return time_zone(text) if text else ""
    except ValueError:  # the application's own affair, not the schedule's
        return ""
