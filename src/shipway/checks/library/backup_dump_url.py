"""Dumps with an address that pg_dump does not understand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_DUMP = re.compile(
    r"\b(pg_dump|pg_dumpall|psql|pg_restore|pg_basebackup)\b[^|;&]*\$\{?(?P<name>\w+)(?![\w%#/])"
)
_DRIVER = re.compile(r"^postgres(ql)?\+(?P<driver>\w+)://")
_PARAMETER = re.compile(
    r"[?&](?P<name>schema|connection_limit|pgbouncer|pool_timeout|socket_timeout)="
)


@check(
    "backup.dump-address",
    ERROR,
    needs=needs.SCRIPTS,
    serves=("D04", "D05", "R117"),
    title=Words(
        "Backups connect to the database that is meant", "백업이 의도한 데이터베이스에 연결된다"
    ),
    fix=Words(
        "hand over plain parts, pg_dump -h HOST -U USER -d NAME, or strip the driver and the"
        " parameters from the URL first",
        "pg_dump -h 호스트 -U 사용자 -d 이름처럼 나눠 넘기거나 URL에서 드라이버와 매개변수를 먼저 빼세요",
    ),
)
def dump_address(facts: Facts) -> Iterator[Finding]:
    """Find them: libpq takes `postgresql+asyncpg://…` for a database's name, `?schema=` for an error."""
    for script in facts.scripts:
        for line, command in script.commands():
            match = _DUMP.search(command)
            reason = _reason(facts, match["name"]) if match else None
            if reason:
                yield Finding(place=Place(script.path, line), wrong=reason)


def _reason(facts: Facts, name: str) -> Words | None:
    values = [item.value for file in facts.env_files if (item := file.get(name))]
    values += [
        value
        for service in facts.services
        for key, value, _ in service.written_environment()
        if key == name
    ]
    for value in values:
        driver, parameter = _DRIVER.match(value), _PARAMETER.search(value)
        if driver:
            return Words(
                f"{name} begins with postgresql+{driver['driver']}://, and libpq tries the local"
                " socket instead",
                f"{name}이(가) postgresql+{driver['driver']}://로 시작해 libpq가 로컬 소켓으로"
                " 연결합니다",
            )
        if parameter and value.startswith("postgres"):
            return Words(
                f"{name} holds ?{parameter['name']}=, which libpq refuses",
                f"{name}에 libpq가 거부하는 ?{parameter['name']}=이 있습니다",
            )
    return None
