"""`indicators`, `alerts`, `notify`, `heartbeat` and `sentry`: what is watched, who is told."""

from __future__ import annotations

import re
from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.model.condition import Level
from shipway.model.names import SERVICE_PATTERN
from shipway.model.rules import DEFAULT_RULES
from shipway.model.watching import (
    CelerySettings,
    Channel,
    Heartbeat,
    MetricsPage,
    RuleChange,
    SentrySettings,
    SuccessCounter,
)
from shipway.spec import forms
from shipway.spec.kinds import Placed
from shipway.spec.scalars import AnyScalar, Boolean, Choice, Integer, Never, Parsed, Text
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record

PAGE_PATTERN = r"(:[0-9]{1,5})?/[^\s#]*"
FIGURE_PATTERN = r"[0-9]+(\.[0-9]+)?(%|us|ms|s|m|h)?"
METRIC = Text("the name of a metric", r"[a-zA-Z_:][a-zA-Z0-9_:]*")
NAME = r"[a-z0-9][a-z0-9_-]{0,47}"
LEVELS = {level.name.lower(): level for level in Level}
LEVEL = Choice(tuple(LEVELS), LEVELS.__getitem__)
VARIABLE = Text("the name of a variable", forms.VARIABLE_PATTERN)

Figure = tuple[str, float]


def _page(text: str) -> tuple[int | None, str]:
    match = re.fullmatch(r"(?::([0-9]+))?(/.*)", text)
    if match is None or not 1 <= int(match[1] or 1) <= 65_535:
        raise ValueError(text)
    return (int(match[1]) if match[1] else None), match[2]


def _figure(text: str) -> Figure:
    """Return (unit, value): seconds for a duration, `%`, or a plain number."""
    from shipway.compose.units import parse_duration

    if text.endswith("%"):
        return "%", float(text[:-1])
    if text[-1].isdigit():
        return "", float(text)
    return "s", parse_duration(text)


FIGURE = Parsed("a number, a duration or a share such as 80%", _figure, FIGURE_PATTERN, True)


def _plain(**given: Any) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key != "source"}


def _counter(*, source: SourceRef, **given: Any) -> SuccessCounter:
    del source
    return SuccessCounter(**{"name": given["metric"], **given})


def _celery(*, source: SourceRef, **given: Any) -> CelerySettings:
    del source
    return CelerySettings(**given)


def _pages(values: dict[str, Placed[Any]]) -> tuple[MetricsPage, ...]:
    return tuple(
        MetricsPage(service=service, port=placed.value[0], path=placed.value[1])
        for service, placed in values.items()
    )


def _rules(values: dict[str, Placed[Any]]) -> tuple[RuleChange, ...]:
    return tuple(_rule(name, placed.value, placed.source) for name, placed in values.items())


def _rule(name: str, value: dict[str, Any] | Figure | None, source: SourceRef) -> RuleChange:
    if value is None:
        return RuleChange(rule=name, enabled=False)
    given: dict[str, Any] = dict(value) if isinstance(value, dict) else {"threshold": value}
    unit = DEFAULT_RULES[name].unit
    for key in ("threshold", "target"):
        if key not in given:
            continue
        said, number = given[key]
        if said != (unit if unit in {"s", "%"} else "") and (said or unit == "s"):
            example = {"s": "800ms", "%": "80%"}.get(unit, "200")
            raise Problem(
                "invalid-spec",
                f"{key} of alerts.{name} is measured in {unit}.",
                hints=[f"write it like {example}"],
                source=source,
            )
        given[key] = number
    return RuleChange(rule=name, **given)


def _channels(values: dict[str, Placed[Any]]) -> tuple[Channel, ...]:
    return tuple(Channel(name=name, **placed.value) for name, placed in values.items())


def _heartbeat(*, source: SourceRef, **given: Any) -> Heartbeat:
    del source
    return Heartbeat(**given)


def _sentry(*, source: SourceRef, **given: Any) -> SentrySettings:
    del source
    return SentrySettings(**given)


COUNTER = Record(
    "indicators.success[]",
    (
        Field("metric", METRIC, "The counter.", required=True, example="sns_requests_total"),
        Field("name", Text("a short name", NAME), "Its name.", words="the metric's"),
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
                    _celery,
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
    _plain,
)

ALERTS = MapOf(
    Either(
        "false, a threshold, or a mapping",
        scalar=AnyScalar("a threshold such as 800ms, 80% or 200, or false", (Never(), FIGURE)),
        mapped=Record(
            "alerts.<rule>",
            (
                Field("threshold", FIGURE, "Beyond it, it alerts.", words="the rule's own"),
                Field(
                    "for",
                    forms.DURATION,
                    "For how long without a break.",
                    words="the rule's own",
                    example="5m",
                    attr="for_s",
                ),
                Field("level", LEVEL, "How urgent it is.", words="the rule's own"),
                Field("target", FIGURE, "What you aim at, shown only.", words="the rule's own"),
            ),
            _plain,
        ),
    ),
    f"one of {', '.join(DEFAULT_RULES)}",
    "|".join(DEFAULT_RULES),
    make=_rules,
)

NOTIFY = MapOf(
    Either(
        "the name of a variable, or a mapping",
        scalar=VARIABLE,
        make_scalar=lambda name, _source: {"variable": name},
        mapped=Record(
            "notify.<channel>",
            (
                Field(
                    "url",
                    VARIABLE,
                    "The variable (a secret) that holds the channel's Apprise address.",
                    required=True,
                    example="SLACK_URL",
                    attr="variable",
                ),
                Field(
                    "level",
                    LEVEL,
                    "Told from this level upwards.",
                    default="notice",
                    example="urgent",
                ),
            ),
            _plain,
        ),
    ),
    "a short name",
    NAME,
    make=_channels,
)

HEARTBEAT = Record(
    "heartbeat",
    (
        Field(
            "url",
            VARIABLE,
            "The variable (a secret) that holds the HTTP address.",
            required=True,
            example="HEARTBEAT_URL",
            attr="variable",
        ),
        Field("every", forms.DURATION, "How often.", default="60s", attr="every_s"),
    ),
    _heartbeat,
)

SENTRY = Record(
    "sentry",
    (
        Field(
            "organization",
            Text("a name", r"[a-zA-Z0-9_-]+"),
            "The organization's short name.",
            required=True,
            example="acme",
        ),
        Field(
            "projects",
            ListOf(Text("a name", r"[a-zA-Z0-9_-]+"), empty=False),
            "Sentry's projects of this application.",
            required=True,
            example="[api, web]",
        ),
        Field(
            "token",
            VARIABLE,
            "The variable (a secret) that holds the token.",
            default="SENTRY_AUTH_TOKEN",
        ),
        Field(
            "url",
            Text("an address", r"https?://[^\s]+"),
            "Where Sentry is.",
            default="https://sentry.io",
        ),
    ),
    _sentry,
)
