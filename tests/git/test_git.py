"""What Shipway reads from git, on a real repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from shipway import git
from shipway.errors import Problem


def run(directory: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=kim", "-c", "user.email=kim@example.com", *words],
        cwd=directory,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    top = tmp_path / "repository"
    project = top / "apps" / "shop"
    project.mkdir(parents=True)
    run(top, "init", "-b", "main")
    (project / "compose.yaml").write_text("services: {}\n")
    (top / "other.txt").write_text("beside\n")
    run(top, "add", "-A")
    run(top, "commit", "-m", "첫 번째 커밋")
    return project


def test_a_ref_becomes_a_commit_with_subject_and_author(repository: Path) -> None:
    commit, subject, author, at = git.resolve(repository, "main")
    assert (len(commit), subject, author) == (40, "첫 번째 커밋", "kim")
    assert at > 1e9


@pytest.mark.parametrize("ref", ["nowhere", "--help", "-n1", "main:apps", "HEAD^9"])
def test_what_is_no_commit_is_refused_with_a_hint(repository: Path, ref: str) -> None:
    with pytest.raises(Problem) as caught:
        git.resolve(repository, ref)
    assert caught.value.kind == "no-commit"
    assert caught.value.hints


def test_a_directory_without_git_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="not in a git repository") as caught:
        git.resolve(tmp_path, "HEAD")
    assert "git init" in caught.value.hints[0]


def test_a_repository_without_a_commit_says_how_to_make_the_first(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q")
    with pytest.raises(Problem, match="has no commit yet") as caught:
        git.resolve(tmp_path, "HEAD")
    assert caught.value.hints == ("git add -A && git commit -m 'first version'",)


def test_the_tree_of_a_commit_is_exported_once_and_whole(repository: Path, tmp_path: Path) -> None:
    commit, *_ = git.resolve(repository, "HEAD")
    target = tmp_path / "sources" / commit
    project = git.export(repository, commit, target)
    assert project == target / "apps" / "shop"
    assert (project / "compose.yaml").read_text() == "services: {}\n"
    (repository / "compose.yaml").write_text("changed, not committed\n")
    assert git.is_dirty(repository)
    again = git.export(repository, commit, target)
    assert (again / "compose.yaml").read_text() == "services: {}\n"
    assert [item.name for item in target.parent.iterdir()] == [commit]


def test_what_changed_between_commits_is_told_for_the_project_alone(repository: Path) -> None:
    old, *_ = git.resolve(repository, "HEAD")
    (repository / "migrations").mkdir()
    (repository / "migrations" / "0002.py").write_text("pass\n")
    (repository.parent.parent / "other.txt").write_text("changed\n")
    run(repository, "add", "-A", ":/")
    run(repository, "commit", "-m", "second")
    new, *_ = git.resolve(repository, "HEAD")
    assert git.changed_files(repository, old, new) == ["migrations/0002.py"]
    (line,) = git.commits_between(repository, old, new)
    assert line.endswith(" second")


def test_submodules_are_named_as_they_are_not_exported(repository: Path, tmp_path: Path) -> None:
    assert git.submodules(repository, "HEAD") == []
    commit = git.resolve(repository, "HEAD")[0]
    run(repository, "update-index", "--add", "--cacheinfo", f"160000,{commit},vendor/a b")
    run(repository, "commit", "--quiet", "-m", "a submodule")
    assert git.submodules(repository, "HEAD") == ["vendor/a b"]
    tree = git.export(repository, git.resolve(repository, "HEAD")[0], tmp_path / "tree")
    assert not list((tree / "vendor" / "a b").glob("*"))


def test_head_at_the_remote_is_what_the_branch_follows(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    run(tmp_path, "clone", "-q", str(repository.parents[1]), str(clone))
    run(repository, "commit", "-q", "--allow-empty", "-m", "newer")
    git.fetch(clone)
    assert git.resolve(clone, git.remote_name(clone, "HEAD"))[1] == "newer"
    assert git.resolve(clone, git.remote_name(clone, "main"))[1] == "newer"


@pytest.mark.parametrize(
    ("words", "kind", "hint"),
    [
        (["checkout", "-q", "--detach"], "no-branch", "shipway deploy --fetch --ref BRANCH"),
        (["checkout", "-q", "-b", "own"], "no-upstream", "shipway deploy --fetch --ref own"),
    ],
)
def test_head_that_follows_nothing_at_the_remote_is_refused_with_what_to_type(
    words: list[str], kind: str, hint: str, repository: Path
) -> None:
    run(repository, *words)
    with pytest.raises(Problem, match="Nothing was changed") as caught:
        git.remote_name(repository, "HEAD")
    assert caught.value.kind == kind
    assert caught.value.hints[0] == hint


def test_the_branch_is_known_before_its_first_commit_and_none_is_where_none_is(
    repository: Path, tmp_path: Path
) -> None:
    run(tmp_path, "init", "-q", "-b", "first", "new")
    assert git.current_branch(tmp_path / "new") == "first"
    assert git.current_branch(repository) == "main"
    run(repository, "checkout", "-q", "--detach")
    assert git.current_branch(repository) is None
