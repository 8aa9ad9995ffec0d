"""A commit becomes an application: the whole of it, on projects of the usual shapes."""

from __future__ import annotations

from pathlib import Path

from shipway.errors import SourceRef
from shipway.model.application import HEALTH_PATHS, Job, Policy, RouteRule
from shipway.model.workload import Role
from shipway.spec import load_application
from shipway.spec.differences import differences
from tests.spec.projects import DOCKERFILE, board, load_text, refused, write


def test_a_plain_compose_project_deploys_with_four_lines(tmp_path: Path) -> None:
    """R219."""
    compose = "services:\n  web:\n    build: .\n    ports: ['8080:80']\n"
    app = load_text(tmp_path, "project: shop\nengine: docker\nservices:\n  web: {}\n", compose)
    assert str(app.environment) == "shop/staging"
    assert app.routes == (RouteRule(service="web"),)
    assert app.service("web").port == 80
    assert (app.port, app.hosts, app.base_path, app.address) == (4400, (), "/", "0.0.0.0")
    assert app.policy == Policy()
    assert app.notes == ("web gets all requests: it alone publishes a port.",)


def test_the_board_is_understood_without_being_told(tmp_path: Path) -> None:
    """An API, workers, a scheduler, two stores and a front end: every role is found."""
    app = load_application(board(tmp_path), environment="production")
    assert {service.name: service.role for service in app.services} == {
        "db": Role.STATEFUL,
        "redis": Role.STATEFUL,
        "api": Role.WEB,
        "worker": Role.WORKER,
        "beat": Role.SINGLETON,
        "web": Role.WEB,
    }
    api = app.service("api")
    assert api.build
    assert api.port == 8000
    assert api.stop_grace_s == 20
    assert api.after == ("db", "redis")
    assert api.probe is not None
    assert api.probe.paths == ("/health",)
    web = app.service("web")
    assert web.port == 3000
    assert web.probe is not None
    assert web.probe.paths == HEALTH_PATHS
    assert app.service("worker").probe is None
    assert app.jobs == (Job(name="migrate", service="api", argv=("alembic", "upgrade", "head")),)
    assert app.port == 4500
    assert app.notes == (
        "beat is taken as singleton, because its command is Celery beat.",
        "db is taken as stateful, because its image postgres is a data store.",
        "redis is taken as stateful, because its image redis is a data store.",
        "redis: its port 6379 is not published by Shipway.",
        "worker is taken as worker, because its command is a worker's.",
    )
    assert app.root == str(tmp_path)
    assert api.source is not None
    assert (api.source.path, api.source.line) == ("compose.yaml", 9)


def test_built_services_get_the_layers_and_images_keep_their_own(tmp_path: Path) -> None:
    spec = """
project: shop
variables: {DATABASE_URL: postgresql://elsewhere/x, NEW: "1"}
routes: {/: api}
"""
    compose = """
services:
  db: {image: "postgres:16", environment: {POSTGRES_PASSWORD: p, DATABASE_URL: own}}
  api: {build: ., ports: ["80"], environment: {DATABASE_URL: postgresql://db/x, KEEP: "2"}}
"""
    app = load_text(tmp_path, spec, compose)
    assert dict(app.service("api").environment) == {
        "DATABASE_URL": "postgresql://elsewhere/x",
        "KEEP": "2",
        "NEW": "1",
        "SHIPWAY_ENVIRONMENT": "staging",
    }
    assert dict(app.service("db").environment) == {
        "POSTGRES_PASSWORD": "p",
        "DATABASE_URL": "own",
    }
    for service in app.services:
        assert "environment" not in service.definition


def test_dollars_in_values_stay_single(tmp_path: Path) -> None:
    spec = "variables: {A: 'a$b$$c'}\n"
    compose = (
        "services:\n  api:\n    build: .\n    ports: ['80']\n"
        "    command: ['sh', '-c', 'echo $$HOME']\n"
        "    environment: {B: 'x$$y', C: '${A}'}\n"
    )
    api = load_text(tmp_path, spec, compose).service("api")
    assert api.environment["A"] == "a$b$$c"
    assert api.environment["B"] == "x$y"
    assert api.environment["C"] == "a$b$$c"
    assert api.definition["command"] == ["sh", "-c", "echo $HOME"]


