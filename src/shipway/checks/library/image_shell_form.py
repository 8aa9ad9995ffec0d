"""Start commands in the shell form: the shell gets SIGTERM, and the server does not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Edit, Facts, Finding, Place, Words, check, needs

_SIMPLE = re.compile(r"^[\w./:=@,+-]+( [\w./:=@,+-]+)*$")


@check(
    "images.shell-form",
    WARNING,
    needs=needs.DOCKERFILES,
    serves=("D22", "R134"),
    title=Words("The server gets the stop signal", "서버가 종료 신호를 받는다"),
    fix=Words(
        'write the list form, CMD ["uvicorn", "app:app"], or start with exec',
        'CMD ["uvicorn", "app:app"]처럼 목록으로 쓰거나 exec로 시작하세요',
    ),
)
def shell_form(facts: Facts) -> Iterator[Finding]:
    """Find them: after ten seconds without an answer the server is killed amid its requests."""
    for file in facts.dockerfiles:
        for word in ("CMD", "ENTRYPOINT"):
            instruction = next(
                (item for stage in file.chain()[:1] if (item := stage.last(word))), None
            )
            if instruction is None or instruction.value.startswith("["):
                continue
            if re.search(r"(^|&&\s*|;\s*)exec\s", instruction.value):
                continue
            yield Finding(
                place=Place(file.path, instruction.line),
                wrong=Words(
                    f"{word} in shell form: /bin/sh gets SIGTERM and does not hand it on",
                    f"{word}가 셸 형식이라 /bin/sh가 SIGTERM을 받고 전달하지 않습니다",
                ),
                edit=_list_form(facts, file.path, instruction.line, word, instruction.value),
            )


def _list_form(facts: Facts, path: str, line: int, word: str, value: str) -> Edit | None:
    written = facts.files.lines(path)[line - 1]
    if not _SIMPLE.match(value) or not written.strip().upper().startswith(word):
        return None
    if written.strip()[len(word) :].strip() != value:
        return None
    words = ", ".join(f'"{part}"' for part in value.split())
    return Edit(path=path, first=line, last=line, lines=(f"{word} [{words}]",))
