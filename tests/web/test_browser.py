"""The dashboard as people use it: headless Chromium against a real daemon and application."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.support.browsing import PASSWORD, Browser
from tests.support.running import eventually
from tests.support.tinyapp import Variant
from tests.web.chromium import (
    accessibility_findings,
    chromium,
    complaints,
    needs_chromium,
    wear,
)
from tests.web.conftest import Harbour

pytestmark = needs_chromium

PICTURES = os.environ.get("SHIPWAY_PICTURES")
"""A directory to keep screenshots in; docs/images was made so."""

P = "/projects/harbour"
PAGES = [
    "/",
    f"{P}/releases",
    f"{P}/releases/r2",
    f"{P}/rollouts",
    "/rollouts/1",
    f"{P}/checks?environment=staging",
    f"{P}/environments/production",
    f"{P}/environments/production/plan/promote",
    f"{P}/data?environment=production",
    f"{P}/indicators?environment=staging&span=hour",
    f"{P}/incidents",
    f"{P}/logs?environment=staging",
    "/audit",
    "/people",
    "/account",
    "/nothing-here",
]


@pytest.fixture(scope="module")
def driver() -> Iterator[webdriver.Chrome]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def signed_in(driver: webdriver.Chrome, harbour: Harbour) -> webdriver.Chrome:
    """Return the browser of the first administrator, who came by the one-time link."""
    link = harbour.shipway.client.post("/users/invite", {"role": "admin"})["url"]
    driver.get(link)
    assert accessibility_findings(driver) == []
    type_into(driver, name="mina", password=PASSWORD, again=PASSWORD)
    press(driver, "Join")
    assert urlsplit(driver.current_url).path == "/"
    return driver


def type_into(driver: webdriver.Chrome, **fields: str) -> None:
    for name, text in fields.items():
        field = driver.find_element(By.NAME, name)
        field.clear()
        field.send_keys(text)


def press(driver: webdriver.Chrome, words: str) -> None:
    """Press a button or a link, and wait for the page to which it leads."""
    follow(driver, f"//button[normalize-space()='{words}'] | //a[normalize-space()='{words}']")


def follow(driver: webdriver.Chrome, path: str) -> None:
    before = driver.find_element(By.TAG_NAME, "html")
    driver.find_element(By.XPATH, path).click()

    def elsewhere() -> bool:
        try:
            before.is_enabled()
        except WebDriverException:  # its page has gone
            return bool(driver.execute_script("return document.readyState === 'complete'"))
        return False

    eventually("the next page comes", elsewhere)


def shown(driver: webdriver.Chrome) -> str:
    try:
        return driver.find_element(By.TAG_NAME, "main").text
    except StaleElementReferenceException:  # it was replaced just now
        return ""


def picture(driver: webdriver.Chrome, name: str) -> None:
    if PICTURES:
        driver.save_screenshot(str(Path(PICTURES) / f"{name}.png"))


@pytest.mark.parametrize(
    ("phone", "dark"), [(False, False), (False, True), (True, False)], ids=["desk", "dark", "phone"]
)
def test_every_page_is_whole_and_can_be_used_by_everybody(
    signed_in: webdriver.Chrome, harbour: Harbour, *, dark: bool, phone: bool
) -> None:
    """No serious finding of axe-core, nothing wider than the screen, no complaint."""
    wear(signed_in, dark=dark, phone=phone)
    complaints(signed_in)
    for page in PAGES:
        signed_in.get(harbour.base + page)
        if not phone or page in {"/", "/rollouts/1"}:  # the same elements as on a desk
            assert accessibility_findings(signed_in) == [], page
        wider = signed_in.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wider <= 0, f"{page} is {wider} px wider than the screen"
        expected = ("favicon.ico", "/nothing-here")
        said = [line for line in complaints(signed_in) if not any(e in line for e in expected)]
        assert said == [], page
        if page == "/":
            picture(
                signed_in,
                f"overview-{'phone' if phone else 'desk'}-{'dark' if dark else 'light'}",
            )


def test_the_overview_says_what_matters_first(
    signed_in: webdriver.Chrome, harbour: Harbour
) -> None:
    """R219: one place; production's state, staging's lead, what comes next."""
    wear(signed_in)
    signed_in.get(harbour.base)
    text = shown(signed_in)
    assert "Production is up on r1." in text
    assert "Staging is 1 commit ahead" in text
    assert "Promote r2…" in text
    assert "Last proven restore" in text
    assert "Open incidents" in text


def test_a_deploy_from_the_page_is_watched_live_to_its_end(
    signed_in: webdriver.Chrome, harbour: Harbour
) -> None:
    harbour.app.commit(Variant(version="Search by date, too"))
    signed_in.get(harbour.base)
    press(signed_in, "Deploy to staging…")
    assert "Search by date, too" in shown(signed_in)
    press(signed_in, "Deploy to staging")
    assert urlsplit(signed_in.current_url).path.startswith("/rollouts/")
    eventually("the page shows the end by itself", lambda: "succeeded" in shown(signed_in), 60)
    assert "✓" in shown(signed_in)
    picture(signed_in, "rollout")


def test_a_promotion_shows_the_difference_first(
    signed_in: webdriver.Chrome, harbour: Harbour
) -> None:
    """R164, R104: what is promoted is read before; the way back is on the page."""
    signed_in.get(harbour.base)
    press(signed_in, "Promote r3…")
    text = shown(signed_in)
    assert "Promote r3 to production?" in text
    assert "Faster item search" in text
    picture(signed_in, "promotion")
    press(signed_in, "Promote to production")
    eventually("it is done", lambda: "succeeded" in shown(signed_in), 60)
    signed_in.get(harbour.base)
    eventually("production is on it", lambda: "Production is up on r3." in shown(signed_in))


def test_a_rollback_is_two_presses_away(signed_in: webdriver.Chrome, harbour: Harbour) -> None:
    """R104."""
    signed_in.get(f"{harbour.base}{P}/releases")
    follow(signed_in, "//tr[contains(., 'r1')]//a[contains(., 'Roll back production')]")
    assert "Roll production back to r1?" in shown(signed_in)
    press(signed_in, "Roll production back")
    eventually("it is done", lambda: "succeeded" in shown(signed_in), 60)
    live = harbour.shipway.environment("harbour", "production")["live"]["release"]
    assert live == "r1"


def test_values_of_variables_are_on_no_page(signed_in: webdriver.Chrome, harbour: Harbour) -> None:
    secret = "a-value-that-nobody-may-see"
    harbour.shipway.client.post(
        f"{P}/environments/production/secrets", {"put": {"SMTP_PASSWORD": secret}}
    )
    for page in PAGES:
        signed_in.get(harbour.base + page)
        assert secret not in signed_in.page_source, page


def test_logs_are_searched_and_followed(signed_in: webdriver.Chrome, harbour: Harbour) -> None:
    """R085."""
    signed_in.get(f"{harbour.base}{P}/logs?environment=staging&text=takes+jobs")
    assert "worker takes jobs" in shown(signed_in)
    assert "listening" not in shown(signed_in)
    signed_in.get(f"{harbour.base}{P}/logs?environment=staging&name=api")
    assert "listening" in shown(signed_in)
    staging = Browser(f"http://127.0.0.1:{harbour.app.staging}")

    def a_line_came() -> bool:
        staging.get("/items?found-by-following")
        return "found-by-following" in shown(signed_in)

    eventually("a new line appears by itself", a_line_came)


def test_it_is_used_with_a_keyboard_alone(signed_in: webdriver.Chrome, harbour: Harbour) -> None:
    signed_in.get(harbour.base)
    body = signed_in.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    assert "Skip" in signed_in.switch_to.active_element.text
    signed_in.switch_to.active_element.send_keys(Keys.ENTER)
    assert signed_in.switch_to.active_element.get_attribute("id") == "main"
    for _ in range(6):
        signed_in.switch_to.active_element.send_keys(Keys.TAB)
        outline = signed_in.switch_to.active_element.value_of_css_property("outline-style")
        assert outline != "none"


def test_people_choose_their_language(signed_in: webdriver.Chrome, harbour: Harbour) -> None:
    signed_in.get(f"{harbour.base}/account")
    signed_in.find_element(By.CSS_SELECTOR, "option[value=ko]").click()
    press(signed_in, "Save")
    signed_in.get(harbour.base)
    assert "운영 정상" in shown(signed_in)
    assert signed_in.find_element(By.TAG_NAME, "html").get_attribute("lang") == "ko"
    picture(signed_in, "overview-korean")
    signed_in.get(f"{harbour.base}/account")
    signed_in.find_element(By.CSS_SELECTOR, "option[value=en]").click()
    press(signed_in, "저장")
    assert "Save" in shown(signed_in)


def test_a_token_is_shown_once_and_works(signed_in: webdriver.Chrome, harbour: Harbour) -> None:
    signed_in.get(f"{harbour.base}/people")
    form = signed_in.find_element(By.CSS_SELECTOR, "form[action='/people/tokens']")
    form.find_element(By.NAME, "name").send_keys("github-actions")
    press(signed_in, "Make a token")
    secret = signed_in.find_element(By.ID, "made").text
    answer = harbour.browser().send(
        "GET", "/api/v1/me", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.json()["project"] == "harbour"
    signed_in.get(f"{harbour.base}/people")
    assert secret not in signed_in.page_source
    assert "github-actions" in shown(signed_in)


def test_signing_out_ends_the_session(driver: webdriver.Chrome, harbour: Harbour) -> None:
    driver.get(f"{harbour.base}/account")
    press(driver, "Sign out")
    assert urlsplit(driver.current_url).path == "/login"
    driver.get(f"{harbour.base}/people")
    assert urlsplit(driver.current_url).path == "/login"
    type_into(driver, name="mina", password="not the password")
    press(driver, "Sign in")
    assert "wrong" in shown(driver)
    assert accessibility_findings(driver) == []
    type_into(driver, name="mina", password=PASSWORD)
    press(driver, "Sign in")
    assert urlsplit(driver.current_url).path == "/people"


def test_an_empty_server_says_what_to_do(empty: Harbour) -> None:
    with chromium() as driver:
        link = empty.shipway.client.post("/users/invite", {"role": "admin"})["url"]
        driver.get(link)
        type_into(driver, name="mina", password=PASSWORD, again=PASSWORD)
        press(driver, "Join")
        assert "shipway deploy" in shown(driver)
        assert accessibility_findings(driver) == []
