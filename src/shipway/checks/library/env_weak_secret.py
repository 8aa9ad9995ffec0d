"""Secrets that are guessed at once."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs
from shipway.spec.secretwords import (
    STRONG_BITS,
    bits,
    is_placeholder,
    is_secret,
    is_weak,
    url_password,
)


@check(
    "environment.weak-secret",
    ERROR,
    needs=needs.ENV_VALUES,
    serves=("R146", "R068", "R062"),
    title=Words("Secrets are strong", "비밀 값이 충분히 강하다"),
    fix=Words("make one with `openssl rand -hex 32`", "`openssl rand -hex 32`로 새로 만드세요"),
)
def weak_secret(facts: Facts) -> Iterator[Finding]:
    """Find them by their entropy, and by the list of defaults that everybody tries."""
    for file in facts.env_values:
        if file.environment in {"development", "test"}:
            continue
        for item in file.variables:
            secret = item.value if is_secret(item.key) else url_password(item.value)
            known = not secret or secret.startswith(("#", "$")) or is_placeholder(secret)
            if not known and is_weak(secret):
                yield Finding(
                    place=Place(file.path, item.line),
                    wrong=Words(
                        f"the secret in {item.key} can be guessed: about {bits(secret):.0f} bits"
                        f" where {STRONG_BITS} are wanted, or a known default",
                        f"{item.key}의 비밀 값은 추측할 수 있습니다: 약 {bits(secret):.0f}비트"
                        f" (권장 {STRONG_BITS}비트 이상), 또는 알려진 기본값",
                    ),
                )
