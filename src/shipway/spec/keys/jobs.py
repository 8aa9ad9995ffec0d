"""`migrate` and `smoke`: what runs before the switch, and what is asked after it."""

from __future__ import annotations

from shipway.spec import forms
from shipway.spec.keys.common import STATUS
from shipway.spec.scalars import Boolean, Choice, Integer, Text, Value
from shipway.spec.shapes import Either, Field, ListOf, Record
from shipway.spec.values import MigrateSpec, SmokeSpec

COMMAND = Either(
    "a command, or a list of its words",
    scalar=forms.COMMAND,
    listed=ListOf(Value("a word"), empty=False),
)

MIGRATE = Record(
    "migrate[]",
    (
        Field(
            "service",
            forms.SERVICE,
            "The service whose artifact and variables it runs with.",
            required=True,
            example="api",
        ),
        Field(
            "command",
            COMMAND,
            "What is run, without a shell.",
            words="the service's own command",
            example="alembic upgrade head",
        ),
        Field(
            "name",
            Text("a short name", r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"),
            "Its name in the rollout's steps.",
            words="`migrate`, or `migrate-SERVICE` where there are several",
            example="schema",
        ),
        Field(
            "deadline",
            forms.DURATION,
            "When it has failed.",
            default="10m",
            attr="deadline_s",
        ),
        Field(
            "beside",
            Boolean(),
            "The new instances boot while it runs, which saves its time; only where the "
            "application does not read the schema while it boots. They get no request before "
            "it has ended and they are healthy.",
            default="false",
        ),
        Field(
            "once",
            Boolean(),
            "It runs once in an environment and not for each release: the first administrator. "
            "The audit trail names the run; data that is destroyed takes the memory of it along.",
            default="false",
        ),
    ),
    MigrateSpec,
)

SMOKE = Record(
    "smoke[]",
    (
        Field(
            "path",
            forms.REQUEST_PATH,
            "What is requested through the ingress, below the environment's own path.",
            required=True,
            example="/api/cards",
        ),
        Field("name", Text(), "Its name in messages.", words="method and path", example="cards"),
        Field(
            "host",
            forms.HOST,
            "The Host header.",
            words="the environment's first host name",
            example="shop.example.com",
        ),
        Field(
            "method",
            Choice(("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")),
            "The method.",
            default="GET",
        ),
        Field(
            "status",
            STATUS,
            "The good answers: a status, a range, or a list.",
            default="200-399",
            example="200",
        ),
        Field(
            "contains",
            Text(),
            "Text that the answer must hold.",
            words="any answer is good",
            example='"cards"',
        ),
        Field(
            "timeout",
            forms.DURATION,
            "How long an answer may take.",
            default="5s",
            attr="timeout_s",
        ),
        Field("attempts", Integer(1, 100), "Tries before it has failed.", default="3"),
    ),
    SmokeSpec,
)
