"""What `journeys` look for: in an answer, in a message, and when they end without a verdict."""

from __future__ import annotations

from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.model.journey import Expect, SkipWhen
from shipway.spec import forms
from shipway.spec.journeys import check_path
from shipway.spec.keys.common import STATUS
from shipway.spec.kinds import Placed
from shipway.spec.scalars import Anything, Text, Value
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record

HEADER = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"


def plain(values: dict[str, Placed[Any]]) -> dict[str, Any]:
    """Return the values without their places."""
    return {name: placed.value for name, placed in values.items()}


def _paths(values: dict[str, Placed[Any]]) -> dict[str, Any]:
    for path, placed in values.items():
        check_path(path, placed.source)
    return plain(values)


TEXTS = Either(
    "text, or a list of texts",
    scalar=Text(),
    listed=ListOf(Text(), empty=False),
    make_scalar=lambda value, _source: (value,),
)
PATHS = MapOf(Anything(), "a JSON path such as $.status", r"\$.*", make=_paths)
HEADERS = MapOf(Value(), "the name of a header", HEADER, make=plain)
SELECTORS = ListOf(Text("a JSON path such as $.id", r"\$.*"), empty=False)


def _expect(*, source: SourceRef, **given: Any) -> Expect:
    for path in (*given.get("has", ()), *given.get("lacks", ())):
        check_path(path, source)
    return Expect(**given)


def _expect_answer(**given: Any) -> Expect:
    return _expect(**{"status": ((200, 399),), **given})


_BODY = (
    Field(
        "json",
        PATHS,
        "JSON paths (RFC 9535), and what each must select.",
        default="{}",
        example="{$.status: done}",
    ),
    Field(
        "has",
        SELECTORS,
        "JSON paths that must select something other than null.",
        words="none",
        example='["$.id"]',
    ),
    Field(
        "lacks",
        SELECTORS,
        "JSON paths that must select nothing.",
        words="none",
        example='["$.error"]',
    ),
    Field("contains", TEXTS, "Text that must be in it.", words="none", example="Welcome"),
)

EXPECT = Record(
    "journeys.<name>.steps[].expect",
    (
        Field("status", STATUS, "The good statuses.", default="200-399", example="201"),
        Field(
            "headers",
            HEADERS,
            "Text that headers must contain.",
            default="{}",
            example="{Content-Type: json}",
        ),
        *_BODY,
        Field(
            "within",
            forms.DURATION,
            "How long the answer may take.",
            words="the step's `timeout`",
            example="500ms",
            attr="within_s",
        ),
    ),
    _expect_answer,
)

RECEIVE = Record(
    "journeys.<name>.steps[].receive",
    (
        *_BODY,
        Field(
            "within",
            forms.DURATION,
            "How long such a message is waited for; others are passed over.",
            default="10s",
            attr="within_s",
        ),
    ),
    _expect,
)


def _skip(*, source: SourceRef, reason: str, **given: Any) -> SkipWhen:
    if not given:
        raise Problem(
            "invalid-spec",
            "skip_when says a reason but not when: add without, status, json or contains.",
            source=source,
        )
    return SkipWhen(reason=reason, **given)


SKIP_WHEN = Record(
    "journeys.<name>.skip_when",
    (
        Field(
            "reason",
            Text("a sentence", r"\S[^\n]*"),
            "Why that is right; it is shown, and nothing counts as passed.",
            required=True,
            example="no data set is built in",
        ),
        Field(
            "without",
            Either(
                "the name of a variable, or a list of them",
                scalar=forms.VARIABLE,
                listed=ListOf(forms.VARIABLE, empty=False),
                make_scalar=lambda value, _source: (value,),
            ),
            "Where the application has not this variable.",
            words="none",
            example="OPENAI_API_KEY",
        ),
        Field(
            "status",
            STATUS,
            "Where the answer has this status (steps only).",
            words="none",
            example="404",
        ),
        Field(
            "json",
            PATHS,
            "Where a JSON path selects this (steps only).",
            words="none",
            example="{$.datasets: []}",
        ),
        Field(
            "contains",
            TEXTS,
            "Where the answer holds this (steps only).",
            words="none",
            example="disabled",
        ),
    ),
    _skip,
)
