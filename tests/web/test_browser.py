"""The dashboard as people use it: headless Chromium against a real daemon and application."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.support.browsing import PASSWORD, Browser
from tests.support.running import eventually
from tests.support.tinyapp import Variant
from tests.web import plenty
from tests.web.chromium import (
    accessibility_findings,
    chromium,
    complaints,
    needs_chromium,
    sideways,
    wear,
)
from tests.web.conftest import Harbour
from tests.web.hands import follow, lines_of, press, reach, shown, speak, tap, type_into

pytestmark = needs_chromium

PICTURES = os.environ.get("SHIPWAY_PICTURES")
"""A directory to keep screenshots in; docs/images was made so."""

P = "/projects/harbour"
WIDTHS = (360, 600, 900, 1280)
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


def picture(driver: webdriver.Chrome, name: str) -> None:
    if PICTURES:
        driver.save_screenshot(str(Path(PICTURES) / f"{name}.png"))


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_is_whole_and_can_be_used_by_everybody(
    signed_in: webdriver.Chrome, harbour: Harbour, *, dark: bool, phone: bool
) -> None:
    """No serious finding of axe-core, no complaint of the browser."""
    wear(signed_in, dark=dark, phone=phone)
    complaints(signed_in)
    for page in PAGES:
        signed_in.get(harbour.base + page)
        rules = ("color-contrast",) if dark else ()  # the dark has other colours, and nothing else
        assert accessibility_findings(signed_in, *rules) == [], page
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
    logs = f"{harbour.base}{P}/logs?environment=staging"
    signed_in.get(f"{logs}&text=takes+jobs")
    assert "worker takes jobs" in shown(signed_in)
    assert "listening" not in lines_of(signed_in)
    signed_in.get(f"{logs}&name=api")
    assert "listening" in lines_of(signed_in)
    staging = Browser(f"http://127.0.0.1:{harbour.app.staging}")

    def a_line_came() -> bool:
        staging.get("/items?found-by-following")
        return "found-by-following" in shown(signed_in)

    eventually("a new line appears by itself", a_line_came)


def test_logs_of_what_is_gone_are_chosen_by_release_instance_and_time(
    signed_in: webdriver.Chrome, harbour: Harbour
) -> None:
    """R174: r1 left staging when r2 came; steps of rollouts stand beside the instances."""
    logs = f"{harbour.base}{P}/logs?environment=staging"
    signed_in.get(logs)
    form = signed_in.find_element(By.CSS_SELECTOR, "form.filters")
    offered = form.find_element(By.NAME, "release").text
    assert {"r1", "r2"} <= set(offered.split())
    form.find_element(By.CSS_SELECTOR, "[name=release] option[value=r1]").click()
    eventually("the page of r1 comes", lambda: "release=r1" in signed_in.current_url)
    eventually("its lines are there", lambda: "r1 api-1" in lines_of(signed_in))
    assert "r2 api-1" not in lines_of(signed_in)
    signed_in.get(f"{logs}&name=rollout&release=r1")
    assert "rollout-1 switch:" in lines_of(signed_in)
    signed_in.get(f"{logs}&instance=worker-1&span=day")
    assert "worker takes jobs" in lines_of(signed_in)
    signed_in.get(f"{logs}&until=2020-01-01T00:00")
    assert "No kept line matches" in shown(signed_in)
    assert signed_in.find_elements(By.CSS_SELECTOR, "[sse-connect]") == []
    assert accessibility_findings(signed_in) == []
    answer = harbour.person("plain", "viewer").get(f"{P}/logs?environment=staging&text=listening")
    assert "listening" in answer.text  # without a script, too


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
    speak(signed_in, harbour.base, "ko")
    signed_in.get(harbour.base)
    assert "운영 정상" in shown(signed_in)
    assert signed_in.find_element(By.TAG_NAME, "html").get_attribute("lang") == "ko"
    picture(signed_in, "overview-korean")
    speak(signed_in, harbour.base, "en")
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


@pytest.fixture(scope="module")
def old(harbour: Harbour) -> Harbour:
    """Return the same dashboard after a long life."""
    plenty.fill(harbour)
    return harbour


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_page_scrolls_sideways_at_any_width(
    signed_in: webdriver.Chrome, old: Harbour, language: str
) -> None:
    """Neither the page nor a table in it, from a phone to a desk, with the data of years."""
    wear(signed_in)
    speak(signed_in, old.base, language)
    found = []
    for page in (*PAGES, "/incidents/1", "/rollouts/8"):
        signed_in.get(old.base + page)
        for width in WIDTHS:
            wear(signed_in, width=width)
            found += [f"{page} at {width}: {what}" for what in sideways(signed_in)]
    wear(signed_in)
    speak(signed_in, old.base, "en")
    assert found == []


def test_a_table_folds_where_it_has_no_room_and_each_figure_keeps_its_name(
    signed_in: webdriver.Chrome, old: Harbour
) -> None:
    label = "return getComputedStyle(arguments[0], '::before').content"
    signed_in.get(f"{old.base}{P}/data?environment=production")
    drills = signed_in.find_element(By.CSS_SELECTOR, "[aria-label='Drills'] table.folds")
    head = drills.find_element(By.TAG_NAME, "thead")
    figure = drills.find_element(By.CSS_SELECTOR, "td[data-label]")
    for width, folded in ((1280, False), (900, True), (360, True)):
        wear(signed_in, width=width)
        assert head.is_displayed() is not folded, width
        named = str(signed_in.execute_script(label, figure))
        assert (str(figure.get_attribute("data-label")) in named) is folded, width
    wear(signed_in)


def test_what_is_folded_away_is_opened_and_closed_with_a_key(
    signed_in: webdriver.Chrome, harbour: Harbour
) -> None:
    signed_in.get(f"{harbour.base}{P}/environments/staging/plan/deploy")
    summary = signed_in.find_element(By.CSS_SELECTOR, "details.card > summary")
    steps = signed_in.find_element(By.CSS_SELECTOR, "details.card > ol")
    assert not steps.is_displayed()
    reach(signed_in, summary).send_keys(Keys.ENTER)
    eventually("the steps are shown", steps.is_displayed)
    assert accessibility_findings(signed_in) == []
    tap(signed_in, Keys.ENTER)
    eventually("they are folded away again", lambda: not steps.is_displayed())


def test_an_empty_server_says_what_to_do(empty: Harbour) -> None:
    with chromium() as driver:
        link = empty.shipway.client.post("/users/invite", {"role": "admin"})["url"]
        driver.get(link)
        type_into(driver, name="mina", password=PASSWORD, again=PASSWORD)
        press(driver, "Join")
        assert "shipway deploy" in shown(driver)
        assert accessibility_findings(driver) == []
