r"""The orders of an instance's shim: what runs, with which variables, kept how.

A plan file holds NUL-terminated `name=value` fields, because no argument and no variable
can hold a NUL and the shim needs no parser: `tr '\\0' '\\n' < plan` shows it.  It holds
secrets: mode 0600.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
LOG_BYTES = 10 * 1024 * 1024
LOG_FILES = 5
RLIMITS = frozenset(
    {
        *("as", "core", "cpu", "data", "fsize", "memlock", "msgqueue", "nice", "nofile", "nproc"),
        *("rss", "rtprio", "rttime", "sigpending", "stack"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Whom the processes run as, where Shipway runs as root and they must not."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthTest:
    """A healthcheck, in seconds.  first_s: when it is asked first, while it is starting."""

    argv: tuple[str, ...]
    interval_s: float = 30.0
    timeout_s: float = 30.0
    retries: int = 3
    start_period_s: float = 0.0
    first_s: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One instance's orders."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    cwd: str
    user: User | None = None
    restart: str = "no"
    restart_max: int = 0
    stop_signal: str = "SIGTERM"
    grace_s: float = 10.0
    health: HealthTest | None = None
    limits: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the plan file."""
        pairs: list[tuple[str, object]] = [("argv", word) for word in self.argv]
        pairs += [("env", f"{key}={value}") for key, value in self.environment.items()]
        pairs += [
            ("cwd", self.cwd),
            ("restart", self.restart),
            ("restart_max", self.restart_max),
            ("stop_signal", signal_number(self.stop_signal)),
            ("grace_s", self.grace_s),
            ("log_bytes", LOG_BYTES),
            ("log_files", LOG_FILES),
        ]
        if self.user is not None:
            pairs += [("uid", self.user.uid), ("gid", self.user.gid)]
            pairs += [("groups", group) for group in self.user.groups]
        pairs += [("rlimit", f"{name}:{s}:{h}") for name, (s, h) in self.limits.items()]
        if (health := self.health) is not None:
            pairs += [("health", word) for word in health.argv]
            pairs += [
                ("health_interval", health.interval_s),
                ("health_timeout", health.timeout_s),
                ("health_retries", health.retries),
                ("health_start_period", health.start_period_s),
                ("health_first", health.first_s),
            ]
        return b"".join(f"{key}={value}\0".encode() for key, value in pairs)


def signal_number(name: str) -> int:
    """Return a signal's number: `SIGTERM`, `TERM` or `15`; SIGTERM for nonsense."""
    if name.isdigit():
        return int(name)
    full = name.upper() if name.upper().startswith("SIG") else f"SIG{name.upper()}"
    return int(getattr(signal, full, signal.SIGTERM))


def seconds(value: object, default: float) -> float:
    """Return a Compose duration (`1m30s`, `500ms`) in seconds."""
    if isinstance(value, int | float):
        return float(value)
    parts = re.findall(r"(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)", str(value or ""))
    return sum(float(number) * UNITS_S[unit] for number, unit in parts) if parts else default


def restart_policy(definition: Mapping[str, Any]) -> tuple[str, int]:
    """Return the restart policy and the most restarts (0: no limit)."""
    restart = str(definition.get("restart") or "")
    if restart:
        name, _, count = restart.partition(":")
        return name, int(count) if count.isdigit() else 0
    policy = (definition.get("deploy") or {}).get("restart_policy") or {}
    names = {"none": "no", "on-failure": "on-failure", "any": "always"}
    return names.get(str(policy.get("condition", "none")), "no"), int(policy.get("max_attempts", 0))


def ulimits(definition: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Return the limits, soft and hard, that a process of its own can have."""
    found = {}
    for name, value in (definition.get("ulimits") or {}).items():
        if name in RLIMITS:
            pair = value if isinstance(value, Mapping) else {"soft": value, "hard": value}
            found[name] = (int(pair["soft"]), int(pair["hard"]))
    return found


def health_test(check: Mapping[str, Any] | None) -> HealthTest | None:
    """Return a Compose (or Dockerfile) healthcheck, None where there is none."""
    if not check or check.get("disable"):
        return None
    test = check.get("test")
    words = ["CMD-SHELL", test] if isinstance(test, str) else [*(test or ["NONE"])]
    if words[0] == "CMD-SHELL":
        argv = ("/bin/sh", "-c", *(str(word) for word in words[1:]))
    elif words[0] == "CMD":
        argv = tuple(str(word) for word in words[1:])
    else:
        return None
    return HealthTest(
        argv=argv,
        interval_s=seconds(check.get("interval"), 30.0),
        timeout_s=seconds(check.get("timeout"), 30.0),
        retries=int(check.get("retries") or 3),
        start_period_s=seconds(check.get("start_period"), 0.0),
    )
