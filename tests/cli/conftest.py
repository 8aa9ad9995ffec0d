"""A home of its own for every test, a daemon in it, and a way to type commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import shipway
from shipway.cli.main import main
from shipway.places import Places
from tests.cli.fake import FakeDaemon


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Type = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of Shipway's state, in which nothing is yet."""
    path = tmp_path / "home"
    monkeypatch.setenv("SHIPWAY_HOME", str(path))
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setenv("LOGNAME", "kim")
    return path


@pytest.fixture
def daemon(home: Path) -> Iterator[FakeDaemon]:
    """Yield a daemon that answers what the test says."""
    fake = FakeDaemon(Places(home).socket)
    fake.get("/daemon", {"version": shipway.__version__, "pid": os.getpid(), "home": str(home)})
    fake.get("/projects", {"projects": []})
    fake.get("/status", {"environments": []})
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project's directory, which is the current one."""
    path = tmp_path / "shop"
    path.mkdir()
    (path / "shipway.yaml").write_text("project: shop\n")
    monkeypatch.chdir(path)
    return path


@pytest.fixture
def typed(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Return what types a command here and returns how it ended."""
    del home

    def type_(*words: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["shipway", *words])
        capsys.readouterr()
        try:
            code = main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Result(code, said.out, said.err)

    return type_
