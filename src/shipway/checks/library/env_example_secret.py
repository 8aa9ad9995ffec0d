"""Examples that hand out a secret's value."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import WARNING, Edit, Facts, Finding, Place, Words, check, needs
from shipway.spec.secretwords import is_secret, url_password


@check(
    "environment.example-secret",
    WARNING,
    needs=needs.ENV_EXAMPLES,
    serves=("R057", "R068", "R062"),
    title=Words("Examples leave secrets empty", "예시 파일의 비밀 값이 비어 있다"),
    fix=Words(
        "leave it empty and say above how to make one: # openssl rand -hex 32 (--fix empties it)",
        "비워 두고 만드는 방법을 윗줄에 적으세요: # openssl rand -hex 32 (--fix가 비웁니다)",
    ),
)
def example_secret(facts: Facts) -> Iterator[Finding]:
    """Find them: copied as it is, the value becomes a secret that everybody knows."""
    for file in facts.env_examples:
        lines = facts.files.lines(file.path)
        for item in file.variables:
            if not item.value or item.value.startswith("#") or "$" in item.raw:
                continue
            password = url_password(item.value)
            if is_secret(item.key) or (password and not password.startswith("<")):
                line = lines[item.line - 1]
                head = line[: line.index("=") + 1] if "=" in line else line
                comment = (f"# {item.comment}",) if "#" in item.raw else ()
                yield Finding(
                    place=Place(file.path, item.line),
                    wrong=Words(
                        f"whoever copies the file starts with a known {item.key}",
                        f"파일을 복사하면 누구나 아는 {item.key} 값으로 시작합니다",
                    ),
                    edit=Edit(
                        path=file.path, first=item.line, last=item.line, lines=(*comment, head)
                    )
                    if is_secret(item.key)
                    else None,
                )
