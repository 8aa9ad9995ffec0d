"""What the command line refuses by itself: a sentence, an exit code, and nothing changed."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from shipway.api.client import DaemonGone
from shipway.cli import daemon_here, machine, status_page
from shipway.cli.unpacking import unpack
from shipway.errors import Problem
from tests.cli.conftest import Type
from tests.cli.fake import FakeDaemon
from tests.cli.views import environment
from tests.cli.views import status as status_view

ALONE = [
    ("backup key --save there.txt", 1, "there.txt is there already."),
    ("backup recover", 2, "say from where: --repository PLACE --key FILE"),
    ("backup recover --repository /x", 2, "the recovery key is needed too."),
    ("backup restore", 2, "say to which moment, in one way."),
    ("backup restore --latest --point r1", 2, "say to which moment, in one way."),
    ("destroy", 2, "shipway destroy --all"),
    ("document --check there.txt", 1, "there.txt was not written by `shipway document`"),
    ("env set LEVEL", 2, "write NAME=VALUE."),
    ("env set LEVEL=1 -e production", 1, "production declares no env file."),
    ("env set API_TOKEN=abc", 2, "API_TOKEN is a secret: an env file and the shell's history"),
    ("env unset LEVEL", 1, ".env.staging does not set LEVEL. Nothing was changed."),
    ("generate vercel --backend nope", 1, "nope is no address."),
    ("import nginx big.txt", 1, "big.txt is larger than 1 MB"),
    ("import render big.txt", 1, "big.txt is larger than 1 MB: no big.txt is."),
    ("incidents silence", 2, "name an incident's number, or an environment with --env"),
    ("incidents silence 3 --for soon", 2, "--for soon: write a duration such as 30m or 2h"),
    ("init", 1, "already; it was left as it is."),
    ("logs --since yesterday", 2, "--since yesterday: write 30m, 2h, 3d, 14:00 or"),
    ("preview create --expires-after soon", 2, "write days or hours, such as 3d or 12h"),
    ("rollback --rehearse -y", 1, "production is not the place. Nothing was changed."),
    ("rollback staging --rehearse --with-data", 2, "--rehearse goes with an environment alone."),
    ("secret generate", 2, "name the secrets to make, or say --missing"),
    ("secret generate A --missing", 2, "name the secrets to make, or say --missing"),
    ("secret generate --missing", 1, "declares no generated secret."),
    ("secret import", 2, "say from where: an env file, or --doppler."),
    ("secret set A=1", 2, "a value is not given as an argument"),
    ("secret share lee --key key.txt", 1, "key.txt is a private key: it stays with lee."),
]
"""No daemon is asked for them."""

ASKED = [
    ("follow", 1, "shop has had no rollout yet."),
    ("notify test", 1, "shop/production tells nobody: its live release has no channels."),
    ("preview create", 1, "no branch is checked out here"),
    ("preview destroy blue", 1, "blue has no preview (there are: none). Nothing was changed."),
    ("secret import plain.env", 1, "plain.env has no variable that is a secret"),
    ("secret import odd.env", 1, "API_TOKEN is a placeholder. Nothing was changed."),
    ("secret set A", 2, "there is no terminal to ask for A at."),
    ("secret set A --file bytes.bin", 1, "bytes.bin is no text; a secret is."),
    ("secret set A --file there.txt --stdin", 2, "--file and --stdin exclude each other."),
    ("backup restore --of data --to full -y", 1, "a restore never writes over what is there."),
]

FILES = {
    "there.txt": "mine\n",
    "big.txt": "#" * 1_000_001,
    "key.txt": "-----BEGIN OPENSSH PRIVATE KEY-----\n",
    "plain.env": "LEVEL=1\n",
    "odd.env": "API_TOKEN=changeme\n",
    ".env.staging": "OTHER=1\n",
    "full/data.txt": "mine\n",
    "compose.yaml": "services: {api: {image: api}}\n",
    "shipway.yaml": "project: shop\nenvironments:\n  staging: {env_files: [.env.staging]}\n"
    "  production: {}\n",
}


@pytest.fixture
def shop(project: Path) -> Path:
    """Return a project with files of all sorts, which stay as they are."""
    for name, text in FILES.items():
        path = project / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (project / "bytes.bin").write_bytes(b"\xff\xfe")
    return project


def unchanged(shop: Path) -> bool:
    return all((shop / name).read_text() == text for name, text in FILES.items())


@pytest.mark.parametrize(("words", "code", "said"), ALONE, ids=[item[0] for item in ALONE])
def test_what_needs_no_daemon_is_refused_without_one(  # noqa: PLR0917 - fixtures
    words: str, code: int, said: str, shop: Path, home: Path, typed: Type
) -> None:
    result = typed(*words.split(" "))
    assert (result.code, said in result.err) == (code, True), result.err
    assert result.out == ""
    assert "Hint   " in result.err
    assert unchanged(shop)
    assert not home.exists()


@pytest.mark.parametrize(("words", "code", "said"), ASKED, ids=[item[0] for item in ASKED])
def test_what_the_daemon_has_is_not_changed_by_a_refusal(  # noqa: PLR0917 - fixtures
    words: str, code: int, said: str, shop: Path, daemon: FakeDaemon, typed: Type
) -> None:
    where = "/projects/shop/environments/production"
    daemon.get("/projects", {"projects": [{"name": "shop", "directory": str(shop)}]})
    daemon.get("/status", status_view(environment("staging"), environment()))
    daemon.get("/rollouts", {"rollouts": []})
    daemon.get("/projects/shop/previews", {"previews": []})
    daemon.post(f"{where}/notify/test", {"channels": []})
    detached(shop)
    result = typed(*words.split(" "))
    assert (result.code, said in result.err) == (code, True), result.err
    assert unchanged(shop)
    asked = [item.path for item in daemon.asked if item.method == "POST"]
    assert asked == ([f"{where}/notify/test"] if words == "notify test" else [])


def detached(directory: Path) -> None:
    """Make the directory a repository in which no branch is checked out."""
    for words in (
        ["init", "-q"],
        ["commit", "-q", "--allow-empty", "-m", "1"],
        ["checkout", "-q", "--detach"],
    ):
        argv = ["git", "-c", "user.name=kim", "-c", "user.email=kim@example.com", *words]
        subprocess.run(argv, cwd=directory, check=True, capture_output=True)


def test_a_port_that_is_taken_is_told_with_what_shows_who_has_it(
    shop: Path, daemon: FakeDaemon, typed: Type
) -> None:
    daemon.get("/projects", {"projects": [{"name": "shop", "directory": str(shop)}]})
    daemon.get("/status", status_view(environment()))
    daemon.post(
        "/projects/shop/environments/production/open",
        {"service": "db", "address": "127.0.0.1", "ports": [{"port": 5432, "page": False}]},
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = typed("open", "db", "--local", str(port))
    assert result.code == 1
    assert f"port {port} of this machine is taken or may not be opened." in result.err
    assert f"Hint   ss -ltnp 'sport = :{port}'\n" in result.err


@pytest.mark.parametrize(
    ("token", "said"),
    [("", "but SHIPWAY_TOKEN is empty."), ("abc", "nothing answers at http://127.0.0.1:9")],
)
@pytest.mark.usefixtures("project")
def test_a_server_elsewhere_that_cannot_be_asked_says_why(
    token: str, said: str, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIPWAY_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SHIPWAY_TOKEN", token)
    result = typed("status")
    assert (result.code, said in result.err) == (1, True), result.err


def test_a_daemon_that_systemd_keeps_is_not_ended_behind_its_back(home: Path, typed: Type) -> None:
    home.mkdir()
    (home / "managed-by-systemd").touch()
    result = typed("down")
    assert result.code == 1
    assert "systemd keeps the daemon, and would start it again. Nothing was changed." in result.err


def test_a_recovery_does_not_begin_where_a_daemon_runs(
    daemon: FakeDaemon, typed: Type, home: Path
) -> None:
    result = typed("backup", "recover", "--repository", "/x", "--key", "-", "-y")
    assert result.code == 1
    assert f"a daemon runs with the state in {home}; a recovery begins before" in result.err
    assert [item.path for item in daemon.asked] == ["/daemon"]


def test_a_daemon_that_stays_is_told_with_its_process(
    daemon: FakeDaemon, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon_here, "STOP_DEADLINE_S", 0.05)
    daemon.get("/status", status_view())
    daemon.post("/daemon/stop", {"stopping": True})
    result = typed("down")
    assert result.code == 1
    assert f"the daemon (process {os.getpid()}) has not ended after 0.05 s." in result.err
    assert f"Hint   kill {os.getpid()}, which costs no request\n" in result.err


def test_an_answer_that_is_late_is_no_daemon_that_is_gone(
    daemon: FakeDaemon, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_arguments: object, **_more: object) -> None:
        raise DaemonGone("timed out") from TimeoutError("timed out")

    daemon.get("/status", status_view(environment()))
    monkeypatch.setattr(status_page, "status_lines", late)
    result = typed("status")
    assert result.code == 1
    assert "the daemon has not answered in time." in result.err


def test_who_is_not_root_is_told_how_to_install(
    typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for words in (["install", "-y"], ["uninstall", "-y"]):
        result = typed(*words)
        assert result.code == 1
        assert "only root can make system users and units. Nothing was changed." in result.err


@pytest.mark.parametrize(
    ("fail", "said"),
    [
        (lambda: machine._install(["false"], ["haproxy"]), "installing the packages failed"),
        (lambda: unpack("haproxy"), "its packages could not be downloaded"),
    ],
    ids=["install", "unpack"],
)
def test_packages_that_cannot_be_had_name_the_one_command_to_type(
    fail: object, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "apt-get").write_text("#!/bin/sh\necho no network >&2\nexit 100\n")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with pytest.raises(Problem, match=said) as caught:
        fail()  # type: ignore[operator]
    assert caught.value.kind == "tools-missing"
    assert "apt-get install" in caught.value.hints[0]
