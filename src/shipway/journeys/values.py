"""The values of one journey: filled in where `{{name}}` stands, and hidden where secret.

Invariant: what `shown` returns never holds the value of `{{env.NAME}}`, nor of a saved
value or JSON key whose name says that it is a secret.
"""

from __future__ import annotations

import json
import random
import re
import secrets
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from shipway.model.workload import SecretMap

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}")
SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?$|secret|token|api[-_]?key|private[-_]?key|session|cookie|csrf"
    r"|authorization|credential|jwt",
    re.IGNORECASE,
)
_SECRET_JSON = re.compile(
    r'("[^"]*(?:pass(?:word|wd|phrase)|secret|token|api[-_]?key|private[-_]?key|session|cookie'
    r'|csrf|authorization|credential|jwt)[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)
HIDDEN = "***"
SECRET_LETTERS_MIN = 4
"""Shorter values of variables (`1`, `en`) would hide half of every text, and are no secrets."""

_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "iris", "jade")


class MissingValue(Exception):  # noqa: N818 - what happened; the step says it
    """A placeholder has no value."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Values:
    """What is known while a journey goes."""

    def __init__(self, declared: Mapping[str, str], variables: SecretMap) -> None:
        self._variables = variables
        self._known: dict[str, Any] = {}
        self._secret: set[str] = set()
        for name, text in declared.items():
            self.keep(name, self.fill(text))

    def keep(self, name: str, value: Any) -> None:
        """Remember a value for later steps."""
        self._known[name] = value
        if SECRET_NAME.search(name):
            self.hide(value)

    def has_variable(self, name: str) -> bool:
        """Return whether a variable of the application has a value."""
        return bool(self._variables.get(name))

    def fill(self, template: Any) -> Any:
        """Return the template, through and through, with its placeholders filled in.

        A text that is one placeholder alone becomes the value itself: a number stays one.
        Raises MissingValue.
        """
        if isinstance(template, Mapping):
            return {self.fill(key): self.fill(item) for key, item in template.items()}
        if isinstance(template, list | tuple):
            return [self.fill(item) for item in template]
        if not isinstance(template, str):
            return template
        alone = PLACEHOLDER.fullmatch(template)
        if alone:
            return self._value(alone[1])
        return PLACEHOLDER.sub(lambda match: _text(self._value(match[1])), template)

    def text(self, template: str) -> str:
        """Return a filled template that must be text."""
        return _text(self.fill(template))

    def shown(self, text: str) -> str:
        """Return a text without secrets."""
        for secret in sorted(self._secret, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return _SECRET_JSON.sub(rf'\1"{HIDDEN}"', text)

    def _value(self, name: str) -> Any:
        if name.startswith("env."):
            value = self._variables.get(name.removeprefix("env."))
            if not value:
                raise MissingValue(name)
            self.hide(value)
            return value
        if name.startswith("random."):
            return generated(name.removeprefix("random."))
        if name == "now":
            return int(time.time())
        if name not in self._known:
            raise MissingValue(name)
        return self._known[name]

    def hide(self, value: Any) -> None:
        """Remember a value that is never shown, whole or line by line."""
        text = _text(value)
        for part in {text, *text.splitlines()}:
            if len(part) >= SECRET_LETTERS_MIN:
                escaped = (json.dumps(part, ensure_ascii=each)[1:-1] for each in (True, False))
                self._secret.update((part, *escaped, quote(part, safe=""), quote_plus(part)))


def generated(kind: str) -> str:
    """Return a new value; none that a real person could have."""
    mark = secrets.token_hex(6)
    values = {
        "uuid": lambda: str(uuid.uuid4()),
        "email": lambda: f"journey-{mark}@example.com",
        "word": lambda: f"{random.choice(_WORDS)}-{mark}",  # noqa: S311 - a name, no secret
        "number": lambda: str(secrets.randbelow(10**9)),
        "password": lambda: f"{secrets.token_urlsafe(18)}aA1!",
    }
    return values[kind]()


def names_in(template: Any) -> Iterator[str]:
    """Yield the names of a template's placeholders."""
    if isinstance(template, Mapping):
        for key, item in template.items():
            yield from names_in(key)
            yield from names_in(item)
    elif isinstance(template, list | tuple):
        for item in template:
            yield from names_in(item)
    elif isinstance(template, str):
        yield from PLACEHOLDER.findall(template)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
