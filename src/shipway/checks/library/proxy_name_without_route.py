"""Names that have a certificate or may ask, but no route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_DOMAIN = re.compile(r"(?:-d|--domains?)[ =](?P<name>[A-Za-z0-9*.,-]+\.[A-Za-z]{2,})")


@check(
    "proxy.name-without-route",
    ERROR,
    needs=needs.NGINX,
    serves=("D15", "R017"),
    title=Words("Every name with a certificate has a route", "인증서가 있는 이름마다 경로가 있다"),
    fix=Words(
        "add the name to server_name, or a server that redirects it",
        "server_name에 이름을 추가하거나 리다이렉트하는 server를 두세요",
    ),
)
def name_without_route(facts: Facts) -> Iterator[Finding]:
    """Find them: people who type www get another site's answer, or none."""
    names = {
        name.lower()
        for file in facts.nginx
        for item in file.top.all("server_name")
        for name in item.args
    }
    if not names or names & {"_", ""} == names or any(name.startswith("~") for name in names):
        return
    for script in facts.scripts:
        for line, command in script.commands():
            if "certbot" not in command:
                continue
            for match in _DOMAIN.finditer(command):
                for name in match["name"].lower().split(","):
                    if not any(fnmatch(name, pattern) for pattern in names):
                        yield Finding(
                            place=Place(script.path, line),
                            wrong=Words(
                                f"{name} gets a certificate, and no server_name has it",
                                f"{name}의 인증서는 받지만 server_name에 없습니다",
                            ),
                        )
