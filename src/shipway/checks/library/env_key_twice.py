"""A key that is handed over as a file and as a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs

_KEY = re.compile(r"(PRIVATE|PUBLIC)_KEY$")
_KEY_FILE = re.compile(r"(^|/)(keys?|jwt)(/[^/]*)?$|\.(pem|key)$")


@check(
    "environment.key-twice",
    WARNING,
    needs=needs.ENV_FILES,
    serves=("D24", "R063"),
    title=Words("A key is handed over in one way only", "키를 한 가지 방법으로만 전달한다"),
    fix=Words(
        "drop the variable and keep the mounted file, readable by the service's user only",
        "변수를 지우고 마운트한 파일만 쓰세요. 서비스 사용자만 읽을 수 있게 하세요",
    ),
)
def key_twice(facts: Facts) -> Iterator[Finding]:
    """Find them: after a rotation one of the two is still the old key."""
    mounted = [
        str(mount.get("source", ""))
        for service in facts.services
        for _, mount in service.mounts()
        if mount.get("type") == "bind" and _KEY_FILE.search(str(mount.get("source", "")))
    ]
    if not mounted:
        return
    for file in facts.env_files:
        for item in file.variables:
            if _KEY.search(item.key) and item.value:
                yield Finding(
                    place=Place(file.path, item.line),
                    wrong=Words(
                        f"{item.key} is a variable, and Compose mounts key files as well",
                        f"{item.key}을(를) 변수로 두었는데 Compose가 키 파일도 마운트합니다",
                    ),
                )
