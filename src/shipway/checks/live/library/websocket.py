"""R162, R214: a WebSocket comes through the front door."""

from __future__ import annotations

from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing

KEY = "c2hpcHdheS1jaGVjay1rZQ=="


@live(
    "live.websocket",
    ERROR,
    serves=("R018", "R162"),
    title=Words("WebSockets come through the proxy", "WebSocket이 프록시를 통과합니다"),
    fix=Words(
        "route its path to the service that speaks it, without a proxy of your own between",
        "WebSocket 경로를 해당 서비스로 연결하고 중간 프록시의 Upgrade 설정을 확인하세요",
    ),
)
def look(seen: Live) -> Seen:
    """Shake hands at each path that a journey connects to, or that is routed as /ws."""
    declared = [
        step.connect
        for journey in seen.app.journeys
        for step in journey.steps
        if step.connect and "{{" not in step.connect
    ]
    guessed = [
        rule.path for rule in seen.app.routes if rule.path.rsplit("/", 1)[-1] in {"ws", "socket.io"}
    ]
    answers = {path: _status(seen, path) for path in dict.fromkeys(declared or guessed)}
    if not declared:  # a route says where WebSockets lie, not at which path exactly
        answers = {path: status for path, status in answers.items() if status not in {403, 404}}
    if not answers:
        raise nothing(
            "no journey connects to a WebSocket", "WebSocket에 접속하는 journey가 없습니다"
        )
    return Seen(
        says=Words(f"{', '.join(answers)}: 101", f"{', '.join(answers)}: 101"),
        wrong=tuple(
            Words(f"{path} answered {status}, not 101", f"{path} 응답 {status} (101이어야 함)")
            for path, status in answers.items()
            if status != 101
        ),
        figures={"paths": answers},
    )


def _status(seen: Live, path: str) -> int | None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": KEY,
    }
    return seen.ask(path, headers=headers).status
