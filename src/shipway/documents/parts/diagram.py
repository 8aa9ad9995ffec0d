"""The architecture: the way of a request, as text and as SVG."""

from __future__ import annotations

from html import escape
from unicodedata import east_asian_width

from shipway.documents.blocks import Picture, Section, Text
from shipway.documents.facts import EnvironmentFacts, Facts, RouteFacts, ServiceFacts
from shipway.documents.parts.running import problems
from shipway.documents.speaking import Speaker

_WIDTH = 860
_ROW = 34
_CHARACTER = 8.0
_WIDE = 13.5
_PADDING = 12


def architecture(facts: Facts, say: Speaker) -> Section:
    """Return the diagram of the main environment."""
    title = say.say("Architecture", "아키텍처 다이어그램")
    main = facts.main
    if main is None or not main.services:
        nothing = say.say("No service is declared.", "선언된 서비스가 없습니다.")
        unresolved = say.say(
            "What this environment consists of cannot be told:",
            "이 환경의 구성을 확인할 수 없습니다:",
        )
        if main is not None and main.problem:
            return Section(title, (Text(unresolved), problems(facts)))
        return Section(title, (Text(nothing),))
    front = f"HAProxy :{main.port}" + (" (TLS)" if main.tls else "")
    routes = [_route(route, main) for route in main.routes]
    services = [_service(service, say) for service in main.services]
    name = say.say("Internet", "인터넷")
    return Section(
        title,
        (
            Picture(
                _as_text(name, front, routes, services),
                _as_svg(title, name, front, routes, services),
                title,
            ),
        ),
    )


def _route(route: RouteFacts, main: EnvironmentFacts) -> str:
    port = next((one.port for one in main.services if one.name == route.service), None)
    where = f"{route.host or '*'}{route.path if route.path != '/' else ''}"
    kind = " (WebSocket)" if route.websocket else ""
    return f"{where} → {route.service}{f':{port}' if port else ''}{kind}"


def _service(service: ServiceFacts, say: Speaker) -> str:
    port = f" :{service.port}" if service.port else ""
    role = {
        "worker": say.say("worker", "워커"),
        "singleton": say.say("one instance only", "단일 인스턴스"),
        "job": say.say("once a release", "릴리스당 1회"),
        "stateful": say.say("data", "데이터"),
    }.get(service.role, "")
    count = f"×{service.wanted}" if service.wanted > 1 else ""
    notes = ", ".join(text for text in (service.runs, role, count, service.note) if text)
    return f"[{service.name}{port}]" + (f"  {notes}" if notes else "")


def _as_text(name: str, front: str, routes: list[str], services: list[str]) -> str:
    lines = [name, "  │", "  ▼", f"[{front}]"]
    lines += [f"  {'├' if routes[at + 1 :] else '└'}── {one}" for at, one in enumerate(routes)]
    lines.append("       │")
    lines += [
        f"       {'├' if services[at + 1 :] else '└'}── {one}" for at, one in enumerate(services)
    ]
    return "\n".join(lines)


def _as_svg(title: str, name: str, front: str, routes: list[str], services: list[str]) -> str:
    """Return the same as a picture that takes the page's colours; who cannot see it hears it."""
    rows = [(0, name), (0, front), *((1, one) for one in routes), *((2, one) for one in services)]
    height = len(rows) * _ROW + 12
    said = escape(f"{title}: {'; '.join(text for _depth, text in rows)}")
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
            f'aria-label="{said}" '
            'font-family="ui-monospace, monospace" font-size="13" fill="currentColor" '
            'stroke="currentColor" stroke-width="1">'
        )
    ]
    above = 0
    for number, (depth, text) in enumerate(rows):
        y, x = number * _ROW + 8, 8 + depth * 40
        shown = _fitting(text, _WIDTH - x - 8 - 2 * _PADDING)
        if depth:
            start = y - 21 if depth == above else y - 8
            parts.append(
                f'<path d="M {x - 20} {start} V {y + 13} H {x}" fill="none" opacity=".5"/>'
            )
        parts.append(
            f'<rect x="{x}" y="{y}" width="{width(shown) + 2 * _PADDING:.0f}" height="26" rx="5" '
            f'fill="none" opacity="{1 if depth != 1 else 0.6}"/>'
            f'<text x="{x + _PADDING}" y="{y + 17}" stroke="none">{escape(shown)}</text>'
        )
        above = depth
    return "".join([*parts, "</svg>"])


def width(text: str) -> float:
    """Return how wide a text is at 13 px: Korean letters are as wide as they are high."""
    return sum(_WIDE if east_asian_width(one) in "WF" else _CHARACTER for one in text)


def _fitting(text: str, room: float) -> str:
    """Return as much of a text as there is room for."""
    if width(text) <= room:
        return text
    while text and width(text) > room - _CHARACTER:
        text = text[:-1]
    return text.rstrip() + "…"
