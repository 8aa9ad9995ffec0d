"""Graphs as SVG, drawn on the server.  Pure; markup escapes what comes from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import escape

from shipway.model.observe import Point
from shipway.observe.overview import Mark

WIDTH, HEIGHT = 400, 120
LINE_WIDTH = 480
LEFT, RIGHT, TOP, BOTTOM = 6, 6, 16, 18
ROOM = 1.12
DAY_S = 86_400.0


def line_chart(
    points: Sequence[Point],
    *,
    since: float,
    until: float,
    title: str,
    shown: Callable[[float], str],
    limit: float | None = None,
    marks: Sequence[Mark] = (),
) -> str:
    """Return a curve over time with its limit and the moments at which a release came in.

    Where nothing was measured the curve has a gap.  Zero is always in the picture.  shown: a
    value as people read it.
    """
    values = [point.mean for point in points if point.mean is not None]
    near = limit if limit is not None and _near(limit, values) else 0.0
    bottom = min([*values, 0.0]) * ROOM
    top = max([*values, near, 0.0]) * ROOM or (0.0 if bottom else 1.0)

    def x(at: float) -> float:
        return LEFT + (at - since) / (until - since) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (value - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM)

    floor = y(0)
    parts = [
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{floor:.1f}" y2="{floor:.1f}"/>'
    ]
    for stretch in _stretches(points):
        curve = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in stretch)
        first, last = x(stretch[0][0]), x(stretch[-1][0])
        parts.append(
            f'<polygon class="area" points="{first:.1f},{floor:.1f} {curve} {last:.1f},{floor:.1f}"/>'
            f'<polyline class="curve" points="{curve}"/>'
            if len(stretch) > 1
            else f'<circle class="point" cx="{first:.1f}" cy="{y(stretch[0][1]):.1f}" r="2"/>'
        )
    if limit is not None and limit <= top:
        parts.append(
            f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(limit):.1f}"'
            f' y2="{y(limit):.1f}"/>'
        )
    for mark in marks:
        label = escape(f"{mark.kind} r{mark.release}" if mark.release else mark.kind)
        parts.append(
            f'<g><title>{label}, {_clock(mark.at)}</title><line class="deploy" x1="{x(mark.at):.1f}"'
            f' x2="{x(mark.at):.1f}" y1="{TOP}" y2="{floor:.1f}"/></g>'
        )
    parts.append(
        f'<text x="{LEFT}" y="11">{escape(shown(max(values)) if values else "")}</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 4}">{_clock(since)}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 4}" text-anchor="end">{_clock(until)}</text>'
    )
    return _svg(title, parts, HEIGHT)


def time_line(
    moments: Sequence[tuple[float, str, str]], *, since: float, until: float, title: str
) -> str:
    """Return moments on a line: (at, kind, words); kinds: point, backup, drill, failed."""
    height, line = 46, 32
    ends = _clock if until - since < 2 * DAY_S else _day
    parts = [
        f'<line class="axis" x1="{LEFT}" x2="{LINE_WIDTH - RIGHT}" y1="{line}" y2="{line}"/>',
    ]
    for at, kind, words in moments:
        where = LEFT + (at - since) / (until - since) * (LINE_WIDTH - LEFT - RIGHT)
        said = f"<title>{escape(words)}, {_day(at)} {_clock(at)}</title>"
        if kind == "point":
            shape = f'<line class="curve" x1="{where:.1f}" x2="{where:.1f}" y1="{line - 8}" y2="{line + 8}"/>'
        elif kind == "backup":
            shape = f'<rect class="point" x="{where - 4:.1f}" y="{line - 4}" width="8" height="8"/>'
        else:
            shape = f'<circle class="{escape(kind)}" cx="{where:.1f}" cy="{line - 16}" r="5"/>'
        parts.append(f"<g>{said}{shape}</g>")
    # letters stand outside: a picture that is scaled to a phone scales them too
    written = "".join(f"<span>{ends(at)}</span>" for at in (since, until))
    return f'<div>{_svg(title, parts, height, LINE_WIDTH)}<p class="ends small soft">{written}</p></div>'


def _svg(title: str, parts: Sequence[str], height: int, width: int = WIDTH) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def _near(limit: float, values: Sequence[float]) -> bool:
    """Return whether the limit fits into the picture without pressing the curve flat."""
    return not values or limit <= max(values) * 4


def _stretches(points: Sequence[Point]) -> list[list[tuple[float, float]]]:
    found: list[list[tuple[float, float]]] = []
    open_now = False
    for point in points:
        if point.mean is None:
            open_now = False
            continue
        if not open_now:
            found.append([])
        found[-1].append((point.at, point.mean))
        open_now = True
    return found


def _clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%m-%d %H:%M}"


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
