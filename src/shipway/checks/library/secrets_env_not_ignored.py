"""Files of secrets that the next `git add .` would take."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.paths import joined
from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs


@check(
    "secrets.env-not-ignored",
    WARNING,
    needs=needs.REPOSITORY,
    serves=("R061", "R065"),
    title=Words("git ignores the files that secrets go into", "비밀 값을 둘 파일을 git이 무시한다"),
    fix=Words("add it to .gitignore", ".gitignore에 추가하세요"),
)
def env_not_ignored(facts: Facts) -> Iterator[Finding]:
    """Find the `.env` that an example or Compose asks for and no .gitignore names."""
    asked: dict[str, Place] = {}
    for example in facts.env_examples:
        if example.path.rpartition("/")[2] in {".env.example", "env.example", ".env.sample"}:
            asked.setdefault(joined(example.directory, ".env"), Place(example.path, 1))
    for service in facts.services:
        for path, place in service.env_files():
            if not path.endswith((".example", ".sample")):
                asked.setdefault(path, place)
    for path, place in asked.items():
        if path.startswith("..") or facts.files.ignored(path):
            continue
        if path in facts.files.paths and not _is_secret_file(facts, path):
            continue
        yield Finding(
            place=place,
            wrong=Words(
                f"{path} is asked for here, and git would take it in",
                f"여기서 쓰는 {path}을(를) git이 무시하지 않습니다",
            ),
        )


def _is_secret_file(facts: Facts, path: str) -> bool:
    """Return whether a file that is there may be a place for secrets: not one of plain values."""
    from shipway.spec.secretwords import is_secret

    return any(
        is_secret(item.key)
        for file in facts.env_files
        if file.path == path
        for item in file.variables
    )
