"""examples/sns, the fifth document's system, from git to production and back.

Its bucket lies in a stand-in of MinIO (rclone's S3 server), and the networks and models are
the example's own mock.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.client import connect

from shipway.compose import load
from tests.support.running import eventually
from tests.systems import course, sns, sns_probes
from tests.systems.account import Account
from tests.systems.site import Site
from tests.systems.sns import PASSWORD, Person
from tests.systems.test_sns_contract import GIVEN

SYSTEM = sns.SYSTEM
pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def kim(site: Site) -> Person:
    """Return somebody who is signed in in staging."""
    return Person(port=site.ports["staging"]).join()


def test_eight_services_of_the_document_run_with_its_processes(
    site: Site, account: Account
) -> None:
    """R025: each from its image, four API processes and four of the worker; nginx's work is the ingress'."""
    processes = "import glob; print([open(p).read().replace(chr(0), ' ') for p in glob.glob('/proc/[0-9]*/cmdline')])"
    api = site.inside("backend", "staging", "python", "-c", processes)
    assert api.count("spawn_main(tracker") == 4, api
    worker = site.inside(
        *("celery-worker", "staging"),
        *("celery", "-A", "app.tasks.celery_app", "inspect", "stats", "-j"),
    )
    stats = next(iter(json.loads(_object(worker)).values()))
    assert stats["pool"]["max-concurrency"] == 4
    assert len(stats["pool"]["processes"]) == 4
    assert "nginx" in site.inside("frontend", "staging", "sh", "-c", "cat /proc/[0-9]*/cmdline")
    assert "PONG" in site.inside("redis", "staging", "redis-cli", "ping")
    assert account.services == 7
    status, headers, _ = _get(site, "/api/health")
    assert status == 200
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_data_lies_in_named_volumes_that_outlive_a_container(site: Site) -> None:
    """R028: postgres_data, redis_data and minio_data, for each environment."""
    done = subprocess.run(
        ["docker", "volume", "ls", "-q"], check=True, capture_output=True, text=True, timeout=60
    )
    own = [name for name in done.stdout.split() if site.project in name]
    for environment in ("staging", "production"):
        for volume in ("postgres_data", "redis_data", "minio_data"):
            assert any(volume in name and environment in name for name in own), own
    model = load(SYSTEM.directory, environment=GIVEN).model
    mounts = model["services"]["nginx"]["volumes"]
    assert [item["target"] for item in mounts if item.get("read_only")] == [
        "/etc/nginx/nginx.conf",
        "/etc/nginx/ssl",
    ]


def test_a_duplicate_is_409_and_what_is_no_token_401(site: Site, kim: Person) -> None:
    """R135, R141: also an expired token with a good signature; R213: 30 minutes and 7 days."""
    again = {"email": kim.email, "password": PASSWORD, "name": "Kim"}
    assert kim.ask("POST", "/api/auth/signup", again)[0] == 409
    assert kim.ask("GET", "/api/auth/me")[0] == 200
    secret = site.secret("JWT_SECRET_KEY", "staging")
    claims = sns.claims_of(kim.token)
    assert claims["exp"] - claims["iat"] == 30 * 60
    refresh = sns.claims_of(kim.refresh_token)
    assert refresh["exp"] - refresh["iat"] == 7 * 86_400
    now = int(time.time())
    assert kim.ask("GET", "/api/auth/me", token=sns.signed(claims, secret))[0] == 200
    expired = sns.signed({**claims, "iat": now - 7200, "exp": now - 5400}, secret)
    forged = sns.signed(claims, "another secret of thirty-two letters")
    for token in (expired, forged, kim.refresh_token, "nonsense"):
        assert kim.ask("GET", "/api/auth/me", token=token)[0] == 401
    assert Person(port=kim.port).ask("GET", "/api/auth/me")[0] == 401


def test_without_a_store_the_health_page_says_503_and_it_comes_back_by_itself(
    site: Site, kim: Person
) -> None:
    """R135: Redis, then PostgreSQL stand still; the API answers 503, never 500, and recovers."""
    for service, key in (("redis", "redis"), ("postgres", "database")):
        with _standing_still(site, service):
            _, body = eventually(f"{service} is missed", lambda: _health(site, 503), 60)
            assert body[key] != "ok"
            if service == "postgres":
                assert kim.ask("GET", "/api/posts")[0] == 503
        eventually(f"{service} is found again", lambda: _health(site, 200), 60)
    assert kim.ask("GET", "/api/posts")[0] == 200


def test_a_client_gets_sixty_a_minute_and_twenty_at_once_below_api(site: Site) -> None:
    """R139: the others get 429; what is asked without limit stays so."""
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _n: _get(site, "/api/ai")[0], range(60)))
        free = list(pool.map(lambda _n: _get(site, "/api/health")[0], range(60)))
    assert set(statuses) == {200, 429}
    assert 10 <= statuses.count(200) <= 30, statuses
    assert set(free) == {200}


def test_the_bucket_is_written_read_and_emptied_and_refuses_another_key_stand_in_of_minio(
    site: Site, kim: Person
) -> None:
    """R172: through the application, and past it with a wrong secret."""
    status, stored = kim.ask("PUT", "/api/media/probe.json", {"probe": 1})
    assert (status, stored["bytes"]) == (201, 12)
    assert kim.ask("GET", "/api/media/probe.json") == (200, {"probe": 1})
    probe = (
        "from app.bucket import client; from app.config import settings;"
        "print([i['Key'] for i in client().list_objects_v2(Bucket='sns-media').get('Contents', [])]);"
        "settings.S3_SECRET_KEY = 'wrong'; client.cache_clear(); client().list_buckets()"
    )
    with pytest.raises(AssertionError, match=r"Signature|AccessDenied|Forbidden|403") as refused:
        site.inside("backend", "staging", "python", "-c", probe)
    assert stored["key"] in str(refused.value)
    assert kim.ask("DELETE", "/api/media/probe.json")[0] == 204
    assert kim.ask("GET", "/api/media/probe.json")[0] == 404


def test_queues_empty_in_order_of_rank_however_they_were_filled(site: Site) -> None:
    """R211: critical before high, medium and low, asked of the real worker on a database of its own."""
    script = sns_probes.RANKS
    said = site.inside("celery-worker", "staging", "python", "-c", script)
    order = json.loads(re.findall(r"^order (.*)$", said, re.MULTILINE)[-1])
    assert order == [name for name in ("critical", "high", "medium", "low") for _ in range(5)]


def test_captions_come_from_the_provider_that_is_switched_on(site: Site) -> None:
    """R212: both clients speak their own wire format, here to the mock; another name is refused."""
    script = (
        "import asyncio, app.ai as ai\n"
        "async def go(): return [part async for part in ai.caption('harbour lights')]\n"
        "print(asyncio.run(go())); print(ai.settings.AI_PROVIDER)"
    )
    for provider in ("claude", "openai"):
        said = site.inside(
            *("backend", "staging", "env", f"AI_PROVIDER={provider}", "python", "-c", script)
        )
        assert "harbour" in said
        assert said.strip().endswith(provider)
    with pytest.raises(AssertionError, match="AI_PROVIDER"):
        site.inside("backend", "staging", "env", "AI_PROVIDER=gemini", "python", "-c", script)
    assert _json(site, "/api/ai")["provider"] == "claude"


def test_a_caption_streams_word_by_word_and_the_websocket_tells_of_a_post(kim: Person) -> None:
    """R018, R214: through the front door, the first event well before the last."""
    connection = http.client.HTTPConnection("127.0.0.1", kim.port, timeout=30)
    connection.request(
        "GET", "/api/ai/caption?subject=x", headers={"Authorization": f"Bearer {kim.token}"}
    )
    answer = connection.getresponse()
    assert answer.status == 200
    first = answer.read1(65536)
    began = time.monotonic()
    rest = answer.read()
    assert b"text" in first
    assert b"event: done" in rest
    assert time.monotonic() - began > 0.1
    connection.close()
    with connect(f"ws://127.0.0.1:{kim.port}/ws", open_timeout=10) as socket:
        socket.send(json.dumps({"type": "auth", "token": kim.token}))
        assert json.loads(socket.recv(10))["type"] == "hello"
        post = {"account_id": kim.account, "body": "#sns 등대의 밤"}
        status, queued = kim.ask("POST", "/api/posts", post)
        assert (status, queued["state"]) == (202, "queued")
        told = json.loads(socket.recv(30))
    assert (told["id"], told["state"]) == (queued["id"], "published")


def test_hashed_assets_are_kept_for_a_year_and_the_page_is_asked_for_anew(site: Site) -> None:
    """R221, R018."""
    _, headers, page = _get(site, "/")
    assert "no-cache" in headers["Cache-Control"]
    (asset,) = re.findall(r'src="(/static/[^"]+\.js)"', page)
    status, headers, _ = _get(site, asset)
    assert status == 200
    assert "immutable" in headers["Cache-Control"]
    assert "max-age=31536000" in headers["Cache-Control"]
    assert _get(site, "/static/no-such.js")[0] == 404


def test_logs_are_json_with_level_and_release(site: Site, kim: Person) -> None:
    """R174: structlog's lines on stdout, collected, kept and understood."""
    kim.ask("GET", "/api/trends")

    def line() -> dict[str, Any] | None:
        said = site.shipway("logs", "backend", "staging", "--search", "/api/trends")
        return json.loads(said["text"]) if said else None

    found = eventually("the request is in the log", line, 30)
    assert (found["level"], found["service"], found["path"]) == ("info", "backend", "/api/trends")
    assert found["release"].startswith("r")
    assert found["client"]


