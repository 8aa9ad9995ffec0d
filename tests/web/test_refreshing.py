"""Pages that ask for themselves again: what comes back is the same part of the same page."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from html import unescape

import pytest

from shipway.model.access import Role
from shipway.web.needs import PAGES
from tests.support.browsing import Browser
from tests.web.conftest import PROJECT, Harbour
from tests.web.routes import NEEDS, address

ASKS = re.compile(
    r'<(?P<tag>\w+)[^>]*\bid="(?P<id>\w+)" hx-get="(?P<from>[^"]+)" hx-select="#(?P<part>\w+)"'
    r' hx-swap="outerHTML" hx-trigger="every (?P<seconds>\d+)s"'
)
# and /projects/{project}/indicators, as soon as something was measured
REFRESHED = {
    "/",
    "/projects/{project}/data",
    "/projects/{project}/environments/{environment}",
    "/projects/{project}/incidents",
    "/projects/{project}/rollouts",
}


@pytest.fixture(scope="module")
def reader(harbour: Harbour) -> Browser:
    """Return a viewer's browser: what updates itself needs no more than what is looked at."""
    return harbour.person("watcher", "viewer")


def asking(reader: Browser) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield (path, what it asks for) of every page that can be looked at."""
    pages = {path for method, path, _role, _target in PAGES if method == "GET"}
    for need in NEEDS.needs:
        if need.method != "GET" or need.path not in pages or need.role is not Role.VIEWER:
            continue
        answer = reader.get(address(need))
        for match in ASKS.finditer(answer.text):
            yield need.path, match


def test_what_a_page_asks_for_again_is_the_same_part_that_asks_again(reader: Browser) -> None:
    found = dict(asking(reader))
    assert found.keys() >= REFRESHED
    for path, match in found.items():
        assert match["id"] == match["part"], path
        assert 5 <= int(match["seconds"]) <= 60, path
        answer = reader.get(unescape(match["from"]))
        assert answer.status == 200, (path, match["from"])
        again = [item for item in ASKS.finditer(answer.text) if item["part"] == match["part"]]
        assert [item["from"] for item in again] == [match["from"]], path


def test_a_silence_is_shown_where_it_counts_and_nowhere_else(
    harbour: Harbour, reader: Browser
) -> None:
    """That of another project is none of this page's business; one for everything is."""
    with sqlite3.connect(harbour.shipway.places.database) as state:
        for project, environment, subject in (
            (PROJECT, "staging", "its-own-worker"),
            ("elsewhere", "staging", "somebody-elses-worker"),
            ("", "", "every-disk"),
        ):
            state.execute(
                "INSERT INTO silence (project, environment, condition, subject, until, by,"
                " reason, created_at) VALUES (?, ?, 'disk', ?, ?, 'mina', 'a move', ?)",
                (project, environment, subject, time.time() + 3600, time.time()),
            )
    state.close()
    text = reader.get(f"/projects/{PROJECT}/incidents").text
    assert "its-own-worker" in text
    assert "every-disk" in text
    assert "somebody-elses-worker" not in text
