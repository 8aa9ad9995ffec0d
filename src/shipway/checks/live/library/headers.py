"""R140: the headers that keep browsers safe, on the page as it comes through the front door."""

from __future__ import annotations

from shipway.checks.live.kit import WARNING, Live, Seen, Words, live, nothing

WANTED = ("x-content-type-options", "referrer-policy")


@live(
    "live.headers",
    WARNING,
    serves=("R140",),
    title=Words("Answers carry the security headers", "응답에 보안 헤더가 있습니다"),
    fix=Words(
        "set them in the application or at the ingress",
        "애플리케이션이나 프록시에서 설정하세요",
    ),
)
def look(seen: Live) -> Seen:
    """Ask for the front page and read its headers."""
    answer = seen.ask("/")
    if answer.status is None:
        raise nothing(f"GET / failed: {answer.reason}", f"GET / 실패: {answer.reason}")
    missing = [name for name in WANTED if answer.header(name) is None]
    policy = answer.header("content-security-policy") or ""
    if answer.header("x-frame-options") is None and "frame-ancestors" not in policy:
        missing.append("x-frame-options (or frame-ancestors)")
    if seen.target.tls and answer.header("strict-transport-security") is None:
        missing.append("strict-transport-security")
    return Seen(
        says=Words(
            f"GET / answered {answer.status} with them", f"GET / {answer.status}: 모두 있음"
        ),
        wrong=tuple(Words(f"{name} is missing", f"{name} 헤더가 없습니다") for name in missing),
        figures={"status": answer.status, "missing": missing},
    )
