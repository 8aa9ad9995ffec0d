"""Pages that change while they are open: the focus stays, what changed is said once."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.support.browsing import PASSWORD
from tests.support.running import eventually
from tests.web.chromium import accessibility_findings, chromium, needs_chromium
from tests.web.conftest import Harbour
from tests.web.hands import enter, follow, press, reach, shown, tap, type_into

pytestmark = needs_chromium

REFRESH = "htmx.ajax('GET', location.href, {target: '#live', select: '#live', swap: 'outerHTML'})"
LISTEN = """
window.spoken = [];
new MutationObserver(() => window.spoken.push(document.getElementById('announcer').textContent))
  .observe(document.getElementById('announcer'), {childList: true});
"""


@pytest.fixture(scope="module")
def driver(harbour: Harbour) -> Iterator[webdriver.Chrome]:
    """Yield an administrator's browser."""
    with chromium() as found:
        found.get(harbour.shipway.client.post("/users/invite", {"role": "admin"})["url"])
        type_into(found, name="mina", password=PASSWORD, again=PASSWORD)
        press(found, "Join")
        yield found


def refreshed(driver: webdriver.Chrome) -> None:
    """Let the page update itself, as it does every few seconds."""
    before = driver.find_element(By.ID, "live")

    def gone() -> bool:
        try:
            before.is_enabled()
        except StaleElementReferenceException:
            return True
        return False

    driver.execute_script(REFRESH)
    eventually("the page has updated itself", gone)


def heard(driver: webdriver.Chrome) -> list[str]:
    return list(driver.execute_script("return window.spoken"))


def says(driver: webdriver.Chrome) -> str:
    return str(driver.find_element(By.CSS_SELECTOR, "[data-says]").get_attribute("data-says"))


def open_incident(harbour: Harbour, subject: str) -> int:
    """Write an incident into the state, as the daemon would."""
    with sqlite3.connect(harbour.shipway.places.database) as state:
        number = state.execute(
            "INSERT INTO incident (condition, subject, project, environment, level, state,"
            " says_en, says_ko, unit, hint, opened_at, last_seen_at) VALUES ('disk', ?,"
            " 'harbour', 'staging', 4, 'open', 'disk is filling 91%', '', '%',"
            " 'shipway clean', ?, ?)",
            (subject, time.time(), time.time() + 3600),
        ).lastrowid
    state.close()
    assert number
    return number


def test_who_types_or_stands_on_a_link_stays_there_when_the_page_updates_itself(
    driver: webdriver.Chrome, harbour: Harbour
) -> None:
    driver.get(harbour.base)
    reach(driver, driver.find_element(By.LINK_TEXT, "Promote r2…"))
    refreshed(driver)
    eventually(
        "the new link has the focus",
        lambda: driver.switch_to.active_element.text == "Promote r2…",
    )
    field = reach(driver, driver.find_element(By.NAME, "ref"))
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("fix/half-a-na")
    refreshed(driver)
    driver.switch_to.active_element.send_keys("me")
    assert driver.find_element(By.NAME, "ref").get_attribute("value") == "fix/half-a-name"


def test_a_screen_reader_hears_each_change_once(driver: webdriver.Chrome, harbour: Harbour) -> None:
    driver.get(f"{harbour.base}/projects/harbour/incidents")
    driver.execute_script(LISTEN)
    written = [says(driver)]
    for look in range(4):
        if look == 2:
            open_incident(harbour, "uploads")
        refreshed(driver)
        if says(driver) != written[-1]:
            written.append(says(driver))
    assert len(written) > 1
    eventually("it is said", lambda: heard(driver) == written[1:])
    assert driver.find_element(By.ID, "announcer").get_attribute("role") == "status"
    driver.get(f"{harbour.base}/projects/harbour/environments/staging/plan/deploy")
    press(driver, "Deploy to staging")
    driver.execute_script(LISTEN)
    eventually("it has ended", lambda: "succeeded" in shown(driver), 60)
    said = heard(driver)
    assert said == list(dict.fromkeys(said))
    assert not said or said[-1] == "succeeded"


def test_an_incident_is_taken_and_silenced_with_a_keyboard(
    driver: webdriver.Chrome, harbour: Harbour
) -> None:
    number = open_incident(harbour, "cache")
    driver.get(f"{harbour.base}/incidents/{number}")
    press(driver, "I work on it")
    assert "acknowledged" in shown(driver)
    reach(driver, driver.find_element(By.NAME, "hours")).send_keys(Keys.DOWN)
    press(driver, "Silence")
    assert "silenced" in shown(driver).lower()
    driver.get(f"{harbour.base}/projects/harbour/incidents")
    press(driver, "End")
    assert "Silences" not in shown(driver)


