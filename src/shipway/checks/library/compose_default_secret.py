"""`${PASSWORD:-postgres}`: a default that supplies the secret when nobody set one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Edit, Facts, Finding, Place, Words, check, needs
from shipway.spec.secretwords import is_secret

_DEFAULT = re.compile(r"\$\{(?P<name>\w+):?-(?P<value>[^}$]+)\}")


@check(
    "compose.default-secret",
    ERROR,
    needs=needs.SERVICES,
    serves=("R220", "R057", "R068"),
    title=Words("No default supplies a secret", "기본값이 비밀 값을 대신하지 않는다"),
    fix=Words(
        "write ${NAME:?}, so that Compose refuses to start without it (--fix does it)",
        "${NAME:?}로 바꾸면 값이 없을 때 Compose가 시작을 거부합니다 (--fix가 대신 합니다)",
    ),
)
def default_secret(facts: Facts) -> Iterator[Finding]:
    """Find them: forgetting the variable gives a running system with a known password."""
    for service in facts.services:
        for key, value, place in (*service.written_environment(), *service.written_arguments()):
            for match in _DEFAULT.finditer(value):
                if is_secret(match["name"]) or (is_secret(key) and match[0] == value):
                    yield Finding(
                        place=place,
                        wrong=Words(
                            f"{service.name}: without {match['name']} everybody knows {key}",
                            f"{service.name}: {match['name']}이(가) 없으면 {key}은(는) 누구나 아는"
                            " 값이 됩니다",
                        ),
                        edit=_required(facts, place, match),
                    )


def _required(facts: Facts, place: Place, match: re.Match[str]) -> Edit | None:
    line = facts.files.lines(place.path)[place.line - 1]
    if line.count(match[0]) != 1:
        return None
    changed = line.replace(match[0], f"${{{match['name']}:?}}")
    return Edit(path=place.path, first=place.line, last=place.line, lines=(changed,))
