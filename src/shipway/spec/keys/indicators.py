"""`indicators`: the metrics, counters and queues of the application that are watched."""

from __future__ import annotations

import re
from typing import Any

from shipway.errors import SourceRef
from shipway.model.names import SERVICE_PATTERN
from shipway.model.watching import CelerySettings, MetricsPage, SuccessCounter
from shipway.spec import forms
from shipway.spec.keys.common import unsourced
from shipway.spec.kinds import Placed
from shipway.spec.scalars import Boolean, Integer, Never, Parsed, Text
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record

PAGE_PATTERN = r"(:[0-9]{1,5})?/[^\s#]*"
METRIC = Text("the name of a metric", r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def _page(text: str) -> tuple[int | None, str]:
    match = re.fullmatch(r"(?::([0-9]+))?(/.*)", text)
    if match is None or not 1 <= int(match[1] or 1) <= 65_535:
        raise ValueError(text)
    return (int(match[1]) if match[1] else None), match[2]


def _counter(*, source: SourceRef, **given: Any) -> SuccessCounter:
    del source
    return SuccessCounter(**{"name": given["metric"], **given})


def _pages(values: dict[str, Placed[Any]]) -> tuple[MetricsPage, ...]:
    return tuple(
        MetricsPage(service=service, port=placed.value[0], path=placed.value[1])
        for service, placed in values.items()
    )


COUNTER = Record(
    "indicators.success[]",
    (
        Field("metric", METRIC, "The counter.", required=True, example="sns_requests_total"),
        Field("name", Text("a short name", forms.SHORT_NAME), "Its name.", words="the metric's"),
        Field("label", METRIC, "The label that tells the outcome.", default="outcome"),
        Field(
            "good",
            ListOf(Text(), empty=False),
            "The values of the label that are a success.",
            default="[success]",
        ),
        Field("by", METRIC, "A label that parts it, such as the provider.", words="none"),
        Field(
            "window",
            forms.DURATION,
            "Over how long the share is taken.",
            default="15m",
            attr="window_s",
        ),
        Field(
            "minimum",
            Integer(1, 1_000_000),
            "Fewer calls than this in the window say nothing.",
            default="20",
        ),
    ),
    _counter,
)

INDICATORS = Record(
    "indicators",
    (
        Field(
            "metrics",
            MapOf(
                Parsed("a path such as /metrics or :9100/metrics", _page, PAGE_PATTERN),
                "the name of a Compose service",
                SERVICE_PATTERN,
                make=_pages,
            ),
            "Where services show Prometheus metrics, by service.",
            default="{}",
            example="{api: /metrics}",
        ),
        Field(
            "success",
            ListOf(COUNTER),
            "Counters whose share of successes is watched.",
            default="[]",
            example="[{metric: sns_requests_total, label: outcome, good: [success], by: provider}]",
            attr="counters",
        ),
        Field(
            "celery",
            Either(
                "a mapping, or false",
                scalar=Never(),
                make_scalar=lambda _value, _source: CelerySettings(enabled=False),
                mapped=Record(
                    "indicators.celery",
                    (
                        Field(
                            "queues",
                            ListOf(Text("the name of a queue", r"[^\s,]{1,200}")),
                            "Queues beside those of the workers' commands (-Q).",
                            default="[]",
                        ),
                        Field(
                            "workers",
                            Integer(0, 10_000),
                            "How many workers are to answer.",
                            words="as many as there are instances of Celery workers",
                        ),
                        Field(
                            "key_prefix",
                            Text("a prefix", r"[^\s]{1,100}"),
                            "Celery's global_keyprefix.",
                            words="none",
                        ),
                    ),
                    unsourced(CelerySettings),
                ),
            ),
            "What the workers' commands do not tell of Celery.",
            words="queues and workers as the commands say",
        ),
        Field(
            "bullmq",
            ListOf(Text("the name of a queue", r"[^\s]{1,200}")),
            "BullMQ queues.",
            default="[]",
            example="[mail, thumbnails]",
        ),
        Field("bullmq_prefix", Text("a prefix", r"[^\s]{1,100}"), "BullMQ's.", default="bull"),
        Field(
            "websockets",
            METRIC,
            "A gauge of open WebSockets in the metrics.",
            words="the ingress' own count",
            example="ws_connections",
        ),
        Field(
            "slow_query",
            forms.DURATION,
            "From when a statement counts as slow.",
            default="100ms",
            attr="slow_query_s",
        ),
        Field(
            "log_slow_queries",
            Boolean(),
            "Whether Shipway sets PostgreSQL's log_min_duration_statement to it.",
            default="false",
        ),
    ),
    unsourced(dict),
)
