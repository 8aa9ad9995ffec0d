"""Variables in every value of a file, and the casts of what was a string to begin with.

A quoted or substituted string at a place that wants a number or a boolean becomes one
here (`cpus: "${CPUS}"`), at exactly the places where Docker's loader does it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from shipway.compose.problems import INTERPOLATION, dotted, problem
from shipway.compose.scalars import single_precision
from shipway.compose.template import (
    Lookup,
    RequiredVariableError,
    TemplateError,
    substitute,
)
from shipway.compose.tree import Map, Mark, Seq

Path = tuple[str, ...]
Cast = Callable[[str], Any]
Note = Callable[[str, Mark | None], None]
"""Takes the name of a variable that is not set and where it was asked for."""

_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_FLOAT = re.compile(
    r"[-+]?(inf(inity)?|nan|([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[-+]?[0-9]+)?)", re.ASCII | re.IGNORECASE
)


def to_integer(text: str) -> int:
    """Return a decimal integer of 64 bits.  Raises ValueError."""
    if not _INTEGER.fullmatch(text) or len(text) > 20:
        raise ValueError(f"`{text}` is not an integer")
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"`{text}` is too large")
    return value


def to_float(text: str) -> float:
    """Return a number.  Raises ValueError."""
    if not _FLOAT.fullmatch(text):
        raise ValueError(f"`{text}` is not a number")
    value = float(text)
    if value in (float("inf"), float("-inf")) and "n" not in text.lower():
        raise ValueError(f"`{text}` is too large")
    return value


def to_single(text: str) -> float:
    """Return a number in single precision.  Raises ValueError."""
    return single_precision(to_float(text))


def to_boolean(text: str) -> bool:
    """Return a boolean in YAML 1.1's words.  Raises ValueError."""
    word = text.lower()
    if word in {"true", "y", "yes", "on"}:
        return True
    if word in {"false", "n", "no", "off"}:
        return False
    raise ValueError(f"`{text}` is not true or false")


_SERVICE_CASTS: dict[str, Cast] = {
    "configs.[].mode": to_integer,
    "cpu_count": to_integer,
    "cpu_percent": to_float,
    "cpu_period": to_integer,
    "cpu_quota": to_integer,
    "cpu_rt_period": to_integer,
    "cpu_rt_runtime": to_integer,
    "cpus": to_single,
    "cpu_shares": to_integer,
    "init": to_boolean,
    "deploy.replicas": to_integer,
    "deploy.update_config.parallelism": to_integer,
    "deploy.update_config.max_failure_ratio": to_float,
    "deploy.rollback_config.parallelism": to_integer,
    "deploy.rollback_config.max_failure_ratio": to_float,
    "deploy.restart_policy.max_attempts": to_integer,
    "deploy.placement.max_replicas_per_node": to_integer,
    "healthcheck.retries": to_integer,
    "healthcheck.disable": to_boolean,
    "oom_kill_disable": to_boolean,
    "oom_score_adj": to_integer,
    "pids_limit": to_integer,
    "ports.[].target": to_integer,
    "privileged": to_boolean,
    "read_only": to_boolean,
    "scale": to_integer,
    "secrets.[].mode": to_integer,
    "stdin_open": to_boolean,
    "tty": to_boolean,
    "ulimits.*": to_integer,
    "ulimits.*.hard": to_integer,
    "ulimits.*.soft": to_integer,
    "volumes.[].read_only": to_boolean,
    "volumes.[].volume.nocopy": to_boolean,
}
_TOP_CASTS: dict[str, Cast] = {
    "networks.*.external": to_boolean,
    "networks.*.internal": to_boolean,
    "networks.*.attachable": to_boolean,
    "networks.*.enable_ipv4": to_boolean,
    "networks.*.enable_ipv6": to_boolean,
    "volumes.*.external": to_boolean,
    "secrets.*.external": to_boolean,
    "configs.*.external": to_boolean,
}


class _Step:
    """A step of the casts' tree: what to do here, and where keys lead."""

    __slots__ = ("cast", "steps")

    def __init__(self) -> None:
        self.cast: Cast | None = None
        self.steps: dict[str, _Step] = {}


def _steps() -> _Step:
    root = _Step()
    casts = {f"services.*.{path}": cast for path, cast in _SERVICE_CASTS.items()} | _TOP_CASTS
    for path, cast in casts.items():
        step = root
        for part in path.split("."):
            step = step.steps.setdefault(part, _Step())
        step.cast = cast
    return root


_ROOT = _steps()


class Interpolation:
    """Variables and casts for one set of variables."""

    def __init__(self, lookup: Lookup, note_unset: Note) -> None:
        self._lookup = lookup
        self._note = note_unset

    def apply(self, tree: Map) -> None:
        """Replace in place.  Raises Problem."""
        self._mapping(tree, _ROOT, ())

    def text(self, text: str, mark: Mark | None, path: Path) -> str:
        """Return one string with its variables replaced.  Raises Problem."""
        try:
            return substitute(text, self._lookup, lambda name: self._note(name, mark))
        except TemplateError as error:
            raise problem(
                f"{dotted(path)}: `{error.text}` is not a valid use of a variable",
                mark,
                kind=INTERPOLATION,
                hints=("write $$ where a dollar sign itself is meant",),
            ) from error
        except RequiredVariableError as error:
            reason = f": {error.reason}" if error.reason else ""
            raise problem(
                f"{dotted(path)}: the variable {error.name} must have a value{reason}",
                mark,
                kind=INTERPOLATION,
                hints=(f"set {error.name} in the environment or in .env",),
            ) from error

    def _mapping(self, tree: Map, step: _Step | None, path: Path) -> None:
        for key, value in tree.items():
            inner = None if step is None else step.steps.get(key) or step.steps.get("*")
            if isinstance(value, str):
                if inner is not None or "$" in value:
                    tree[key] = self._string(value, inner, (*path, key), tree.mark_of(key))
            elif isinstance(value, Map):
                self._mapping(value, inner, (*path, key))
            elif isinstance(value, Seq):
                self._sequence(value, inner, (*path, key))

    def _sequence(self, items: Seq, step: _Step | None, path: Path) -> None:
        inner = None if step is None else step.steps.get("[]") or step.steps.get("*")
        for index, value in enumerate(items):
            here = (*path, str(index))
            if isinstance(value, str):
                if inner is not None or "$" in value:
                    items[index] = self._string(value, inner, here, items.marks[index])
            elif isinstance(value, Map):
                self._mapping(value, inner, here)
            elif isinstance(value, Seq):
                self._sequence(value, inner, here)

    def _string(self, value: str, step: _Step | None, path: Path, mark: Mark | None) -> Any:
        value = self.text(value, mark, path)
        if step is None or step.cast is None:
            return value
        try:
            return step.cast(value)
        except ValueError as error:
            raise problem(f"{dotted(path)}: {error}", mark, kind=INTERPOLATION) from error