def test_what_cannot_be_undone_asks_first_escape_leaves_and_enter_means_it(
    driver: webdriver.Chrome, harbour: Harbour
) -> None:
    harbour.person("gone-soon", "viewer")
    driver.get(f"{harbour.base}/people")
    row = "//tr[contains(., 'gone-soon')]"
    button = driver.find_element(By.XPATH, f"{row}//button[@popovertarget][1]")
    reach(driver, button).send_keys(Keys.ENTER)
    assert "Remove gone-soon?" in shown(driver)
    assert accessibility_findings(driver) == []
    assert driver.switch_to.active_element.text == "Cancel"
    tap(driver, Keys.ESCAPE)
    eventually("the question is gone", lambda: "Remove gone-soon?" not in shown(driver))
    assert driver.switch_to.active_element == button
    tap(driver, Keys.ENTER)
    follow(driver, f"{row}//form[@popover]//button[@class='danger']")
    assert "gone-soon" not in shown(driver)


def test_a_session_that_ended_meanwhile_asks_for_the_password_and_comes_back(
    driver: webdriver.Chrome, harbour: Harbour
) -> None:
    """Nothing is done with a form of an ended session; a live page shows the sign-in."""
    path = "/projects/harbour/environments/production/plan/promote"
    driver.get(harbour.base + path)
    driver.delete_all_cookies()
    press(driver, "Promote to production")
    assert urlsplit(driver.current_url).path == "/login"
    type_into(driver, name="mina", password=PASSWORD)
    press(driver, "Sign in")
    assert "Promote r2 to production?" in shown(driver) or "Staging" in shown(driver)
    live = harbour.shipway.environment("harbour", "production")["live"]["release"]
    assert live == "r1"
    driver.get(harbour.base)
    driver.delete_all_cookies()
    driver.execute_script(REFRESH)

    def asked() -> bool:
        ready = driver.execute_script("return document.readyState === 'complete'")
        return ready and urlsplit(driver.current_url).path == "/login"

    eventually("the sign-in is shown", asked)
    type_into(driver, name="mina", password=PASSWORD)
    press(driver, "Sign in")


def test_a_browser_that_lost_the_line_gets_each_line_of_a_rollout_once(harbour: Harbour) -> None:
    browser = harbour.person("lena", "viewer")

    def lines(**headers: str) -> list[str]:
        return re.findall(
            "<div><span[^<]*<.*?</div>", browser.stream("/rollouts/1/events", **headers)
        )

    every = lines()
    assert len(every) > 2
    told = browser.stream("/rollouts/1/events")
    (last,) = re.findall(r"^id: (\d+)$", told, re.MULTILINE)
    assert lines(**{"Last-Event-ID": last}) == []
    assert lines(**{"Last-Event-ID": "nonsense"}) == every
    assert told.rstrip().endswith("event: end\ndata:")


def test_the_back_button_after_a_deploy_begins_nothing(
    driver: webdriver.Chrome, harbour: Harbour
) -> None:
    driver.get(f"{harbour.base}/projects/harbour/environments/staging/plan/rollback")
    press(driver, "Roll staging back")
    rollout = driver.current_url
    eventually("it is done", lambda: "succeeded" in shown(driver), 60)
    driver.back()
    enter(driver, "//button[normalize-space()='Roll staging back']")
    eventually("it says so", lambda: driver.find_elements(By.CSS_SELECTOR, ".notice.bad"))
    assert accessibility_findings(driver) == []
    newest = harbour.shipway.client.get("/rollouts", limit=1)["rollouts"][0]["id"]
    assert rollout.endswith(f"/{newest}")


def test_a_page_that_is_left_open_says_when_nobody_answers_and_recovers(
    driver: webdriver.Chrome, harbour: Harbour
) -> None:
    driver.get(harbour.base)
    # an answer to what was pressed before may still replace the page
    eventually("production is shown", lambda: "Production is up" in shown(driver))
    notice = driver.find_element(By.ID, "lost")
    assert not notice.is_displayed()
    harbour.shipway.stop()
    driver.execute_script(f"{REFRESH}.catch(() => 0)")
    eventually("it says so", notice.is_displayed)
    assert "no longer current" in notice.text
    harbour.shipway.start()

    def recovers() -> bool:
        driver.execute_script(f"{REFRESH}.catch(() => 0)")
        return not notice.is_displayed()

    eventually("it is current again", recovers)
    assert "Production is up" in shown(driver)
