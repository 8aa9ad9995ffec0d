"""Each of the eight indicators: a real fault, the alert at its receiver, and its end.

R180 to R188. Durations are shortened by configuration (tests/alerts/application.py), and
one looks twice a second; everything else is as users have it.
"""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from shipway.model.names import EnvironmentId
from tests.alerts.application import PASSWORD
from tests.alerts.conftest import ENVIRONMENT, PROJECT, Watched
from tests.support.running import eventually

Load = Callable[[str], None]


def address(watched: Watched, service: str) -> str:
    view = watched.shipway.environment(PROJECT, ENVIRONMENT)
    found = next(item for item in view["services"] if item["name"] == service)
    return str(found["addresses"][0])


def client_of(watched: Watched, db: int) -> redis.Redis:
    return redis.Redis(host=address(watched, "redis"), port=6379, db=db)


def test_everything_that_is_declared_is_measured(calm: Watched, load: Load) -> None:
    """R173, R177, R179: nothing of it is guessed, and nothing stays silent."""
    load("/work")
    wanted = {
        *("api-p95", "celery-queue", "slow-queries", "redis-memory", "websockets", "disk"),
        *("workers", "workers-missing", "instances-missing", "cpu", "memory", "restarts"),
        *("database-size", "database-connections", "redis-used", "requests", "api-errors"),
        *("journey", "journey-failed"),
    }

    def measured() -> set[str]:
        found = calm.shipway.client.get(
            f"/projects/{PROJECT}/environments/{ENVIRONMENT}/indicators"
        )
        return {item["indicator"] for item in found["indicators"] if item["state"] == "measured"}

    eventually("all is measured", lambda: wanted <= measured(), 30)
    (workers,) = calm.series("workers")
    assert (workers["subject"], workers["value"]) == ("worker", 1)
    assert {item["subject"] for item in calm.series("disk")} == {"uploads", "pgdata", "cache"}
    assert {item["subject"] for item in calm.series("queue-length")} == {"celery", "mail"}


def test_healthy_load_alarms_nobody(
    calm: Watched, load: Load, request: pytest.FixtureRequest
) -> None:
    """No false alarm: half a minute here, ten by `./dev test alerts --minutes 10`."""
    minutes = float(request.config.getoption("--minutes", 0.5))
    load("/work")
    load("/call?outcome=success")
    client = client_of(calm, 1)
    held = [_websocket(calm.port) for _ in range(10)]
    until = time.monotonic() + 60 * minutes
    seen: dict[str, str] = {}
    try:
        client.lpush("mail\x06\x165", *["{}"] * 100)
        while time.monotonic() < until:
            seen |= {
                item["condition"]: item["says"]["en"]
                for item in calm.incidents()
                if item["level"] != "record"
            }
            threading.Event().wait(0.5)
    finally:
        client.delete("mail\x06\x165")
        client.close()
        for connection in held:
            connection.close()
    assert seen == {}
    # that something of before is over may be told late
    assert [title for title in calm.hook.titles() if "해소" not in title] == []


def test_a_slow_endpoint(calm: Watched, load: Load) -> None:
    """R180 (M1)."""
    load("/work")
    calm.get("/fault?slow=1.2")
    incident = calm.fires("api-p95", "응답 지연")
    assert incident["subject"] == "api"
    assert incident["release"] == "r1"
    assert 0.8 < incident["figure"] < 5
    calm.get("/fault?slow=0")
    calm.resolves("api-p95", "응답 지연")


def test_a_filled_queue(calm: Watched) -> None:
    """R181 (M2): over all queues and priority sub-queues."""
    client = client_of(calm, 1)
    try:
        client.lpush("mail\x06\x166", *["{}"] * 120)
        client.lpush("celery\x06\x163", *["{}"] * 120)
        # kombu's own worker would eat them: its priority steps are 0, 3, 6 and 9
        client.lpush("mail\x06\x165", *["{}"] * 300)
        calm.fires("celery-queue", "Celery 대기열")
        # it may have been looked at while it was being filled
        calm.shows("celery-queue", lambda figure: figure >= 300)
    finally:
        client.delete("mail\x06\x165", "mail\x06\x166", "celery\x06\x163")
        client.close()
    calm.resolves("celery-queue", "Celery 대기열")


