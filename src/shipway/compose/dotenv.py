"""`.env` and `env_file` in Compose's own grammar, with the line of every value.

It is not a shell's grammar, and not python-dotenv's: `KEY=   # words` sets KEY to
`# words` (a comment needs a value before it), single quotes keep everything, double
quotes know escapes and variables, a key alone takes its value from the environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shipway.compose.problems import ENV_FILE, problem
from shipway.compose.template import (
    Lookup,
    RequiredVariableError,
    TemplateError,
    substitute,
)
from shipway.errors import Problem

FILE_BYTES_MAX = 1024 * 1024
_SPACES = "\t\v\f\r \x85\xa0"
_EXPORT = re.compile(r"export[ \t\r\n\f]+")
_ESCAPE = re.compile(r"\\(?:[abcfnrtv$\"\\]|0\d{0,3})", re.ASCII)
_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvEntry:
    """One variable of an environment file; `line` counts from 1."""

    key: str
    value: str
    line: int


def parse_env_file(
    source: str | Path, *, lookup: Lookup | Mapping[str, str] | None = None, path: str | None = None
) -> dict[str, EnvEntry]:
    """Return the variables of an environment file (a Path) or of its text (a str).

    lookup: values for `${VAR}` and for keys without `=`; earlier keys of the file come
    after it.  path: how messages name the file.  Raises Problem `compose-env-file`,
    `compose-file-not-found`.
    """
    if isinstance(source, Path):
        return parse_env_text(read_env_file(source, path), lookup, path or str(source))
    return parse_env_text(source, lookup, path or "<text>")


def read_env_file(file: Path, shown: str | None = None) -> str:
    """Return a file's text, bounded.  Raises Problem."""
    place = (shown or str(file), 0, 0)
    try:
        with file.open("rb") as stream:
            data = stream.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise problem(
            f"the environment file cannot be read: {error.strerror}", place, kind=ENV_FILE
        ) from error
    if len(data) > FILE_BYTES_MAX:
        raise problem(f"the file is larger than {FILE_BYTES_MAX} bytes", place, kind=ENV_FILE)
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def parse_env_text(
    text: str, lookup: Lookup | Mapping[str, str] | None, path: str
) -> dict[str, EnvEntry]:
    """Return the variables of an environment file's text.  Raises Problem."""
    find: Lookup
    if lookup is None:
        find = _nothing
    elif isinstance(lookup, Mapping):
        find = lookup.get
    else:
        find = lookup
    return _Parser(text, find, path).parse()


def _nothing(_name: str) -> str | None:
    return None


class _Parser:
    """One pass over a text."""

    def __init__(self, text: str, lookup: Lookup, path: str) -> None:
        self.text = text
        self.at = 0
        self.lookup = lookup
        self.path = path
        self.found: dict[str, EnvEntry] = {}
        self._counted = (0, 1)

    def parse(self) -> dict[str, EnvEntry]:
        while self._skip_to_statement():
            start = self.at
            key, inherited = self._key()
            if " " in key:
                raise self._problem("a key cannot hold a space", start)
            if inherited:
                value = self.lookup(key)
                if value is not None:
                    self._set(key, value, start)
                continue
            self._set(key, self._value(), start)
        return self.found

    def _set(self, key: str, value: str, start: int) -> None:
        self.found[key] = EnvEntry(key=key, value=value, line=self._line(start))

    def _line(self, at: int) -> int:
        """Return the line of an offset; offsets only grow, so it counts on from the last."""
        offset, line = self._counted
        line += self.text.count("\n", offset, at)
        self._counted = (at, line)
        return line

    def _problem(self, message: str, at: int) -> Problem:
        return problem(message, (self.path, self._line(at), 0), kind=ENV_FILE)

    def _skip_to_statement(self) -> bool:
        """Move to the next statement over blank lines and comments."""
        text = self.text
        while True:
            while self.at < len(text) and text[self.at].isspace():
                self.at += 1
            if self.at >= len(text):
                return False
            if text[self.at] != "#":
                return True
            end = text.find("\n", self.at)
            if end < 0:
                return False
            self.at = end

    def _key(self) -> tuple[str, bool]:
        """Return the key, and whether it stands alone; move behind its separator."""
        text = self.text
        if _EXPORT.match(text, self.at):
            self.at += len("export")
            self._skip_spaces()
        start = self.at
        key, after, inherited = "", start, False
        for index in range(start, len(text)):
            char = text[index]
            if char in _SPACES:
                continue
            if char in "=:\n":
                key, after, inherited = text[start:index], index + 1, char == "\n"
                break
            if char not in "_.-[]" and not (char.isalpha() or char.isnumeric()):
                line = text[start:].split("\n", 1)[0]
                raise self._problem(
                    f"unexpected character {char!r} in a variable's name: {line}", index
                )
        else:
            # The text ends inside a key: Docker's loader reads it as an empty key here,
            # and the rest as that key's value.
            if start >= len(text):
                raise self._problem("a key is missing", start)
        self.at = after
        self._skip_spaces()
        return key.rstrip(), inherited

    def _skip_spaces(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _SPACES:
            self.at += 1

    def _value(self) -> str:
        text = self.text
        quote = text[self.at : self.at + 1]
        if quote in ("'", '"'):
            return self._quoted(quote)
        end = text.find("\n", self.at)
        line = text[self.at :] if end < 0 else text[self.at : end]
        start, self.at = self.at, len(text) if end < 0 else end + 1
        return self._expand(line.partition(" #")[0].rstrip(), start)

    def _quoted(self, quote: str) -> str:
        text = self.text
        start = self.at
        chars: list[str] = []
        escaped = False
        for index in range(start + 1, len(text)):
            char = text[index]
            if char != quote:
                if not escaped and char == "\\":
                    escaped = True
                    continue
                if escaped:
                    escaped = False
                    chars.append("\\")
                chars.append(char)
            elif escaped:
                escaped = False
                chars.append(char)
            else:
                self.at = index + 1
                value = "".join(chars)
                if quote == "'":
                    return value
                return self._expand(_ESCAPE.sub(_unescape, value), start)
        shown = text[start:].split("\n", 1)[0]
        raise self._problem(f"the quote is not closed: {shown}", start)

    def _expand(self, value: str, at: int) -> str:
        try:
            return substitute(value, self._known)
        except TemplateError as error:
            raise self._problem(f"`{error.text}` is not a valid use of a variable", at) from error
        except RequiredVariableError as error:
            reason = f": {error.reason}" if error.reason else ""
            raise self._problem(
                f"the variable {error.name} must have a value{reason}", at
            ) from error

    def _known(self, name: str) -> str | None:
        value = self.lookup(name)
        if value is None and name in self.found:
            return self.found[name].value
        return value


def _unescape(match: re.Match[str]) -> str:
    found = match[0]
    if found == r"\$":
        return "$$"
    if found.startswith(r"\0"):
        digits = found[2:]
        # Go wants three octal digits; anything else stays as it was written (without the 0).
        if len(digits) == 3 and all(digit in "01234567" for digit in digits):
            code = int(digits, 8)
            if code <= 255:
                return chr(code)
        return "\\" + digits
    return _ESCAPES.get(found[1:], found)
