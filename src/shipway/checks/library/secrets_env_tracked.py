"""Secrets that git keeps."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.env import EnvVariable
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs
from shipway.spec.secretwords import is_placeholder, is_secret, url_password


@check(
    "secrets.env-tracked",
    ERROR,
    needs=needs.TRACKED,
    serves=("R065", "R061"),
    title=Words("git keeps no file with secrets", "비밀 값이 든 파일을 git이 추적하지 않는다"),
    fix=Words(
        "git rm --cached FILE, add it to .gitignore, and change every secret in it",
        "git rm --cached 파일, .gitignore에 추가하고, 들어 있던 비밀 값을 모두 바꾸세요",
    ),
)
def env_tracked(facts: Facts) -> Iterator[Finding]:
    """Find them: a secret in the history stays there after the file is gone."""
    for file in facts.env_values:
        if file.path not in (facts.files.tracked or ()):
            continue
        if file.environment in {"development", "test"}:
            continue
        first = next((item for item in file.variables if _holds_secret(item)), None)
        if first is not None:
            yield Finding(
                place=Place(file.path, first.line),
                wrong=Words(
                    f"{file.path} is in git and holds {first.key}",
                    f"{file.path}이(가) git에 있고 {first.key} 값이 들어 있습니다",
                ),
            )


def _holds_secret(item: EnvVariable) -> bool:
    value = item.value
    if not value or value.startswith("#") or is_placeholder(value) or "$" in item.raw:
        return False
    return is_secret(item.key) or bool(url_password(value))
