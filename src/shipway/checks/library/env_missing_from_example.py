"""Variables that Compose asks for and the example does not list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs

_USED = re.compile(r"(?<!\$)(?:\$\$)*\$(?:\{(\w+)|(\w+))")
_GIVEN = frozenset({"HOME", "PWD", "USER", "UID", "GID", "HOSTNAME", "COMPOSE_PROJECT_NAME"})


@check(
    "environment.missing-from-example",
    WARNING,
    needs=needs.ENV_EXAMPLES,
    serves=("D11", "R049"),
    title=Words(
        "The example lists every variable of Compose", "예시 파일에 Compose 변수가 모두 있다"
    ),
    fix=Words("add the line KEY= to the example", "예시 파일에 KEY= 줄을 추가하세요"),
)
def missing_from_example(facts: Facts) -> Iterator[Finding]:
    """Find them: whoever copies the example starts with the defaults, or with nothing."""
    listed = {item.key for file in facts.env_files for item in file.variables} | _GIVEN
    for view in facts.deployed:
        seen = set(listed)
        for path, raw in view.raws:
            for scalar in raw.scalars():
                for name in (first or second for first, second in _USED.findall(scalar.text)):
                    own = name.startswith("SHIPWAY_")  # set by Shipway itself
                    if name not in seen and not name.isdigit() and not own:
                        seen.add(name)
                        yield Finding(
                            place=Place(path, scalar.line),
                            wrong=Words(
                                f"{name} is used here and stands in no example file",
                                f"여기서 쓰는 {name}이(가) 예시 파일에 없습니다",
                            ),
                        )
