"""Services with the host's rights."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Words, check, needs

_CAPABILITIES = frozenset({"ALL", "SYS_ADMIN", "CAP_SYS_ADMIN"})


@check(
    "compose.privileged",
    WARNING,
    needs=needs.SERVICES,
    serves=("R147",),
    title=Words("No service has the host's rights", "호스트 권한을 가진 서비스가 없다"),
    fix=Words(
        "remove it, and add the one capability that is needed with cap_add",
        "이 설정을 지우고 꼭 필요한 권한만 cap_add로 주세요",
    ),
)
def privileged(facts: Facts) -> Iterator[Finding]:
    """Find them: a hole in the service is then a hole in the server."""
    for service in facts.services:
        definition = service.definition
        keys = [key for key in ("privileged",) if definition.get(key)]
        keys += [key for key in ("pid", "ipc", "network_mode") if definition.get(key) == "host"]
        if _CAPABILITIES.intersection(definition.get("cap_add") or ()):
            keys.append("cap_add")
        for key in keys:
            yield Finding(
                place=service.place(key),
                wrong=Words(
                    f"{service.name}: `{key}` gives it rights of the host",
                    f"{service.name}: `{key}` 때문에 호스트 권한을 가집니다",
                ),
            )