DOCUMENT_0 = """
services:
  frontend: {build: ., expose: ["3020"]}
  backend:
    build: .
    expose: ["8000"]
    healthcheck: {test: ["CMD", "curl", "-f", "http://localhost:8000/health"]}
  celery-worker: {build: ., command: celery -A app worker --concurrency=4}
  celery-beat: {build: ., command: celery -A app beat}
  redis: {image: "redis:7-alpine"}
  neo4j: {image: "neo4j:5", ports: ["7474:7474", "7687:7687"], volumes: ["neo:/data"]}
volumes: {neo: {}}
"""


def test_environments_by_host_name(tmp_path: Path) -> None:
    """R017. The shape of document 0: a name for the site and one for its API."""
    spec = """
project: omnivibe
environments:
  staging:
    port: 80
    hosts: [staging.example.com]
    routes:
      staging.example.com: frontend
      api.staging.example.com: backend
      /ws: backend
  production:
    port: 80
    hosts: [example.com, www.example.com]
routes:
  /: frontend
  api.example.com: backend
  /ws: backend
"""
    production = load_text(tmp_path, spec, DOCUMENT_0, environment="production")
    assert production.hosts == ("example.com", "www.example.com")
    assert production.routes == (
        RouteRule(service="frontend"),
        RouteRule(service="backend", host="api.example.com"),
        RouteRule(service="backend", path="/ws"),
    )
    staging = load_text(tmp_path, spec, DOCUMENT_0, environment="staging")
    assert staging.routes[1] == RouteRule(service="backend", host="api.staging.example.com")
    assert staging.service("celery-beat").role is Role.SINGLETON
    assert "neo4j: its port 7474 is not published by Shipway." in staging.notes


def test_environments_by_port_with_layers_and_keys(tmp_path: Path) -> None:
    """R050, R051, R063. The shape of document 3: 4400 and 4500, .env layers, JWT keys as mounted files (R053)."""
    files = {
        "shipway.yaml": """
project: workhub
env_files: [config/.env.common]
files:
  - {source: config/keys/jwt_private.pem, target: /app/server/keys/jwt_private.pem, mode: "0600", owner: "1000:1000"}
environments:
  staging: {port: 4400, env_files: ["config/.env.{environment}"]}
  production: {port: 4500, env_files: ["config/.env.{environment}"], profiles: [production]}
routes: {/: hub}
""",
        "compose.yaml": """
services:
  hub: {build: ., ports: ["4000"], env_file: [config/.env.common]}
  reports: {build: ., profiles: [production], command: python reports.py}
""",
        "Dockerfile": "FROM node:20\n",
    }
    secrets = {
        "config/.env.common": "DATABASE_URL=postgresql://u:p@db/x\nCOOKIE_DOMAIN=none\n",
        "config/.env.staging": "COOKIE_DOMAIN=158.180.95.246\n",
        "config/.env.production": "COOKIE_DOMAIN=.workhub.biz\n",
        "config/keys/jwt_private.pem": "-----BEGIN",
    }
    source = write(tmp_path / "checkout", files)
    local = write(tmp_path / "workhub", {**files, **secrets})
    staging = load_application(source, environment="staging", local=local)
    production = load_application(source, environment="production", local=local)
    hub = staging.service("hub")
    assert hub.environment["COOKIE_DOMAIN"] == "158.180.95.246"
    assert hub.environment["DATABASE_URL"] == "postgresql://u:p@db/x"
    assert production.service("hub").environment["COOKIE_DOMAIN"] == ".workhub.biz"
    (key,) = hub.files
    assert (key.target, key.mode, key.uid, key.gid, key.content) == (
        "/app/server/keys/jwt_private.pem",
        0o600,
        1000,
        1000,
        b"-----BEGIN",
    )
    assert [service.name for service in production.services] == ["hub", "reports"]
    assert [service.name for service in staging.services] == ["hub"]


