"""A step of `journeys`: a request, or something at a WebSocket."""

from __future__ import annotations

from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.model.journey import Request, Step
from shipway.spec import forms
from shipway.spec.journeys import check_save
from shipway.spec.keys.journey_looks import EXPECT, HEADERS, RECEIVE, SKIP_WHEN, plain
from shipway.spec.kinds import Placed
from shipway.spec.scalars import Anything, Parsed, Text, Value
from shipway.spec.shapes import Field, MapOf, Record

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
NAME = r"[A-Za-z][A-Za-z0-9_-]{0,62}"
SAVE = r"\$.*|header: ?[^\s]+|match: ?.+"


def _request(text: str) -> tuple[str, str]:
    method, _, path = text.rpartition(" ")
    return method.strip() or "GET", path


def _saves(values: dict[str, Placed[str]]) -> dict[str, str]:
    for placed in values.values():
        check_save(placed.value, placed.source)
    return plain(values)


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
            MapOf(Value(), "the name of a field", make=plain),
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
