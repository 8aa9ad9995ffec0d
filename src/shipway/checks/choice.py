"""Which checks a person asked for: by id, by area, or all."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from shipway.checks.model import Check
from shipway.checks.registry import all_checks
from shipway.errors import Problem


def chosen(only: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks with these ids or of these areas; all where none is named.

    Raises Problem `no-such-check`.
    """
    checks = all_checks()
    if not only:
        return checks
    known = {check.id for check in checks} | {check.area.value for check in checks}
    for name in only:
        if name not in known:
            near = get_close_matches(name, sorted(known), n=3, cutoff=0.4)
            raise Problem(
                "no-such-check",
                f"there is no check and no area called {name!r}.",
                hints=[f"shipway check --static --only {other}" for other in near]
                or ["shipway check --static, which shows all of them"],
            )
    return tuple(check for check in checks if {check.id, check.area.value} & set(only))
