"""Live checks that look inside an instance, and into what browsers are sent.

R039, R060, R128, R153, R210, R211.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from shipway.checks.live.library.processes import Process, counted, declared, may_tell, read
from shipway.model.evidence import Result
from shipway.spec import read_spec
from tests.checks.live.stage import (
    Cast,
    Reply,
    answering,
    outcome,
    page,
    playing,
    result,
    scene,
    service,
)
from tests.support.running import eventually, free_ports

PROGRAM = """\
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
"""


@contextmanager
def uvicorn(folder: Path, *words: str) -> Iterator[None]:
    """Run a real uvicorn from a directory of its own."""
    (folder / "program.py").write_text(PROGRAM, encoding="utf-8")
    (port,) = free_ports(1)
    tool = str(Path(sys.executable).with_name("uvicorn"))
    argv = [tool, "program:app", "--port", str(port), "--lifespan", "off", *words]
    with subprocess.Popen(
        argv, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.terminate()


def test_the_processes_of_a_real_uvicorn_are_counted(tmp_path: Path) -> None:
    """R210: two were asked for and two run; were three declared, it would be said."""
    api = service(definition={})
    program = {"sh": ["env", "-C", str(tmp_path), "sh"]}
    stage = scene(api, cast=Cast(playing=[playing(api)], programs=program))
    with uvicorn(tmp_path, "--workers", "2"):
        eventually(
            "both processes of uvicorn run",
            lambda: result("live.processes", stage) == (Result.PASSED, "api (uvicorn) 2"),
        )
    with uvicorn(tmp_path):
        found = outcome("live.processes", stage)
        assert found.result is Result.NOT_CHECKED, "one that says nothing is let be"


SHELL = Process(pid=90, parent=0, folder="/app", words=("sh",))


def run(pid: int, parent: int, command: str, folder: str = "/app") -> Process:
    return Process(pid=pid, parent=parent, folder=folder, words=tuple(command.split()))


def test_a_process_that_is_gone_is_missed() -> None:
    """R210, R211: uvicorn's and Celery's children; helpers and other servers do not count."""
    api, worker = service(), service("worker")
    server = run(7, 1, "/usr/bin/python3 /usr/local/bin/uvicorn a:b --workers=4")
    children = [run(pid, 7, "python3 -c from multiprocessing.spawn import x") for pid in (8, 9, 10)]
    helper = run(11, 7, "python3 -c from multiprocessing.resource_tracker import main")
    init = run(1, 0, "/sbin/docker-init -- uvicorn a:b --workers=4")
    assert counted([SHELL, init, server, *children, helper], api) == ("uvicorn", 4, 3)
    elsewhere = run(70, 1, "uvicorn a:b --workers 2", folder="/other")
    assert counted([SHELL, server, *children, elsewhere], api) == ("uvicorn", 4, 3)
    machine = Process(pid=90, parent=44, folder="/app", words=("sh",))
    assert counted([machine, elsewhere], api) is None, "the machine's only one is another's"
    assert counted([machine, server, *children, elsewhere], api) == ("uvicorn", 4, 3)
    celery = [run(5, 1, "python3 /usr/local/bin/celery -A a worker -c 2")]
    celery += [run(pid, 5, "python3 /usr/local/bin/celery -A a worker -c 2") for pid in (6, 7)]
    assert counted([SHELL, *celery], worker) == ("celery", 2, 2)
    assert counted([SHELL, run(5, 1, "celery -A a beat -c 3")], worker) is None
    assert counted([SHELL, run(5, 1, "celery -A a worker -c 1")], worker) == ("celery", 1, 1)
    assert counted([], api) is None


def test_how_many_are_declared() -> None:
    assert declared(["gunicorn", "-w", "3"], "gunicorn", {}) == 3
    assert declared(["uvicorn", "a:b"], "uvicorn", {"WEB_CONCURRENCY": "4"}) == 4
    assert declared(["uvicorn", "a:b", "--workers"], "uvicorn", {}) is None
    assert declared(["celery", "worker"], "celery", {"WEB_CONCURRENCY": "4"}) is None
    assert read("1\t0\t/app\tsh -c x\nnonsense\n")[0].words == ("sh", "-c", "x")


CONTRACT = read_spec("""\
project: shop
contract:
  CREDENTIALS_PATH: {required: true, type: path, services: [api]}
  CACHE_DIR: {type: path}
