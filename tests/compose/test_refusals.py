"""A refused file gets a place, a cause and what to do; the last two are ours, the refusal Docker's."""

from __future__ import annotations

import pytest

from tests.compose.conftest import Refuse

WEB = "services:\n  web:\n    image: x\n"

REFUSED = [
    ("services:\n  web:\n    imagee: x\n", "compose.yml:3:5", "imagee", "did you mean `image`?"),
    (WEB + "    Ports: ['80:80']\n", "compose.yml:4:5", "Ports", "did you mean `ports`?"),
    (WEB + "    image: y\n", "compose.yml:4:5", "there already, on line 3", "keep one"),
    (WEB + "    ports:\n      - '80:x'\n", "compose.yml:5:9", "not a port", "HOST:CONTAINER"),
    (WEB + "    ports:\n      - 80.5\n", "compose.yml:5:9", "a port", ""),
    (
        WEB + "    volumes: ['data:/b:ro:zz:yy']\n",
        "compose.yml:4:15",
        "too many colons",
        "long form",
    ),
    (WEB + "    volumes: ['data:/d']\n", "compose.yml:4:15", "`data` is not defined", "`volumes:`"),
    (WEB + "    networks: [n]\n", "compose.yml:4:16", "`n` is not defined", "`networks:`"),
    (WEB + "    secrets: [s]\n", "compose.yml:4:15", "`s` is not defined", "`secrets:`"),
    (WEB + "    depends_on: [weeb]\n", "compose.yml:4:18", "no service `weeb`", "mean `web`?"),
    (WEB + "    environment: {A: [1]}\n", "compose.yml:4:19", "must be", ""),
    (WEB + "    user: 1000\n", "compose.yml:4:5", "must be a string, not integer", ""),
    (WEB + "    mem_limit: lots\n", "compose.yml:4:5", "not a size", ""),
    (WEB + "    stop_grace_period: 10\n", "compose.yml:4:5", "must be a string", ""),
    (WEB + "    stop_grace_period: '10'\n", "compose.yml:4:5", "not a duration", ""),
    (WEB + "    command: echo 'a\n", "compose.yml:4:5", "quote", ""),
    (WEB + "    healthcheck: {test: [curl]}\n", "compose.yml:4:19", "CMD", "CMD"),
    (WEB + "    init: maybe\n", "compose.yml:4:5", "not true or false", ""),
    (WEB + "    container_name: c\n    scale: 2\n", "compose.yml:4:5", "one name", "remove"),
    (WEB + "    network_mode: host\n    networks: [default]\n", "compose.yml:4:5", "exclude", ""),
    ("services:\n  web: {}\n", "compose.yml:2:3", "neither an image nor a build", "add `image:`"),
    ("services:\n  web:\n", "compose.yml:2:3", "must be a mapping", ""),
    ("services:\n  1: {image: x}\n", "compose.yml:2:3", "not a string", '"1"'),
    ("services:\n  'a b': {image: x}\n", "compose.yml:2:3", "cannot be a name", "letters"),
    ("servces:\n  web: {image: x}\n", "compose.yml:1:1", "servces", "did you mean `services`?"),
    ("- a\n", "compose.yml:1:1", "must be a mapping", "services:"),
    ("", "compose.yml:1:1", "empty", ""),
    ("services:\n  web: {image: 'x}\n", "compose.yml:", "not valid YAML", "quote"),
    ("services:\n\tweb: {image: x}\n", "compose.yml:2:1", "not valid YAML", "tab"),
    (WEB + "    x: *nope\n", "compose.yml:4:8", "unknown anchor", ""),
    (
        WEB + "volumes: {v: {external: true, driver: d}}\n",
        "compose.yml:4:31",
        "contradict",
        "remove",
    ),
    (WEB + "secrets: {s: {}}\n", "compose.yml:4:11", "one of", ""),
    (WEB + "name: ${N}\n", "", "no name", "-p"),
    (WEB + "version: 3\n", "compose.yml:4:1", "must be a string", ""),
    (
        "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: y, depends_on: [a]}\n",
        "compose.yml:",
        "circle: ",
        "",
    ),
    (
        "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: y, profiles: [p]}\n",
        "compose.yml:2:30",
        "only there with a profile",
        "--profile p",
    ),
]


@pytest.mark.parametrize(("text", "place", "cause", "hint"), REFUSED)
def test_a_refusal_names_place_cause_and_what_to_do(
    text: str, place: str, cause: str, hint: str, refused: Refuse
) -> None:
    problem = refused(text)
    assert str(problem.source or "").startswith(place)
    assert cause in problem.message
    assert hint in " ".join(problem.hints)


def test_a_wrong_project_name_suggests_a_right_one(refused: Refuse) -> None:
    problem = refused(WEB, project_name="My Shop")
    assert problem.kind == "compose-project-name"
    assert problem.hints == ("use `myshop`",)
