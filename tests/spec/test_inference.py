"""What nobody said is inferred: roles, ports, probes, jobs, replicas."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.model.application import Job, Probe
from shipway.model.workload import Role
from shipway.spec.dockerfile import DockerfileFacts, parse_dockerfile
from shipway.spec.images import is_data_store, is_proxy, repository
from tests.spec.projects import load_text, refused, write

WEB = "  web: {build: ., ports: ['80']}\n"

ROLES = [
    ("{image: 'postgres:16'}", Role.STATEFUL),
    ("{image: 'registry.example.com:5000/team/postgis:16@sha256:" + "a" * 64 + "'}", Role.STATEFUL),
    ("{image: ghost, volumes: ['data:/var/lib/ghost'], ports: ['2368']}", Role.STATEFUL),
    ("{image: caddy, volumes: ['data:/data'], ports: ['443']}", Role.WEB),
    ("{build: ., volumes: ['data:/uploads'], ports: ['80']}", Role.WEB),
    ("{build: ., volumes: ['data:/uploads']}", Role.WORKER),
    ("{build: ., expose: ['80']}", Role.WEB),
    ("{image: mher/flower, ports: ['5555']}", Role.WEB),
    ("{build: ., command: celery -A app worker}", Role.WORKER),
    ("{build: ., command: celery -A app worker -B}", Role.SINGLETON),
    ("{build: ., command: python -m celery -A app beat}", Role.SINGLETON),
    ("{build: ., command: ['sh', '-c', 'sleep 1 && celery -A app beat']}", Role.SINGLETON),
    ("{build: ., entrypoint: [celery], command: ['-A', 'app', 'beat']}", Role.SINGLETON),
    ("{build: ., command: /usr/local/bin/supercronic /etc/crontab}", Role.SINGLETON),
    ("{build: ., command: php artisan schedule:work}", Role.SINGLETON),
    ("{build: ., command: rqscheduler --host redis}", Role.SINGLETON),
    ("{build: ., command: npm run jobs}", Role.WORKER),
    ("{build: ., healthcheck: {test: 'curl http://localhost:8000/up'}}", Role.WEB),
    (
        "{build: ., command: rq worker, healthcheck: {test: 'curl http://localhost:8000/up'}}",
        Role.WORKER,
    ),
    ("{build: exposing}", Role.WEB),
    ("{build: exposing, command: python mailer.py}", Role.WORKER),
    ("{image: 'mcr.microsoft.com/mssql/server:2022-latest'}", Role.STATEFUL),
]


@pytest.mark.parametrize(("service", "role"), ROLES)
def test_a_role_is_inferred(tmp_path: Path, service: str, role: Role) -> None:
    compose = f"services:\n{WEB}  x: {service}\nvolumes: {{data: {{}}}}\n"
    write(tmp_path, {"exposing/Dockerfile": "FROM a\nEXPOSE 8000\n"})
    app = load_text(tmp_path, "routes: {/: web}", compose)
    assert app.service("x").role is role


@pytest.mark.parametrize("name", ["beat", "celery-scheduler", "app_cron"])
def test_a_name_may_tell_a_scheduler(tmp_path: Path, name: str) -> None:
    compose = f"services:\n{WEB}  {name}: {{build: ., command: python run.py}}\n"
    app = load_text(tmp_path, "routes: {/: web}", compose)
    assert app.service(name).role is Role.SINGLETON
    assert f"{name} is taken as singleton, because its name is a scheduler's." in app.notes


def test_an_explicit_role_wins(tmp_path: Path) -> None:
    compose = f"services:\n{WEB}  beat: {{build: ., command: celery beat}}\n"
    app = load_text(tmp_path, "services: {beat: {role: worker}}", compose)
    assert app.service("beat").role is Role.WORKER
    assert not [note for note in app.notes if note.startswith("beat")]


def test_a_scheduler_in_the_dockerfile_is_seen(tmp_path: Path) -> None:
    write(tmp_path, {"cron/Dockerfile": 'FROM a\nENTRYPOINT ["crond", "-f"]\n'})
    app = load_text(tmp_path, "", f"services:\n{WEB}  timer: {{build: ./cron}}\n")
    assert app.service("timer").role is Role.SINGLETON


def test_jobs_of_compose_run_before_migrations_and_in_their_own_order(tmp_path: Path) -> None:
    compose = """
