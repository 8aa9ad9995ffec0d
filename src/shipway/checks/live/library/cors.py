"""R130, R142: preflights from foreign origins are refused, from the declared ones allowed."""

from __future__ import annotations

import json
import re

from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing
from shipway.journeys.web import Answer

FOREIGN = "https://foreign.shipway.invalid"
KEY = re.compile(r"CORS|ALLOWED_ORIGINS?$", re.IGNORECASE)
PATHS_MAX = 6


@live(
    "live.cors-foreign",
    ERROR,
    serves=("R130", "R142"),
    title=Words("Foreign origins are refused", "허용하지 않은 출처(CORS)는 거부됩니다"),
    fix=Words(
        "name the allowed origins instead of `*` or of echoing what was asked",
        "`*`나 요청 출처 되돌려주기 대신 허용할 출처를 정확히 적으세요",
    ),
)
def look_foreign(seen: Live) -> Seen:
    """Send a preflight from an origin that nobody can have declared."""
    wrong = []
    for path in paths(seen):
        answer = preflight(seen, path, FOREIGN)
        allowed = answer.header("access-control-allow-origin")
        if allowed in {"*", FOREIGN}:
            with_cookies = answer.header("access-control-allow-credentials") == "true"
            more = (" with credentials", " (자격 증명 포함)") if with_cookies else ("", "")
            wrong.append(
                Words(
                    f"{path} allows {allowed} to an origin that is not declared{more[0]}",
                    f"{path}: 선언하지 않은 출처에 {allowed}를 허용합니다{more[1]}",
                )
            )
    return Seen(
        says=Words(
            f"preflights from {FOREIGN} to {', '.join(paths(seen))}: refused",
            f"{FOREIGN}에서 {', '.join(paths(seen))} 사전 요청: 거부됨",
        ),
        wrong=tuple(wrong),
        figures={"paths": paths(seen)},
    )


@live(
    "live.cors-allowed",
    ERROR,
    serves=("R130", "R142"),
    title=Words("The declared origins are allowed", "선언한 출처(CORS)는 허용됩니다"),
    fix=Words(
        "write each origin as scheme, host and port, without a slash at its end",
        "출처를 스킴·호스트·포트까지, 끝의 슬래시 없이 적으세요",
    ),
)
def look_allowed(seen: Live) -> Seen:
    """Send a preflight from each origin that the application's variables declare."""
    origins = declared(seen)
    if not origins:
        raise nothing("no variable declares origins", "허용 출처를 선언한 환경변수가 없습니다")
    wrong = []
    for origin in origins:
        answers = [preflight(seen, path, origin) for path in paths(seen)]
        if not any(item.header("access-control-allow-origin") in {origin, "*"} for item in answers):
            wrong.append(
                Words(f"{origin} is declared, but refused", f"{origin}: 선언했지만 거부됩니다")
            )
    return Seen(
        says=Words(f"{', '.join(origins)}: allowed", f"{', '.join(origins)}: 허용됨"),
        wrong=tuple(wrong),
        figures={"origins": origins},
    )


def preflight(seen: Live, path: str, origin: str) -> Answer:
    """Ask as a browser does before it lets a page of `origin` send a request."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    return seen.ask(path, method="OPTIONS", headers=headers)


def paths(seen: Live) -> list[str]:
    """Return where the application may answer: its routes and what smoke checks ask."""
    found = [rule.path for rule in seen.app.routes] + [item.path for item in seen.app.smoke]
    found += [probe.paths[0] for service in seen.web if (probe := service.probe) is not None]
    return list(dict.fromkeys(item.split("?")[0] for item in found))[:PATHS_MAX]


def declared(seen: Live) -> list[str]:
    """Return the origins in the application's variables; a wildcard is none."""
    found: dict[str, None] = {}
    for service in seen.own:
        for key in service.environment:
            if KEY.search(key):
                found |= dict.fromkeys(_origins(service.environment[key]))
    return list(found)


def _origins(value: str) -> list[str]:
    try:
        listed = json.loads(value) if value.strip().startswith("[") else value.split(",")
    except ValueError:
        return []
    return [text for item in listed if (text := str(item).strip()).startswith("http")]
