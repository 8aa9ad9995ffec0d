"""R144: whether the API's documentation is open in production is the owner's choice."""

from __future__ import annotations

from shipway.checks.live.kit import NOTICE, Live, Seen, Words, live, nothing

PATHS = ("/docs", "/redoc", "/openapi.json", "/api/docs", "/api/openapi.json", "/swagger")
SIGNS = ("swagger", "redoc", '"openapi"', '"swagger"')


@live(
    "live.docs-page",
    NOTICE,
    serves=("R144", "R150"),
    title=Words(
        "The API's documentation is not open to everybody", "API 문서가 외부에 공개되지 않습니다"
    ),
    fix=Words(
        "close it in production, or say with a waiver that it is meant to be open",
        "운영 환경에서는 닫거나, 공개가 의도라면 예외 승인(waiver)으로 남기세요",
    ),
)
def look(seen: Live) -> Seen:
    """Ask the usual paths; only what reads like API documentation counts."""
    if seen.app.environment.name != "production":
        raise nothing("only production is asked", "운영 환경에서만 확인합니다")
    wrong = []
    for path in PATHS:
        answer = seen.ask(path)
        if answer.status == 200 and any(sign in answer.text.lower() for sign in SIGNS):
            wrong.append(Words(f"{path} is open", f"{path} 공개됨"))
    return Seen(
        says=Words(f"{len(PATHS)} paths tried: none is open", f"경로 {len(PATHS)}개 확인: 비공개"),
        wrong=tuple(wrong),
        figures={"paths": list(PATHS)},
    )