services:
  seed: {build: ., depends_on: {schema: {condition: service_completed_successfully}}}
  schema: {build: ., command: alembic upgrade head}
  web:
    build: .
    ports: ["80"]
    depends_on: {seed: {condition: service_completed_successfully}}
"""
    spec = "migrate: [{service: web, command: a, deadline: 1m}, {service: web, command: b}]"
    app = load_text(tmp_path, spec, compose)
    assert app.service("seed").role is Role.JOB
    assert app.jobs == (
        Job(name="schema", service="schema"),
        Job(name="seed", service="seed"),
        Job(name="migrate-web", service="web", argv=("a",), deadline_s=60),
        Job(name="migrate-web-2", service="web", argv=("b",)),
    )


def test_a_job_that_migrate_names_runs_once(tmp_path: Path) -> None:
    compose = """
services:
  schema: {build: .}
  web:
    build: .
    ports: ["80"]
    depends_on: {schema: {condition: service_completed_successfully}}
"""
    app = load_text(tmp_path, "migrate: {service: schema, deadline: 1h}", compose)
    assert app.jobs == (Job(name="migrate", service="schema", deadline_s=3600),)


PORTS = [
    ("{build: ., ports: ['8080:80'], expose: ['90']}", "", 80),
    ("{build: ., ports: ['53:53/udp', '8080:81']}", "", 81),
    ("{build: ., expose: ['90']}", "", 90),
    ("{build: ., healthcheck: {test: 'wget -q http://127.0.0.1:91/up'}}", "EXPOSE 92", 91),
    ("{build: .}", "ENV PORT=93\nEXPOSE $PORT/tcp", 93),
    ("{build: ., environment: {PORT: 3020}}", "", 3020),
    ("{build: {context: ., target: first}}", "", 94),
]


@pytest.mark.parametrize(("service", "dockerfile", "port"), PORTS)
def test_a_port_is_found(tmp_path: Path, service: str, dockerfile: str, port: int) -> None:
    first = "FROM python:3.12 AS first\nEXPOSE 94\nFROM node:20\n"
    write(
        tmp_path,
        {
            "compose.yaml": f"services:\n  x: {service}\n",
            "shipway.yaml": "routes: {/: x}",
            "Dockerfile": first + dockerfile,
        },
    )
    from shipway.spec import load_application

    assert load_application(tmp_path, environment="staging").service("x").port == port


def test_a_port_that_nobody_knows_is_asked_for(tmp_path: Path) -> None:
    problem = refused(tmp_path, "routes: {/: web}", "services:\n  web: {build: .}\n")
    assert (
        str(problem)
        == """\
compose.yaml:2:3: on which port does web take requests? \
Neither Compose nor its Dockerfile says it. Write it to shipway.yaml:
  | services:
  |   web: {port: 8000}
