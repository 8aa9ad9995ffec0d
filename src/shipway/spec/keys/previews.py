"""`previews`: environments for branches."""

from __future__ import annotations

from typing import Any

from shipway.model.names import ENVIRONMENT_PATTERN
from shipway.spec import forms
from shipway.spec.keys.times import AGE
from shipway.spec.scalars import AnyScalar, Choice, Integer, Never, Parsed, Text
from shipway.spec.shapes import Field, ListOf, Record
from shipway.spec.values import PreviewSpec

HOST_FORM = r"\{branch\}[A-Za-z0-9-]*(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"


def _ports(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    if not 1 <= int(low) <= int(high) <= 65_535:
        raise ValueError(text)
    return int(low), int(high)


def _never_is_none(*, sleep_after: Any = ..., **given: Any) -> PreviewSpec:
    if sleep_after is not ...:
        given["sleep_after_s"] = sleep_after
    return PreviewSpec(**given)


PREVIEWS = Record(
    "previews",
    (
        Field(
            "from",
            Text("the name of an environment", ENVIRONMENT_PATTERN),
            "The environment whose settings, files and secrets they take.",
            default="staging",
            attr="base",
        ),
        Field(
            "host",
            Text("a host name that begins with {branch}", HOST_FORM),
            "The host name of each; `{branch}` stands for the branch. They share the port of"
            " the environment that they are made from.",
            words="a port of its own each",
            example='"{branch}.preview.example.com"',
        ),
        Field(
            "ports",
            Parsed("ports such as 4600-4699", _ports, r"[0-9]{1,5}-[0-9]{1,5}"),
            "The ports from which each gets one, where there is no `host`.",
            default="4600-4699",
        ),
        Field(
            "sleep_after",
            AnyScalar("a duration such as 1h, or false", (Never(), forms.DURATION)),
            "Idle for that long, they sleep; `false`: never.",
            default="1h",
        ),
        Field(
            "expires_after", AGE, "Then they are destroyed.", default="7d", attr="expires_after_s"
        ),
        Field("max", Integer(1, 50), "How many there may be.", default="5", attr="count_max"),
        Field(
            "data",
            Choice(("fresh", "masked")),
            "`fresh`: empty databases, migrated. `masked`: a copy of PostgreSQL's data of the"
            " environment that they are made from, after `masks`.",
            default="fresh",
        ),
        Field(
            "masks",
            ListOf(Text("an SQL statement", r"\s*\S[\s\S]*")),
            "SQL that is run over the copy before anything else sees it. A copy without masks"
            " is refused.",
            default="[]",
            example="[\"UPDATE users SET email = 'user' || id || '@example.com'\"]",
        ),
    ),
    _never_is_none,
)
