"""Source directories mounted over what the image holds."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.paths import relative
from shipway.checks.kit import ERROR, Facts, Finding, Words, check, needs

_SOURCES = frozenset({"src", "app", "lib", "pages", "backend", "frontend", "server", "api"})


@check(
    "compose.source-mounted",
    ERROR,
    needs=needs.SERVICES,
    serves=("R034",),
    title=Words("No source directory covers the image", "소스 디렉토리가 이미지를 덮어쓰지 않는다"),
    fix=Words(
        "remove the mount here; keep it in a file for development, such as compose.dev.yaml",
        "여기서는 마운트를 지우고, compose.dev.yaml 같은 개발용 파일에 두세요",
    ),
)
def source_mounted(facts: Facts) -> Iterator[Finding]:
    """Find them: what runs is what lies on the server, not what was built and tested."""
    for service in facts.services:
        context = service.build_context()
        if context is None:
            continue
        for index, mount in service.mounts():
            source = (
                relative(facts.root, str(mount.get("source") or ""))
                if mount.get("type") == "bind"
                else None
            )
            inner = {f"{context}/{name}" if context != "." else name for name in _SOURCES}
            if source is not None and (source == context or source in inner):
                yield Finding(
                    place=service.place("volumes", index),
                    wrong=Words(
                        f"{service.name}: {source} covers {mount.get('target')} of the image",
                        f"{service.name}: {source}이(가) 이미지의 {mount.get('target')}을(를) 덮습니다",
                    ),
                )
