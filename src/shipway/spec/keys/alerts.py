"""`alerts`: what is changed of the rules by which somebody is told."""

from __future__ import annotations

from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.model.rules import DEFAULT_RULES
from shipway.model.watching import RuleChange
from shipway.spec import forms
from shipway.spec.keys.common import LEVEL, unsourced
from shipway.spec.kinds import Placed
from shipway.spec.scalars import AnyScalar, Never, Parsed
from shipway.spec.shapes import Either, Field, MapOf, Record

FIGURE_PATTERN = r"[0-9]+(\.[0-9]+)?(%|us|ms|s|m|h)?"

Figure = tuple[str, float]


def _figure(text: str) -> Figure:
    """Return (unit, value): seconds for a duration, `%`, or a plain number."""
    from shipway.compose.units import parse_duration

    if text.endswith("%"):
        return "%", float(text[:-1])
    if text[-1].isdigit():
        return "", float(text)
    return "s", parse_duration(text)


FIGURE = Parsed("a number, a duration or a share such as 80%", _figure, FIGURE_PATTERN, True)


def _rules(values: dict[str, Placed[Any]]) -> tuple[RuleChange, ...]:
    return tuple(_rule(name, placed.value, placed.source) for name, placed in values.items())


def _rule(name: str, value: dict[str, Any] | Figure | None, source: SourceRef) -> RuleChange:
    if value is None:
        return RuleChange(rule=name, enabled=False)
    given: dict[str, Any] = dict(value) if isinstance(value, dict) else {"threshold": value}
    unit = DEFAULT_RULES[name].unit
    for key in ("threshold", "target"):
        if key not in given:
            continue
        said, number = given[key]
        if said != (unit if unit in {"s", "%"} else "") and (said or unit == "s"):
            example = {"s": "800ms", "%": "80%"}.get(unit, "200")
            raise Problem(
                "invalid-spec",
                f"{key} of alerts.{name} is measured in {unit}.",
                hints=[f"write it like {example}"],
                source=source,
            )
        given[key] = number
    return RuleChange(rule=name, **given)


ALERTS = MapOf(
    Either(
        "false, a threshold, or a mapping",
        scalar=AnyScalar("a threshold such as 800ms, 80% or 200, or false", (Never(), FIGURE)),
        mapped=Record(
            "alerts.<rule>",
            (
                Field("threshold", FIGURE, "Beyond it, it alerts.", words="the rule's own"),
                Field(
                    "for",
                    forms.DURATION,
                    "For how long without a break.",
                    words="the rule's own",
                    example="5m",
                    attr="for_s",
                ),
                Field("level", LEVEL, "How urgent it is.", words="the rule's own"),
                Field("target", FIGURE, "What you aim at, shown only.", words="the rule's own"),
            ),
            unsourced(dict),
        ),
    ),
    f"one of {', '.join(DEFAULT_RULES)}",
    "|".join(DEFAULT_RULES),
    make=_rules,
)
