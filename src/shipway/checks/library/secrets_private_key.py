"""Private keys in the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_BEGIN = re.compile(r"^\s*-----BEGIN ([A-Z]+ )?PRIVATE KEY-----\s*$")
_SUFFIXES = (".pem", ".key", ".crt", ".p8", ".txt", ".json", ".yml", ".yaml", ".env", ".conf")


@check(
    "secrets.private-key",
    ERROR,
    needs=needs.TRACKED,
    serves=("R061", "R063"),
    title=Words("git keeps no private key", "개인키를 git이 추적하지 않는다"),
    fix=Words(
        "git rm --cached FILE, make a new key pair, and keep the key outside of git",
        "git rm --cached 파일, 새 키 쌍을 만들고 키는 git 밖에 두세요",
    ),
)
def private_key(facts: Facts) -> Iterator[Finding]:
    """Find them: whoever has a copy of the repository can sign tokens and open servers."""
    for path in facts.files.paths:
        likely = path.endswith(_SUFFIXES) or path.rpartition("/")[2].startswith("id_")
        if not likely or path not in (facts.files.tracked or ()):
            continue
        for number, line in facts.files.numbered(path):
            if _BEGIN.match(line):
                yield Finding(
                    place=Place(path, number),
                    wrong=Words("a private key begins here", "개인키가 여기에 있습니다"),
                )
