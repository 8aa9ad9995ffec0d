"""./dev docs pictures: the dashboard as it looks, for docs/images, and for whoever mends it.

    ./dev docs pictures                 docs/images anew
    ./dev docs pictures --all DIR       every page: wide and on a phone, light and dark,
                                        English and Korean
    ./dev docs pictures --home HOME …   the same over a home that stays: the second time
                                        nothing is deployed

The application is examples/board on the process engine: released, promoted, rehearsed, and
failed once, so that no page is empty.
"""

from __future__ import annotations

import argparse
import base64
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from selenium import webdriver  # noqa: E402 - below the path of the checkout

from shipway.demo.versions import commit_version, prepare_repository  # noqa: E402
from shipway.errors import Problem  # noqa: E402
from tests.support.browsing import PASSWORD  # noqa: E402
from tests.support.running import Shipway, eventually, free_ports  # noqa: E402
from tests.web.chromium import chromium, wear  # noqa: E402

IMAGES = ROOT / "docs" / "images"
QUALITY = 82
HEIGHT_MAX, WIDE = 2600, 600
P = "/projects/board"
DATABASE = {"service": "postgres"}
PAGES = {
    "login": "/login",
    "overview": "/",
    "releases": f"{P}/releases",
    "release": f"{P}/releases/r2",
    "rollouts": f"{P}/rollouts",
    "rollout": "/rollouts/3",
    "rollout-failed": "/rollouts/4",
    "checks": f"{P}/checks?environment=staging",
    "environment": f"{P}/environments/staging",
    "promotion": f"{P}/environments/production/plan/promote",
    "refused": f"{P}/environments/production/plan/rollback?to=r9",
    "data": f"{P}/data?environment=production",
    "indicators": f"{P}/indicators?environment=staging&span=hour",
    "machine": f"{P}/indicators?environment=machine&span=hour",
    "incidents": f"{P}/incidents",
    "incident": "/incidents/1",
    "logs": f"{P}/logs?environment=staging",
    "audit": "/audit",
    "people": "/people",
    "account": "/account",
}
GUISES = {
    "light": {},
    "dark": {"dark": True},
    "phone": {"phone": True},
    "phone-dark": {"phone": True, "dark": True},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One of docs/images."""

    name: str
    page: str
    guise: str
    language: str = "en"


DOCUMENTED = (
    Picture(name="dashboard-light", page="overview", guise="light"),
    Picture(name="dashboard-dark", page="overview", guise="dark", language="ko"),
    Picture(name="dashboard-phone", page="overview", guise="phone", language="ko"),
    Picture(name="dashboard-promotion", page="promotion", guise="light"),
    Picture(name="dashboard-rollout", page="rollout-failed", guise="light", language="ko"),
    Picture(name="dashboard-indicators", page="indicators", guise="dark"),
)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="./dev docs pictures")
    parser.add_argument("--all", type=Path, metavar="DIR", help="every page, to look at")
    parser.add_argument("--only", nargs="*", default=[], metavar="PAGE", help="of --all")
    parser.add_argument("--guise", nargs="*", default=[*GUISES], choices=GUISES)
    parser.add_argument("--language", nargs="*", default=["en", "ko"], choices=("en", "ko"))
    parser.add_argument("--home", type=Path, help="a home that stays")
    given = parser.parse_args()
    with dashboard(given.home) as (shipway, base), chromium() as driver:
        enter(driver, shipway, base)
        if given.all:
            given.all.mkdir(parents=True, exist_ok=True)
            wanted = [
                Picture(
                    name=f"{page}-{guise}-{language}", page=page, guise=guise, language=language
                )
                for language in given.language
                for guise in given.guise
                for page in given.only or PAGES
            ]
            take(driver, base, wanted, given.all, kind="png")
        else:
            take(driver, base, DOCUMENTED, IMAGES, kind="webp")


@contextmanager
def dashboard(home: Path | None) -> Iterator[tuple[Shipway, str]]:
    """Yield a daemon over the board, and the address of its dashboard."""
    if home is not None:
        with running(home) as found:
            yield found
        return
    with tempfile.TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        with running(Path(name)) as (shipway, base):
            try:
                yield shipway, base
            finally:
                shipway.close(data=True)


@contextmanager
def running(folder: Path) -> Iterator[tuple[Shipway, str]]:
    """Yield a daemon of a folder's home; its story is told the first time."""
    folder.mkdir(mode=0o711, exist_ok=True)
    shipway = Shipway(folder / "home")
    shipway.start()
    try:
        if not (folder / "board").exists():
            tell_the_story(shipway, folder / "board")
        rehearse(shipway)
        (door,) = free_ports(1)
        yield shipway, shipway.client.post("/dashboard", {"address": f"127.0.0.1:{door}"})["url"]
    finally:
        shipway.stop()


def tell_the_story(shipway: Shipway, board: Path) -> None:
    """Release, promote, release again, fail, go on, rehearse a restore; some requests."""
    staging, production = free_ports(2)
    prepare_repository(board)
    settings = (board / "shipway.yaml").read_text(encoding="utf-8")
    own = settings.replace("4400", str(staging)).replace("4500", str(production))

    def roll(kind: str, environment: str, version: str = "") -> None:
        if version:
            commit_version(board, version)  # type: ignore[arg-type]
            (board / "shipway.yaml").write_text(own, encoding="utf-8")
            save(board, version)
        try:
            shipway.rolled(kind, board, environment)
        except (Problem, AssertionError) as error:
            print(f"{kind} {environment}: {str(error)[-200:]}")
        else:
            print(f"{kind} {environment}: done")

    roll("deploy", "staging", "v1")
    roll("promote", "production")
    roll("deploy", "staging", "v2")
    roll("deploy", "staging", "v3")
    roll("deploy", "staging", "v2")
    for port in (staging, production):
        for number in range(120):
            visit(f"http://127.0.0.1:{port}{('/', '/api/cards', '/api/health')[number % 3]}")


def rehearse(shipway: Shipway) -> None:
    """Back up and rehearse a restore, where nobody did yet."""
    environment = f"{P}/environments/production"
    if shipway.client.get(f"{environment}/databases/drills")["drills"]:
        return

    def done(what: str, body: dict[str, str]) -> bool:
        try:
            for line in shipway.client.stream("POST", f"{environment}/{what}", body):
                print(f"{what}: {str(line)[:120]}")
        except Problem as problem:  # the daemon makes its own first backup by itself
            print(problem.message)
            return False
        return True

    eventually("a backup is made", lambda: done("backups", {}), 120)
    eventually("a restore is rehearsed", lambda: done("databases/drill", DATABASE), 120)


def save(board: Path, version: str) -> None:
    """Commit the board with its own ports, as one commit of that version."""
    from shipway.demo import versions

    versions._git(board, "add", "--all")  # noqa: SLF001 - the demo's own git, with nobody's settings
    identity = versions._IDENTITY  # noqa: SLF001
    versions._git(  # noqa: SLF001
        board,
        *identity,
        "commit",
        "--amend",
        "--quiet",
        "--no-verify",
        "-m",
        versions.SUBJECTS[version],  # type: ignore[index]
    )


def visit(url: str) -> None:
    """Ask once; what it answers plays no part."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback
            answer.read()
    except OSError:
        return


def enter(driver: webdriver.Chrome, shipway: Shipway, base: str) -> None:
    """Come in as a person of one's own, by a link."""
    name = f"mina{len(shipway.client.get('/users')['users']) or ''}"
    link = shipway.client.post("/users/invite", {"role": "admin", "name": name})["url"]
    driver.get(link)
    for field in ("password", "again"):
        driver.find_element("name", field).send_keys(PASSWORD)
    driver.find_element("css selector", "button.main").click()
    driver.get(base)


def take(
    driver: webdriver.Chrome, base: str, wanted: Sequence[Picture], folder: Path, *, kind: str
) -> None:
    """Take pictures, with as few changes of language as can be."""
    language = ""
    for picture in sorted(wanted, key=lambda item: item.language):
        if picture.language != language:
            language = picture.language
            speak(driver, base, language)
        wear(driver, **GUISES[picture.guise])
        driver.get(base + PAGES[picture.page])
        target = folder / f"{picture.name}.{kind}"
        target.write_bytes(captured(driver, kind, whole=kind == "png"))
        print(target)


def speak(driver: webdriver.Chrome, base: str, language: str) -> None:
    """Choose a language as a person does."""
    wear(driver)
    driver.get(f"{base}/account")
    driver.find_element("css selector", f"option[value={language}]").click()
    driver.find_element("css selector", "form[action='/account/language'] button").click()


def captured(driver: webdriver.Chrome, kind: str, *, whole: bool) -> bytes:
    """Return the picture; whole: the page to its end, not only what a screen shows."""
    if whole:
        size = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        width, height = int(size["width"]), min(int(size["height"]), HEIGHT_MAX)
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < WIDE}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    options = {"format": kind, **({"quality": QUALITY} if kind == "webp" else {})}
    return base64.b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"])


if __name__ == "__main__":
    main()
