"""Headless Chromium over the dashboard, and axe-core's look at a page."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

AXE = Path(__file__).with_name("vendor") / "axe-4.14.1.min.js.gz"
DRIVER = shutil.which("chromedriver")
GRAVE = {"serious", "critical"}
NARROW = 700
SIDEWAYS = """
const page = document.documentElement, found = [];
if (page.scrollWidth > page.clientWidth) found.push(`the page: ${page.scrollWidth - page.clientWidth} px`);
for (const item of document.querySelectorAll("main, main *")) {
  const more = item.scrollWidth - item.clientWidth, way = getComputedStyle(item).overflowX;
  if (more > 1 && (item.tagName === "TD" || ["auto", "scroll"].includes(way)) && item.clientWidth > 1)
    found.push(`${item.tagName} ${item.className} ${item.getAttribute("aria-label")}: ${more} px`);
}
return found;
"""

needs_chromium = pytest.mark.skipif(
    DRIVER is None, reason="apt-get install chromium chromium-driver, as ./dev check does"
)


@contextmanager
def chromium(language: str = "en") -> Iterator[webdriver.Chrome]:
    """Yield a browser that reads `language`; its profile goes with it."""
    options = webdriver.ChromeOptions()
    for argument in (
        "--headless=new",
        "--no-sandbox",  # tests run as root
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--force-prefers-reduced-motion",
        f"--lang={language}",
    ):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        driver.set_window_size(1280, 900)
        yield driver
    finally:
        driver.quit()


def wear(
    driver: webdriver.Chrome, *, dark: bool = False, phone: bool = False, width: int = 0
) -> None:
    """Show pages dark or light, on a desk or on a phone, or on a screen so many pixels wide."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    if phone or width:
        shape = (width, 900, width < NARROW) if width else (390, 844, True)
        size = dict(zip(("width", "height", "mobile"), shape, strict=True), deviceScaleFactor=1)
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    else:
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@cache
def _axe() -> str:
    return gzip.decompress(AXE.read_bytes()).decode()


def accessibility_findings(driver: webdriver.Chrome, *rules: str) -> list[str]:
    """Return what axe-core calls serious or worse, with the element; rules: only these."""
    driver.execute_cdp_cmd("Runtime.evaluate", {"expression": _axe()})
    only = json.dumps({"runOnly": list(rules)} if rules else {})
    done = driver.execute_cdp_cmd(
        "Runtime.evaluate",
        {
            "expression": f"axe.run({only}).then(found => JSON.stringify(found.violations))",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    found: list[dict[str, Any]] = json.loads(done["result"]["value"])
    return [
        f"{item['id']}: {item['help']}: {node['html'][:160]}"
        for item in found
        if item["impact"] in GRAVE
        for node in item["nodes"]
    ]


def complaints(driver: webdriver.Chrome) -> list[str]:
    """Return what the browser itself complained of: a refused script, a missing file."""
    log: list[dict[str, Any]] = driver.get_log("browser")  # type: ignore[no-untyped-call]
    return [line["message"] for line in log if line["level"] == "SEVERE"]


def sideways(driver: webdriver.Chrome) -> list[str]:
    """Return what of a page is wider than its place, so that it has to be scrolled sideways."""
    return list(driver.execute_script(SIDEWAYS))
