"""The table of all checks: each module of `library` adds its own."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module

from shipway.checks.facts import Facts
from shipway.checks.model import Area, Check, Finding, Needs, Severity, Words

Look = Callable[[Facts], Iterable[Finding]]
_CHECKS: dict[str, Check] = {}


def check(
    name: str,
    severity: Severity,
    *,
    needs: Needs,
    serves: tuple[str, ...],
    title: Words,
    fix: Words,
) -> Callable[[Look], Look]:
    """Register the decorated function as the check `name`, which starts with its area."""

    def register(look: Look) -> Look:
        if name in _CHECKS:
            raise ValueError(f"two checks are called {name}")
        _CHECKS[name] = Check(
            id=name,
            area=Area(name.partition(".")[0]),
            severity=severity,
            title=title,
            fix=fix,
            needs=needs,
            look=look,
            serves=serves,
        )
        return look

    return register


@cache
def all_checks() -> tuple[Check, ...]:
    """Return every check, area by area, errors first."""
    from shipway.checks import library

    for module in pkgutil.iter_modules(library.__path__):
        import_module(f"{library.__name__}.{module.name}")
    areas, severities = list(Area), list(Severity)
    return tuple(
        sorted(
            _CHECKS.values(),
            key=lambda item: (areas.index(item.area), severities.index(item.severity), item.id),
        )
    )
