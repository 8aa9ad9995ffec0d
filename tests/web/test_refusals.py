"""Refusals as pages: they speak the language of who reads them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, cast

import pytest

from shipway.api.access.gate import NEED, PRINCIPAL
from shipway.api.application import create_application
from shipway.api.service import Service
from shipway.model.access import Entrance, Principal, Role
from shipway.web.application import add_pages
from tests.web.conftest import Harbour
from tests.web.routes import NEEDS

KOREAN = '<html lang="ko">'


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing-here", 404), ("/people", 403), ("/rollouts/999", 404)]
)
def test_a_refusal_speaks_the_language_that_its_reader_chose(
    empty: Harbour, path: str, status: int
) -> None:
    """The browser's language is asked of strangers only."""
    browser = empty.person("reader" + path.replace("/", "-"), "viewer")
    assert browser.get(path, **{"Accept-Language": "ko"}).text.count(KOREAN) == 1
    assert browser.post("/account/language", {"language": "ko"}).status == 303
    for accept in ("en", "ko", "de"):
        answer = browser.get(path, **{"Accept-Language": accept})
        assert answer.status == status
        assert KOREAN in answer.text
        assert ">현황<" in answer.text  # the way back, and the pages beside it
    browser.post("/account/language", {"language": "en"})
    assert '<html lang="en">' in browser.get(path, **{"Accept-Language": "ko"}).text


def test_a_mistake_of_our_own_speaks_it_too() -> None:
    app = create_application(cast("Service", None))  # so that whatever a page asks for fails
    add_pages(app)
    reader = Principal(name="mina", role=Role.VIEWER, entrance=Entrance.SESSION, language="ko")
    found = NEEDS.find("GET", "/audit")
    assert found is not None
    need, _path = found
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/audit",
        "raw_path": b"/audit",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"accept-language", b"en")],
        PRINCIPAL: reader,
        NEED: need,
    }
    with contextlib.suppress(AttributeError):
        asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 500
    text = b"".join(message.get("body", b"") for message in sent).decode()
    assert KOREAN in text
    assert "계속" in text  # what still works
