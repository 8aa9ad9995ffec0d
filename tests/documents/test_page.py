"""The documents as pages, in a real browser: on a desk, on a phone, on paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException

from shipway.documents import KINDS, written
from tests.documents.samples import shop
from tests.support.running import eventually
from tests.web.chromium import accessibility_findings, chromium, complaints, needs_chromium, wear

pytestmark = needs_chromium

WIDER = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTSIDE = """return [...document.querySelectorAll('svg text')].filter(text => {
  const box = text.previousElementSibling.getBoundingClientRect();
  return text.getBoundingClientRect().right > box.right;
}).map(text => text.textContent)"""


@pytest.fixture(scope="module")
def driver() -> Iterator[webdriver.Chrome]:
    with chromium("ko") as found:
        yield found


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_read_by_everybody_on_a_desk_and_on_a_phone(
    driver: webdriver.Chrome, tmp_path: Path, kind: str
) -> None:
    """Nothing is wider than the screen; axe-core has no serious finding, in the dark and by day."""
    page = tmp_path / f"{kind}.html"
    page.write_text(written(kind, shop(), "ko", "html"), encoding="utf-8")
    for phone in (False, True):
        wear(driver, dark=phone, phone=phone)
        driver.get(page.as_uri())
        wider = driver.execute_script(WIDER)
        assert wider <= 0, f"{wider} px wider than the screen"
        assert driver.execute_script(OUTSIDE) == [], "letters stand outside of their boxes"
        if phone or kind == "checklist":  # by day its colours are all that there are
            assert accessibility_findings(driver) == [], "phone, dark" if phone else "desk, light"
    assert complaints(driver) == []


def test_a_document_is_printed(driver: webdriver.Chrome, tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    page.write_text(written("plan", shop(), "ko", "html"), encoding="utf-8")
    wear(driver)
    driver.get(page.as_uri())

    def printed() -> str | None:
        try:
            return driver.print_page()
        except WebDriverException as error:  # Chromium's printing service may not be up yet
            if "Printing failed" not in str(error):
                raise
            return None

    assert base64.b64decode(eventually("the page is printed", printed, 30)).startswith(b"%PDF-")
