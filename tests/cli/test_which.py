"""Names of environments: written as ENV or -e, and refused with those that there are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Type
from tests.cli.fake import FakeDaemon
from tests.cli.views import environment, status

ENVIRONMENTS = "/projects/shop/environments"

MISTYPED = [
    *(("attest", "some.check", "stagin", "--reason", "seen", "--until", "2030-01-01"),),
    *(("backup", what, "stagin") for what in ("status", "list", "points", "drill", "create")),
    *(("backup", what, "stagin") for what in ("verify", "generations")),
    *(("backup", what, "stagin", "-y") for what in ("adopt", "discard", "recover")),
    ("backup", "dump", "stagin", "--to", "/x"),
    ("backup", "restore", "stagin", "--latest", "-y"),
    ("check", "stagin"),
    *(("destroy", "stagin", *more) for more in ([], ["--data", "-y"])),
    ("diff", "stagin"),
    ("diff", "staging", "stagin"),
    *(("env", what, "stagin") for what in ("list", "check", "diff")),
    ("env", "diff", "production", "stagin"),
    *(("env", *what, "-e", "stagin") for what in (["set", "A=1"], ["unset", "A"])),
    ("env", "explain", "A", "-e", "stagin"),
    *((what, "api", "-e", "stagin", "--", "ls") for what in ("exec", "run")),
    *(("generate", what, "stagin") for what in ("prometheus", "alertmanager", "grafana")),
    ("incidents", "silence", "--env", "stagin"),
    ("indicators", "stagin"),
    ("journey", "run", "buy", "stagin"),
    ("logs", "api", "stagin"),
    *(("maintenance", what, "stagin", "-y") for what in ("on", "off", "show")),
    ("notify", "test", "stagin"),
    ("open", "api", "stagin"),
    ("promote", "--from", "stagin", "-y"),
    ("promote", "--to", "stagin", "-y"),
    ("rollback", "stagin", "-y"),
    ("rollback", "stagin", "--rehearse", "-y"),
    *(("secret", what, "-e", "stagin") for what in ("list", "versions")),
    *(("secret", what, "A", "-e", "stagin") for what in ("set", "get", "unset", "generate")),
    ("secret", "restore", "1", "-e", "stagin"),
    *((what, "stagin") for what in ("sleep", "wake")),
    ("token", "create", "ci", "--environment", "stagin"),
]


@pytest.fixture
def shop(daemon: FakeDaemon, project: Path) -> FakeDaemon:
    """Return a daemon that has `shop` in production; staging is only declared."""
    daemon.get("/projects", {"projects": [{"name": "shop", "directory": str(project)}]})
    daemon.get("/status", status(environment()))
    (project / "compose.yaml").write_text("services: {api: {image: api}}\n")
    return daemon


@pytest.mark.parametrize("words", MISTYPED, ids=" ".join)
def test_a_mistyped_environment_is_refused_with_the_names_that_there_are(
    words: tuple[str, ...], shop: FakeDaemon, typed: Type
) -> None:
    result = typed(*words)
    assert result.code == 2, result.out + result.err
    assert "'stagin'" in result.err
    assert "production" in result.err
    assert "staging" in result.err.partition("Hint")[2]
    assert [item.path for item in shop.asked if item.method == "POST"] == []


def test_the_hint_is_what_was_typed_with_the_right_name(shop: FakeDaemon, typed: Type) -> None:
    assert shop
    assert typed("maintenance", "show", "produktion").err == (
        "Error  shop has no environment 'produktion'; it has: production, staging.\n"
        "Hint   shipway maintenance show production\n"
        "Hint   declare it below `environments:` in shipway.yaml, where it is a new one\n"
    )
    result = typed("token", "create", "ci", "--environment=stagging", "--json")
    problem = json.loads(result.out)["problem"]
    assert problem["hints"][0] == "shipway token create ci --environment=staging --json"


def test_an_environment_that_is_only_declared_is_left_to_the_daemon(
    shop: FakeDaemon, typed: Type
) -> None:
    shop.post("/tokens", {"name": "ci"})
    shop.get(f"{ENVIRONMENTS}/staging/maintenance", {"on": False})
    assert typed("maintenance", "show", "staging").out == "shop/staging is open.\n"
    assert typed("token", "create", "ci", "-e", "staging", "--json").code == 0
    (asked,) = shop.bodies("/tokens")
    assert asked["environment"] == "staging"


def test_an_environment_that_is_not_declared_but_here_is_one(shop: FakeDaemon, typed: Type) -> None:
    """A preview, or what an older shipway.yaml declared."""
    shop.get("/status", status(environment("preview-blue")))
    shop.get(f"{ENVIRONMENTS}/preview-blue/maintenance", {"on": False})
    assert typed("maintenance", "show", "preview-blue").code == 0


def test_what_an_environment_of_the_past_did_is_still_told(shop: FakeDaemon, typed: Type) -> None:
    entry = {"at": 1.0, "who": "kim", "action": "destroy", "project": "shop",
             "environment": "trial", "details": {}}  # fmt: skip
    shop.get("/audit", {"entries": [entry]})
    assert "destroy" in typed("audit", "trial").out
    shop.get("/audit", {"entries": []})
    assert typed("audit", "production").out == "Nothing was done yet.\n"
    assert typed("audit", "trail").code == 2


@pytest.mark.parametrize("form", [["staging"], ["-e", "staging"], ["--env=staging"]])
@pytest.mark.parametrize("words", [["env", "list"], ["maintenance", "show"], ["backup", "list"]])
def test_an_environment_is_an_argument_or_an_option(
    words: list[str], form: list[str], shop: FakeDaemon, typed: Type
) -> None:
    shop.post(f"{ENVIRONMENTS}/staging/variables", {"variables": []})
    shop.get(f"{ENVIRONMENTS}/staging/maintenance", {"on": False})
    shop.get(f"{ENVIRONMENTS}/staging/backups/list", {"backups": [], "runs": [], "points": 0})
    result = typed(*words, *form)
    assert (result.code, "staging" in result.out) == (0, True), result.err


def test_two_environments_for_one_are_wrong_usage(shop: FakeDaemon, typed: Type) -> None:
    result = typed("logs", "api", "staging", "-e", "production")
    assert result.code == 2
    assert "two environments are named: staging and production" in result.err
    assert shop.asked == []
    result = typed("sleep")
    assert result.code == 2
    assert "Missing argument 'ENV'" in result.err
