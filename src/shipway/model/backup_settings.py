"""What a project wants of its backups: where they go, when, how long they are kept.

The figures are those of an application in one environment; a project that says nothing
gets these defaults.  Names of secrets stand here, never their values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DAY_S = 86_400.0
HOUR_S = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Location:
    """A place in an S3-compatible store.

    key, secret: names of the environment's secrets that hold the credentials.
    """

    bucket: str
    endpoint: str = "https://s3.amazonaws.com"
    prefix: str = ""
    region: str = "us-east-1"
    key: str = "BACKUP_S3_KEY"
    secret: str = "BACKUP_S3_SECRET"  # noqa: S105 - the name of one


@dataclass(frozen=True, slots=True, kw_only=True)
class MirroredBucket:
    """A bucket that is copied into the repository."""

    name: str
    location: S3Location


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillQuery:
    """A question to a restored database, and the least that it must answer."""

    sql: str
    at_least: float = 1.0
    service: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """How an environment is backed up.

    scheduled: whether it happens by itself in this environment.
    directory: of the repository on this machine; None, and s3 None: below Shipway's home.
    timezone: an IANA name, or "" for the machine's own.
    base_cron: databases, volumes, buckets and Shipway's state; redis_cron: Redis;
    drill_cron: the rehearsed restore; drill_application: whether the application is asked on
    the copy; verify_cron: reading back what the repository holds.
    keep_s, wal_keep_s, redis_keep_s: how long what was saved can be restored.
    replaced_keep_s: how long the data that a restore replaced stays beside the live.
    rpo_s, rto_s: the objectives that are shown beside what was measured.
    exclude: volumes (or services) that are left out.
    services: kinds of services (`postgres`, `redis`, `neo4j`, `files`), where they were said.
    """

    scheduled: bool = True
    directory: str | None = None
    s3: S3Location | None = None
    timezone: str = ""
    base_cron: str = "0 3 * * *"
    redis_cron: str = "0 * * * *"
    drill_cron: str = "0 4 * * 0"
    verify_cron: str = "30 4 * * 0"
    keep_s: float = 30 * DAY_S
    wal_keep_s: float = 7 * DAY_S
    redis_keep_s: float = 7 * DAY_S
    replaced_keep_s: float = 7 * DAY_S
    rpo_s: float = HOUR_S
    rto_s: float = 4 * HOUR_S
    exclude: tuple[str, ...] = ()
    services: Mapping[str, str] = field(default_factory=dict)
    buckets: tuple[MirroredBucket, ...] = ()
    drill_queries: tuple[DrillQuery, ...] = ()
    drill_application: bool = True


def settings_to_json(settings: BackupSettings) -> dict[str, Any]:
    """Return the settings as plain values."""
    from dataclasses import asdict

    return asdict(settings)


def settings_from_json(value: Mapping[str, Any]) -> BackupSettings:
    """Rebuild what `settings_to_json` made."""
    return BackupSettings(
        **{
            **value,
            "s3": None if value["s3"] is None else S3Location(**value["s3"]),
            "exclude": tuple(value["exclude"]),
            "buckets": tuple(
                MirroredBucket(name=item["name"], location=S3Location(**item["location"]))
                for item in value["buckets"]
            ),
            "drill_queries": tuple(DrillQuery(**item) for item in value["drill_queries"]),
        }
    )
