"""shipway.yaml is read strictly, and every refusal names its place and a way on."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import Problem
from shipway.model.workload import Role
from shipway.spec import load_spec, read_spec
from tests.spec.projects import board, write

REFUSALS = {
    "projct: shop": """\
shipway.yaml:1:1: unknown key 'projct'.
Hint: did you mean 'project'?
Hint: keys that are known here: project, compose, engine, profiles, env_files, variables, \
contract, files, environments, routes, ingress, services, migrate, smoke, journeys, waivers, \
gates, ci, rollout, previews, backup, language, indicators, alerts, notify, heartbeat, document, registry, sentry""",
    "project: shop\nroutes:\n  - path: /\n    servce: api": """\
shipway.yaml:4:5: unknown key 'servce' in routes[0].
Hint: did you mean 'service'?
Hint: keys that are known here: path, host, service, port, strip, timeout, websocket_timeout, rate, burst, max_body, allow, login, cache""",
    "services:\n  api: {role: wrker}": """\
shipway.yaml:2:15: services.api.role must be web, worker, singleton, job or stateful, not 'wrker'.
Hint: did you mean 'worker'?""",
    "rollout: {drain: 30}": """\
shipway.yaml:1:18: rollout.drain must be a duration such as 30s or 1h30m, not '30'.
Hint: write 30s for seconds""",
    "environments: {qa: {path: /qa}}": """\
shipway.yaml:1:16: environment 'qa' lacks a port; only staging and production have one by default.
Hint: write qa: {port: 4600}""",
    "environments:\n  staging: 80\n  production: 80": """\
shipway.yaml:3:15: staging and production both take / on port 80: \
neither port, host nor path tells them apart.
Hint: write production: {port: 180}
Hint: write production: {host: production.example.com}
Hint: write production: {path: /production}""",
    "environments:\n  staging: {port: 80, address: 127.0.0.1}\n  production: 80": """\
shipway.yaml:3:15: staging and production take port 80 on 127.0.0.1 and on 0.0.0.0, \
of which one holds the other.
Hint: give them the same address, or different ports""",
    "variables: {TOKEN: }": """\
shipway.yaml:1:19: variables.TOKEN must be text, a number, true or false.
Hint: write "" for an empty value""",
    "variables: {TOKEN: [s3cret]}": """\
shipway.yaml:1:13: variables.TOKEN must be text, a number, true or false.""",
    "routes:\n  /a: x\n  /a/: y": """\
shipway.yaml:3:3: two routes take /a; the other is in line 2.""",
    "project: a\nproject: b": """\
shipway.yaml:2:1: 'project' stands here a second time; the first is in line 1.""",
    "project: [a": """\
shipway.yaml:1:12: this is not valid YAML: expected ',' or ']', but got '<stream end>'.""",
    "files: [{source: a, target: /a, owner: app}]": """\
shipway.yaml:1:40: files[0].owner must be numbers such as "1000:1000" \
(names are known only inside the image), not 'app'.""",
}


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_names_the_place_and_a_way_on(text: str) -> None:
    with pytest.raises(Problem) as caught:
        read_spec(text)
    assert str(caught.value) == REFUSALS[text]


def test_no_file_shows_the_lines_to_write(tmp_path: Path) -> None:
    directory = write(tmp_path / "My Shop", {"compose.yaml": ""})
    with pytest.raises(Problem) as caught:
        load_spec(directory)
    assert caught.value.kind == "no-spec"
    assert (
        str(caught.value)
        == """\
there is no shipway.yaml in My Shop. A few lines are enough:
  | project: my-shop
  | routes:
  |   /api: api
  |   /: web
Hint: shipway init
Hint: write them to shipway.yaml, then: git add shipway.yaml && git commit"""
    )


def test_no_file_proposes_routes_to_the_projects_own_services(tmp_path: Path) -> None:
    directory = board(tmp_path / "cards")
    (directory / "shipway.yaml").unlink()
    with pytest.raises(Problem) as caught:
        load_spec(directory)
    assert caught.value.details == ("project: cards", "routes:", "  /api: api", "  /: web")


def test_a_file_that_is_not_committed_is_told(tmp_path: Path) -> None:
    local = board(tmp_path / "cards")
    checkout = write(tmp_path / "0a1b2c", {"compose.yaml": ""})
    with pytest.raises(Problem) as caught:
        load_spec(checkout, named=local)
    assert (
        str(caught.value)
        == """\