def test_a_slow_query(calm: Watched) -> None:
    """R182 (M3): Shipway has switched the log of slow statements on."""
    with psycopg.connect(
        host=address(calm, "postgres"), user="app", password=PASSWORD, dbname="app"
    ) as connection:
        eventually(
            "PostgreSQL logs slow statements",
            lambda: connection.execute("SHOW log_min_duration_statement").fetchone() == ("100ms",),
        )
        connection.execute("SELECT pg_sleep(0.15)")
    incident = calm.fires("slow-queries", "슬로우 쿼리")
    assert (incident["subject"], incident["figure"]) == ("postgres", 1)
    calm.resolves("slow-queries", "슬로우 쿼리")


def test_a_filled_redis(calm: Watched) -> None:
    """R183 (M4)."""
    client = client_of(calm, 3)
    try:
        for number in range(17):
            client.set(f"filling:{number}", os.urandom(1_000_000))
        incident = calm.fires("redis-memory", "Redis 메모리")
        assert 80 < incident["figure"] <= 101
    finally:
        client.flushdb()
        client.close()
    calm.resolves("redis-memory", "Redis 메모리")


def test_a_failing_counter(calm: Watched) -> None:
    """R184 (M5): below 95 %, by provider."""
    calm.get("/call?outcome=success&count=10")
    eventually("the counter was seen", lambda: calm.series("success-ratio"))
    calm.get("/call?outcome=failure&count=40")
    incident = calm.fires("success-ratio", "성공률")
    assert incident["subject"] == "sns naver"
    assert incident["figure"] < 95
    calm.get("/call?outcome=success&count=5000")
    calm.resolves("success-ratio", "성공률")


def test_held_websockets(calm: Watched) -> None:
    """R185 (M6): the ingress' own count."""
    held = [_websocket(calm.port) for _ in range(25)]
    try:
        incident = calm.fires("websockets", "WebSocket")
        assert incident["level"] == "warning"
        calm.shows("websockets", lambda figure: figure == 25)
    finally:
        for connection in held:
            connection.close()
    calm.resolves("websockets", "WebSocket")


