"""The project's own directory: files of values that git has, or that others may read.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shipway.doctor.model import Level, Line
from shipway.doctor.tools import PROJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFile:
    """A file of variables.  mode: its permission bits."""

    path: str
    tracked: bool
    mode: int


def env_file_lines(files: Iterable[EnvFile]) -> Iterator[Line]:
    """Yield a line for each file of values."""
    for file in files:
        figure, hint, level = f"mode {file.mode:04o}, not in git", "", Level.GOOD
        if file.tracked:
            figure = f"in git, mode {file.mode:04o}"
            hint = f"git rm --cached {file.path}, ignore it, and change what was secret in it"
            level = Level.BAD
        elif file.mode & 0o004:
            figure = f"mode {file.mode:04o}: every user of this machine may read it"
            hint = f"chmod o= {file.path}"
            level = Level.NOTE
        yield Line(group=PROJECT, name=file.path, level=level, figure=figure, hint=hint)