DOCUMENT_4 = """
services:
  postgres:
    image: pgvector/pgvector:pg16
    ports: ["5432:5432"]
    volumes: [postgres_data:/var/lib/postgresql/data]
  redis: {image: "redis:7-alpine", ports: ["6379:6379"], volumes: ["redis_data:/data"]}
  minio: {image: minio/minio, ports: ["9000:9000", "9001:9001"], volumes: ["minio_data:/data"]}
  backend: {build: ., ports: ["8000:8000"], volumes: [".:/app"]}
  celery-worker: {build: ., command: "celery -A app.tasks.celery_app worker -Q critical,high"}
  celery-beat: {build: ., command: celery -A app.tasks.celery_app beat --loglevel=info}
  frontend: {build: ., ports: ["3000:3000"]}
  nginx: {image: "nginx:alpine", ports: ["80:80", "443:443"]}
volumes: {postgres_data: {}, redis_data: {}, minio_data: {}}
"""


def test_environments_by_path_with_an_api_below_it(tmp_path: Path) -> None:
    """R018, R019. The shape of document 4: routes for a page, an API and a WebSocket feed."""
    spec = """
project: sns
environments: {staging: {port: 8080, path: /staging}, production: {port: 8080}}
routes:
  /: frontend
  /api/: backend
  /ws: {service: backend, websocket_timeout: 12h}
"""
    app = load_text(tmp_path, spec, DOCUMENT_4)
    assert (app.port, app.base_path) == (8080, "/staging")
    assert app.routes == (
        RouteRule(service="frontend"),
        RouteRule(service="backend", path="/api"),
        RouteRule(service="backend", path="/ws", tunnel_timeout_s=43_200),
    )
    assert [service.name for service in app.of_role(Role.STATEFUL)] == [
        "minio",
        "postgres",
        "redis",
    ]
    assert app.service("nginx").role is Role.WEB
    assert any(note.startswith("nginx is a web server in front of others") for note in app.notes)
    assert any(note.startswith("backend mounts its own source over /app") for note in app.notes)


def test_routes_are_asked_for_where_several_services_publish_ports(tmp_path: Path) -> None:
    assert (
        str(refused(tmp_path, "project: sns", DOCUMENT_4))
        == """\
backend, frontend and nginx publish ports: which requests go to which service? \
Write it to shipway.yaml, for example:
  | routes:
  |   /api: backend
  |   /: frontend
Hint: edit shipway.yaml, then: shipway check --static
Hint: write routes: [] where nothing takes requests from outside"""
    )


def test_routes_are_asked_for_where_no_service_publishes_a_port(tmp_path: Path) -> None:
    compose = "services:\n  site: {build: ., expose: ['80']}\n  mailer: {build: .}\n"
    assert (
        str(refused(tmp_path, "project: x", compose))
        == """\
no service publishes a port: which one takes the requests? \
Write it to shipway.yaml, for example:
  | routes:
  |   /: site
Hint: edit shipway.yaml, then: shipway check --static
Hint: write routes: [] where nothing takes requests from outside"""
    )


def test_the_project_is_named_after_the_working_directory(tmp_path: Path) -> None:
    source = board(tmp_path / "0a1b2c3d", spec="routes: {/: web}")
    local = write(tmp_path / "board", {})
    app = load_application(source, environment="staging", local=local)
    assert app.environment.project == "board"


def test_further_variables_win_over_all_layers(tmp_path: Path) -> None:
    source = board(tmp_path, spec="project: b\nroutes: {/: web}\nvariables: {DB_PASSWORD: low}\n")
    app = load_application(source, environment="staging", variables={"DB_PASSWORD": "high"})
    assert app.service("db").environment["POSTGRES_PASSWORD"] == "high"
    assert app.service("api").environment["DB_PASSWORD"] == "high"


