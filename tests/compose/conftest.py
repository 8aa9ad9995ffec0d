"""A folder that files are written to, and a way to load them in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shipway.compose import ComposeProject, load
from shipway.errors import Problem

Write = Callable[..., Path]
Load = Callable[..., ComposeProject]
Refuse = Callable[..., Problem]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files into a project called `shop`; returns its directory."""

    def do(**files: str) -> Path:
        directory = tmp_path / "shop"
        directory.mkdir(exist_ok=True)
        for name, text in files.items():
            path = directory / name.replace("__", "/").replace("_env", ".env").replace(
                "_yml", ".yml"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return directory

    return do


@pytest.fixture
def loaded(write: Write) -> Load:
    """Load one Compose text, with keyword arguments of `load`."""

    def do(
        text: str, *, environment: dict[str, str] | None = None, **options: Any
    ) -> ComposeProject:
        return load(write(compose_yml=text), environment=environment or {}, **options)

    return do


@pytest.fixture
def refused(write: Write) -> Refuse:
    """Load one Compose text that is refused; returns the Problem."""

    def do(text: str, *, environment: dict[str, str] | None = None, **options: Any) -> Problem:
        with pytest.raises(Problem) as caught:
            load(write(compose_yml=text), environment=environment or {}, **options)
        return caught.value

    return do
