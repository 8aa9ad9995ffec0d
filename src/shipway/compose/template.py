"""`$VAR` and `${VAR…}` in one string, in every form and with every corner of Docker's loader.

Forms: `$V`, `${V}`, `${V-d}`, `${V:-d}`, `${V?e}`, `${V:?e}`, `${V+r}`, `${V:+r}`, `$$`;
defaults, errors and replacements may hold further variables.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Lookup = Callable[[str], str | None]
"""Returns a variable's value, or None where it is not set."""

Unset = Callable[[str], None]
"""Is told each variable that is not set and has no default."""

_NAME = re.compile("[_a-zA-Z][_a-zA-Z0-9]*", re.ASCII)
_OPERATORS = (":?", "?", ":-", "-", ":+", "+")
DEPTH_MAX = 50


class TemplateError(ValueError):
    """The text is not a valid template; `text` is what could not be read."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class RequiredVariableError(ValueError):
    """A variable that must have a value has none."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name)
        self.name = name
        self.reason = reason


def ignore_unset(_name: str) -> None:
    """Take note of nothing."""


def substitute(text: str, lookup: Lookup, unset: Unset = ignore_unset) -> str:
    """Return the text with its variables replaced.

    Raises TemplateError and RequiredVariableError.
    """
    return _Substitution(lookup, unset).apply(text, 0) if "$" in text else text


class _Substitution:
    """The variables of one text and of the texts inside its `${…}`."""

    __slots__ = ("lookup", "unset")

    def __init__(self, lookup: Lookup, unset: Unset) -> None:
        self.lookup = lookup
        self.unset = unset

    def apply(self, text: str, depth: int) -> str:
        if depth > DEPTH_MAX:
            raise TemplateError(text)
        parts: list[str] = []
        at = 0
        while (start := text.find("$", at)) >= 0:
            parts.append(text[at:start])
            following = text[start + 1 : start + 2]
            if following == "$":
                parts.append("$")
                at = start + 2
            elif following == "{":
                value, at = self._braced(text, start, depth)
                parts.append(value)
            elif (name := _NAME.match(text, start + 1)) is not None:
                parts.append(self._value(name[0]))
                at = name.end()
            else:
                parts.append("$")
                at = start + 1
        parts.append(text[at:])
        return "".join(parts)

    def _braced(self, text: str, start: int, depth: int) -> tuple[str, int]:
        """Return the value of the `${…}` at `start`, and where to go on.

        Docker takes everything up to the line's last `}` where no brace closes before.
        """
        name = _NAME.match(text, start + 2)
        if name is None:
            raise TemplateError(text)
        after = name.end()
        if text[after : after + 1] == "}":
            return self._value(name[0]), after + 1
        operator = next((sign for sign in _OPERATORS if text.startswith(sign, after)), None)
        line_end = text.find("\n", after)
        last = text.rfind("}", after, line_end if line_end >= 0 else len(text))
        if operator is None or last < 0:
            raise TemplateError(text)
        end = _closing_brace(text, start, last + 1)
        if end < 0:
            end = last
        argument = self.apply(text[after + len(operator) : end], depth + 1)
        return self._operate(name[0], operator, argument), end + 1

    def _operate(self, name: str, operator: str, argument: str) -> str:
        value = self.lookup(name)
        present = value is not None and (value != "" or not operator.startswith(":"))
        if operator.endswith("+"):
            return argument if present else value or ""
        if present:
            return value or ""
        if operator.endswith("?"):
            raise RequiredVariableError(name, argument)
        return argument

    def _value(self, name: str) -> str:
        value = self.lookup(name)
        if value is None:
            self.unset(name)
            return ""
        return value


def _closing_brace(text: str, start: int, end: int) -> int:
    """Return the index of the brace that closes the first one between two offsets, or -1.

    The character behind an opening brace is skipped, as Docker's loader does.
    """
    depth = 0
    index = start
    while index < end:
        char = text[index]
        if char == "}":
            depth -= 1
            if depth == 0:
                return index
        elif char == "{":
            depth += 1
            index += 1
        index += 1
    return -1
