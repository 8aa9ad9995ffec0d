"""examples/workhub, the third document's system, from git to production and back."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from shipway.compose import load
from tests.systems import course, workhub
from tests.systems.account import Account
from tests.systems.site import Site

SYSTEM = workhub.SYSTEM
pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]
DIRECTORIES = ("WBHubManager", "WBSalesHub", "WBFinHub", "WBOnboardingHub", "HWTestAgent")
KEYS = "/app/server/keys"
ENVIRONMENTS = ("development", "staging", "production")


def test_five_hubs_in_one_tree_know_who_logged_in_at_the_manager(
    site: Site, account: Account
) -> None:
    """R024, R036: each its directory, Dockerfile, example and build; one project, one login."""
    for name in DIRECTORIES:
        for file in ("Dockerfile", ".env.example", "package.json"):
            assert (site.repository.directory / name / file).is_file(), (name, file)
    assert account.journeys == ("journey.one-login-for-all-hubs",)
    told = site.shipway("journey", "run", "one-login-for-all-hubs", "production")
    assert told["result"]["verdict"] == "passed"


def test_keys_are_files_that_only_the_hubs_that_need_them_can_read(site: Site) -> None:
    """R053, R063: 0600 for the manager alone, 0644 for every hub, one way for all of them."""
    manager = site.inside("wbhubmanager", "production", "ls", "-l", KEYS)
    assert "-rw-------" in _line(manager, "jwt_private.pem")
    assert "-rw-r--r--" in _line(manager, "jwt_public.pem")
    for service in workhub.HUBS[1:]:
        assert site.inside(service, "production", "ls", KEYS).split() == ["jwt_public.pem"]
    given = site.inside("wbsaleshub", "production", "env")
    assert "PRIVATE" not in given
    assert "BEGIN" not in given
    assert site.secret("JWT_PUBLIC_KEY", "staging") != site.secret("JWT_PUBLIC_KEY", "production")


def test_later_layers_win_and_each_value_says_where_it_comes_from(site: Site) -> None:
    """R050, R051, R052, R101: three environments, a common layer, and one over it for each."""
    for environment in ENVIRONMENTS:
        told = site.shipway("env", "list", environment)
        found = {item["key"]: item for item in told["variables"]}
        assert "config/.env.common" in found["SESSION_HOURS"]["origin"]
        assert f"config/.env.{environment}" in found["COOKIE_DOMAIN"]["origin"]
        assert found["APP_ENV"]["value"] == environment
        assert "derived" in found["DATABASE_URL"]["origin"]
        assert found["DATABASE_URL"]["value"] is None
    inside = site.inside("wbfinhub", "production", "printenv", "APP_ENV", "DOCKER_PORT")
    assert inside.split() == ["production", "4500"]
    inside = site.inside("wbfinhub", "staging", "printenv", "APP_ENV", "DOCKER_PORT")
    assert inside.split() == ["staging", "4400"]


def test_what_was_to_be_cured_is_cured(site: Site) -> None:
    """R203, R218: built here from git, the same images in both, staging there, no CI asked."""
    built = site.shipway("releases")["releases"][0]
    assert len(built["commit"]["hash"]) == 40
    told = site.shipway("diff", "staging", "production")
    assert told["old"]["release"] == told["new"]["release"] == built["release"]
    assert not (site.repository.directory / ".github").exists()
    for environment in ("staging", "production"):
        status, health = site.get(environment, "/health")
        assert (status, health["environment"]) == (200, environment)


def test_on_a_laptop_only_the_database_is_in_docker(site: Site) -> None:
    """R093: the local Compose file holds no hub, and each hub has a command of its own."""
    directory = site.repository.directory
    local = load(directory, files=[directory / "compose.local.yaml"], environment={})
    assert set(local.model["services"]) == {"postgres"}
    ports = local.model["services"]["postgres"]["ports"]
    assert {item["host_ip"] for item in ports} == {"127.0.0.1"}
    for name in DIRECTORIES:
        package = json.loads((directory / name / "package.json").read_text())
        assert "server.js" in package["scripts"]["dev"]


def test_workhub_goes_forward_under_load_and_back_within_the_documents_figures(
    site: Site, account: Account, record_property: Callable[[str, object], None]
) -> None:
    """R190 R191 R192 R193.  R194: from the commit to staging within ten minutes."""
    course.forward_and_back(site, account)
    course.take_down(site)
    record_property("figure", account.line)
    assert account.broken() == []


def _line(listing: str, name: str) -> str:
    return next(line for line in listing.splitlines() if line.endswith(name))
