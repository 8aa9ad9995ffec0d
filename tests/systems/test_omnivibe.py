"""examples/omnivibe, document 0's system, from git to production.

Neo4j is a stand-in: Kuzu behind its HTTP Query API; the paid services are mocks of their own.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import yaml

from tests.support.running import eventually
from tests.systems import course, omnivibe
from tests.systems.account import Account
from tests.systems.site import Site

SYSTEM = omnivibe.SYSTEM
SITE, API = "omnivibepro.com", omnivibe.API
pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(1500)]
COMPILED = (
    "import pathlib as p; found = list(p.Path('omnivibe').rglob('*.py'));"
    " [compile(one.read_text(), str(one), 'exec') for one in found]; print(len(found))"
)


def looked_at(site: Site, environment: str, *only: str) -> dict[str, dict[str, Any]]:
    """Return what these checks see, by their ids."""
    words = [word for name in only for word in ("--only", name)]
    told = site.shipway("check", environment, *words, good=(0, 1))
    return {item["id"]: item for item in told["checks"]}


def test_each_name_leads_where_the_document_says(site: Site) -> None:
    """R017 R021 R149 R150: the site, its www, the API with its page, and the WebSocket."""
    for host in (SITE, f"www.{SITE}"):
        status, body = site.get("production", "/", host)
        assert status == 200
        assert "/_next/static/" in str(body)
    status, body = site.get("production", "/health", API)
    assert (status, body["database"], body["redis"], body["neo4j"]) == (200, "ok", "ok", "ok")
    status, body = site.get("production", "/docs", API)
    assert status == 200
    assert "swagger" in str(body)
    seen = looked_at(site, "production", "journey.front-door", "journey.pages")
    assert {item["result"] for item in seen.values()} == {"passed"}


def test_the_servers_have_the_processes_that_the_document_names(site: Site) -> None:
    """R210 R021: four of uvicorn and four of Celery, counted inside; beat is one."""
    found = looked_at(site, "production", "live.processes", "live.replicas")
    assert found["live.processes"]["result"] == "passed", found
    assert found["live.processes"]["figures"] == {"backend (uvicorn)": 4, "worker (celery)": 4}
    assert found["live.replicas"]["result"] == "passed"


def test_what_the_example_declares_of_itself_is_there(site: Site) -> None:
    """R127 for this example's own figures: asked of the API, and counted in the files."""
    written = (site.repository.directory / "shipway.yaml").read_text(encoding="utf-8")
    figures = yaml.safe_load(written)["x-figures"]
    described = site.get("production", "/openapi.json", API)[1]
    assert len(described["tags"]) == figures["routers"]
    assert len(described["paths"]) == figures["paths"]
    assert sum(len(item) for item in described["paths"].values()) == figures["endpoints"]
    frontend = site.repository.directory / "frontend"
    assert len(list((frontend / "app").rglob("page.tsx"))) == figures["pages"]
    assert len(list((frontend / "components").glob("*.tsx"))) == figures["components"]
    seen = looked_at(site, "production", "journey.api-is-complete", "journey.pages")
    assert {item["result"] for item in seen.values()} == {"passed"}


def test_pages_ask_the_api_by_the_sites_own_address(site: Site) -> None:
    """R128 R153: through Next's proxy; no address of the backend is in what browsers load."""
    found = looked_at(site, "production", "live.bundle")["live.bundle"]
    assert found["result"] == "passed", found
    assert found["figures"]["files"] > 3
    status, direct = site.get("production", "/api/v1/billing/plans", API)
    assert status == 200
    assert site.get("production", "/api/v1/billing/plans", SITE) == (200, direct)
    page = str(site.get("production", "/billing", SITE)[1])
    scripts = re.findall(r'src="(/_next/static/[^"]+\.js)"', page)
    built = "".join(str(site.get("production", path, SITE)[1]) for path in scripts)
    assert "/api/v1" in built
    assert API not in built
    assert "slds-" in page, "R128: the design system's classes are in the page"


def test_types_and_syntax_are_checked_by_the_builds(site: Site) -> None:
    """R129: what runs here passed both; nothing in the files switches them off."""
    frontend = site.repository.directory / "frontend"
    assert "next build" in (frontend / "package.json").read_text(encoding="utf-8")
    assert "npm run build" in (frontend / "Dockerfile").read_text(encoding="utf-8")
    config = (frontend / "next.config.ts").read_text(encoding="utf-8")
    assert "ignoreBuildErrors" not in config
    assert 'output: "standalone"' in config
    assert int(site.inside("backend", "production", "python", "-c", COMPILED)) > 20


def test_flower_shows_the_worker_to_who_logs_in(site: Site) -> None:
    """R189: supplied, routed, and closed to everybody else."""
    assert site.get("production", "/flower/", SITE)[0] == 401
    password = site.secret("FLOWER_PASSWORD", "production")
    mark = base64.b64encode(f"admin:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {mark}", "Host": SITE}
    request = Request(
        f"http://127.0.0.1:{site.ports['production']}/flower/workers", headers=headers
    )
    eventually("Flower knows the worker", lambda: "celery@" in _read(request), 60)


def _read(request: Request) -> str:
    with urlopen(request, timeout=10) as got:
        return str(got.read().decode())


def test_neo4j_lets_the_application_in_and_nobody_with_the_default_on_a_stand_in(
    site: Site,
) -> None:
    """R171 (partly): what answers is Kuzu behind Neo4j's HTTP Query API."""
    assert site.get("production", "/health", API)[1]["neo4j"] == "ok"
    found = looked_at(site, "production", "live.default-passwords")["live.default-passwords"]
    assert found["result"] == "passed"
    assert "neo4j" in found["figures"]["services"]


def test_accounts_logins_and_the_worker_behind_them(site: Site) -> None:
    """R141 R154 R155 R163: a journey signs up, logs in and has a video made; the queue drains."""
    seen = looked_at(site, "production", "journey.make-a-video", "journey.schedule")
    assert {item["result"] for item in seen.values()} == {"passed"}, seen
    queue = "/api/v1/system/queue"
    eventually("the queue drains", lambda: site.get("production", queue, API)[1] == {"waiting": 0})
    secret = site.secret("SECRET_KEY", "production")
    assert _projects(site, omnivibe.token(secret, seconds=60)) == 200
    assert _projects(site, omnivibe.token(secret, seconds=-60)) == 401, "expired"
    assert _projects(site, omnivibe.token(f"{secret}x", seconds=60)) == 401, "signed otherwise"
    assert _projects(site, None) == 401


def _projects(site: Site, token: str | None) -> int:
    headers = {"Host": API} | ({"Authorization": f"Bearer {token}"} if token else {})
    address = f"http://127.0.0.1:{site.ports['production']}/api/v1/projects"
    try:
        with urlopen(Request(address, headers=headers), timeout=10) as got:
            return int(got.status)
    except HTTPError as refused:
        return refused.code


def test_the_file_that_the_contract_names_is_there(site: Site) -> None:
    """R039: GOOGLE_SHEETS_CREDENTIALS_PATH, in each service that needs it."""
    found = looked_at(site, "production", "live.paths", "live.contract")
    assert {item["result"] for item in found.values()} == {"passed"}
    assert len(found["live.paths"]["figures"]["paths"]) == 3


def test_omnivibe_goes_forward_under_load_and_back_within_the_documents_figures(
    site: Site, account: Account, record_property: Callable[[str, object], None]
) -> None:
    """R190 R191 R192 R193; last, because it takes everything down.  Neo4j is a stand-in."""
    course.forward_and_back(site, account)
    course.take_down(site)
    record_property("figure", account.line)
    assert account.broken() == []