Hint: edit shipway.yaml, then: shipway check --static"""
    )


def test_a_worker_with_the_apis_dockerfile_stays_a_worker(tmp_path: Path) -> None:
    write(tmp_path, {"api/Dockerfile": "FROM a\nEXPOSE 8000\n"})
    compose = "services:\n  api: {build: api}\n  worker: {build: api, command: celery worker}\n"
    app = load_text(tmp_path, "routes: {/: api}", compose)
    assert app.service("worker").role is Role.WORKER
    assert app.service("worker").port is None


PROBES = [
    ("test: ['CMD', 'curl', '-f', 'http://localhost:80/healthz']", "", Probe(paths=("/healthz",))),
    ("test: wget --spider -q http://127.0.0.1/ready || exit 1", "", Probe(paths=("/ready",))),
    (
        """test: ["CMD", "python", "-c", "import urllib.request as u; u.urlopen('http://localhost:80/up')"]""",
        "",
        Probe(paths=("/up",)),
    ),
    ("test: curl -f http://localhost:9999/other", "", Probe()),
    ("test: curl -f https://localhost:80/tls", "", Probe()),
    ("test: curl -f http://api.example.com:80/out", "", Probe()),
    ("test: pgrep python", "", Probe()),
    ("disable: true", "", Probe()),
    (
        "{test: 'true', start_period: 2m, interval: 10s, retries: 5}",
        "",
        Probe(deadline_s=170),
    ),
    (
        "test: curl http://localhost:80/healthz",
        "{path: /up, status: [200, 204-206], host: a.b, interval: 1s, timeout: 2s, deadline: 3s, successes: 4}",
        Probe(
            paths=("/up",),
            status=((200, 200), (204, 206)),
            host="a.b",
            interval_s=1,
            timeout_s=2,
            deadline_s=3,
            successes=4,
        ),
    ),
]


@pytest.mark.parametrize(("healthcheck", "health", "probe"), PROBES)
def test_a_probe_is_made(tmp_path: Path, healthcheck: str, health: str, probe: Probe) -> None:
    inner = healthcheck if healthcheck.startswith("{") else f"\n      {healthcheck}"
    compose = f"services:\n  web:\n    build: .\n    ports: ['80']\n    healthcheck: {inner}\n"
    spec = f"services: {{web: {{health: {health}}}}}" if health else ""
    found = load_text(tmp_path, spec, compose).service("web").probe
    assert found is not None
    for name in ("paths", "status", "host", "interval_s", "timeout_s", "deadline_s", "successes"):
        assert getattr(found, name) == getattr(probe, name), name


def test_a_probe_can_be_switched_off(tmp_path: Path) -> None:
    app = load_text(tmp_path, "services: {web: {health: false}}", f"services:\n{WEB}")
    assert app.service("web").role is Role.WEB
    assert app.service("web").probe is None


def test_an_internal_api_is_probed_without_a_route(tmp_path: Path) -> None:
    compose = f"services:\n{WEB}  internal: {{build: ., expose: ['9000']}}\n"
    assert load_text(tmp_path, "", compose).service("internal").probe is not None


REPLICAS = [
    ("", "", "", 1),
    ("scale: 2, ", "", "", 2),
    ("deploy: {replicas: 3}, ", "", "", 3),
    ("scale: 2, ", "services: {w: {replicas: 4}}\n", "", 4),
    ("scale: 2, ", "services: {w: {replicas: 4}}\n", "replicas: {w: 0}", 0),
]


@pytest.mark.parametrize(("compose", "common", "own", "count"), REPLICAS)
def test_replicas_are_counted(
    tmp_path: Path, compose: str, common: str, own: str, count: int
) -> None:
    """R222."""
    spec = f"{common}environments: {{staging: {{port: 1, {own}}}}}\n"
    app = load_text(tmp_path, spec, f"services:\n{WEB}  w: {{{compose}build: .}}\n")
    assert app.service("w").replicas == count


def test_two_of_a_singleton_are_refused(tmp_path: Path) -> None:
    """R031, R222."""
    compose = f"services:\n{WEB}  beat: {{build: ., command: celery beat}}\n"
    problem = refused(tmp_path, "services:\n  beat:\n    replicas: 2\n", compose)
    assert (
        str(problem)
        == """\
shipway.yaml:3:15: beat cannot have 2 replicas: its role is singleton, \
and two of a singleton must never run.
Hint: write replicas: 1
Hint: write services: {beat: {role: worker}} where that is not so"""
    )


def test_dockerfiles_are_read_by_stage() -> None:
    text = """
FROM python:3.12 AS base
EXPOSE 8000 9000/udp
HEALTHCHECK CMD curl -f http://localhost:8000/up
ENTRYPOINT ["python"]
FROM base AS app
CMD ["-m", "app"]
FROM scratch AS other
"""
    assert parse_dockerfile(text, target="app") == DockerfileFacts(
        ports=(8000,),
        entrypoint=("python",),
        command=("-m", "app"),
        healthcheck="CMD curl -f http://localhost:8000/up",
    )
    assert parse_dockerfile(text) == DockerfileFacts()
    assert parse_dockerfile("") == DockerfileFacts()


def test_images_are_known_by_the_last_part_of_their_repository() -> None:
    assert repository("pgvector/pgvector:pg16") == "pgvector"
    assert repository("localhost:5000/redis") == "redis"
    assert is_data_store("postgres@sha256:abc")
    assert not is_data_store("postgres-exporter:1")
    assert is_proxy("nginx:alpine")
