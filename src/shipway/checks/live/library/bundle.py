"""R060, R128, R153: what browsers are sent names no address of the inside, nor of elsewhere.

Elsewhere is another environment of the project: a domain that was fixed when it was built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shipway.checks.live.kit import WARNING, Live, Seen, Words, live, nothing
from shipway.model.words import plural

SCRIPTS_MAX = 40
SCRIPT = re.compile(r"""(?:src|href)=["']([^"'?#]+\.m?js)(?:[?#][^"']*)?["']""")
WINDOWS = re.compile(r"[\"'`][A-Z]:\\\\[A-Za-z]")


@live(
    "live.bundle",
    WARNING,
    serves=("R060", "R128", "R153"),
    title=Words(
        "Browsers are sent no address of the inside",
        "브라우저가 받는 코드에 내부 주소가 없습니다",
    ),
    fix=Words(
        "let the page ask its own site, by a path or a proxy of the front end",
        "같은 사이트의 경로나 프런트엔드 프록시로 호출하도록 바꾸세요",
    ),
)
def look(seen: Live) -> Seen:
    """Load the front page and its scripts, and look for the services' names and localhost."""
    page = seen.ask("/", headers={"Accept": "text/html"})
    scripts = list(dict.fromkeys(SCRIPT.findall(page.text)))[:SCRIPTS_MAX]
    own = [item for item in scripts if item.startswith("/") and not item.startswith("//")]
    if page.status != 200 or not own:
        raise nothing("the front page loads no script", "첫 화면이 불러오는 스크립트가 없습니다")
    inside, elsewhere = pattern(seen), fixed_domains(seen)
    wrong = []
    read = 0
    for path in ("/", *own):
        answer = page if path == "/" else seen.ask(_below(seen, path))
        if answer.status != 200:
            wrong.append(
                Words(f"{path}: answered {answer.status}", f"{path}: 응답 {answer.status}")
            )
            continue
        read += 1
        wrong += [
            Words(f"{path} names {what}", f"{path}: {what}") for what in named(answer.text, inside)
        ]
        if path != "/":  # a page may well link to its own site elsewhere; code must not
            wrong += list(_domains(path, answer.text, elsewhere))
    return Seen(
        says=Words(f"{plural(read, 'file')} read", f"파일 {read}개 확인"),
        wrong=tuple(wrong),
        figures={"files": read},
    )


def pattern(seen: Live) -> re.Pattern[str]:
    """Return what matches an address of a service, or of the machine itself with a port."""
    names = "|".join(re.escape(item.name) for item in seen.app.services)
    return re.compile(
        rf"\b(?:https?|wss?)://(?:(?:{names})(?::\d+|/)|(?:localhost|127\.0\.0\.1):\d+)",
        re.IGNORECASE,
    )


def fixed_domains(seen: Live) -> dict[str, str]:
    """Return the names of the project's other environments that are not this one's too."""
    spec, here = seen.scene.spec, seen.app.environment.name
    if spec is None:
        return {}
    own = {*seen.app.hosts, *(rule.host for rule in seen.app.routes if rule.host)}
    return {
        host: name
        for name, environment in spec.environments.items()
        if name != here
        for host in environment.hosts
        if host not in own
    }


def _domains(path: str, text: str, elsewhere: Mapping[str, str]) -> Iterator[Words]:
    for host, environment in elsewhere.items():
        found = re.search(rf"\b(?:https?|wss?)://{re.escape(host)}(?![\w.-])", text, re.IGNORECASE)
        if found:
            yield Words(
                f"{path} names {found[0]}, which is {environment}'s",
                f"{path}: {found[0]} ({environment} 환경의 주소)",
            )


def named(text: str, inside: re.Pattern[str]) -> Iterator[str]:
    """Yield each address of the inside, and each path of a Windows machine, once."""
    found = [item[0] for item in inside.finditer(text)]
    found += [item[0].strip("\"'`") for item in WINDOWS.finditer(text)]
    yield from dict.fromkeys(found)


def _below(seen: Live, path: str) -> str:
    """Return a path as the application knows it: the door adds the environment's own again."""
    base = seen.target.base_path.rstrip("/")
    return path.removeprefix(base) if base else path
