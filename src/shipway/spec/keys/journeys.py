"""`journeys`: multi-step checks over HTTP and WebSocket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.model.journey import Expect, Journey, Request, SkipWhen, Step
from shipway.model.names import ENVIRONMENT_PATTERN
from shipway.spec import forms
from shipway.spec.journeys import check_journey, check_path, check_save
from shipway.spec.keys.common import STATUS
from shipway.spec.kinds import Placed
from shipway.spec.scalars import Anything, Boolean, Parsed, Text, Value
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
NAME = r"[A-Za-z][A-Za-z0-9_-]{0,62}"
HEADER = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
SAVE = r"\$.*|header: ?[^\s]+|match: ?.+"


def _request(text: str) -> tuple[str, str]:
    method, _, path = text.rpartition(" ")
    return method.strip() or "GET", path


def _plain(values: dict[str, Placed[Any]]) -> dict[str, Any]:
    return {name: placed.value for name, placed in values.items()}


def _paths(values: dict[str, Placed[Any]]) -> dict[str, Any]:
    for path, placed in values.items():
        check_path(path, placed.source)
    return _plain(values)


def _saves(values: dict[str, Placed[str]]) -> dict[str, str]:
    for placed in values.values():
        check_save(placed.value, placed.source)
    return _plain(values)


TEXTS = Either(
    "text, or a list of texts",
    scalar=Text(),
    listed=ListOf(Text(), empty=False),
    make_scalar=lambda value, _source: (value,),
)
PATHS = MapOf(Anything(), "a JSON path such as $.status", r"\$.*", make=_paths)
HEADERS = MapOf(Value(), "the name of a header", HEADER, make=_plain)
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
                scalar=Text("the name of a variable", forms.VARIABLE_PATTERN),
                listed=ListOf(Text("the name of a variable", forms.VARIABLE_PATTERN), empty=False),
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


def _step(*, source: SourceRef, **given: Any) -> Step:
    request, connect = given.pop("request", None), given.get("connect")
    receive, send = given.get("receive"), given.get("send")
    name = given.pop("name", None)
    parts = {
        key: given.pop(key) for key in ("host", "json", "form", "body", "expect") if key in given
    }
    bodies = [key for key in ("json", "form", "body") if key in parts]
    if request is not None:
        wrong = [key for key in ("socket", "connect", "send", "receive") if key in given]
        if wrong or len(bodies) > 1:
            said = (
                f"{wrong[0]} stands beside request"
                if wrong
                else "json, form and body exclude each other"
            )
            raise Problem(
                "invalid-spec", f"{said}: make two steps of it, or drop one.", source=source
            )
        return Step(
            name=name or " ".join(request),
            request=Request(
                method=request[0],
                path=request[1],
                host=parts.get("host"),
                headers=given.pop("headers", {}),
                json=parts.get("json"),
                has_json="json" in parts,
                form=parts.get("form", {}),
                body=parts.get("body"),
            ),
            **({"expect": parts["expect"]} if "expect" in parts else {}),
            **given,
        )
    if parts or given.get("wait_s"):
        key = next(iter(parts), "wait")
        raise Problem("invalid-spec", f"{key} needs a request.", source=source)
    if connect is None and send is None and receive is None:
        raise Problem(
            "invalid-spec",
            "a step needs request, connect, send or receive.",
            hints=["write request: GET /api/cards", "or connect: /ws"],
            source=source,
        )
    act = f"connect {connect}" if connect else "send" if send is not None else "receive"
    return Step(name=name or act, **given)


STEP = Record(
    "journeys.<name>.steps[]",
    (
        Field("name", Text(), "Its name in results.", words="what it does", example="post a card"),
        Field(
            "request",
            Parsed(
                "a method and a path, such as POST /api/cards",
                _request,
                rf"(({'|'.join(METHODS)}) +)?/[^\s#]*",
            ),
            "What is requested through the ingress, below the environment's own path.",
            words="none",
            example="POST /api/cards",
        ),
        Field(
            "host",
            forms.HOST,
            "The Host header.",
            words="the environment's first host name",
            example="api.example.com",
        ),
        Field(
            "headers",
            HEADERS,
            "Headers of the request or of the WebSocket's handshake.",
            default="{}",
            example='{Authorization: "Bearer {{token}}"}',
        ),
        Field(
            "json",
            Anything(),
            "The body, as JSON.",
            words="none",
            example='{email: "{{email}}", password: x}',
        ),
        Field(
            "form",
            MapOf(Value(), "the name of a field", make=_plain),
            "The body, as a form.",
            words="none",
            example='{email: "{{email}}"}',
        ),
        Field("body", Text(), "The body, as text.", words="none", example="hello"),
        Field("expect", EXPECT, "What must come back.", default="{status: 200-399}"),
        Field(
            "socket",
            Text("a short name", NAME),
            "Which WebSocket, where there are several.",
            default="socket",
            example="second",
        ),
        Field(
            "connect",
            forms.REQUEST_PATH,
            "Opens a WebSocket; it stays open to the end.",
            words="none",
            example="/ws",
        ),
        Field(
            "send",
            Anything(),
            "Sends a message: text, or anything else as JSON.",
            words="none",
            example="{type: ping}",
        ),
        Field("receive", RECEIVE, "Waits for a message like this.", words="none"),
        Field(
            "save",
            MapOf(
                Text("a JSON path, header:NAME or match:PATTERN", SAVE),
                "a short name",
                NAME,
                make=_saves,
            ),
            "Keeps a part of the answer for later steps, where `{{name}}` stands for it: a JSON"
            " path, `header:NAME`, or `match:` and a regular expression with a group.",
            default="{}",
            example="{card: $.id}",
        ),
        Field(
            "wait",
            forms.DURATION,
            "Asks again until the answer is as expected, at most so long: for jobs.",
            words="asked once",
            example="20s",
            attr="wait_s",
        ),
        Field("every", forms.DURATION, "The pause meanwhile.", default="250ms", attr="every_s"),
        Field(
            "timeout",
            forms.DURATION,
            "How long one answer may take.",
            default="10s",
            attr="timeout_s",
        ),
        Field(
            "skip_when", SKIP_WHEN, "When the journey ends here without a verdict.", words="none"
        ),
    ),
    _step,
)


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
            MapOf(Value(), "a short name", NAME, make=_plain),
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