def test_places_are_those_of_the_users_files(tmp_path: Path) -> None:
    spec = "services:\n  web:\n    health: /up\n"
    app = load_text(tmp_path, spec, "services:\n  web: {build: ., ports: ['80']}\n")
    probe = app.service("web").probe
    assert probe is not None
    assert probe.paths == ("/up",)
    assert probe.source == SourceRef(path="shipway.yaml", line=3, column=13)


def test_an_application_may_take_no_requests_at_all(tmp_path: Path) -> None:
    compose = "services:\n  bot: {build: .}\n  db: {image: postgres, ports: ['5432']}\n"
    app = load_text(tmp_path, "routes: []", compose)
    assert app.routes == ()
    assert app.service("bot").role is Role.WORKER


def test_a_role_is_asked_for_where_the_only_site_keeps_data(tmp_path: Path) -> None:
    compose = (
        "services:\n  site: {image: ghost, ports: ['2368'], volumes: ['data:/var/lib/ghost']}\n"
        "volumes: {data: {}}\n"
    )
    problem = refused(tmp_path, "", compose)
    assert problem.message == (
        "site would take the requests, but keeps data in a volume: may two of it run at once"
        " for a moment? Write it to shipway.yaml, for example:"
    )
    assert problem.details == ("routes:", "  /: site", "services:", "  site: {role: web}")
    app = load_text(tmp_path, "\n".join(problem.details), compose)
    assert app.service("site").role is Role.WEB


def test_paths_are_those_of_the_compose_file_that_lies_in_a_sub_directory(tmp_path: Path) -> None:
    """R036: `infra/compose.yaml` builds `../apps/server`, with `infra/.env` for its variables."""
    compose = """\
services:
  server:
    build: {context: ../apps/server, args: {CHANNEL: "${CHANNEL}"}}
    ports: ["8080"]
"""
    write(
        tmp_path,
        {
            "shipway.yaml": "project: chat\ncompose: infra/compose.yaml\n",
            "infra/compose.yaml": compose,
            "infra/.env": "CHANNEL=rooms\n",
            ".env": "CHANNEL=another\n",
            "apps/server/Dockerfile": DOCKERFILE,
        },
    )
    application = load_application(tmp_path, environment="staging")
    build = application.service("server").definition["build"]
    assert build["context"] == str(tmp_path / "apps" / "server")
    assert build["args"] == {"CHANNEL": "rooms"}


def test_services_that_run_an_image_which_another_one_builds_are_built_with_it(
    tmp_path: Path,
) -> None:
    """`image: desk/app` beside `build:` with that name: no registry has it, as with Compose."""
    compose = """\
services:
  app: {build: ., image: desk/app, ports: ["9000"]}
  queue: {image: desk/app, command: ["python", "artisan.py", "queue:work"]}
  redis: {image: redis}
"""
    app = load_text(tmp_path, "variables: {LEVEL: info}", compose)
    queue = app.service("queue")
    assert queue.build
    assert queue.definition["build"] == app.service("app").definition["build"]
    assert queue.role is Role.WORKER
    assert queue.environment["LEVEL"] == "info"
    assert not app.service("redis").build


def test_a_probe_calls_an_instance_as_requests_will(tmp_path: Path) -> None:
    """A framework with a list of allowed names refuses its own address with 400."""
    compose = "services:\n  web: {build: ., ports: ['80']}\n"
    spec = """\
environments:
  staging: {port: 4400}
  production: {port: 80, host: shop.example.com}
"""
    staging = load_text(tmp_path, spec, compose)
    production = load_text(tmp_path, spec, compose, environment="production")
    probes = [app.service("web").probe for app in (staging, production)]
    assert [probe.host for probe in probes if probe] == ["localhost", "shop.example.com"]
    assert not any("probe" in str(item) for item in differences(staging, production))
