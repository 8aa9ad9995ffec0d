"""Live checks that look at the machine, the instances and what runs in them.

R031, R063, R137, R138, R151, R187, R197, R211.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shipway.checks.live import Live
from shipway.checks.live.library import clock
from shipway.checks.live.library.celery_workers import application_of, consumed, queues_of
from shipway.checks.live.library.migrations import revisions
from shipway.checks.live.scene import outside_addresses
from shipway.journeys import Trust
from shipway.model.evidence import Result
from shipway.model.workload import Health, InstanceState, MountedFile, Role
from tests.checks.live.stage import (
    Cast,
    Job,
    Policy,
    RouteRule,
    outcome,
    playing,
    result,
    scene,
    service,
)

KEY = b"-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----\n"


def test_a_port_that_other_machines_reach() -> None:
    """R026, R138, R147, D10: found by connecting, whatever the configuration says."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        mapping = {"target": 5432, "published": str(port)}
        database = service("db", Role.STATEFUL, definition={"ports": [mapping]})
        stage = scene(database, outside=["127.0.0.1"])
        found = outcome("live.ports", stage)
        assert found.result is Result.FAILED
        assert found.evidence.says.en == f"port {port} of db answers at 127.0.0.1"
        assert found.evidence.figures["open"] == [port]
        own = replace(stage, own_ports=frozenset({port}))
        assert result("live.ports", own)[0] is Result.PASSED
    assert result("live.ports", stage)[0] is Result.PASSED
    assert result("live.ports", replace(stage, outside=()))[0] is Result.NOT_CHECKED


def test_the_port_of_a_container_is_not_looked_for_at_the_machine() -> None:
    """The same port there may be somebody else's; one that listens on the machine is tried."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        api = service(port=listener.getsockname()[1])
        sealed = Cast(playing=[playing(api, address="172.18.0.2")])
        assert result("live.ports", scene(api, cast=sealed, outside=["127.0.0.1"]))[0] is (
            Result.PASSED
        )
        assert result("live.ports", scene(api, outside=["127.0.0.1"]))[0] is Result.FAILED


def test_the_addresses_that_others_see_are_none_of_loopback() -> None:
    assert not [item for item in outside_addresses() if ipaddress.ip_address(item).is_loopback]


def test_missing_and_ill_instances() -> None:
    """R031, R187, R222."""
    api, beat = service(replicas=2), service("beat", Role.SINGLETON)
    two = [playing(api, id="1"), playing(api, id="2")]
    good = scene(api, beat, cast=Cast(playing=[*two, playing(beat)]))
    assert result("live.replicas", good) == (Result.PASSED, "3 instances run")
    gone = scene(api, beat, cast=Cast(playing=[two[0], playing(beat), playing(beat, id="x")]))
    assert result("live.replicas", gone) == (Result.FAILED, "api: 1 of 2 run; beat: 2 of 1 run")
    ill = [playing(api, id="1"), playing(api, id="2", health=Health.UNHEALTHY)]
    assert result("live.replicas", scene(api, cast=Cast(playing=ill)))[0] is Result.FAILED
    ended = [playing(api, id="1"), playing(api, id="2", state=InstanceState.EXITED)]
    assert result("live.replicas", scene(api, cast=Cast(playing=ended)))[0] is Result.FAILED


def test_the_room_on_the_disk() -> None:
    """R197."""
    assert result("live.disk", scene(policy=Policy(disk_floor_bytes=1)))[0] is Result.PASSED
    full = outcome("live.disk", scene(policy=Policy(disk_floor_bytes=10**18)))
    assert full.result is Result.FAILED
    assert not full.stops


TRACKING = """\
Reference ID    : A9FEA97B (169.254.169.123)
System time     : {skew} seconds slow of NTP time
Leap status     : {leap}
"""


def test_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chrony and systemd as they answer; this machine keeps no clock of its own."""

    def said(text: str, *, by: str) -> None:
        monkeypatch.setattr(clock, "_said", lambda *words: text if words[0] == by else "")

    said(TRACKING.format(skew="0.000012", leap="Normal"), by="chronyc")
    assert result("live.clock", scene()) == (Result.PASSED, "0.0 ms off")
    said(TRACKING.format(skew="7.5", leap="Normal"), by="chronyc")
    assert result("live.clock", scene()) == (Result.FAILED, "it is 7.5 s off")
    said("yes\n", by="timedatectl")
    assert result("live.clock", scene())[0] is Result.PASSED
    said("no\n", by="timedatectl")
    assert result("live.clock", scene())[0] is Result.FAILED
    said("", by="timedatectl")
    assert result("live.clock", scene())[0] is Result.NOT_CHECKED


