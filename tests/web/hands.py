"""Hands on a keyboard: no test of the dashboard has a mouse."""

from __future__ import annotations

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.support.running import eventually

TABS_MAX = 120


def type_into(driver: webdriver.Chrome, **fields: str) -> None:
    """Go to each field and type."""
    for name, text in fields.items():
        field = reach(driver, driver.find_element(By.NAME, name))
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text)


def press(driver: webdriver.Chrome, words: str) -> None:
    """Press a button or a link, and wait for the page to which it leads."""
    follow(driver, f"//button[normalize-space()='{words}'] | //a[normalize-space()='{words}']")


def follow(driver: webdriver.Chrome, path: str) -> None:
    """Press what a path names, and wait likewise."""
    before = driver.find_element(By.TAG_NAME, "html")
    enter(driver, path)

    def elsewhere() -> bool:
        try:
            before.is_enabled()
        except WebDriverException:  # its page has gone
            return bool(driver.execute_script("return document.readyState === 'complete'"))
        return False

    eventually("the next page comes", elsewhere)


def enter(driver: webdriver.Chrome, path: str) -> None:
    """Reach what a path names, and press Enter; a page that was just replaced is asked again."""

    def pressed() -> bool:
        try:
            reach(driver, driver.find_element(By.XPATH, path)).send_keys(Keys.ENTER)
        except StaleElementReferenceException:
            return False
        return True

    eventually(f"{path} is pressed", pressed)


def reach(driver: webdriver.Chrome, wanted: WebElement) -> WebElement:
    """Press Tab until it has the focus."""

    def is_outlined() -> bool:
        return wanted.value_of_css_property("outline-style") != "none"

    for _ in range(TABS_MAX):
        here = driver.switch_to.active_element
        if here == wanted:
            if not driver.execute_script("return document.hasFocus()"):
                _wake(driver)  # a new page in a window without a desk, before any key
            eventually("the focus is seen", is_outlined)
            return here
        tap(driver, Keys.TAB)
    raise AssertionError(f"Tab never reaches {wanted.get_attribute('outerHTML')}")


def _wake(driver: webdriver.Chrome) -> None:
    """Go one on and back again."""
    tap(driver, Keys.TAB)
    ActionChains(driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()


def tap(driver: webdriver.Chrome, *keys: str) -> None:
    """Press keys, wherever the focus is."""
    ActionChains(driver).send_keys(*keys).perform()


def shown(driver: webdriver.Chrome) -> str:
    """Return the words of the page."""
    try:
        return driver.find_element(By.TAG_NAME, "main").text
    except StaleElementReferenceException:  # it was replaced just now
        return ""


def lines_of(driver: webdriver.Chrome) -> str:
    """Return the lines of the log."""
    return driver.find_element(By.CSS_SELECTOR, "[role=log]").text


def speak(driver: webdriver.Chrome, base: str, language: str) -> None:
    """Choose a language as a person does."""
    driver.get(f"{base}/account")
    form = driver.find_element(By.CSS_SELECTOR, "form[action='/account/language']")
    form.find_element(By.CSS_SELECTOR, f"option[value={language}]").click()
    follow(driver, "//form[@action='/account/language']//button")
