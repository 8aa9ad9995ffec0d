"""Images that run as root."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.dockerfiles import Dockerfile, Instruction
from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs

_OWN_USER = re.compile(r"nonroot|unprivileged|distroless.*:nonroot|chainguard|bitnami/")
_STARTS_AS_ROOT = re.compile(r"^(nginx|httpd|caddy|traefik|postgres|redis|haproxy)(:|$)")


@check(
    "images.root",
    WARNING,
    needs=needs.DOCKERFILES,
    serves=("D23", "R147"),
    title=Words("No image runs as root", "root로 실행되는 이미지가 없다"),
    fix=Words(
        "RUN useradd --create-home app, then USER app as the last lines before CMD",
        "RUN useradd --create-home app 뒤에 CMD 앞에서 USER app을 쓰세요",
    ),
)
def root(facts: Facts) -> Iterator[Finding]:
    """Find them: a hole in the application is then root inside, and near to it outside."""
    for file in facts.dockerfiles:
        base = file.chain()[-1].base
        if (
            _OWN_USER.search(base)
            or _STARTS_AS_ROOT.match(base.rpartition("/")[2])
            or base == "scratch"
        ):
            continue
        user = _user(file)
        if user is None or user.value.split(":")[0] in {"root", "0"}:
            start = file.final.last("CMD") or file.final.last("ENTRYPOINT")
            line = user.line if user else start.line if start else file.final.line
            yield Finding(
                place=Place(file.path, line),
                wrong=Words(
                    "what is started here runs as root",
                    "여기서 시작하는 프로그램이 root로 실행됩니다",
                ),
            )


def _user(file: Dockerfile) -> Instruction | None:
    return next((user for stage in file.chain() if (user := stage.last("USER"))), None)
