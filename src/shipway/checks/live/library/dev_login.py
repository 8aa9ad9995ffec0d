"""R143: the login without a password, made for development, is closed in production."""

from __future__ import annotations

from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing
from shipway.journeys.web import Answer

PATHS = ("/auth/dev", "/api/auth/dev", "/api/v1/auth/dev", "/auth/dev-login", "/api/auth/dev-login")
CLOSED = frozenset({401, 403, 404, 405, 410})
NOWHERE = "/shipway-nothing-is-here"


@live(
    "live.dev-login",
    ERROR,
    serves=("R143",),
    title=Words("The development login is closed", "개발용 로그인이 닫혀 있습니다"),
    fix=Words(
        "do not mount the route outside of development",
        "개발 환경이 아니면 해당 라우트를 등록하지 마세요",
    ),
)
def look(seen: Live) -> Seen:
    """Ask the usual paths with GET and POST; a page that answers everything counts as none."""
    if seen.app.environment.name != "production":
        raise nothing("only production must have it closed", "운영 환경에서만 확인합니다")
    catch_all = {
        method: (answer.status, answer.header("content-type"))
        for method in ("GET", "POST")
        for answer in (_ask(seen, NOWHERE, method),)
    }
    wrong = []
    for path in PATHS:
        for method in ("GET", "POST"):
            answer = _ask(seen, path, method)
            same = (answer.status, answer.header("content-type")) == catch_all[method]
            if answer.status is None or answer.status in CLOSED or same:
                continue
            wrong.append(
                Words(
                    f"{method} {path} answered {answer.status}",
                    f"{method} {path} 응답 {answer.status}",
                )
            )
    return Seen(
        says=Words(f"{len(PATHS)} paths tried: closed", f"경로 {len(PATHS)}개 확인: 닫힘"),
        wrong=tuple(wrong),
        figures={"paths": list(PATHS)},
    )


def _ask(seen: Live, path: str, method: str) -> Answer:
    body = b"{}" if method == "POST" else None
    return seen.ask(path, method=method, headers={"Content-Type": "application/json"}, body=body)
