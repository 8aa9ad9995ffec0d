"""Compose files that Compose refuses."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Words, check, needs


@check(
    "compose.loads",
    ERROR,
    needs=needs.COMPOSE,
    serves=("R131", "R071"),
    title=Words("Compose can load its files", "Compose 파일을 읽을 수 있다"),
    fix=Words(
        "mend the line; `shipway compose config` says the same",
        "해당 줄을 고치세요. `shipway compose config`도 같은 말을 합니다",
    ),
)
def loads(facts: Facts) -> Iterator[Finding]:
    """Find what is refused: the other checks of services cannot look at these files."""
    for view in facts.compose:
        if view.problem is not None:
            said = view.problem.message
            yield Finding(
                place=view.problem_place(),
                wrong=Words(f"refused: {said}", f"Compose가 거부합니다: {said}"),
            )
