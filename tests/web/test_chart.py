"""Graphs as values: gaps stay gaps, limits and releases are drawn, nothing is markup by accident."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from shipway.model.observe import Point
from shipway.observe.overview import Mark
from shipway.web.chart import line_chart, time_line


def points(*values: float | None) -> list[Point]:
    return [Point(100.0 + at * 10, value, value, value) for at, value in enumerate(values)]


def draw(found: list[Point], limit: float | None = None, marks: tuple[Mark, ...] = ()) -> str:
    return line_chart(
        found, since=100, until=200, title="CPU <b>", shown=str, limit=limit, marks=marks
    )


def curves(svg: str) -> list[str]:
    tree = ET.fromstring(svg)  # noqa: S314 - our own
    return [item.get("points", "") for item in tree.iter() if item.get("class") == "curve"]


def test_where_nothing_was_measured_the_curve_has_a_gap() -> None:
    assert len(curves(draw(points(1, 2, 3)))) == 1
    assert len(curves(draw(points(1, 2, None, 3, 4)))) == 2


def test_a_higher_value_is_drawn_higher() -> None:
    low, high = curves(draw(points(1, 9)))[0].split()
    assert float(low.split(",")[1]) > float(high.split(",")[1])


def test_a_curve_that_is_zero_lies_on_the_floor() -> None:
    assert len(curves(draw(points(0, 0, 0)))) == 1


def test_nothing_measured_is_an_empty_picture() -> None:
    assert curves(draw([])) == []


def test_the_limit_and_the_releases_are_drawn() -> None:
    mark = Mark(at=150, rollout=1, kind="deploy", state="succeeded", release=7)
    svg = draw(points(1, 2), limit=3, marks=(mark,))
    assert 'class="limit"' in svg
    assert "deploy r7" in svg
    assert 'class="limit"' not in draw(points(1, 2), limit=900)  # it would press the curve flat


def test_names_from_elsewhere_are_escaped_and_no_style_is_inline() -> None:
    svg = draw(points(1, 2))
    assert "CPU &lt;b&gt;" in svg
    line = time_line([(150, "point", "<i>")], since=100, until=200, title='"')
    assert "&lt;i&gt;" in line
    assert "style=" not in svg + line
    ET.fromstring(line)  # noqa: S314 - our own
