"""Environment files that Compose refuses to read."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs


@check(
    "environment.loads",
    ERROR,
    needs=needs.ENV_FILES,
    serves=("R049", "R132"),
    title=Words(
        "Compose can read every environment file", "Compose가 환경변수 파일을 읽을 수 있다"
    ),
    fix=Words(
        "write one KEY=value a line, and quote values with spaces or #",
        "한 줄에 KEY=값 하나만 쓰고 공백이나 #이 든 값은 따옴표로 감싸세요",
    ),
)
def loads(facts: Facts) -> Iterator[Finding]:
    """Find what is refused; the line itself is not shown, for it may hold a secret."""
    for file in facts.env_files:
        if file.problem is not None:
            source = file.problem.source
            yield Finding(
                place=Place(file.path, (source.line if source else None) or 1),
                wrong=Words(
                    "Compose refuses the file at this line",
                    "Compose가 이 줄에서 파일을 거부합니다",
                ),
            )