@pytest.mark.parametrize(
    ("mode", "expected"), [(0o400, Result.PASSED), (0o600, Result.PASSED), (0o644, Result.FAILED)]
)
def test_the_mode_of_a_private_key(mode: int, expected: Result, tmp_path: Path) -> None:
    """R063: asked in the instance, where it counts."""
    key = tmp_path / "jwt.pem"
    key.write_bytes(KEY)
    key.chmod(mode)
    public = MountedFile(target="/nowhere", content=b"-----BEGIN PUBLIC KEY-----")
    api = service(files=(MountedFile(target=str(key), content=KEY), public))
    assert result("live.key-files", scene(api))[0] is expected
    key.unlink()
    assert result("live.key-files", scene(api))[0] is Result.FAILED
    assert result("live.key-files", scene(service(files=(public,))))[0] is Result.NOT_CHECKED


def program(path: Path, text: str) -> list[str]:
    path.write_text(text)
    return [sys.executable, str(path)]


ALEMBIC = """
import sys
print("INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.")
print({"heads": "0002 (head)", "current": CURRENT}[sys.argv[1]])
"""


@pytest.mark.parametrize(
    ("current", "expected"),
    [("'0002 (head)'", Result.PASSED), ("'0001'", Result.FAILED), ("''", Result.FAILED)],
)
def test_the_database_is_at_the_migrations_head(
    current: str, expected: Result, tmp_path: Path
) -> None:
    """R151: the tool is asked where the release runs; here it is a program that answers so."""
    api = service()
    alembic = program(tmp_path / "alembic.py", ALEMBIC.replace("CURRENT", current))
    cast = Cast(playing=[playing(api)], programs={"alembic": alembic})
    job = Job(name="migrate", service="api", argv=("alembic", "upgrade", "head"))
    assert result("live.migrations", scene(api, jobs=[job], cast=cast))[0] is expected


@pytest.mark.parametrize(
    ("argv", "tool"),
    [
        (("npx", "prisma", "migrate", "deploy"), "npx"),
        (("python", "manage.py", "migrate"), "python"),
    ],
)
def test_prisma_and_django_are_asked_too(argv: tuple[str, ...], tool: str, tmp_path: Path) -> None:
    api = service()
    job = Job(name="migrate", service="api", argv=argv)
    for code, expected in ((0, Result.PASSED), (1, Result.FAILED), (127, Result.NOT_CHECKED)):
        said = program(tmp_path / "tool.py", f"print('one is missing'); raise SystemExit({code})")
        cast = Cast(playing=[playing(api)], programs={tool: said})
        assert result("live.migrations", scene(api, jobs=[job], cast=cast))[0] is expected
    assert result("live.migrations", scene())[0] is Result.NOT_CHECKED


def test_a_command_inside_gives_way_to_users_and_runs_where_there_is_no_nice_too(
    tmp_path: Path,
) -> None:
    """What a check starts inside a live instance goes behind the requests that it answers."""
    cast = Cast(playing=[playing(service())])
    seen = Live(scene(cast=cast))
    asked = [sys.executable, "-c", "import os; print(os.nice(0))"]
    assert seen.inside(cast.playing[0], *asked).text.strip() == "10"
    nobody = program(tmp_path / "none.py", "print('nice: not found'); raise SystemExit(127)")
    cast.programs["nice"] = nobody
    assert seen.inside(cast.playing[0], *asked).text.strip() == str(os.nice(0))


def test_revisions_are_read_as_alembic_prints_them() -> None:
    assert revisions("INFO  [a] b\nae1027a6acf (head)\n0f2b (head)\n") == {"ae1027a6acf", "0f2b"}
    assert revisions("0001\n") == {"0001"}
    assert revisions("") == set()


WORKER = ("celery", "-A", "shop.jobs", "worker", "-Q", "critical,low")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"celery@a": [{"name": "critical"}, {"name": "low"}]}', Result.PASSED),
        ('{"celery@a": [{"name": "critical"}]}', Result.FAILED),
        ("Error: No nodes replied within time constraint", Result.FAILED),
    ],
)
def test_celery_workers_answer_and_consume_their_queues(
    text: str, expected: Result, tmp_path: Path
) -> None:
    """R170, R211; real workers are asked in test_running."""
    worker = service("worker", Role.WORKER, definition={"command": list(WORKER)})
    celery = program(tmp_path / "celery.py", f"print({text!r})")
    cast = Cast(playing=[playing(worker)], programs={"celery": celery})
    assert result("live.celery", scene(worker, cast=cast))[0] is expected
    assert result("live.celery", scene(worker, cast=Cast()))[0] is Result.FAILED
    assert result("live.celery", scene())[0] is Result.NOT_CHECKED


