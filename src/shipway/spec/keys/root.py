"""The keys of the whole file."""

from __future__ import annotations

from shipway.model.names import SERVICE_PATTERN
from shipway.spec import forms
from shipway.spec.keys.alerts import ALERTS
from shipway.spec.keys.backup import BACKUP
from shipway.spec.keys.ci import CI
from shipway.spec.keys.common import COMPOSE, ENV_FILES, FILES, PROFILES, VARIABLES, unplaced
from shipway.spec.keys.contract import CONTRACT
from shipway.spec.keys.document import DOCUMENT
from shipway.spec.keys.environments import ENVIRONMENT
from shipway.spec.keys.front import FRONT
from shipway.spec.keys.indicators import INDICATORS
from shipway.spec.keys.jobs import MIGRATE, SMOKE
from shipway.spec.keys.journeys import JOURNEYS
from shipway.spec.keys.notify import HEARTBEAT, NOTIFY, SENTRY
from shipway.spec.keys.previews import PREVIEWS
from shipway.spec.keys.registry import REGISTRY
from shipway.spec.keys.rollout import ROLLOUT
from shipway.spec.keys.routes import ROUTES
from shipway.spec.keys.services import SERVICE
from shipway.spec.keys.waivers import GATES, WAIVERS
from shipway.spec.scalars import Choice
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record, Single
from shipway.spec.values import Spec

ROOT = Record(
    "shipway.yaml",
    (
        Field(
            "project",
            forms.PROJECT,
            "The project's name on the server.",
            words="the directory's name",
            example="shop",
        ),
        Field(
            "compose",
            COMPOSE,
            "The Compose file or files.",
            words="what Docker Compose would find: compose.yaml, compose.yml,"
            " docker-compose.yml or docker-compose.yaml, with its override file",
            example="[compose.yaml, compose.server.yaml]",
        ),
        Field(
            "engine",
            Choice(("docker", "process")),
            "What runs the instances.",
            words="docker where one is reached, else process",
            example="docker",
        ),
        Field("profiles", PROFILES, "Compose profiles that are on.", default="[]", example="[app]"),
        Field(
            "env_files",
            ENV_FILES,
            "Files of variables for every environment. `{environment}` in a path stands for"
            " the environment's name.",
            default="[]",
            example="[config/.env.common]",
        ),
        Field(
            "variables",
            VARIABLES,
            "Variables for every environment.",
            default="{}",
            example="{TZ: Asia/Seoul}",
        ),
        Field(
            "contract",
            CONTRACT,
            "What variables must be, checked over the values that services really get before"
            " anything is built; see docs/contract.md. Short: `JWT_SECRET: generated`.",
            default="{}",
            example="{JWT_SECRET: generated, LOG_LEVEL: {allowed: [INFO, WARNING]}}",
        ),
        Field("files", FILES, "Files that instances find in their file system.", default="[]"),
        Field(
            "environments",
            MapOf(
                ENVIRONMENT,
                "a name of lower-case letters, digits and -",
                forms.ENVIRONMENT_NAME,
                make=unplaced,
            ),
            "The environments on the server, each by port, host name or path.",
            default="{staging: 4400, production: 4500}",
        ),
        Field(
            "routes",
            ROUTES,
            "Which requests go to which service: a list of rules, or short, `/api: api`"
            " (the key may also be `host` or `host/path`). Empty: nothing takes requests.",
            words="`/` to the one stateless service that publishes a port",
            example="{/api: api, /: web}",
        ),
        Field(
            "ingress",
            FRONT,
            "What the ingress does beside routing: headers, pages, proxies before it.",
            words="sensible headers, nothing else",
            attr="front",
        ),
        Field(
            "services",
            MapOf(SERVICE, "the name of a Compose service", SERVICE_PATTERN, make=unplaced),
            "What Shipway should know of services beyond Compose.",
            default="{}",
        ),
        Field(
            "migrate",
            Either(
                "a mapping with service and command, or a list of them",
                listed=ListOf(MIGRATE),
                mapped=Single(MIGRATE),
            ),
            "Jobs that run once a release, to their end, before the switch.",
            default="[]",
            example="{service: api, command: alembic upgrade head}",
        ),
        Field(
            "smoke",
            ListOf(SMOKE),
            "Requests through the ingress right after the switch; a bad answer switches back.",
            default="[]",
        ),
        Field(
            "journeys",
            JOURNEYS,
            "Multi-step checks over HTTP and WebSocket, by name: docs/journeys.md.",
            default="{}",
        ),
        Field(
            "waivers",
            WAIVERS,
            "Failed checks that you accept. Each shows in `shipway check`; one whose day has"
            " passed does not count any more.",
            default="[]",
        ),
        Field("gates", GATES, "What failed checks hold up.", default="{}"),
        Field(
            "ci",
            CI,
            "The CI of a commit, which must have passed before its release is promoted:"
            " docs/pipelines.md.",
            words="not asked",
            example="{github: acme/shop}",
        ),
        Field("rollout", ROLLOUT, "The figures of a rollout.", default="{}"),
        Field(
            "previews",
            PREVIEWS,
            "Environments for branches: docs/sleep-and-previews.md.",
            default="{}",
        ),
        Field(
            "backup",
            BACKUP,
            "Where backups go, when they are made, how long they are kept.",
            default="{}",
        ),
        Field(
            "language",
            Choice(("en", "ko")),
            "The language of notifications and documents.",
            default="en",
            example="ko",
        ),
        Field("indicators", INDICATORS, "What is measured beyond the usual.", default="{}"),
        Field(
            "alerts",
            ALERTS,
            "Rules that differ from the defaults: false switches one off, a figure is its"
            " threshold.",
            default="{}",
            example="{api-p95: {threshold: 1s, for: 10m}, redis-memory: 90%, websockets: false}",
        ),
        Field(
            "notify",
            NOTIFY,
            "Who is told: channels by name, each with the variable that holds its address.",
            default="{}",
            example="{slack: SLACK_URL, phone: {url: PHONE_URL, level: urgent}}",
        ),
        Field(
            "heartbeat",
            HEARTBEAT,
            "An address outside that notices when this server falls silent.",
            words="none",
        ),
        Field(
            "document",
            DOCUMENT,
            "What only the owner can tell the documents that `shipway document` writes.",
            default="{}",
        ),
        Field(
            "registry",
            REGISTRY,
            "Where images that are built here are pushed, and fetched from where they are gone."
            " On the docker engine.",
            words="none",
        ),
        Field("sentry", SENTRY, "Where releases and deploys are reported.", words="none"),
    ),
    Spec,
    extensions=True,
)
