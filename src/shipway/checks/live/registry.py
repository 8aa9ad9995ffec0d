"""The table of live checks: each module of `library` adds its own."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module

from shipway.checks.live.model import LiveCheck, Seen
from shipway.checks.live.scene import Live
from shipway.checks.model import Severity
from shipway.model.words import Words

Look = Callable[[Live], Seen]
_CHECKS: dict[str, LiveCheck] = {}


def live(
    name: str,
    severity: Severity,
    *,
    serves: tuple[str, ...],
    title: Words,
    fix: Words,
    thorough: bool = False,
) -> Callable[[Look], Look]:
    """Register the decorated function as the live check `name`."""

    def register(look: Look) -> Look:
        if name in _CHECKS or not name.startswith("live."):
            raise ValueError(f"no good name for a live check: {name}")
        _CHECKS[name] = LiveCheck(
            id=name,
            severity=severity,
            title=title,
            fix=fix,
            look=look,
            serves=serves,
            thorough=thorough,
        )
        return look

    return register


@cache
def live_checks() -> tuple[LiveCheck, ...]:
    """Return every live check, errors first."""
    from shipway.checks.live import library

    for module in pkgutil.iter_modules(library.__path__):
        import_module(f"{library.__name__}.{module.name}")
    severities = list(Severity)
    return tuple(
        sorted(_CHECKS.values(), key=lambda item: (severities.index(item.severity), item.id))
    )
