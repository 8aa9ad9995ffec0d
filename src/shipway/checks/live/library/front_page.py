"""R149: the address that people type opens a page."""

from __future__ import annotations

from urllib.parse import urlsplit

from shipway.checks.live.kit import WARNING, Live, Seen, Words, live, nothing

HOPS_MAX = 3
GUARDED = (401, 403)


@live(
    "live.front-page",
    WARNING,
    serves=("R149",),
    title=Words("The front page opens", "첫 화면이 열립니다"),
    fix=Words("shipway logs shows what the service behind / said", "shipway logs 로 확인하세요"),
)
def look(seen: Live) -> Seen:
    """Ask for `/`, and follow where it leads within the same site."""
    path, answer = "/", seen.ask("/")
    for _ in range(HOPS_MAX):
        target = urlsplit(answer.header("location") or "")
        if answer.status not in (301, 302, 303, 307, 308) or not target.path.startswith("/"):
            break
        if target.hostname not in {None, seen.target.host, seen.target.address}:
            raise nothing(
                f"GET / leads to another site, {target.hostname}",
                f"GET / 가 다른 사이트({target.hostname})로 이동합니다",
            )
        path = target.path
        base = seen.target.base_path
        inside = path.removeprefix(base) if base != "/" else path
        answer = seen.ask(inside or "/")
    if answer.status in GUARDED:
        raise nothing(f"GET {path} asks for a login", f"GET {path} 는 로그인이 필요합니다")
    kind = answer.header("content-type") or ""
    if answer.status == 404 and "json" in kind:
        raise nothing("GET / is an API's 404: there is no page", "API만 있고 화면이 없습니다")
    if answer.status == 200:
        return Seen(
            says=Words(f"GET {path} answered 200", f"GET {path} 200"), figures={"status": 200}
        )
    said = f"answered {answer.status}" if answer.status else answer.reason
    return Seen(
        says=Words(f"GET {path} {said}", f"GET {path}: {answer.status or answer.reason}"),
        wrong=(Words(f"GET {path} {said}", f"GET {path}: {answer.status or answer.reason}"),),
        figures={"status": answer.status},
    )