""")


@pytest.mark.parametrize("there", [True, False])
def test_a_file_that_a_variable_names(tmp_path: Path, *, there: bool) -> None:
    """R039: it must exist where the service runs; an optional folder may be made later."""
    path = tmp_path / "credentials.json"
    if there:
        path.write_text("{}", encoding="utf-8")
    api = service(environment={"CREDENTIALS_PATH": str(path), "CACHE_DIR": "/not/yet"})
    found, says = result("live.paths", replace(scene(api), spec=CONTRACT))
    if there:
        assert (found, says) == (Result.PASSED, "1 path is there")
    else:
        assert found is Result.FAILED
        assert f"CREDENTIALS_PATH names {path}, which is not there" in says
    other = replace(scene(service("web", environment=api.environment)), spec=CONTRACT)
    assert result("live.paths", other)[0] is Result.NOT_CHECKED


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        ("fetch('/api/v1/projects')", None),
        ("fetch('https://api.shop.example.com/v1')", None),
        ("fetch('http://backend:8000/api')", "/app.js names http://backend:8000"),
        ("x='http://localhost:8000'", "/app.js names http://localhost:8000"),
        ("d='C:\\\\Users'", "/app.js names C:"),
    ],
)
def test_the_scripts_that_browsers_are_sent(script: str, wrong: str | None) -> None:
    """R060, R128, R153: looked for in the built code, as it comes through the front door."""

    def reply(_method: str, path: str, _headers: Mapping[str, str]) -> Reply:
        if path == "/app.js":
            return 200, {"Content-Type": "text/javascript"}, script
        return page('<script src="/app.js?v=1"></script><script src="//cdn.example/x.js">')

    with answering(reply) as port:
        found, says = result("live.bundle", scene(service(), service("backend"), port=port))
    if wrong is None:
        assert (found, says) == (Result.PASSED, "2 files read")
    else:
        assert found is Result.FAILED
        assert says.startswith(wrong)


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        ("fetch('https://staging.example.com/api')", "https://staging.example.com"),
        ("new WebSocket('wss://staging.example.com:4400/ws')", "wss://staging.example.com"),
        ("fetch('https://example.com/api')", None),
        ("fetch('https://staging.example.com.evil.test/')", None),
        ("fetch('https://api.example.org/v1')", None),
    ],
)
def test_a_domain_of_another_environment_is_found_in_built_code(
    script: str, wrong: str | None
) -> None:
    """R060: what was built for staging asks staging also in production; a link does not count."""
    spec = read_spec(
        "project: shop\nenvironments:\n  staging: {port: 4400, hosts: [staging.example.com]}\n"
        "  production: {hosts: [example.com]}\n"
    )

    def reply(_method: str, path: str, _headers: Mapping[str, str]) -> Reply:
        if path == "/app.js":
            return 200, {"Content-Type": "text/javascript"}, script
        return page('<a href="https://staging.example.com/">try</a><script src="/app.js"></script>')

    with answering(reply) as port:
        stage = replace(scene(service(), port=port, hosts=("example.com",)), spec=spec)
        found, says = result("live.bundle", stage)
    if wrong is None:
        assert found is Result.PASSED
    else:
        assert (found, says) == (Result.FAILED, f"/app.js names {wrong}, which is staging's")


def test_without_scripts_there_is_nothing_to_look_at() -> None:
    with answering(lambda *_: page("hello")) as port:
        assert result("live.bundle", scene(port=port))[0] is Result.NOT_CHECKED


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (None, True),
        ("./start.sh", True),
        (["sh", "-c", "exec gunicorn shop"], True),
        (["uvicorn", "shop:app", "--workers", "4"], True),
        ("python -m uvicorn shop:app", True),
        (["python", "-m", "shop.serve"], False),
        ("/usr/bin/node server.js", False),
    ],
)
def test_nobody_looks_inside_a_program_that_is_none_of_the_servers(
    command: object, *, told: bool
) -> None:
    """Each look costs an instance a shell, right after a deploy."""
    assert may_tell(service(definition={"command": command} if command else {})) is told
