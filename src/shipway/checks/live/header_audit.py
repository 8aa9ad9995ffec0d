"""Which security headers an answer carries, who sets them, and where that goes wrong.  Pure.

The front door sets a header only where the application does not, so the application's word
counts; a value of shipway.yaml that never comes into force because of it is a conflict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shipway.model.front import SAFE_HEADERS
from shipway.model.words import Words

TELLING = ("server", "x-powered-by")
"""They keep nobody safe: they tell what runs."""

AUDITED = (
    "strict-transport-security",
    "content-security-policy",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "cross-origin-embedder-policy",
    *TELLING,
)
WANTED = ("x-content-type-options", "referrer-policy")
LISTS = frozenset(("content-security-policy", "permissions-policy", "referrer-policy"))
"""Several lines of them count together; of the others browsers take one, or none."""

KNOWN = {
    "x-content-type-options": re.compile(r"nosniff"),
    "x-frame-options": re.compile(r"deny|sameorigin"),
    "strict-transport-security": re.compile(r'.*max-age\s*=\s*"?[1-9].*'),
}
"""What each must be for browsers to heed it, in lower case."""

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLine:
    """One audited header: what the application says, what clients get."""

    name: str
    application: tuple[str, ...]
    clients: tuple[str, ...]

    @property
    def source(self) -> str:
        """Return who set what clients get."""
        if not self.clients:
            return "removed by the front door"
        return "application" if self.application == self.clients else "front door"

    def as_dict(self) -> dict[str, str]:
        """Return it as evidence."""
        shown = self.clients or self.application
        return {"name": self.name, "value": ", ".join(shown), "from": self.source}


def audit(application: Headers, clients: Headers, declared: Iterable[str]) -> list[HeaderLine]:
    """Return the audited headers, and those declared in shipway.yaml, that somebody sets."""
    names = dict.fromkeys((*AUDITED, *(name.lower() for name in declared)))
    lines = (
        HeaderLine(name=name, application=_of(application, name), clients=_of(clients, name))
        for name in names
    )
    return [line for line in lines if line.application or line.clients]


def wrong_headers(
    lines: Iterable[HeaderLine], declared: Mapping[str, str], *, tls: bool
) -> Iterator[Words]:
    """Yield what is missing, doubled, unknown to browsers, or said in two ways."""
    found = {line.name: line for line in lines if line.clients}
    yield from _missing(found, tls=tls)
    wanted = {name.lower(): value for name, value in declared.items()}
    defaults = {name.lower(): value for name, value in SAFE_HEADERS.items()}
    for name, line in found.items():
        said = ", ".join(line.clients)
        if len(line.clients) > 1 and name not in LISTS:
            yield Words(f"{name} is there twice: {said}", f"{name} 헤더가 중복됩니다: {said}")
        elif name in KNOWN and not KNOWN[name].fullmatch(said.strip().lower()):
            yield Words(
                f"{name}: browsers do not heed {said!r}",
                f"{name}: 브라우저가 무시하는 값입니다: {said!r}",
            )
        value = wanted.get(name, "")
        own = line.source == "application" and value != defaults.get(name, "")
        if own and value and value != said:
            yield Words(
                f"{name}: the application says {said!r}, shipway.yaml {value!r}; "
                "the application's counts",
                f"{name}: 애플리케이션은 {said!r}, shipway.yaml은 {value!r}입니다. "
                "애플리케이션 값이 적용됩니다",
            )


def _missing(found: Mapping[str, HeaderLine], *, tls: bool) -> Iterator[Words]:
    names = [name for name in WANTED if name not in found]
    policy = found.get("content-security-policy")
    framed = policy is not None and "frame-ancestors" in ", ".join(policy.clients)
    if "x-frame-options" not in found and not framed:
        names.append("x-frame-options (or frame-ancestors)")
    if tls and "strict-transport-security" not in found:
        names.append("strict-transport-security")
    for name in names:
        yield Words(f"{name} is missing", f"{name} 헤더가 없습니다")


def _of(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(value for key, value in headers if key.lower() == name)
