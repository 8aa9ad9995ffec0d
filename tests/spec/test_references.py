"""Names in shipway.yaml are those of the Compose files; what cannot be is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spec.projects import load_text, refused

COMPOSE = """\
services:
  api: {build: ., ports: ["80"]}
  worker: {build: .}
  db: {image: postgres}
  report: {build: ., profiles: [reports]}
"""

UNKNOWN = {
    "routes: {/: ap}": "shipway.yaml:1:13: there is no service 'ap'.",
    "migrate: {service: apy}": "shipway.yaml:1:20: there is no service 'apy'.",
    "services:\n  aip: {port: 1}": "shipway.yaml:2:3: there is no service 'aip'.",
    "files:\n- {source: Dockerfile, target: /a, services: [pai]}": (
        "shipway.yaml:2:47: there is no service 'pai'."
    ),
    "environments: {staging: {replicas: {apii: 2}}}": (
        "shipway.yaml:1:37: there is no service 'apii'."
    ),
}


@pytest.mark.parametrize("spec", UNKNOWN)
def test_an_unknown_service_is_refused_with_the_nearest(tmp_path: Path, spec: str) -> None:
    problem = refused(tmp_path, spec, COMPOSE)
    assert str(problem).splitlines() == [
        UNKNOWN[spec],
        "Hint: did you mean 'api'?",
        "Hint: services of the Compose files: api, db, worker",
    ]


def test_a_service_that_is_off_may_be_described_but_not_routed(tmp_path: Path) -> None:
    app = load_text(tmp_path, "services: {report: {port: 1}}", COMPOSE)
    assert "report" not in {service.name for service in app.services}
    assert (
        str(refused(tmp_path, "routes: {/: api, /r: report}", COMPOSE))
        == """\
shipway.yaml:1:22: report is off in staging: none of its Compose profiles is on.
Hint: write profiles: [...] below environments.staging"""
    )


OTHERS = {
    "routes: {/: api, /w: worker}\nservices: {worker: {role: worker}}": """\
shipway.yaml:1:22: a route leads to worker, whose role is worker: only web services take requests.
Hint: write services: {worker: {role: web}} where two of it may run at once
Hint: or remove the route""",
    "routes: [{service: api, port: 1}, {service: api, path: /x, port: 2}]": """\
shipway.yaml:1:35: api would take requests on port 2 and on 1; a service has one.
Hint: make the second port a Compose service of its own""",
    "routes: [{service: api, port: 1}]\nservices: {api: {port: 2}}": """\
shipway.yaml:1:10: api would take requests on port 1 and on 2; a service has one.
Hint: make the second port a Compose service of its own""",
    "environments: {staging: {replicas: {api: 0}}}": """\
shipway.yaml:1:37: api cannot have 0 replicas: a route leads to it.
Hint: write replicas: 1
Hint: or remove its route""",
    "compose: other.yaml": """\
shipway.yaml:1:1: there is no Compose file other.yaml in the commit.
Hint: git add other.yaml, then commit
Hint: correct compose: in shipway.yaml""",
}


@pytest.mark.parametrize("spec", OTHERS)
def test_what_cannot_be_is_refused(tmp_path: Path, spec: str) -> None:
    assert str(refused(tmp_path, spec, COMPOSE)) == OTHERS[spec]


def test_replicas_of_a_stateful_service_are_refused_where_compose_has_them(
    tmp_path: Path,
) -> None:
    problem = refused(
        tmp_path, "", COMPOSE.replace("{image: postgres}", "{image: postgres, scale: 2}")
    )
    assert str(problem).startswith("compose.yaml:4:3: db cannot have 2 replicas")


def test_further_compose_files_of_an_environment_are_merged_over(tmp_path: Path) -> None:
    (tmp_path / "compose.prod.yaml").write_text("services: {worker: {scale: 3}}\n")
    (tmp_path / "compose.override.yaml").write_text("services: {worker: {command: override}}\n")
    spec = "environments: {production: {compose: [compose.prod.yaml]}}\n"
    app = load_text(tmp_path, spec, COMPOSE, environment="production")
    assert app.service("worker").replicas == 3
    assert app.service("worker").definition["command"] == ["override"]
