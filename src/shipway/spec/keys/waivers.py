"""`waivers` and `gates`: which failed checks the owner accepts, and what they hold up."""

from __future__ import annotations

from datetime import date
from typing import Any

from shipway.spec.scalars import Choice, Parsed, Text
from shipway.spec.shapes import Field, ListOf, Record
from shipway.spec.values import WaiverSpec

WAIVERS = ListOf(
    Record(
        "waivers[]",
        (
            Field(
                "check",
                Text("the id of a check, as `shipway check` shows it", r"[a-z]+\.[a-z0-9-]+"),
                "The check.",
                required=True,
                example="compose.latest-tag",
            ),
            Field(
                "reason",
                Text("a sentence", r"\S[^\n]*"),
                "Why its failure is accepted.",
                required=True,
                example="a test image of ours",
            ),
            Field("by", Text("a name", r"\S[^\n]*"), "Who says so.", required=True, example="Mina"),
            Field(
                "until",
                Parsed(
                    "a day such as 2026-12-31", date.fromisoformat, r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
                ),
                "The last day on which it counts.",
                required=True,
                example="2026-12-31",
            ),
        ),
        WaiverSpec,
    )
)

LEVELS = Choice(("error", "warning", "off"))


def _gates(**given: Any) -> dict[str, str]:
    given.pop("source")
    return given


GATES = Record(
    "gates",
    (
        Field(
            "deploy",
            LEVELS,
            "Which failed checks on the commit's files refuse a deploy.",
            default="error",
            example="warning",
        ),
        Field(
            "promote",
            LEVELS,
            "Which failed checks and journeys of the environment that is promoted from refuse"
            " a promotion; they count for exactly the artifacts that are promoted.",
            default="error",
            example="warning",
        ),
    ),
    _gates,
)
