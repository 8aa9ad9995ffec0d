"""R140: the headers that keep browsers safe: who sets which, and whether they agree.

The front page is asked for twice, through the front door and at the instance itself.
"""

from __future__ import annotations

from shipway.checks.live.header_audit import TELLING, audit, wrong_headers
from shipway.checks.live.kit import WARNING, Live, Seen, Words, live, nothing
from shipway.journeys.target import Target
from shipway.journeys.web import Answer
from shipway.model.application import Service
from shipway.model.routes import choose, rules_by_host


@live(
    "live.headers",
    WARNING,
    serves=("R140",),
    title=Words("Answers carry the security headers", "응답에 보안 헤더가 있습니다"),
    fix=Words(
        "set each in one place: in the application, or below `ingress: {headers: …}`",
        "각 헤더를 한 곳에서만 설정하세요: 애플리케이션 또는 `ingress: {headers: …}`",
    ),
)
def look(seen: Live) -> Seen:
    """Ask for the front page, with and without the front door, and compare the headers."""
    answer = seen.ask("/")
    if answer.status is None:
        raise nothing(f"GET / failed: {answer.reason}", f"GET / 실패: {answer.reason}")
    declared = seen.app.front.headers
    own = _behind(seen)
    lines = audit(own.headers if own else (), answer.headers, declared)
    by_door = [line.name for line in lines if line.source == "front door"]
    by_app = [
        line.name for line in lines if line.source == "application" and line.name not in TELLING
    ]
    said = f"GET / answered {answer.status}"
    korean = f"GET / {answer.status}"
    if own is None:
        says = Words(
            f"{said}; the application itself was not asked", f"{korean}: 프록시 응답만 확인"
        )
    else:
        says = Words(
            f"{said}: {len(by_app)} set by the application, {len(by_door)} by the front door",
            f"{korean}: 애플리케이션 {len(by_app)}개, 프록시 {len(by_door)}개",
        )
    return Seen(
        says=says,
        wrong=tuple(wrong_headers(lines, declared, tls=seen.target.tls)),
        figures={
            "status": answer.status,
            "headers": [line.as_dict() for line in lines] if own else [],
            "clients get": {line.name: ", ".join(line.clients) for line in lines if line.clients},
        },
    )


def _behind(seen: Live) -> Answer | None:
    """Return what the instance behind `/` answers by itself; None where it cannot be asked."""
    service = _front_service(seen)
    if service is None or service.port is None:
        return None
    for instance in seen.instances(service.name):
        if not instance.address:
            continue
        host = seen.target.host or (service.probe.host if service.probe else None)
        door = Target(address=instance.address, port=service.port, host=host)
        scheme = "https" if seen.target.tls else "http"
        answer = seen.ask("/", target=door, headers={"X-Forwarded-Proto": scheme})
        return answer if answer.status is not None else None
    return None


def _front_service(seen: Live) -> Service | None:
    rule = choose(rules_by_host(seen.app), seen.target.host, "/")
    return seen.app.service(rule.service) if rule else None