def _websocket(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert b" 101 " in connection.recv(1024)
    return connection


def test_a_filled_filesystem(calm: Watched, small_filesystem: Path) -> None:
    """R186 (M7): urgent, so that the mail channel hears of it too."""
    label = f"{EnvironmentId(PROJECT, ENVIRONMENT).project}.{ENVIRONMENT}"
    volume = calm.home / "process" / "volumes" / f"{label}.uploads"
    mount = ["mount", "--bind", str(small_filesystem), str(volume)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        filling = volume / "filling"
        filling.write_bytes(b"x" * 3_700_000)
        incident = calm.fires("disk", "디스크 사용량")
        assert (incident["subject"], incident["level"]) == ("uploads", "urgent")
        eventually("the mail arrives", lambda: any("긴급" in x for x in calm.mail.titles()))
        filling.unlink()
        calm.resolves("disk", "디스크 사용량")
    finally:
        subprocess.run(["umount", str(volume)], check=True, capture_output=True)
    mail = next(item for item in calm.mail.received if "디스크" in item.title)
    assert f"{PROJECT}/{ENVIRONMENT}" in mail.title
    assert "릴리스: r1" in mail.body
    assert "직전 변경:" in mail.body
    assert "$ shipway incidents show" in mail.body


@pytest.mark.parametrize("how", [signal.SIGSTOP])
def test_a_stopped_worker(calm: Watched, how: signal.Signals) -> None:
    """R187 (M8): a worker that hangs runs, but answers no ping."""
    pids = _pids_of(calm, "celery")
    for pid in pids:
        os.kill(pid, how)
    try:
        incident = calm.fires("workers", "Celery Worker")
        assert (incident["level"], incident["figure"]) == ("immediate", 1)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    calm.resolves("workers", "Celery Worker")


def _pids_of(watched: Watched, word: str) -> list[int]:
    """The processes of the watched application whose command has the word."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes().decode(errors="replace")
            inside = str(watched.home) in str((path / "cwd").readlink())
        except OSError:
            continue
        if inside and word in command and "shim" not in command:
            found.append(int(path.name))
    assert found
    return found


def test_the_heartbeat_beats(calm: Watched) -> None:
    """An address outside notices when Shipway falls silent."""
    before = calm.hook.beats
    eventually("it beats twice", lambda: calm.hook.beats >= before + 2, 20)


def test_a_message_that_does_not_arrive_is_sent_later_and_by_a_later_daemon(
    calm: Watched,
) -> None:
    """Retries survive a restart."""
    calm.hook.status = 503
    client = client_of(calm, 1)
    try:
        client.lpush("mail\x06\x165", *["{}"] * 300)
        eventually("it fires", lambda: calm.active("celery-queue"), 30)

        def waiting() -> list[dict[str, Any]]:
            notices = calm.shipway.client.get("/notices")["notices"]
            return [item for item in notices if item["state"] == "waiting" and item["attempts"]]

        (notice,) = eventually("it was tried", waiting, 30)
        assert "not delivered" in notice["error"]
        assert str(calm.hook.port) not in notice["error"]
        calm.shipway.kill()
        calm.hook.status = 200
        calm.shipway.start(SHIPWAY_OBSERVE_EVERY_S="0.5")
        calm.fires("celery-queue", "Celery 대기열")
    finally:
        client.delete("mail\x06\x165")
        client.close()
    calm.resolves("celery-queue", "Celery 대기열")


def test_a_silence_keeps_people_from_being_told(calm: Watched) -> None:
    calm.shipway.client.post(
        f"/projects/{PROJECT}/environments/{ENVIRONMENT}/silences",
        {"condition": "celery-queue", "for_s": 600, "reason": "a known import"},
    )
    client = client_of(calm, 1)
    try:
        client.lpush("mail\x06\x165", *["{}"] * 300)
        incident = eventually("it fires", lambda: calm.active("celery-queue"), 30)
        assert incident["silenced_until"] > time.time()
        (silence,) = calm.shipway.client.get("/silences")["silences"]
        assert not any("Celery 대기열" in line for line in calm.told())
        calm.shipway.client.post(f"/silences/{silence['id']}/end")
        calm.fires("celery-queue", "Celery 대기열")
    finally:
        client.delete("mail\x06\x165")
        client.close()
    calm.resolves("celery-queue", "Celery 대기열")


def test_the_test_command_proves_delivery(calm: Watched) -> None:
    answer = calm.shipway.client.post(f"/projects/{PROJECT}/environments/{ENVIRONMENT}/notify/test")
    assert [(item["channel"], item["sent"]) for item in answer["channels"]] == [
        ("hook", True),
        ("mail", True),
    ]
    assert any("[시험]" in title for title in calm.hook.titles())
    assert any("[시험]" in title for title in calm.mail.titles())
    calm.hook.status = 503
    try:
        answer = calm.shipway.client.post(
            f"/projects/{PROJECT}/environments/{ENVIRONMENT}/notify/test"
        )
    finally:
        calm.hook.status = 200
    assert [item["sent"] for item in answer["channels"]] == [False, True]


def test_logs_are_kept_when_their_instances_are_gone(calm: Watched) -> None:
    """R174: collected, structured, searched; steps of rollouts stand beside them."""
    path = f"/projects/{PROJECT}/environments/{ENVIRONMENT}"

    def found(**query: Any) -> list[dict[str, Any]]:
        return list(calm.shipway.client.stream("GET", f"{path}/logbook", **query))

    eventually("the API's line is collected", lambda: found(name="api", search="listening"))
    calm.shipway.client.post(f"{path}/destroy", data=True)
    (line,) = found(name="api", search="listening")
    assert (line["instance"], line["release"], line["level"]) == ("api-1", "r1", "info")
    assert found(name="postgres", search="pg_sleep")
    steps = found(name="rollout", search="switch")
    assert steps[0]["instance"] == "rollout-1"
    assert found(level="critical", search="listening") == []
    eventually("what is gone is wrong no more", lambda: not calm.incidents(), 60)
