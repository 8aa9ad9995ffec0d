"""`services`: role, port, replicas and health."""

from __future__ import annotations

from shipway.model.workload import Role
from shipway.spec import forms
from shipway.spec.keys.common import STATUS
from shipway.spec.scalars import Boolean, Choice, Integer
from shipway.spec.shapes import Either, Field, Record
from shipway.spec.values import HealthSpec, ServiceSpec

HEALTH = Either(
    "a path such as /up, a mapping, or false",
    scalar=forms.HEALTH_WORD,
    make_scalar=lambda path, source: HealthSpec(path=path, enabled=path is not None, source=source),
    mapped=Record(
        "services.<name>.health",
        (
            Field(
                "path",
                forms.REQUEST_PATH,
                "What is requested.",
                words="the path in Compose's own healthcheck, where it requests one; else the"
                " first of /health, /healthz, /up and / that is not answered 404 or 405",
                example="/up",
            ),
            Field(
                "status",
                STATUS,
                "The good answers: a status, a range, or a list.",
                default="200-399",
                example="[200, 204]",
            ),
            Field(
                "host",
                forms.HOST,
                "The Host header.",
                words="the environment's first host name, else localhost",
                example="shop.example.com",
            ),
            Field(
                "interval",
                forms.DURATION,
                "The pause between two requests.",
                default="100ms",
                attr="interval_s",
            ),
            Field(
                "timeout",
                forms.DURATION,
                "How long one answer may take.",
                default="5s",
                attr="timeout_s",
            ),
            Field(
                "deadline",
                forms.DURATION,
                "When to give up. A longer `start_period` of Compose's healthcheck extends it.",
                default="60s",
                attr="deadline_s",
            ),
            Field(
                "successes",
                Integer(1, 100),
                "Good answers in a row that count as ready.",
                default="1",
            ),
        ),
        HealthSpec,
    ),
)

SERVICE = Record(
    "services.<name>",
    (
        Field(
            "deploy",
            Boolean(),
            "Whether it runs on the server; `false` for a proxy whose work the ingress does.",
            default="true",
        ),
        Field(
            "role",
            Choice(tuple(role.value for role in Role), Role),
            "How a rollout treats the service: `web` is started beside and switched, `worker`"
            " starts at the switch while its predecessor finishes, of a `singleton` two never"
            " run, a `job` runs to its end before the switch, `stateful` belongs to the"
            " environment and is not replaced.",
            words="inferred, see below",
            example="worker",
        ),
        Field(
            "port",
            forms.PORT,
            "The port on which the service takes requests.",
            words="the first of: the published container port, `expose`, the port in Compose's"
            " healthcheck, EXPOSE in the Dockerfile, the port in its command, the variable PORT",
            example="8000",
        ),
        Field(
            "replicas",
            forms.REPLICAS,
            "How many instances run.",
            words="Compose's `scale` or `deploy.replicas`, else 1",
            example="2",
        ),
        Field(
            "health",
            HEALTH,
            "How a service that takes requests is asked whether it is ready: a path, a"
            " mapping, or `false` where it does not speak HTTP.",
            words="as Compose's healthcheck says, else the usual paths",
            example="/up",
        ),
    ),
    ServiceSpec,
)
