"""An address baked into an image: the image of staging cannot become production's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Words, check, needs
from shipway.checks.library.compose_build_time_variable import BUILD_TIME


@check(
    "compose.baked-environment",
    WARNING,
    needs=needs.SERVICES,
    serves=("D30", "R075"),
    title=Words(
        "Images hold nothing of one environment", "이미지에 특정 환경의 값이 들어가지 않는다"
    ),
    fix=Words(
        "use a path of the same origin (/api), or read the address at run time",
        "같은 출처의 경로(/api)를 쓰거나 주소를 실행할 때 읽으세요",
    ),
)
def baked_environment(facts: Facts) -> Iterator[Finding]:
    """Find them: promoting the same image would send production's users to staging."""
    for service in facts.services:
        for key, value, place in service.written_arguments():
            if BUILD_TIME.match(key) and (
                re.match(r"(https?|wss?)://", value) or value.startswith("$")
            ):
                yield Finding(
                    place=place,
                    wrong=Words(
                        f"{service.name}: {key} makes the image one for a single environment",
                        f"{service.name}: {key} 때문에 이미지가 한 환경에만 맞게 됩니다",
                    ),
                )
