"""The other commands: what they ask of the daemon, and what they print."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

import shipway
from shipway.errors import Problem
from tests.cli.conftest import Type
from tests.cli.fake import FakeDaemon, Request, Stream
from tests.cli.views import commit, environment, rollout, service, status


@pytest.fixture
def shop(daemon: FakeDaemon, project: Path) -> FakeDaemon:
    """Return a daemon that has the project `shop` live in staging and production."""
    daemon.get("/projects", {"projects": [{"name": "shop", "directory": str(project)}]})
    daemon.get("/status", status(environment("staging", urls=[]), environment()))
    return daemon


def test_status_in_a_project_shows_this_project_only(
    shop: FakeDaemon, project: Path, typed: Type
) -> None:
    other = environment(project="blog")
    shop.get("/status", status(environment(), other, shop=project))
    out = typed("status").out
    assert out.startswith("shop\n")
    assert "blog" not in out
    assert out.endswith("1 other project: shipway status --all\n")
    assert "blog" in typed("status", "--all").out


def test_status_counts_the_commits_that_staging_is_ahead(
    shop: FakeDaemon, project: Path, typed: Type
) -> None:
    def git(*words: str) -> str:
        identity = ["-c", "user.name=kim", "-c", "user.email=kim@example.com"]
        argv = ["git", *identity, *words]
        done = subprocess.run(argv, cwd=project, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q")
    hashes = []
    for number in range(3):
        git("commit", "-q", "--allow-empty", "-m", f"v{number}")
        hashes.append(git("rev-parse", "HEAD"))
    old = {"release": "r1", "commit": {**commit(), "hash": hashes[0]}}
    new = {"release": "r2", "commit": {**commit(), "hash": hashes[2]}}
    both = environment("staging", live=new), environment(live=old)
    shop.get("/status", status(*both, shop=project))
    assert "2 commits ahead of production: shipway promote" in typed("status").out
    new["commit"] = commit(letter="f")
    both = environment("staging", live=new), environment(live=old)
    shop.get("/status", status(*both, shop=project))
    assert "not what production has: shipway promote" in typed("status").out


def test_an_empty_machine_says_what_to_type_first(
    daemon: FakeDaemon, typed: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.get("/status", status())
    monkeypatch.chdir(tmp_path)
    assert typed("status").out == (
        "Nothing is deployed here yet.\n"
        "\n"
        "  shipway init    in a project with a Compose file: writes shipway.yaml\n"
        "  shipway demo    shows everything on a small real application\n"
    )
    (tmp_path / "shipway.yaml").write_text("project: shop\n")
    assert "  shipway deploy    brings the last commit to staging\n" in typed("status").out


LOG = [
    {"at": 1.0, "instance": "api-1", "stream": "stdout", "text": "one \x1b[31mred\x1b[2J"},
    {"at": 2.0, "instance": "worker-1", "stream": "stdout", "text": "two"},
]


def test_logs_are_of_production_where_it_is_live(shop: FakeDaemon, typed: Type) -> None:
    """R085."""
    shop.get("/projects/shop/environments/production/logs", Stream(LOG))
    result = typed("logs")
    assert result.out == "api-1    | one \x1b[31mred\x1b[2J\nworker-1 | two\n"
    asked = shop.asked[-1]
    assert asked.query == {"tail": "100", "follow": "false"}
    lines = typed("logs", "api", "production", "-n", "5", "--release", "r40", "--json").out
    assert [json.loads(text) for text in lines.splitlines()] == LOG
    asked = shop.asked[-1]
    assert asked.query == {"name": "api", "tail": "5", "release": "r40", "follow": "false"}


def test_logs_with_the_name_of_an_environment_mean_the_environment(
    shop: FakeDaemon, typed: Type
) -> None:
    shop.get("/projects/shop/environments/staging/logs", Stream(LOG[:1]))
    assert typed("logs", "staging").code == 0
    assert "name" not in shop.asked[-1].query
    shop.get(
        "/status",
        status(environment("staging"), environment(services=[service("staging")])),
    )
    shop.get("/projects/shop/environments/production/logs", Stream(LOG[:1]))
    assert typed("logs", "staging").code == 0
    assert shop.asked[-1].query["name"] == "staging"


def test_logs_are_of_staging_where_nothing_else_is_live(shop: FakeDaemon, typed: Type) -> None:
    shop.get("/status", status(environment("staging"), environment(live=None)))
    shop.get("/projects/shop/environments/staging/logs", Stream(LOG[:1]))
    assert typed("logs", "api").code == 0
    shop.get("/status", status())
    result = typed("logs", "api")
    assert result.code == 1
    assert "nothing of shop is live here" in result.err


def test_exec_replaces_itself_with_what_the_engine_says(
    shop: FakeDaemon, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(os, "execvp", lambda file, argv: replaced.append((file, argv)))
    shop.post("/projects/shop/environments/staging/exec", {"argv": ["nsenter", "ls", "-l"]})
    assert typed("exec", "api", "-e", "staging", "--", "ls", "-l").code == 0
    assert replaced == [("nsenter", ["nsenter", "ls", "-l"])]
    (body,) = shop.bodies("/projects/shop/environments/staging/exec")
    assert body == {"service": "api", "argv": ["ls", "-l"], "tty": False}
    assert json.loads(typed("exec", "api", "-e", "staging", "--json", "--", "ls").out)["argv"]
    assert typed("exec", "api", "staging", "--", "ls").code == 0
    assert shop.bodies("/projects/shop/environments/staging/exec")[-1]["argv"] == ["ls"]


def test_exec_says_what_is_missing_where_it_cannot_be_done(shop: FakeDaemon, typed: Type) -> None:
    answer = {"argv": ["/no/such/program", "ls"]}
    shop.post("/projects/shop/environments/production/exec", answer)
    result = typed("exec", "api", "--", "ls")
    assert result.code == 1
    assert result.err == (
        "Error  /no/such/program could not be run: No such file or directory.\n"
        "Hint   shipway run api -- ls\n"
    )


def test_run_prints_and_ends_with_the_commands_exit_code(shop: FakeDaemon, typed: Type) -> None:
    """R087."""
    path = "/projects/shop/environments/production/run"
    shop.post(path, Stream([{"text": "hello"}, None, {"exit_code": 3}]))
    result = typed("run", "api", "--", "sh", "-c", "echo hello; exit 3")
    assert (result.code, result.out) == (3, "hello\n")
    assert shop.bodies(path) == [{"service": "api", "argv": ["sh", "-c", "echo hello; exit 3"]}]
    shop.post(path, Stream([{"exit_code": -9}]))
    assert typed("run", "api", "true").code == 137


def test_run_without_a_command_is_wrong_usage(typed: Type) -> None:
    result = typed("run", "api")
    assert result.code == 2
    assert "Hint   shipway run --help\n" in result.err


def test_destroy_asks_and_says_where_the_volumes_are(
    shop: FakeDaemon, home: Path, typed: Type
) -> None:
    path = "/projects/shop/environments/staging"
    shop.get(path, environment("staging", engine="process"))
    shop.post(f"{path}/destroy", {"destroyed": "shop/staging"})
    assert typed("destroy", "staging").code == 2
    assert typed("destroy", "staging", "--data", "--json").code == 2
    assert shop.bodies(f"{path}/destroy") == []
    result = typed("destroy", "staging", "-y")
    assert result.code == 0
    assert result.out.endswith(f"Its volumes stay: {home}/process/volumes/shop.staging.*\n")
    shop.get(path, environment("staging", engine="docker"))
    volumes = json.loads(typed("destroy", "staging", "--json", "-y").out.splitlines()[-1])[
        "volumes"
    ]
    assert volumes == (
        "docker volume ls -f label=io.shipway.project=shop -f label=io.shipway.environment=staging"
    )


def test_clean_and_move_say_what_they_did(shop: FakeDaemon, tmp_path: Path, typed: Type) -> None:
    shop.post("/projects/shop/clean", {"freed_bytes": 1_500_000})
    assert typed("clean").out == "shop: 1.5 MB freed.\n"
    shop.post("/projects/shop/move", {"project": "shop", "directory": str(tmp_path)})
    assert typed("move", "shop", str(tmp_path)).code == 0
    assert shop.asked[-1].query == {"directory": str(tmp_path)}
    assert typed("move", "shop", "/no/such/place").code == 2


def test_releases_diff_and_audit_are_the_projects(shop: FakeDaemon, typed: Type) -> None:
    """R095."""
    shop.get("/projects/shop/releases", {"releases": []})
    assert typed("releases").out == "No release yet: shipway deploy makes the first.\n"
    side = {"release": "r41", "commit": commit()}
    answer = {"old": side, "new": side, "differences": ["api: variable DEBUG removed"]}
    shop.get("/projects/shop/diff/staging/production", answer)
    assert typed("diff").out == (
        "staging: r41 aaaaaaaa Add labels\n"
        "production: r41 aaaaaaaa Add labels\n"
        "\n"
        "api: variable DEBUG removed\n"
    )
    assert json.loads(typed("diff", "--json").out) == answer
    shop.get("/audit", {"entries": []})
    assert typed("audit").out == "Nothing was done yet.\n"
    assert shop.asked[-1].query == {"project": "shop", "limit": "50"}


def test_a_projects_name_comes_from_its_spec_where_the_daemon_does_not_know_it(
    daemon: FakeDaemon, project: Path, typed: Type
) -> None:
    (project / "shipway.yaml").write_text("project: other-name\n")
    problem = Problem("no-project", "other-name was never deployed here.")
    daemon.get("/projects/other-name/releases", problem)
    assert "other-name was never deployed" in typed("releases").err


def test_outside_of_projects_the_only_one_is_meant(
    shop: FakeDaemon, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    shop.get("/projects/shop/releases", {"releases": []})
    assert typed("releases").code == 0
    two = [{"name": name, "directory": f"/srv/{name}"} for name in ("shop", "blog")]
    shop.get("/projects", {"projects": two})
    assert "no shipway.yaml" in typed("releases").err


def test_down_asks_before_anything_becomes_unreachable(shop: FakeDaemon, typed: Type) -> None:
    gone = {"version": shipway.__version__, "pid": 2**22 + 1, "home": ""}  # no such process
    shop.get("/daemon", gone)
    shop.post("/daemon/stop", {"stopping": True})
    result = typed("down")
    assert result.out == (
        "The daemon has ended; shop/staging, shop/production and the proxy go on serving.\n"
    )
    assert shop.asked[-1].query == {"ingress": "false"}
    assert typed("down", "--ingress").code == 2
    assert "cannot be reached" in typed("down", "--ingress", "-y").out
    assert shop.asked[-1].query == {"ingress": "true"}


def test_down_says_that_a_rollout_goes_on_later(shop: FakeDaemon, typed: Type) -> None:
    shop.get("/daemon", {"version": shipway.__version__, "pid": 2**22 + 1, "home": ""})
    shop.get("/status", status(environment(active=rollout(state="running"))))
    shop.post("/daemon/stop", {"stopping": True})
    assert typed("down").out.endswith(
        "Rollout #7 goes on when the daemon starts: shipway follow 7\n"
    )


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("shipway deploy ", ["production", "staging"]),
        ("shipway rollback --to r4", ["r40", "r41"]),
        ("shipway logs w", ["worker"]),
        ("shipway exec api -e s", ["staging"]),
    ],
)
def test_a_shell_completes_what_the_daemon_knows(
    words: str, names: list[str], shop: FakeDaemon, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a daemon the environments of shipway.yaml are known, and nothing else."""
    monkeypatch.setenv("_SHIPWAY_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    assert typed().out.splitlines() == [f"plain,{name}" for name in names]
    shop.stop()
    declared = [name for name in names if name in {"production", "staging"}]
    assert typed().out.split() == [f"plain,{name}" for name in declared]


def test_down_all_destroys_every_environment_first(shop: FakeDaemon, typed: Type) -> None:
    shop.get("/daemon", {"version": shipway.__version__, "pid": 2**22 + 1, "home": ""})
    shop.post("/daemon/stop", {"stopping": True})
    for name in ("staging", "production"):
        shop.post(f"/projects/shop/environments/{name}/destroy", {"destroyed": name})
    assert typed("down", "--all").code == 2
    assert not any(item.path.endswith("/destroy") for item in shop.asked)
    result = typed("down", "--all", "-y")
    assert result.code == 0
    posted = [item.path for item in shop.asked if item.method == "POST"]
    assert posted == [
        "/projects/shop/environments/staging/destroy",
        "/projects/shop/environments/production/destroy",
        "/daemon/stop",
    ]


def test_the_user_is_the_one_behind_sudo(
    shop: FakeDaemon, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "lee")
    seen: list[Request] = shop.asked
    typed("status")
    assert {item.user for item in seen} == {"lee"}


DOORS = {
    "doors": [
        {"service": "db", "ports": [{"port": 5432, "page": False}], "running": True},
        {"service": "flower", "ports": [{"port": 5555, "page": True}], "running": False},
    ]
}


def test_open_without_a_name_lists_what_can_be_opened(shop: FakeDaemon, typed: Type) -> None:
    shop.get("/projects/shop/environments/production/open", DOORS)
    assert typed("open").out == (
        "What can be opened of shop/production:\n"
        "\n"
        "  shipway open db production      port 5432\n"
        "  shipway open flower production  port 5555  not running\n"
    )
    shop.get("/projects/shop/environments/staging/open", {"doors": []})
    assert typed("open", "staging").out == (
        "Nothing of shop/staging says on which port it listens.\n"
        "  shipway open SERVICE staging --port NUMBER\n"
    )
    assert json.loads(typed("open", "--json").out) == {"environment": "production", **DOORS}
    shop.get("/status", status())
    result = typed("open")
    assert (result.code, "nothing of shop is live here" in result.err) == (1, True)
