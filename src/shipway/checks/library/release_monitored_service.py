"""Documents that tell people to look at a port which nothing listens on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check
from shipway.checks.model import Needs
from shipway.model.words import plural

_URL = re.compile(
    r"https?://(?P<host>\{[^}]*\}|<[^>]*>|[\w.-]+\.[A-Za-z]{2,}|\d+\.\d+\.\d+\.\d+|(?:YOUR|SERVER)\w*)"
    r":(?P<port>\d{2,5})\b"
)


def _subjects(facts: Facts) -> tuple[str, ...]:
    return facts.documents if facts.services else ()


@check(
    "release.monitored-service",
    WARNING,
    needs=Needs(
        _subjects,
        lambda n: Words(plural(n, "document"), f"문서 {n}개"),
        Words("there is no document, or no Compose file", "문서나 Compose 파일이 없습니다"),
    ),
    serves=("D18", "R173", "R189"),
    title=Words("Documents name only ports that are there", "문서에 적힌 포트가 실제로 있다"),
    fix=Words(
        "add the service to Compose (behind a login), or take the line out",
        "서비스를 Compose에 추가하거나(로그인 뒤에) 이 줄을 지우세요",
    ),
)
def monitored_service(facts: Facts) -> Iterator[Finding]:
    """Find them: what is to be monitored does not run, and nobody notices."""
    known = {"80", "443", "22"}
    for service in facts.services:
        for port in service.ports():
            known |= {port.published, str(port.target)}
        known |= {str(item) for item in service.definition.get("expose") or ()}
    for file in facts.nginx:
        known |= {item.args[0].rpartition(":")[2] for item in file.top.all("listen") if item.args}
    for item in (item for file in facts.env_files for item in file.variables):
        if item.key.endswith("PORT"):
            known.add(item.value)
    for path in facts.documents:
        for number, line in facts.files.numbered(path):
            for match in _URL.finditer(line):
                if match["port"] not in known:
                    yield Finding(
                        place=Place(path, number),
                        wrong=Words(
                            f"nothing in Compose listens on {match['port']}",
                            f"Compose에 {match['port']} 포트를 쓰는 서비스가 없습니다",
                        ),
                    )
