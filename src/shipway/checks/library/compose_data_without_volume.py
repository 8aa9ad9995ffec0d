"""Databases whose data goes with the container."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.compose import Service
from shipway.checks.facts.images import DATA_DIRECTORIES, store_family
from shipway.checks.kit import ERROR, Facts, Finding, Words, check, needs


@check(
    "compose.data-without-volume",
    ERROR,
    needs=needs.SERVICES,
    serves=("R028",),
    title=Words(
        "Every database keeps its data in a volume", "데이터베이스가 데이터를 볼륨에 보관한다"
    ),
    fix=Words(
        "mount a named volume at the data directory",
        "데이터 디렉토리에 이름 있는 볼륨을 마운트하세요",
    ),
)
def data_without_volume(facts: Facts) -> Iterator[Finding]:
    """Find them: `docker compose down` or a new image takes the data along."""
    for service in facts.services:
        family = store_family(service.image)
        if (
            family in DATA_DIRECTORIES
            and _keeps_data(family, service)
            and not _mounted(family, service)
        ):
            directory = DATA_DIRECTORIES[family][0]
            yield Finding(
                place=service.place(),
                wrong=Words(
                    f"{service.name}: nothing named is mounted at {directory}; the data goes with"
                    " the container",
                    f"{service.name}: {directory}에 마운트된 이름 있는 볼륨이 없어 컨테이너와 함께"
                    " 데이터가 사라집니다",
                ),
            )


def _keeps_data(family: str, service: Service) -> bool:
    """Return whether losing its memory loses data: a plain Redis is often a cache."""
    return family != "redis" or "--appendonly yes" in service.command or "--save" in service.command


def _mounted(family: str, service: Service) -> bool:
    wanted = [*DATA_DIRECTORIES[family]]
    wanted += [value for key, value in service.environment.items() if key == "PGDATA" and value]
    targets = [str(mount.get("target", "")) for _, mount in service.mounts() if mount.get("source")]
    return any(
        directory.startswith(target) or target.startswith(directory)
        for directory in wanted
        for target in targets
        if target
    )
