"""Finding programs, and getting them where they are missing."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from shipway import tools
from shipway.cli import machine
from shipway.cli.unpacking import packages_of_plan
from shipway.errors import Problem


def _program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Hide this machine's programs; return a folder that may become PATH's."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(tools, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(tools, "POSTGRES_VERSIONS", tmp_path / "postgresql")
    return tmp_path


def test_nothing_is_found_on_a_bare_machine(bare_machine: Path) -> None:
    assert bare_machine
    assert [tools.find_tool(name) for name in ("haproxy", "postgres", "redis", "psql")] == [
        None
    ] * 4


def test_the_newest_postgresql_is_taken_and_its_tools_come_from_the_same_folder(
    bare_machine: Path,
) -> None:
    for version in ("9.6", "15", "17"):
        _program(bare_machine / "postgresql" / version / "bin" / "postgres")
    _program(bare_machine / "postgresql/15/bin/psql")
    assert tools.find_tool("postgres") == bare_machine / "postgresql/17/bin/postgres"
    assert tools.find_tool("psql") is None


def test_path_comes_before_the_user_s_unpacked_packages(bare_machine: Path) -> None:
    unpacked = _program(bare_machine / "data/shipway/tools/redis/bin/redis-server")
    assert tools.find_tool("redis") == unpacked
    on_path = _program(bare_machine / "path/redis-server")
    assert tools.find_tool("redis") == on_path


def test_a_missing_program_names_the_one_command_to_type(bare_machine: Path) -> None:
    assert bare_machine
    with pytest.raises(Problem) as caught:
        tools.require_tool("pg_basebackup")
    assert caught.value.kind == "tools-missing"
    assert caught.value.hints == ("sudo apt-get install postgresql",)


def test_without_apt_the_problem_names_every_package(bare_machine: Path) -> None:
    assert bare_machine
    with pytest.raises(Problem) as caught:
        machine.ensure_tools(["haproxy", "redis"], assume_yes=True, say=print)
    assert caught.value.hints[0] == "sudo apt-get install haproxy redis-server"


def test_what_is_there_is_not_installed_again(bare_machine: Path) -> None:
    _program(bare_machine / "path/haproxy")
    machine.ensure_tools(["haproxy"], assume_yes=False, say=pytest.fail)


def test_nothing_is_installed_without_a_yes(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(bare_machine / "path/apt-get")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(Problem) as caught:
        machine.ensure_tools(["haproxy"], assume_yes=False, say=pytest.fail)
    assert "repeat with --yes" in caught.value.hints[-1]


def test_apt_s_plan_gives_the_packages_with_what_they_need() -> None:
    plan = (
        "Reading package lists...\n"
        "'http://mirror.example/debian/pool/main/l/lua5.3/liblua5.3-0_5.3.6-2_amd64.deb'"
        " liblua5.3-0_5.3.6-2_amd64.deb 123872 SHA256:ab\n"
        "'http://mirror.example/debian/pool/main/h/haproxy/haproxy_2.6.12-1_amd64.deb'"
        " haproxy_2.6.12-1_amd64.deb 2040672 SHA256:cd\n"
    )
    assert packages_of_plan(plan) == ["liblua5.3-0", "haproxy"]
