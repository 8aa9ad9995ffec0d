"""Names and addresses in commands and variables: what a container network would resolve.

A process has no network of its own in which `postgres` is a host name and 0.0.0.0 means
only itself.  So host names of the application's services become their addresses, 0.0.0.0
becomes the instance's own, and paths of the container become paths of this machine: only
where a host or a path stands, and never a user, a password or a database of that name.
Everything here is pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

HOST_KEY = re.compile(r"(HOST|HOSTNAME|SERVER|ADDR|ADDRESS|BIND)$", re.IGNORECASE)
IMAGE_KEY = re.compile(r"(IMAGE|VERSION|TAG)$", re.IGNORECASE)
AUTHORITY = re.compile(r"(?<=://)[^/?#\s\"'<>]+")
HOST_PORT = re.compile(
    r"(?:(?<=[\s,;=(\[\"'])|^)([A-Za-z0-9][\w.-]*)(?=:\d{1,5}(?:[\s,;/)\]\"']|$))"
)
KEYWORD = re.compile(
    r"(?:(?<=[\s;?&])|^)((?:host|hostname|server|data source|addr)\s*=\s*)([A-Za-z0-9][\w.-]*)"
    r"(?=[\s;,:&]|$)",
    re.IGNORECASE,
)
OPTION = re.compile(r"((?:^|\s)(?:-h|--host|--hostname)(?:\s+|=))([A-Za-z0-9][\w.-]*|::)(?=\s|$)")
ANY = re.compile(r"(?<![\w.:])(?:0\.0\.0\.0|\[::\])(?![\w.]|/\d)")
BARE_PORT = re.compile(r"(^|[\s=])(:\d{1,5})(?=\s|$)")
LOOPBACK = re.compile(r"(?<![\w.-])(?:localhost|127\.0\.0\.1)(?![\w-]|\.\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriter:
    """What a container's names and paths mean for one instance.

    own: its address.  names: service name (or alias) to address.
    paths: absolute path of the container to path of this machine, directories or files.
    """

    own: str
    names: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    def variable(self, key: str, value: str) -> str:
        """Return an environment variable's value."""
        if not IMAGE_KEY.search(key):
            value = self._hosts(value)
            if HOST_KEY.search(key):
                value = self.names.get(value, self.own if value in ("0.0.0.0", "::") else value)  # noqa: S104
            value = self._any(value)
        return self.path(value)

    def argument(self, value: str, *, before: str = "") -> str:
        """Return one word of a command; `before` is the word in front of it."""
        value = OPTION.sub(lambda match: match[1] + self._name(match[2]), self._hosts(value))
        if before in ("-h", "--host", "--hostname"):
            value = self._name(value)
        value = BARE_PORT.sub(lambda match: f"{match[1]}{self.own}{match[2]}", self._any(value))
        return self.path(value)

    def command(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        """Return a whole command."""
        before = ("", *argv)
        return tuple(
            self.argument(word, before=last) for last, word in zip(before, argv, strict=False)
        )

    def probe(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        """Return a command that speaks to the instance itself: localhost is its own address."""
        return tuple(LOOPBACK.sub(self.own, word) for word in self.command(argv))

    def path(self, value: str) -> str:
        """Return `value` with the container's paths replaced, the longest first."""
        if "/" not in value or not self.paths:
            return value
        known = sorted(self.paths, key=len, reverse=True)
        pattern = "|".join(re.escape(path) for path in known)
        return re.sub(
            rf"(?:(?<=:///)|(?<![\w./~-]))(?:{pattern})(?=[/\s:;,\"')]|$)",
            lambda match: self.paths[match[0]],
            value,
        )

    def _name(self, name: str) -> str:
        return self.own if name == "::" else self.names.get(name, name)

    def _any(self, value: str) -> str:
        return ANY.sub(self.own, value)

    def _hosts(self, value: str) -> str:
        value = AUTHORITY.sub(lambda match: self._authority(match[0]), value)
        value = HOST_PORT.sub(lambda match: self._name(match[1]), value)
        return KEYWORD.sub(lambda match: match[1] + self._name(match[2]), value)

    def _authority(self, text: str) -> str:
        """Return `user:password@host:port,host:port` with only its hosts replaced."""
        user, at, hosts = text.rpartition("@")
        named = (host.partition(":") for host in hosts.split(","))
        return user + at + ",".join(self._name(host) + mark + rest for host, mark, rest in named)
