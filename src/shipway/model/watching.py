"""What a project wants to have watched, and who is to be told: values of shipway.yaml.

Part of a release's configuration, so that a rollback brings the rules back that were right
for it.  Secrets (webhooks, tokens) stand here by the names of their variables only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shipway.model.condition import Level

PRIORITIES = tuple(range(10))


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsPage:
    """Where a service's instances show their Prometheus metrics; port None: the service's."""

    service: str
    path: str = "/metrics"
    port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessCounter:
    """A counter of the application whose share of good outcomes is watched.

    good: values of `label` that count as success; by: a further label that parts it (one
    series a provider).  Judged over `window_s`, where at least `minimum` were counted.
    """

    name: str
    metric: str
    label: str = "outcome"
    good: tuple[str, ...] = ("success",)
    by: str | None = None
    window_s: float = 900.0
    minimum: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CelerySettings:
    """What a worker's command does not tell: queues beside `-Q`, workers, the key prefix."""

    enabled: bool = True
    queues: tuple[str, ...] = ()
    workers: int | None = None
    key_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """What a project wants otherwise than the rule's default; None: as it is."""

    rule: str
    enabled: bool = True
    threshold: float | None = None
    for_s: float | None = None
    level: Level | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Who is told: an Apprise address in the variable `variable`, from `level` upwards."""

    name: str
    variable: str
    level: Level = Level.NOTICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """An address outside that notices when Shipway falls silent."""

    variable: str
    every_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SentrySettings:
    """Where releases and deploys are reported; token: the name of a variable."""

    organization: str
    projects: tuple[str, ...]
    token: str = "SENTRY_AUTH_TOKEN"  # noqa: S105 - the name of a variable
    url: str = "https://sentry.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """All of it.  bullmq: queues; websockets: a gauge of the application's metrics.

    slow_query_s: from when a statement is slow; log_slow_queries: Shipway sets PostgreSQL's
    log_min_duration_statement to it.
    """

    language: str = "en"
    metrics: tuple[MetricsPage, ...] = ()
    counters: tuple[SuccessCounter, ...] = ()
    celery: CelerySettings = CelerySettings()
    bullmq: tuple[str, ...] = ()
    bullmq_prefix: str = "bull"
    websockets: str | None = None
    slow_query_s: float = 0.1
    log_slow_queries: bool = False
    rules: tuple[RuleChange, ...] = ()
    channels: tuple[Channel, ...] = ()
    heartbeat: Heartbeat | None = None
    sentry: SentrySettings | None = None


def watching_to_json(watching: Watching) -> dict[str, Any]:
    """Return it as plain JSON values."""
    return asdict(watching)


def watching_from_json(value: Mapping[str, Any]) -> Watching:
    """Rebuild it from `watching_to_json`."""
    return Watching(
        **{
            **value,
            "metrics": tuple(MetricsPage(**item) for item in value["metrics"]),
            "counters": tuple(
                SuccessCounter(**{**item, "good": tuple(item["good"])})
                for item in value["counters"]
            ),
            "celery": CelerySettings(
                **{**value["celery"], "queues": tuple(value["celery"]["queues"])}
            ),
            "bullmq": tuple(value["bullmq"]),
            "rules": tuple(
                RuleChange(
                    **{**item, "level": None if item["level"] is None else Level(item["level"])}
                )
                for item in value["rules"]
            ),
            "channels": tuple(
                Channel(**{**item, "level": Level(item["level"])}) for item in value["channels"]
            ),
            "heartbeat": None if value["heartbeat"] is None else Heartbeat(**value["heartbeat"]),
            "sentry": None
            if value["sentry"] is None
            else SentrySettings(
                **{**value["sentry"], "projects": tuple(value["sentry"]["projects"])}
            ),
        }
    )