the commit has no shipway.yaml; the one in cards is not committed.
Hint: git add shipway.yaml && git commit -m 'Deploy with Shipway'"""
    )


def test_the_short_name_of_the_file_is_found_too(tmp_path: Path) -> None:
    assert load_spec(write(tmp_path, {"shipway.yml": "project: shop"})).project == "shop"


@pytest.mark.parametrize(
    ("name", "project"),
    [("shop", "shop"), ("My Shop!", "my-shop"), ("가게", "app"), ("a" * 80, "a" * 48)],
)
def test_the_project_is_named_after_the_directory(tmp_path: Path, name: str, project: str) -> None:
    assert load_spec(write(tmp_path / name, {"shipway.yaml": ""})).project == project


def test_a_checkout_takes_its_name_from_the_working_directory(tmp_path: Path) -> None:
    checkout = write(tmp_path / "0a1b2c", {"shipway.yaml": ""})
    assert load_spec(checkout, named=tmp_path / "shop").project == "shop"


def test_staging_and_production_are_there_by_default() -> None:
    """R020."""
    spec = read_spec("")
    assert {name: item.port for name, item in spec.environments.items()} == {
        "staging": 4400,
        "production": 4500,
    }


def test_an_unknown_environment_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Problem) as caught:
        read_spec("").environment("prodution")
    assert (
        str(caught.value)
        == """\
there is no environment 'prodution'; shipway.yaml declares staging, production.
Hint: did you mean 'production'?
Hint: declare it below `environments:` in shipway.yaml"""
    )


@pytest.mark.parametrize(
    "environments",
    [
        "{staging: {port: 80, host: s.example.com}, production: 80}",
        "{staging: {port: 80, path: /staging}, production: 80}",
        "{staging: {port: 80, host: a.b}, production: {port: 80, hosts: [c.d, e.f]}}",
        "{staging: {port: 80, address: 10.0.0.1}, production: {port: 80, address: 10.0.0.2}}",
    ],
)
def test_environments_share_a_port_where_something_tells_them_apart(environments: str) -> None:
    assert len(read_spec(f"environments: {environments}").environments) == 2


def test_routes_that_all_environments_share_by_host_collide_on_one_port() -> None:
    text = """
environments: {staging: {port: 80, host: s.example.com}, production: {port: 80, host: example.com}}
routes: [{service: web}, {service: api, host: api.example.com}]
"""
    with pytest.raises(Problem, match=r"both take api\.example\.com/ on port 80"):
        read_spec(text)


def test_values_keep_their_digits_and_words() -> None:
    spec = read_spec("variables: {A: 1.10, B: 007, C: yes, D: true, E: 22:22, F: ''}")
    assert {key: item.value for key, item in spec.variables.items()} == {
        "A": "1.10",
        "B": "007",
        "C": "yes",
        "D": "true",
        "E": "22:22",
        "F": "",
    }


def test_modes_are_octal_with_and_without_quotes() -> None:
    text = "files: [{source: a, target: /a, mode: 0640}, {source: a, target: /b, mode: '600'}]"
    assert [item.mode for item in read_spec(text).files] == [0o640, 0o600]


def test_long_and_short_routes_say_the_same() -> None:
    short = read_spec("routes: {/api/: api, X.example.com/ws: {service: api, strip: true}}").routes
    long = read_spec(
        "routes: [{path: /api, service: api},"
        " {path: /ws, host: x.example.com, service: api, strip: true}]"
    ).routes
    assert short is not None
    assert long is not None
    assert [(r.path, r.host, r.service.value, r.strip) for r in short] == [
        (r.path, r.host, r.service.value, r.strip) for r in long
    ]


def test_anchors_and_merge_keys_work() -> None:
    text = """
x-web: &web {role: web, port: 3000}
services:
  a: {<<: *web, port: 3001}
  b: *web
"""
    services = read_spec(text).services
    assert (services["a"].role, services["a"].port) == (Role.WEB, 3001)
    assert services["b"].port == 3000


def test_aliases_that_grow_without_end_are_refused() -> None:
    bomb = "x-a0: &a0 [x]\n" + "".join(
        f"x-a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)
    )
    for text in (bomb, "x-a: &a [*a]", "[" * 600):
        with pytest.raises(Problem) as caught:
            read_spec(text)
        assert caught.value.kind == "invalid-yaml"


def test_values_of_variables_are_not_shown() -> None:
    spec = read_spec(
        "variables: {TOKEN: s3cret}\nenvironments: {staging: {variables: {A: s3cret}}}"
    )
    assert "s3cret" not in repr(spec)
