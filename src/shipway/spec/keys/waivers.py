"""`waivers`: failed checks that the owner accepts, until a day."""

from __future__ import annotations

from datetime import date

from shipway.spec.scalars import Parsed, Text
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
