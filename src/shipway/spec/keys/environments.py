"""`environments`: where each is reached, and what differs in it."""

from __future__ import annotations

from typing import Any

from shipway.errors import Problem
from shipway.model.names import SERVICE_PATTERN
from shipway.spec import forms
from shipway.spec.keys.common import COMPOSE, ENV_FILES, FILES, PROFILES, VARIABLES
from shipway.spec.keys.front import FRONT, TLS
from shipway.spec.keys.rollout import ROLLOUT
from shipway.spec.keys.routes import ROUTES
from shipway.spec.scalars import Choice, Integer
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record
from shipway.spec.values import EnvironmentSpec, SleepSpec


def _sleep(*, really: str | None = None, **given: Any) -> SleepSpec:
    return SleepSpec(really=really is not None, **given)


def _environment(
    *, host: str | None = None, hosts: tuple[str, ...] = (), **given: Any
) -> EnvironmentSpec:
    if host and hosts:
        raise Problem("invalid-spec", "write host or hosts, not both.", source=given["source"])
    return EnvironmentSpec(hosts=(host,) if host else hosts, **given)


SLEEP = Either(
    "a duration such as 1h, or a mapping",
    scalar=forms.DURATION,
    make_scalar=lambda after, source: SleepSpec(after_s=after, source=source),
    mapped=Record(
        "environments.<name>.sleep_after",
        (
            Field(
                "after",
                forms.DURATION,
                "How long nobody has asked for it.",
                required=True,
                example="1h",
                attr="after_s",
            ),
            Field(
                "production",
                Choice(("really",)),
                "That production may sleep, too.",
                words="it may not",
                example="really",
                attr="really",
            ),
        ),
        _sleep,
    ),
)

ENVIRONMENT = Either(
    "a port, or a mapping",
    scalar=forms.PORT,
    make_scalar=lambda port, source: EnvironmentSpec(port=port, source=source),
    mapped=Record(
        "environments.<name>",
        (
            Field(
                "port",
                forms.PORT,
                "The port on which the ingress takes requests for it.",
                words="4400 for staging, 4500 for production; any other environment names its own",
                example="4500",
            ),
            Field(
                "host",
                forms.HOST,
                "The host name that it answers to.",
                words="every host name",
                example="shop.example.com",
            ),
            Field(
                "hosts",
                ListOf(forms.HOST, empty=False),
                "The same for several names.",
                words="every host name",
                example="[shop.example.com, www.shop.example.com]",
            ),
            Field(
                "path",
                forms.ROUTE_PATH,
                "The environment lives below this path, which services do not see.",
                default="/",
                example="/shop",
            ),
            Field(
                "address",
                forms.ADDRESS,
                "The address on which requests are taken.",
                default="0.0.0.0",  # noqa: S104 - the front door of the server
                example="127.0.0.1",
            ),
            Field(
                "tls",
                TLS,
                "HTTPS for its names: `auto` orders, renews and loads a certificate for each"
                " by ACME. Its port is then 443 where none is given.",
                words="plain HTTP",
                example="auto",
            ),
            Field(
                "ingress",
                FRONT,
                "What the ingress does otherwise here; each key replaces the common one.",
                words="the common ones",
                attr="front",
            ),
            Field(
                "env_files",
                ENV_FILES,
                "Files of variables for this environment, over the common ones.",
                default="[]",
                example="[config/.env.production]",
            ),
            Field(
                "variables",
                VARIABLES,
                "Variables for this environment, over all files.",
                default="{}",
                example="{LOG_LEVEL: WARNING}",
            ),
            Field(
                "files",
                FILES,
                "Further files for this environment; the same target replaces a common one.",
                default="[]",
            ),
            Field(
                "profiles",
                PROFILES,
                "Further Compose profiles.",
                default="[]",
                example="[production]",
            ),
            Field(
                "compose",
                COMPOSE,
                "Further Compose files, merged over the common ones.",
                words="none",
                example="[compose.prod.yaml]",
            ),
            Field(
                "replicas",
                MapOf(Integer(0, 1000), "the name of a Compose service", SERVICE_PATTERN),
                "Instances by service, where they differ here.",
                default="{}",
                example="{api: 2}",
            ),
            Field(
                "routes",
                ROUTES,
                "Rules for this environment, instead of the common ones.",
                words="the common routes",
                example="{/: web-production}",
            ),
            Field(
                "sleep_after",
                SLEEP,
                "Idle for that long, its stateless instances are stopped until the next request,"
                " which is held and then answered. WebSockets and waiting jobs keep it awake."
                " production needs the long form.",
                words="never",
                example="1h",
                attr="sleep",
            ),
            Field(
                "rollout",
                ROLLOUT,
                "Figures of a rollout that differ here.",
                default="{}",
                example="{soak: 30s}",
            ),
        ),
        _environment,
    ),
)
