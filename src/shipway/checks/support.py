"""What several checks ask in the same words."""

from __future__ import annotations

import re

from shipway.checks.facts import Facts
from shipway.checks.facts.compose import Published
from shipway.checks.facts.env import EnvFile, EnvRole
from shipway.checks.model import Edit, Place

ADMIN_PORTS: dict[str, tuple[int, ...]] = {
    "neo4j": (7474, 7473),
    "minio": (9001,),
    "rabbitmq": (15672,),
    "flower": (5555,),
    "grafana": (3000,),
    "pgadmin4": (80, 443),
    "adminer": (8080,),
    "phpmyadmin": (80,),
    "mongo-express": (8081,),
    "redis-commander": (8081,),
    "redisinsight": (5540, 8001),
    "portainer": (9000, 9443),
    "portainer-ce": (9000, 9443),
    "prometheus": (9090,),
    "kibana": (5601,),
    "traefik": (8080,),
    "mailhog": (8025,),
    "mailpit": (8025,),
}
"""Ports of pages for administrators, by image."""

_SHORT_PORT = re.compile(r"(?P<quote>[\"']?)(?P<port>\d+:\d+)(?P=quote)")


def one_line_port(facts: Facts, place: Place, port: Published) -> Edit | None:
    """Return the edit that binds a `PUBLISHED:TARGET` port to loopback; None if not so written."""
    lines = facts.files.lines(place.path)
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    wanted = f"{port.published}:{port.target}"
    found = [match for match in _SHORT_PORT.finditer(line) if match["port"] == wanted]
    if len(found) != 1:
        return None
    match = found[0]
    changed = f'{line[: match.start()]}"127.0.0.1:{wanted}"{line[match.end() :]}'
    return Edit(path=place.path, first=place.line, last=place.line, lines=(changed,))


PUBLIC_KEY = re.compile(
    r"(PUBLIC|BASE|SITE|APP|FRONTEND|BACKEND|API|WEB|SERVER|EXTERNAL|CALLBACK|REDIRECT)_UR[LI]$|_DOMAIN$"
    r"|^DOMAIN$|CORS|ORIGINS?$|^NEXTAUTH_URL$"
)
"""Names of variables that hold an address under which people reach the application."""


def files_for_services(facts: Facts) -> tuple[EnvFile, ...]:
    """Return the files whose values reach containers: named by Compose, or their examples."""
    named = {path for service in facts.services for path, _ in service.env_files()}
    folders = {view.directory for view in facts.deployed}
    found = []
    for file in facts.env_files:
        copied = re.sub(r"(^|/)\.?env\.(example|sample|template|dist)$", r"\1.env", file.path)
        beside = file.role is EnvRole.EXAMPLE and file.directory in folders
        if file.path in named or copied in named or beside:
            found.append(file)
    return tuple(found)
