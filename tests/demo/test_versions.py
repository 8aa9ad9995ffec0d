"""The demo's repository: four versions of a board that Shipway itself accepts."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from shipway.demo import versions
from shipway.demo.versions import Version, commit_version, example_directory, prepare_repository
from shipway.errors import Problem
from shipway.model.workload import Role
from shipway.spec import load_application

ALL: tuple[Version, ...] = ("v1", "v2", "v3", "v4")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    prepare_repository(tmp_path / "board")
    return tmp_path / "board"


def git(directory: Path, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", str(directory), *words], check=True, capture_output=True, text=True
    ).stdout


def migrations(directory: Path) -> dict[str, str | None]:
    """Return each revision and the one below it, read without running anything."""
    found = {}
    for path in (directory / "api/migrations/versions").glob("*.py"):
        names = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in {"revision", "down_revision"}
        }
        found[names["revision"]] = names["down_revision"]
    return found


@pytest.mark.parametrize("version", ALL)
def test_every_version_is_whole(repository: Path, version: Version) -> None:
    """Its patches apply, its Python parses, its migrations have one head."""
    commit_version(repository, version)
    for path in repository.rglob("*.py"):
        compile(path.read_text(), path, "exec")
    below = migrations(repository)
    heads = set(below) - set(below.values())
    assert heads == {"0001" if version == "v1" else "0002"}
    assert not (repository / "versions").exists()
    assert git(repository, "status", "--porcelain") == ""


def test_versions_differ_in_what_they_say_they_do(repository: Path) -> None:
    commits = {version: commit_version(repository, version) for version in ALL}
    assert len(set(commits.values())) == 4

    def changed(old: Version, new: Version) -> set[str]:
        return set(git(repository, "diff", "--name-only", commits[old], commits[new]).split())

    assert "api/migrations/versions/0002_likes.py" in changed("v1", "v2")
    assert "web/board_web/templates/board.html" in changed("v1", "v2")
    assert changed("v2", "v3") == {"api/board/health.py"}
    assert changed("v2", "v4") == {"api/board/cards.py"}


def test_a_version_is_the_same_tree_whatever_came_before_it(repository: Path) -> None:
    trees = set()
    for before in ALL:
        commit_version(repository, before)
        trees.add(git(repository, "rev-parse", f"{commit_version(repository, 'v2')}^{{tree}}"))
    assert len(trees) == 1


def test_committing_the_same_version_again_makes_no_commit(repository: Path) -> None:
    assert commit_version(repository, "v2") == commit_version(repository, "v2")
    assert git(repository, "rev-list", "--count", "HEAD").strip() == "2"


def test_the_secrets_file_is_private_and_never_committed(repository: Path) -> None:
    """D01's file: beside the code, not in it."""
    secret = repository / ".env"
    assert secret.stat().st_mode & 0o777 == 0o600
    before = secret.read_text()
    assert re.fullmatch(r"POSTGRES_PASSWORD=[0-9a-f]{32}\n", before)
    commit_version(repository, "v2")
    assert secret.read_text() == before
    assert ".env" not in git(repository, "ls-files").split()


def test_the_users_git_configuration_plays_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-commit").chmod(0o755)
    (tmp_path / ".gitconfig").write_text(
        f"[user]\nuseConfigOnly = true\n[commit]\ngpgSign = true\n[core]\nhooksPath = {hooks}\n"
        "autocrlf = true\n[init]\ndefaultBranch = odd\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "somebody else")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    prepare_repository(tmp_path / "board")
    monkeypatch.delenv("GIT_DIR")
    shown = git(tmp_path / "board", "log", "-1", "--format=%an %ae %cn %D")
    assert shown.strip() == "board board@example.invalid board HEAD -> main"


def test_a_directory_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep")
    with pytest.raises(Problem) as caught:
        prepare_repository(tmp_path)
    assert caught.value.kind == "directory-in-use"
    with pytest.raises(Problem) as caught:
        commit_version(tmp_path, "v2")
    assert caught.value.kind == "not-a-repository"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_patch_that_no_longer_fits_is_told(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(example_directory(), changed)
    (changed / "api/board/tables.py").write_text("cards = None\n")
    monkeypatch.setattr(versions, "example_directory", lambda: changed)
    with pytest.raises(Problem) as caught:
        commit_version(repository, "v2")
    assert caught.value.kind == "patch-failed"
    assert "v2.patch" in caught.value.message


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_shipway_takes_the_board_as_it_is_meant(repository: Path, environment: str) -> None:
    """R031: its roles, its routes, its migration; exactly one scheduler."""
    app = load_application(repository, environment=environment, local=repository)
    roles = {service.name: service.role for service in app.services}
    assert roles == {
        "api": Role.WEB,
        "web": Role.WEB,
        "worker": Role.WORKER,
        "scheduler": Role.SINGLETON,
        "postgres": Role.STATEFUL,
        "redis": Role.STATEFUL,
    }
    assert app.port == {"staging": 4400, "production": 4500}[environment]
    assert [(rule.path, rule.service) for rule in app.routes] == [
        ("/", "web"),
        ("/api", "api"),
        ("/ws", "api"),
    ]
    assert [(job.service, job.argv) for job in app.jobs] == [
        ("api", ("alembic", "upgrade", "head"))
    ]
    assert app.service("api").port == app.service("web").port == 8000
    assert "@postgres:5432/" in app.service("api").environment["DATABASE_URL"]


def test_a_missing_password_is_named_not_guessed(repository: Path) -> None:
    """R038."""
    (repository / ".env").unlink()
    with pytest.raises(Problem) as caught:
        load_application(repository, environment="staging", local=repository)
    assert "POSTGRES_PASSWORD" in str(caught.value)


@pytest.mark.parametrize("context", ["api", "web"])
def test_dependencies_are_pinned_with_hashes(context: str) -> None:
    text = (example_directory() / context / "requirements.txt").read_text()
    wanted = [
        re.split(r"[\[ ]", line, maxsplit=1)[0]
        for line in (example_directory() / context / "requirements.in").read_text().splitlines()
    ]
    entries = re.findall(
        r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==\S+(.*(?:\n    --hash=\S+.*)*)", text, re.MULTILINE
    )
    assert all("--hash=sha256:" in rest for _, rest in entries)
    assert set(wanted) <= {name for name, _ in entries}
    assert "http" not in text.replace("httptools", "").replace("httpx", "").replace("httpcore", "")
