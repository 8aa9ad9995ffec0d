"""Whatever others wrote is shown as it is and is never markup: on every page, in both languages."""

from __future__ import annotations

import html
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.model.logs import LogEntry, LogLevel
from shipway.model.names import EnvironmentId
from shipway.store.logbook import Logbook
from tests.support.browsing import Browser
from tests.web.conftest import Harbour

EVIL = """'"><img src=x onerror=alert(1)><script>alert(2)</script>&amp;{{7*7}}"""
SHORT = """"><b onclick=x>"""
SHOP = EnvironmentId("shop", "staging")
PAGES = (
    *("/", "/projects/shop", "/projects/shop/releases", "/projects/shop/releases/r1"),
    *("/projects/shop/releases/r2?against=r1", "/projects/shop/rollouts"),
    *("/rollouts/1", "/rollouts/2", "/rollouts/3", "/projects/shop/environments/staging"),
    *("/projects/shop/checks?environment=staging", "/projects/shop/data?environment=staging"),
    *("/projects/shop/indicators?environment=staging", "/projects/shop/incidents"),
    *("/incidents/1", "/incidents/2", "/projects/shop/logs?environment=staging"),
    *("/audit", "/people", "/account", "/rollouts/999", "/projects/nothing"),
    *("/projects/shop/environments/staging/plan/deploy?ref=%3Cscript%3E", "/nothing%3Cscript%3E"),
)


def fill(harbour: Harbour, directory: Path) -> None:
    """Write into the state what a repository, an application and a person could have said."""
    now = time.time()
    commit = {"hash": "a" * 40, "subject": EVIL, "author": EVIL, "at": now, "ref": EVIL}
    problem = {
        "kind": "gate-closed",
        "message": EVIL,
        "hints": [EVIL],
        "source": None,
        "details": [EVIL],
        "korean": {EVIL: EVIL},
    }
    with sqlite3.connect(harbour.shipway.places.database) as state:
        state.execute(
            "INSERT INTO project (name, directory, created_at, last_release) VALUES ('shop', ?, ?, 2)",
            (str(directory), now),
        )
        state.execute(
            "INSERT INTO environment (project, name, engine, created_at)"
            " VALUES ('shop', 'staging', 'process', ?)",
            (now,),
        )
        for number, what in enumerate(("failed", "succeeded", "unwinding"), 1):
            ended = None if what == "unwinding" else now
            state.execute(
                "INSERT INTO rollout (id, project, environment, kind, state, engine, requested_by,"
                " created_at, request_json, release, finished_at, problem_json) VALUES"
                " (?, 'shop', 'staging', 'deploy', ?, 'process', ?, ?, '{}', ?, ?, ?)",
                (number, what, EVIL, now, min(number, 2), ended, json.dumps(problem)),
            )
            for seq, kind in enumerate(("step-started", "output", "note", "finished")):
                state.execute(
                    "INSERT INTO progress VALUES (?, ?, ?, 'build', ?, ?, ?)",
                    (number, seq, now, kind, EVIL, EVIL),
                )
        for number in (1, 2):
            state.execute(
                "INSERT INTO release (project, number, rollout, commit_json, artifacts_json, created_at,"
                " created_by) VALUES ('shop', ?, ?, ?, '{}', ?, ?)",
                (number, number, json.dumps(commit), now, EVIL),
            )
        for number, where in ((1, "open"), (2, "resolved")):
            state.execute(
                "INSERT INTO incident (condition, subject, project, environment, level, state,"
                " says_en, says_ko, unit, hint, release, opened_at, last_seen_at, resolved_at)"
                " VALUES (?, ?, 'shop', 'staging', 5, ?, ?, ?, '', ?, ?, ?, ?, ?)",
                (
                    EVIL,
                    EVIL,
                    where,
                    EVIL,
                    EVIL,
                    EVIL,
                    EVIL,
                    now,
                    now + 9e6,
                    now if where == "resolved" else None,
                ),
            )
            state.execute(
                "INSERT INTO incident_event VALUES (?, ?, 'opened', ?, 5, ?)",
                (number, now, EVIL, EVIL),
            )
        state.execute(
            "INSERT INTO silence (project, environment, condition, subject, until, by, reason,"
            " created_at) VALUES ('', '', ?, ?, ?, ?, ?, ?)",
            (EVIL, EVIL, now + 9e6, EVIL, EVIL, now),
        )
        state.execute(
            "INSERT INTO audit (at, who, action, project, environment, details_json)"
            " VALUES (?, ?, ?, 'shop', 'staging', ?)",
            (now, EVIL, EVIL, json.dumps({EVIL: EVIL})),
        )
    state.close()


