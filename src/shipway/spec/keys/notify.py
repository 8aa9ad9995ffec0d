"""`notify`, `heartbeat` and `sentry`: who outside is told, and who is asked."""

from __future__ import annotations

from typing import Any

from shipway.model.watching import Channel, Heartbeat, SentrySettings
from shipway.spec import forms
from shipway.spec.keys.common import LEVEL, unsourced
from shipway.spec.kinds import Placed
from shipway.spec.scalars import Text
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record


def _channels(values: dict[str, Placed[Any]]) -> tuple[Channel, ...]:
    return tuple(Channel(name=name, **placed.value) for name, placed in values.items())


NOTIFY = MapOf(
    Either(
        "the name of a variable, or a mapping",
        scalar=forms.VARIABLE,
        make_scalar=lambda name, _source: {"variable": name},
        mapped=Record(
            "notify.<channel>",
            (
                Field(
                    "url",
                    forms.VARIABLE,
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
            unsourced(dict),
        ),
    ),
    "a short name",
    forms.SHORT_NAME,
    make=_channels,
)

HEARTBEAT = Record(
    "heartbeat",
    (
        Field(
            "url",
            forms.VARIABLE,
            "The variable (a secret) that holds the HTTP address.",
            required=True,
            example="HEARTBEAT_URL",
            attr="variable",
        ),
        Field("every", forms.DURATION, "How often.", default="60s", attr="every_s"),
    ),
    unsourced(Heartbeat),
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
            forms.VARIABLE,
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
    unsourced(SentrySettings),
)
