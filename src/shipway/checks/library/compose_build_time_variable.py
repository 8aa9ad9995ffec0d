"""Variables that are read when the front end is built, set when it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Words, check, needs

BUILD_TIME = re.compile(r"^(NEXT_PUBLIC_|VITE_|REACT_APP_|GATSBY_|PUBLIC_ENV_)")


@check(
    "compose.build-time-variable",
    ERROR,
    needs=needs.SERVICES,
    serves=("D30", "R042", "R075"),
    title=Words(
        "Build-time variables are set at build time", "빌드 때 읽는 변수는 빌드 때 주어진다"
    ),
    fix=Words(
        "hand it over under build: args, or better let the front end ask its own origin: /api",
        "build의 args로 넘기거나, 프론트엔드가 같은 출처의 /api를 쓰게 하세요",
    ),
)
def build_time_variable(facts: Facts) -> Iterator[Finding]:
    """Find them: the bundler has put the value of build time into the files already."""
    for service in facts.services:
        built_with = {key for key, _, _ in service.written_arguments()}
        for key, _, place in service.written_environment():
            if BUILD_TIME.match(key) and key not in built_with:
                yield Finding(
                    place=place,
                    wrong=Words(
                        f"{service.name}: {key} has no effect at run time",
                        f"{service.name}: {key}은(는) 실행할 때 주어도 효과가 없습니다",
                    ),
                )
