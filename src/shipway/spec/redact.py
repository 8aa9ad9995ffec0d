"""Hiding values in an application's JSON, so that it can be shown.

Hidden as a whole: variables, build arguments, contents of files, secrets and configs.
Beyond these, a secret that Compose interpolated into a command or a label is replaced
wherever it stands; what counts as one is told by the name of its variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shipway.model.application import Application

HIDDEN = "***"
SECRET_NAME = re.compile(
    r"PASS|PWD|SECRET|TOKEN|KEY|CREDENTIAL|PRIVATE|AUTH|SALT|DSN|_URL$|_URI$", re.IGNORECASE
)
LENGTH_MIN = 4
"""Shorter values would blank out ordinary words; nobody calls them secrets."""

_USERINFO = re.compile(r"(?<=://)([^/\s:@]*):([^/\s@]+)(?=@)")


class Redactor:
    """Knows an application's secrets and takes them out of its JSON, or of a text.

    more: further secrets, which Compose may have interpolated and no service gets.
    """

    def __init__(self, app: Application, more: Iterable[str] = ()) -> None:
        found = {value for value in more if len(value) >= LENGTH_MIN}
        found |= set(app.front.values.values()) | {
            value
            for service in app.services
            for key, value in service.environment.items()
            if SECRET_NAME.search(key) and len(value) >= LENGTH_MIN
        }
        # The longest first, so that a secret within another leaves no rest.
        self._secrets = sorted(found, key=lambda value: (-len(value), value))

    def hide(self, text: str) -> str:
        """Return a text without the secrets."""
        return str(self._text(text))

    def redact(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return an application's JSON with its values hidden."""
        shown: dict[str, Any] = self._text(document)
        return {
            **shown,
            "services": [_service(item) for item in shown["services"]],
            "front": {**shown["front"], "values": _hide(shown["front"]["values"])},
            "secrets": {name: _content(item) for name, item in shown["secrets"].items()},
            "configs": {name: _content(item) for name, item in shown["configs"].items()},
        }

    def _text(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._text(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._text(item) for item in value]
        if not isinstance(value, str):
            return value
        for secret in self._secrets:
            value = value.replace(secret, HIDDEN)
        return _USERINFO.sub(rf"\1:{HIDDEN}", value)


def _service(value: Mapping[str, Any]) -> dict[str, Any]:
    definition = dict(value["definition"])
    build = definition.get("build")
    if isinstance(build, Mapping) and build.get("args"):
        definition["build"] = {**build, "args": _hide(build["args"])}
    return {
        **value,
        "definition": definition,
        "environment": _hide(value["environment"]),
        "files": [{**file, "content": HIDDEN} for file in value["files"]],
    }


def _hide(values: Mapping[str, Any]) -> dict[str, str]:
    return dict.fromkeys(values, HIDDEN)


def _content(value: Any) -> Any:
    if isinstance(value, Mapping) and "content" in value:
        return {**value, "content": HIDDEN}
    return value
