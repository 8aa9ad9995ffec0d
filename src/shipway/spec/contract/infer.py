"""A first contract, out of what a project already has.  Pure; a proposal that a person confirms.

A comment in an example file becomes documentation or a rule, never a value (R056).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from shipway.spec.secretwords import is_secret, url_password

ABOUT_MAX = 90
_OPTIONAL = re.compile(r"\boptional\b|선택", re.IGNORECASE)
_REQUIRED = re.compile(r"\brequired\b|필수", re.IGNORECASE)
_PRODUCTION = re.compile(r"\bproduction\b|프로덕션|운영", re.IGNORECASE)
_RANDOM = re.compile(r"openssl\s+rand\s+-(?P<form>hex|base64)\s+(?P<size>\d+)", re.IGNORECASE)
_LENGTH = re.compile(
    r"(?:최소|at least|min(?:imum)?\.?|≥|>=)\s*(?P<size>\d{1,4})\s*(?:자|char|글자|letter)|"
    r"(?P<more>\d{1,4})\s*(?:자 이상|characters or more|\+ ?char)",
    re.IGNORECASE,
)
_CHOICES = re.compile(r"(?P<words>[\w.-]+(?:\s*\|\s*[\w.-]+)+)")
_OWN = re.compile(
    r"^(JWT_SECRET(_KEY)?|SECRET_KEY|SESSION_SECRET|COOKIE_SECRET|ENCRYPTION_KEY|SIGNING_KEY"
    r"|NEXTAUTH_SECRET|AUTH_SECRET|APP_KEY|APP_SECRET)$"
)
_PASSWORD = re.compile(r"^(DB|DATABASE|POSTGRES|MYSQL|REDIS|NEO4J|RABBITMQ|MINIO)_?.*PASSWORD$")
_BUILD = re.compile(r"^(NEXT_PUBLIC_|VITE_|REACT_APP_|PUBLIC_|NUXT_PUBLIC_)")
_PAIRED = re.compile(r"^(?P<stem>[A-Z0-9_]+?)_(CLIENT_ID|CLIENT_SECRET|APP_ID|APP_SECRET)$")
_PRIVATE = re.compile(r"^(?P<stem>[A-Z0-9_]*)PRIVATE_KEY$")
_FIXED = {
    "DEBUG": {"production": "false"},
    "NODE_ENV": {"production": "production"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """What one place says of a variable.

    where: the file, as typed.  needed: it says that there must be a value (a settings field
    without default, `${X:?}`); None: it says nothing.  services: those whose file it is;
    empty: everybody's.
    """

    key: str
    where: str
    value: str = field(default="", repr=False)
    comment: str = ""
    section: str = ""
    needed: bool | None = None
    services: tuple[str, ...] = ()


@dataclass(slots=True)
class _Entry:
    rules: dict[str, object] = field(default_factory=dict)
    guesses: list[str] = field(default_factory=list)


def infer(clues: Iterable[Clue]) -> list[str]:
    """Return the lines of a `contract:` for shipway.yaml; none where nothing is to be said."""
    by_key: dict[str, list[Clue]] = {}
    for clue in clues:
        by_key.setdefault(clue.key, []).append(clue)
    entries = {key: _entry(key, found, by_key) for key, found in by_key.items()}
    publics = {entry.rules.get("public") for entry in entries.values()}
    lines: list[str] = []
    place = ""
    for key, entry in entries.items():
        if not entry.rules or key in publics:
            continue
        where = by_key[key][0].where
        if where != place:
            lines.append(f"  # {where}")
            place = where
        guess = f"  # guessed: {'; '.join(entry.guesses)}" if entry.guesses else ""
        lines.append(f"  {key}: {_written(entry.rules)}{guess}")
    return ["contract:", *lines] if lines else []


def _entry(key: str, clues: list[Clue], all_keys: dict[str, list[Clue]]) -> _Entry:
    entry = _Entry()
    said = " ".join(f"{clue.comment}" for clue in clues)
    value = next((clue.value for clue in clues if clue.value), "")
    secret = is_secret(key) or bool(url_password(value))
    for name, rule in (*_sorts(key, value, said), *_needs(key, clues, entry)):
        entry.rules[name] = rule
    if secret:
        entry.rules.update(_secret(key, said, all_keys, entry))
    pair = _PAIRED.match(key)
    if pair and "required" not in entry.rules and _partners(pair["stem"], all_keys) > 1:
        entry.rules["group"] = pair["stem"].lower()
        entry.guesses.append("all of its group or none")
    services = tuple(dict.fromkeys(name for clue in clues for name in clue.services))
    if services and all(clue.services for clue in clues) and entry.rules:
        entry.rules["services"] = list(services)
    comment = next((clue.comment for clue in clues if clue.comment), "")
    if comment and (entry.rules or secret):
        entry.rules["about"] = comment[:ABOUT_MAX]
    return entry


def _sorts(key: str, value: str, said: str) -> Iterator[tuple[str, object]]:
    """Yield what the name, the example value and the comments tell of the value."""
    if _BUILD.match(key):
        yield "build_time", True
    if key in _FIXED:
        yield "fixed", _FIXED[key]
    if value.lower() in {"true", "false"}:
        yield "type", "bool"
    elif re.fullmatch(r"\d{1,9}", value):
        yield "type", "int"
    elif re.fullmatch(r"https?://\S+", value) and "," not in value:
        yield "type", "url"
    choices = _CHOICES.search(said)
    if choices:
        words = [word.strip() for word in choices["words"].split("|")]
        if not value or value in words:
            yield "allowed", words
    length = _LENGTH.search(said)
    if length:
        yield "min_length", int(length["size"] or length["more"])


def _needs(key: str, clues: list[Clue], entry: _Entry) -> Iterator[tuple[str, object]]:
    """Yield when a value is needed: code and Compose files know, headings and comments hint."""
    if any(clue.needed for clue in clues):
        yield "required", True
        return
    if any(clue.needed is False for clue in clues):
        return
    for text in (*(clue.comment for clue in clues), *(clue.section for clue in clues)):
        if _OPTIONAL.search(text):
            return
        if _REQUIRED.search(text):
            # "production only (required)" is a heading of real files
            yield "required", ["production"] if _PRODUCTION.search(text) else True
            entry.guesses.append(f"required, as {text[:40]!r} says")
            return
    if is_secret(key) and _OWN.match(key):
        yield "required", True
        entry.guesses.append("required")


def _secret(
    key: str, said: str, all_keys: dict[str, list[Clue]], entry: _Entry
) -> Iterator[tuple[str, object]]:
    yield "secret", True
    private = _PRIVATE.match(key)
    random = _RANDOM.search(said)
    if private is not None and f"{private['stem']}PUBLIC_KEY" in all_keys:
        yield "generate", "rs256"
        yield "public", f"{private['stem']}PUBLIC_KEY"
        entry.guesses.append("a pair for RS256")
    elif random is not None:
        yield "generate", f"{random['form'].lower()} {random['size']}"
    elif _OWN.match(key):
        yield "generate", "hex 32"
        entry.guesses.append("generated")
    elif _PASSWORD.match(key):
        yield "generate", "password 24"
        entry.guesses.append("generated")


def _partners(stem: str, all_keys: dict[str, list[Clue]]) -> int:
    return sum(1 for key in all_keys if (match := _PAIRED.match(key)) and match["stem"] == stem)


def _written(rules: dict[str, object]) -> str:
    """Return the rules in YAML's flow style, short where there is a word for them."""
    if rules == {"required": True}:
        return "required"
    if rules == {"secret": True}:
        return "{secret: true}"
    order = ("required", "secret", "generate", "public", "services")
    names = sorted(rules, key=lambda name: (order.index(name) if name in order else 9, name))
    return f"{{{', '.join(f'{name}: {_plain(rules[name])}' for name in names)}}}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_plain(item) for item in value)}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{key}: {json.dumps(item)}" for key, item in value.items())
        return f"{{{inside}}}"
    text = str(value)
    if isinstance(value, int) or (
        re.fullmatch(r"[A-Za-z][A-Za-z0-9_ .-]*[A-Za-z0-9]", text)
        and text.lower() not in {"true", "false", "yes", "no", "on", "off", "null"}
    ):
        return text
    return json.dumps(text, ensure_ascii=False)
