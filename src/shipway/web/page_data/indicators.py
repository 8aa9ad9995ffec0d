"""Indicators as a page shows them: the worst of each kind first, each with its curve."""

from __future__ import annotations

from dataclasses import dataclass

from shipway.api.service import Service
from shipway.model.names import EnvironmentId
from shipway.model.observe import SeriesState
from shipway.observe.figures import day_after, figure
from shipway.observe.overview import Indicator, graph, indicators
from shipway.web.chart import line_chart
from shipway.web.language import Words

SHOWN = 60
SPANS = {"hour": 3600.0, "day": 86_400.0, "week": 7 * 86_400.0, "month": 30 * 86_400.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One series.  svg: its curve, None where there is none; value, limit: as people read them.

    note: what follows from the value.
    """

    title: str
    subject: str
    state: str
    reason: str
    good: bool | None
    value: str
    limit: str
    note: str
    svg: str | None


def panels(
    service: Service, environment: EnvironmentId | None, span_s: float, words: Words
) -> list[Panel]:
    """Return the indicators of an environment, or of the machine."""
    world = service.observatory
    found = list(indicators(world, environment))[:SHOWN]
    until = world.clock.now() + 1
    pairs = [(item.series.key.indicator, item.series.key.subject) for item in found]
    drawn = graph(world, environment, pairs, since=until - span_s, until=until, at_most=160)
    result = []
    for item in found:
        points = drawn.lines.get(item.series.id, ())
        measured = any(point.mean for point in points)  # nothing but zeros needs no graph
        unit = item.series.unit
        title = _title(item, words)
        result.append(
            Panel(
                title=title,
                subject=item.series.key.subject,
                state=item.series.state,
                reason=words.say(item.series.reason),
                good=item.good,
                value=_shown(item, words),
                limit=_limit(item, words),
                note=_note(item, words),
                svg=line_chart(
                    points,
                    since=drawn.since,
                    until=drawn.until,
                    title=f"{title} {item.series.key.subject}: {_shown(item, words)}",
                    shown=lambda value, unit=unit: figure(value, unit, words.language),  # type: ignore[misc]
                    limit=item.rule.threshold if item.rule else None,
                    marks=drawn.marks,
                )
                if measured
                else None,
            )
        )
    return result


def _title(item: Indicator, words: Words) -> str:
    name = item.series.key.indicator
    known = words.known(f"indicator-{name}", "")
    return known or (item.rule.words.in_language(words.language) if item.rule else name)


def _shown(item: Indicator, words: Words) -> str:
    if item.series.state is not SeriesState.MEASURED or item.series.value is None:
        return words(f"series-{item.series.state}")
    return figure(item.series.value, item.series.unit, words.language)


def _limit(item: Indicator, words: Words) -> str:
    if item.rule is None:
        return ""
    shown = figure(item.rule.threshold, item.rule.unit, words.language)
    return ("≤ " if item.rule.compare == "above" else "≥ ") + shown


def _note(item: Indicator, words: Words) -> str:
    """Return the day on which a disk is full that fills as it does now."""
    series = item.series
    if series.state is not SeriesState.MEASURED or series.value is None:
        return ""
    if not series.key.indicator.endswith("disk-full"):
        return ""
    return words("full-on", day=day_after(series.value, series.measured_at or series.seen_at))