def test_commands_of_celery_are_read_in_their_forms() -> None:
    def worker(command: object) -> object:
        return service("w", Role.WORKER, definition={"command": command})

    shell = worker(["sh", "-c", "celery --app=a.b worker --queues=x,y"])
    assert application_of(shell) == "a.b"  # type: ignore[arg-type]
    assert queues_of(shell) == ["x", "y"]  # type: ignore[arg-type]
    assert application_of(worker("celery -A a beat")) is None  # type: ignore[arg-type]
    assert consumed("-> nothing") is None


@contextmanager
def tls(tmp_path: Path, *names: str, days: float, made_before: float = 30) -> Iterator[int]:
    """Serve TLS with a certificate of its own for `names`; yield the port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=made_before))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(item) for item in names]), False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    ending = threading.Event()

    def serve() -> None:
        while not ending.is_set():
            try:
                taken, _ = listener.accept()
            except TimeoutError:
                continue
            try:
                taken.settimeout(2)
                context.wrap_socket(taken, server_side=True).close()
            except OSError:
                taken.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ending.set()
        thread.join(10)
        listener.close()


def test_the_certificate(tmp_path: Path) -> None:
    """R016, R137: its end and its names."""
    with tls(tmp_path, "shop.example.com", "*.example.org", days=60) as port:
        good = scene(port=port, hosts=("shop.example.com", "www.example.org"))
        assert result("live.certificate", good)[0] is Result.PASSED
        other = scene(port=port, hosts=("www.shop.example.com",))
        assert result("live.certificate", other) == (
            Result.FAILED,
            "www.shop.example.com: it is for shop.example.com, *.example.org",
        )
    with tls(tmp_path, "shop.example.com", days=3) as port:
        soon = scene(port=port, hosts=("shop.example.com",))
        assert result("live.certificate", soon)[0] is Result.FAILED
        routed = scene(
            port=port, routes=[RouteRule(service="web", host="api.shop.example.com", path="/")]
        )
        assert "api.shop.example.com: it is for" in result("live.certificate", routed)[1]
    with tls(tmp_path, "shop.example.com", days=5, made_before=1) as port:
        short = scene(port=port, hosts=("shop.example.com",))
        assert result("live.certificate", short)[0] is Result.PASSED, "made for six days"
    assert result("live.certificate", scene(port=1))[0] is Result.NOT_CHECKED


def test_a_certificate_that_browsers_would_refuse(tmp_path: Path) -> None:
    """Names and dates alone make no certificate that holds: somebody known has to vouch for it."""
    with tls(tmp_path, "shop.example.com", days=60) as port:
        stage = scene(port=port, hosts=("shop.example.com",))
        strict = replace(stage, trust=Trust(verify=True))
        assert result("live.certificate", strict) == (
            Result.FAILED,
            "shop.example.com: browsers refuse it: self-signed certificate",
        )
        itself = (tmp_path / "both.pem").read_text().partition("-----BEGIN PRIVATE")[0]
        own = Trust(verify=True, authorities=itself)
        assert result("live.certificate", replace(stage, trust=own))[0] is Result.PASSED


@pytest.mark.parametrize(
    ("command", "asked"),
    [
        ("alembic upgrade head", False),
        ("/venv/bin/alembic upgrade heads", False),
        ("python -m alembic upgrade head", False),
        ("alembic upgrade head --sql", True),
        ("alembic upgrade +1", True),
        ("python manage.py migrate --noinput", False),
        ("python manage.py migrate --fake", True),
        ("python manage.py migrate cards 0002", True),
    ],
)
def test_what_the_rollout_itself_has_applied_is_not_asked_again(
    command: str,
    asked: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """R151: right after it, and where its command leaves nothing out; nobody is there to ask."""
    job = Job(name="migrate", service="api", argv=tuple(command.split()))
    stage = scene(service(), jobs=[job], cast=Cast(playing=[]))
    expected = Result.NOT_CHECKED if asked else Result.PASSED
    assert result("live.migrations", replace(stage, ran=frozenset({"migrate"})))[0] is expected
    assert result("live.migrations", stage)[0] is Result.NOT_CHECKED
