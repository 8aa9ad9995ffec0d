"""Services whose health nobody asks."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.compose import Service
from shipway.checks.facts.images import store_family
from shipway.checks.kit import WARNING, Facts, Finding, Words, check, needs

_TESTS = {
    "postgres": '["CMD-SHELL", "pg_isready -U $${POSTGRES_USER:-postgres}"]',
    "redis": '["CMD", "redis-cli", "ping"]',
    "mysql": '["CMD-SHELL", "mysqladmin ping -h 127.0.0.1"]',
    "mongo": '["CMD", "mongosh", "--eval", "db.adminCommand(1)"]',
}


@check(
    "compose.healthcheck-missing",
    WARNING,
    needs=needs.SERVICES,
    serves=("R029", "R084"),
    title=Words(
        "Every service that is waited for has a healthcheck", "의존 대상 서비스에 헬스체크가 있다"
    ),
    fix=Words(
        "add a healthcheck with a command that fails while the service cannot answer",
        "서비스가 응답하지 못하면 실패하는 명령으로 healthcheck를 추가하세요",
    ),
)
def healthcheck_missing(facts: Facts) -> Iterator[Finding]:
    """Find stores, and what is built here and listens, that can be `started` and deaf."""
    for service in facts.services:
        family = store_family(service.image)
        if service.one_shot or not (family or _own_and_listens(facts, service)):
            continue
        own = service.definition.get("healthcheck") or {}
        disabled = own.get("disable") or own.get("test") == ["NONE"]
        if disabled or not (own.get("test") or _image_has_one(facts, service)):
            test = _TESTS.get(family)
            yield Finding(
                place=service.place("healthcheck") if own else service.place(),
                wrong=Words(
                    f"{service.name} has no healthcheck: started counts as ready",
                    f"{service.name}에 헬스체크가 없어 시작만 되면 준비된 것으로 봅니다",
                ),
                fix=Words(f"healthcheck: {{test: {test}}}", f"healthcheck: {{test: {test}}}")
                if test
                else None,
            )


def _own_and_listens(facts: Facts, service: Service) -> bool:
    """Return whether it is built from a Dockerfile that can be read, and takes requests."""
    if service.dockerfile() not in {file.path for file in facts.dockerfiles}:
        return False
    return service.builds and bool(
        service.definition.get("ports") or service.definition.get("expose")
    )


def _image_has_one(facts: Facts, service: Service) -> bool:
    path = service.dockerfile()
    return any(
        stage.last("HEALTHCHECK") is not None
        for file in facts.dockerfiles
        if file.path == path
        for stage in file.chain()
    )
