"""`backup`: where backups go, when they are made, how long they are kept."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

from shipway.errors import SourceRef
from shipway.model.backup_settings import (
    DAY_S,
    BackupSettings,
    DrillQuery,
    MirroredBucket,
    S3Location,
)
from shipway.model.names import SERVICE_PATTERN
from shipway.spec import forms
from shipway.spec.keys.common import unplaced
from shipway.spec.scalars import AnyScalar, Choice, Integer, Never, Parsed, Text
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record

AGE_PATTERN = r"[1-9][0-9]*[dh]"
CRON_PATTERN = r"[^\s]+( [^\s]+){4}"


def _age(text: str) -> float:
    return float(text[:-1]) * (DAY_S if text.endswith("d") else 3600.0)


def _cron(text: str) -> str:
    from datetime import UTC, datetime

    from cronsim import CronSim, CronSimError

    try:
        CronSim(text, datetime.now(UTC))
    except CronSimError as error:
        raise ValueError(text) from error
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, OSError) as error:
        raise ValueError(text) from error
    return text


def _endpoint(text: str) -> str:
    if not re.fullmatch(r"https?://[^/\s]+/?", text):
        raise ValueError(text)
    return text.rstrip("/")


AGE = Parsed("a number of days or hours such as 30d or 12h", _age, AGE_PATTERN)
CRON = Parsed('a schedule in cron\'s grammar such as "0 3 * * *"', _cron, CRON_PATTERN)
CRON_OR_NEVER = AnyScalar(
    'a schedule in cron\'s grammar such as "0 3 * * *", or false', (Never(), CRON)
)
ZONE = Parsed("a time zone such as Asia/Seoul", _zone, r"[A-Za-z0-9_+/-]+")
BUCKET = Text("the name of a bucket", r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")


def _location_fields(key: str, secret: str) -> tuple[Field, ...]:
    return (
        Field("bucket", BUCKET, "The bucket.", required=True, example="shop-backups"),
        Field(
            "endpoint",
            Parsed("the URL of an S3-compatible store", _endpoint, r"https?://[^/\s]+/?"),
            "The store's URL.",
            default="https://s3.amazonaws.com",
            example="https://s3.eu-central-1.example.com",
        ),
        Field(
            "prefix",
            Text("a folder in the bucket", r"[A-Za-z0-9][A-Za-z0-9._/-]*[A-Za-z0-9]|[A-Za-z0-9]"),
            "The folder in it.",
            words="none",
            example="shop/production",
        ),
        Field("region", Text("a region", r"[a-z0-9-]+"), "The region.", default="us-east-1"),
        Field(
            "key",
            Text("the name of a secret", forms.VARIABLE_PATTERN),
            "The secret (`shipway secret set`) that holds the access key's id.",
            default=key,
        ),
        Field(
            "secret",
            Text("the name of a secret", forms.VARIABLE_PATTERN),
            "The secret that holds the access key.",
            default=secret,
        ),
    )


def _location(*, source: SourceRef, **given: Any) -> S3Location:
    del source
    return S3Location(**given)


def _bucket(*, source: SourceRef, name: str | None = None, **given: Any) -> MirroredBucket:
    del source
    location = S3Location(**{"key": "S3_ACCESS_KEY", "secret": "S3_SECRET_KEY", **given})
    return MirroredBucket(name=name or location.bucket, location=location)


def _query(*, source: SourceRef, **given: Any) -> DrillQuery:
    del source
    return DrillQuery(**given)


def _settings(*, source: SourceRef, **given: Any) -> dict[str, Any]:
    del source
    where = given.pop("repository", None)
    given |= (
        {"s3": where} if isinstance(where, S3Location) else {"directory": where} if where else {}
    )
    for name in ("base_cron", "redis_cron", "drill_cron", "verify_cron"):
        if name in given and given[name] is None:
            given[name] = ""
    drill = given.pop("drill", {})
    return {**given, **drill}


def _drill(*, source: SourceRef, **given: Any) -> dict[str, Any]:
    del source
    if given.get("drill_cron", "") is None:
        given["drill_cron"] = ""
    return given


DRILL = Record(
    "backup.drill",
    (
        Field(
            "schedule",
            CRON_OR_NEVER,
            "When the newest backup is restored into a throw-away instance and checked.",
            default='"0 4 * * 0"',
            attr="drill_cron",
        ),
        Field(
            "queries",
            ListOf(
                Record(
                    "backup.drill.queries[]",
                    (
                        Field(
                            "sql",
                            Text("an SQL query that answers one number", r"\S[^\n]*"),
                            "Asked of the restored database; answers one number.",
                            required=True,
                            example="select count(*) from orders",
                        ),
                        Field(
                            "at_least",
                            Integer(0, 10**15),
                            "The least that it must answer.",
                            default="1",
                        ),
                        Field(
                            "service",
                            Text("the name of a Compose service", SERVICE_PATTERN),
                            "The database's service.",
                            words="the only one",
                            example="db",
                        ),
                    ),
                    _query,
                )
            ),
            "Questions that the restored database must answer.",
            default="[]",
            attr="drill_queries",
        ),
    ),
    _drill,
)

BACKUP = Record(
    "backup",
    (
        Field(
            "repository",
            Either(
                "an absolute path, or a mapping with bucket, endpoint, …",
                scalar=Text("an absolute path", r"/[^\n]*[^/\n]"),
                mapped=Record(
                    "backup.repository",
                    _location_fields("BACKUP_S3_KEY", "BACKUP_S3_SECRET"),
                    _location,
                ),
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
            "The time zone of the schedules.",
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
            ListOf(
                Record(
                    "backup.buckets[]",
                    (
                        Field(
                            "name",
                            Text("a name", SERVICE_PATTERN),
                            "What the copy is called.",
                            words="the bucket's name",
                            example="media",
                        ),
                        *_location_fields("S3_ACCESS_KEY", "S3_SECRET_KEY"),
                    ),
                    _bucket,
                )
            ),
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
        return _zone(text) if text else ""
    except ValueError:  # the application's own affair, not the schedule's
        return ""
