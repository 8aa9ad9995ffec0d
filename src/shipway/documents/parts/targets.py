"""Promised figures beside measured ones."""

from __future__ import annotations

import re

from shipway.documents.blocks import Table, plain
from shipway.documents.facts import Facts, FigureFacts
from shipway.documents.speaking import Speaker
from shipway.model.declared import TargetSpec
from shipway.model.words import plural

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}


def targets(facts: Facts, say: Speaker) -> Table:
    """Return each promise, what was measured, and whether it is kept."""
    return Table(
        (
            say.say("Figure", "지표"),
            say.say("Target", "목표"),
            say.say("Measured", "실측"),
            say.say("Kept", "달성"),
        ),
        tuple(_row(one, facts, say) for one in facts.about.targets),
        empty=say.say("No figure is promised.", "선언된 목표 수치가 없습니다."),
    )


def _row(target: TargetSpec, facts: Facts, say: Speaker) -> tuple[str, str, str, str]:
    figure = _measured(target.figure, facts)
    if figure is None:
        return plain(target.name), plain(target.target), say.say("not measured", "미측정"), "–"
    kept = {True: say.say("yes", "예"), False: say.say("no", "아니오"), None: "–"}[
        is_kept(target, figure.value)
    ]
    shown = f"{figure.value:.0f} %" if _is_share(target.figure) else say.span(figure.value)
    seen = say.say(
        f"({plural(figure.count, 'time')}, {say.moment(figure.at)})",
        f"({figure.count}회, {say.moment(figure.at)})",
    )
    return plain(target.name), plain(target.target), f"{shown} {seen}", kept


def _measured(name: str, facts: Facts) -> FigureFacts | None:
    known = facts.recovery
    if name in {"rpo", "rto"}:
        value = known.rpo_s if name == "rpo" else known.rto_s
        if value is None or known.drilled_at is None:
            return None
        return FigureFacts(id=name, value=value, at=known.drilled_at)
    return facts.figure(name)


def is_kept(target: TargetSpec, value: float) -> bool | None:
    """Return whether the promise is kept; None where the target cannot be read as a figure."""
    match = re.fullmatch(r"\D*?(\d+(?:\.\d+)?)\s*(%|[a-z]+)?.*", target.target.strip())
    if match is None:
        return None
    number, unit = float(match[1]), match[2] or "s"
    if _is_share(target.figure):
        return value >= number if unit == "%" else None
    return value <= number * _UNITS[unit] if unit in _UNITS else None


def _is_share(figure: str) -> bool:
    return figure == "rollback-success"
