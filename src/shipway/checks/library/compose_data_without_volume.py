"""Databases whose data goes with the container, or lies in a folder that environments share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.checks.facts.compose import Service
from shipway.checks.facts.images import DATA_DIRECTORIES, store_family
from shipway.checks.facts.paths import relative
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
        "mount a named volume at the data directory: each environment gets its own",
        "데이터 디렉토리에 이름 있는 볼륨을 마운트하세요. 환경마다 별도의 볼륨이 만들어집니다",
    ),
)
def data_without_volume(facts: Facts) -> Iterator[Finding]:
    """Find them: `docker compose down`, a new image or a second environment harms the data."""
    for service in facts.services:
        family = store_family(service.image)
        if family not in DATA_DIRECTORIES or not _keeps_data(family, service):
            continue
        mounts = [
            (index, item) for index, item in service.mounts() if _holds(family, service, item)
        ]
        if not mounts:
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
        for index, mount in mounts:
            if (
                mount.get("type") != "bind"
                or mount.get("read_only")
                or _by_variable(service, mount)
            ):
                continue
            folder = relative(facts.root, str(mount["source"])) or mount["source"]
            yield Finding(
                place=service.place("volumes", index),
                wrong=Words(
                    f"{service.name}: its data lies in the folder {folder}; staging and production"
                    " would run two servers on the same files",
                    f"{service.name}: 데이터가 {folder} 폴더에 있어 스테이징과 프로덕션의 서버 두 개가"
                    " 같은 파일을 쓰게 됩니다",
                ),
            )


def _keeps_data(family: str, service: Service) -> bool:
    """Return whether losing its memory loses data: a plain Redis is often a cache."""
    return family != "redis" or "--appendonly yes" in service.command or "--save" in service.command


def _holds(family: str, service: Service, mount: Mapping[str, Any]) -> bool:
    """Return whether something that outlives the container is mounted where the data lies."""
    wanted = [*DATA_DIRECTORIES[family]]
    wanted += [value for key, value in service.environment.items() if key == "PGDATA" and value]
    target = str(mount.get("target") or "")
    return bool(target and mount.get("source")) and any(
        directory.startswith(target) or target.startswith(directory) for directory in wanted
    )


def _by_variable(service: Service, mount: Mapping[str, Any]) -> bool:
    """Return whether a variable tells the folder: it may be another in each environment."""
    target = str(mount["target"])
    for part in service.written("volumes").parts:
        source, goal = part.get("source").text, part.get("target").text
        if target in (goal or part.text) and "$" in (source or part.text):
            return True
    return False
