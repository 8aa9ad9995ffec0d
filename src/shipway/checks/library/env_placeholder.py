"""Values that only say that something must be put there."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs
from shipway.spec.secretwords import is_placeholder, is_secret


@check(
    "environment.placeholder",
    ERROR,
    needs=needs.ENV_VALUES,
    serves=("R057",),
    title=Words("No placeholder is left in values", "값에 자리표시자가 남아 있지 않다"),
    fix=Words("put the real value there", "실제 값을 넣으세요"),
)
def placeholder(facts: Facts) -> Iterator[Finding]:
    """Find them: `your-secret-key` is not empty, so that the application starts with it."""
    for file in facts.env_values:
        if file.environment in {"development", "test"}:
            continue
        for item in file.variables:
            if is_placeholder(item.value) and not item.value.startswith("#"):
                kind = "secret" if is_secret(item.key) else "value"
                yield Finding(
                    place=Place(file.path, item.line),
                    wrong=Words(
                        f"the {kind} of {item.key} is a placeholder",
                        f"{item.key} 값이 자리표시자 그대로입니다",
                    ),
                )