@pytest.fixture(scope="module")
def hostile(empty: Harbour, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Yield an administrator's browser over a state full of markup."""
    shop = tmp_path_factory.mktemp("shop")
    fill(empty, shop)
    book = Logbook(empty.shipway.places.home / "logs")
    texts = (EVIL, json.dumps({"message": EVIL, EVIL: EVIL}), f"\x1b[31m{EVIL}\r\ndata: {EVIL}")
    entries = [
        LogEntry(
            at=time.time(),
            service="api",
            instance="api-1",
            release=1,
            stream="stdout",
            level=LogLevel.INFO,
            text=text,
        )
        for text in texts
    ]
    book.append(SHOP, entries)
    book.close()
    yield empty.person("mina", "admin")
    with sqlite3.connect(empty.shipway.places.database) as state:  # nobody ends it
        state.execute("UPDATE rollout SET state = 'failed', finished_at = 1 WHERE id = 3")
    state.close()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_others_wrote_is_never_markup(hostile: Browser, language: str) -> None:
    """Commit subjects, names, output, log lines, alerts, reasons, problems."""
    hostile.post("/account/language", {"language": language})
    seen = 0
    for page in PAGES:
        answer = hostile.get(page)
        assert answer.status in {200, 303, 404, 422}, (page, answer.status, answer.text[:300])
        assert "<img" not in answer.text.replace('<img src="/static/', ""), page
        assert "alert(2)</script>" not in answer.text, page
        assert "49" not in re.findall(r"&amp;amp;(\d+)", answer.text), page
        assert f'lang="{language}"' in answer.text or answer.status in {303, 404}, page
        seen += html.escape("<script>alert(2)</script>") in answer.text
    assert seen >= 12


def test_a_mistake_of_shipways_is_a_page_that_says_what_still_works(
    hostile: Browser, empty: Harbour
) -> None:
    with sqlite3.connect(empty.shipway.places.database) as state:
        state.execute("INSERT INTO project (name, directory, created_at) VALUES ('odd', '/', 1)")
        state.execute(
            "INSERT INTO release (project, number, rollout, commit_json, artifacts_json,"
            " created_at, created_by) VALUES ('odd', 1, 99, '{}', '{}', 1, 'kim')"
        )
    state.close()
    hostile.post("/account/language", {"language": "en"})
    answer = hostile.get("/projects/odd/releases")
    assert answer.status == 500
    assert "What serves goes on serving" in answer.text
    assert "Traceback" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    with sqlite3.connect(empty.shipway.places.database) as state:
        state.execute("DELETE FROM release WHERE project = 'odd'")
        state.execute("DELETE FROM project WHERE name = 'odd'")
    state.close()


def test_a_name_that_is_markup_is_refused_or_escaped(hostile: Browser) -> None:
    for path, fields in (
        ("/people/invite", {"role": "viewer", "name": SHORT}),
        ("/people/tokens", {"name": SHORT, "project": "shop", "role": "viewer", "days": "9"}),
    ):
        hostile.get("/people")
        answer = hostile.post(path, fields)
        assert answer.status in {200, 422}, answer.status
        assert "<b onclick" not in answer.text
    assert "<b onclick" not in hostile.get(f"/login?next={SHORT.replace(' ', '%20')}").text