def test_calls_to_networks_are_counted_by_provider_and_outcome(site: Site) -> None:
    """R184: the worker's own counter becomes the indicator, and falls below its limit."""
    script = sns_probes.CALLS

    def judged() -> dict[str, Any] | None:
        site.inside("celery-worker", "staging", "python", "-c", script)
        told = site.shipway("indicators", "staging")["environment"]["indicators"]
        found = [
            item
            for item in told
            if item["indicator"] == "success-ratio" and "meta" in item["subject"]
        ]
        measured = found and found[0]["state"] == "measured"
        return found[0] if measured and found[0]["value"] < 95 else None

    found = eventually("the ratio falls", judged, 90)
    assert found["value"] > 50
    assert not found["good"]


def test_sns_goes_forward_under_load_and_back_within_the_documents_figures(
    site: Site, account: Account, record_property: Callable[[str, object], None]
) -> None:
    """R190 R191 R192 R193; last, because it takes everything down."""
    course.forward_and_back(site, account)
    course.take_down(site)
    record_property("figure", account.line)
    assert account.broken() == []


@contextmanager
def _standing_still(site: Site, service: str) -> Iterator[None]:
    name = f"{site.project}.staging.{service}.1"
    subprocess.run(["docker", "pause", name], check=True, capture_output=True, timeout=60)
    try:
        yield
    finally:
        subprocess.run(["docker", "unpause", name], check=True, capture_output=True, timeout=60)


def _health(site: Site, wanted: int) -> tuple[int, dict[str, Any]] | None:
    status, _, text = _get(site, "/api/health")
    return (status, json.loads(text)) if status == wanted else None


def _get(site: Site, path: str) -> tuple[int, Any, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.ports["staging"], timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def _json(site: Site, path: str) -> dict[str, Any]:
    status, body = Person(port=site.ports["staging"]).ask("GET", path)
    assert status == 200
    assert isinstance(body, dict)
    return body


def _object(text: str) -> str:
    return str(re.findall(r"^\{.*\}$", text, re.MULTILINE)[-1])
