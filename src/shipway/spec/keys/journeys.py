"""`journeys`: multi-step checks over HTTP and WebSocket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shipway.errors import SourceRef
from shipway.model.journey import Journey
from shipway.model.names import ENVIRONMENT_PATTERN
from shipway.spec import forms
from shipway.spec.journeys import check_journey
from shipway.spec.keys.journey_looks import SKIP_WHEN, plain
from shipway.spec.keys.journey_steps import NAME, STEP
from shipway.spec.kinds import Placed
from shipway.spec.scalars import Boolean, Text, Value
from shipway.spec.shapes import Field, ListOf, MapOf, Record


def _journey(*, source: SourceRef, **given: Any) -> Journey:
    journey = Journey(name="", **given)
    check_journey(journey, source)
    return journey


JOURNEY = Record(
    "journeys.<name>",
    (
        Field(
            "about",
            Text(),
            "What it proves.",
            words="none",
            example="A card comes to everybody's screen.",
        ),
        Field(
            "steps",
            ListOf(STEP, empty=False),
            "The steps, in order; the first that fails ends it.",
            required=True,
        ),
        Field(
            "always",
            ListOf(STEP),
            "Clean-up, whatever happened. What was never made is not cleaned.",
            default="[]",
        ),
        Field(
            "values",
            MapOf(Value(), "a short name", NAME, make=plain),
            "Values for the steps, made once: `{{random.email}}`, `{{random.uuid}}`,"
            " `{{random.word}}`, `{{random.number}}`, `{{random.password}}`, `{{now}}`,"
            " `{{env.NAME}}` (a variable of the application, never shown).",
            default="{}",
            example='{email: "{{random.email}}"}',
        ),
        Field(
            "smoke",
            Boolean(),
            "Goes right after each switch; its failure switches back.",
            default="false",
        ),
        Field(
            "environments",
            ListOf(Text("the name of an environment", ENVIRONMENT_PATTERN), empty=False),
            "Where it may go.",
            words="every environment",
            example="[staging]",
        ),
        Field(
            "monitor",
            forms.DURATION,
            "Goes by itself again and again, with this pause.",
            words="only when asked",
            example="5m",
            attr="monitor_s",
        ),
        Field(
            "deadline",
            forms.DURATION,
            "When the whole has failed.",
            default="60s",
            attr="deadline_s",
        ),
        Field("skip_when", SKIP_WHEN, "When it does not go at all.", words="none"),
    ),
    _journey,
)


def _named(journeys: Mapping[str, Placed[Journey]]) -> tuple[Journey, ...]:
    return tuple(replace(placed.value, name=name) for name, placed in journeys.items())


JOURNEYS = MapOf(
    JOURNEY,
    "a name of lower-case letters, digits and -",
    r"[a-z0-9][a-z0-9-]{0,62}",
    make=_named,
)
