"""Why a value does not fit a schema: the most specific reason, in plain words."""

from __future__ import annotations

from typing import Any, NamedTuple

from shipway.compose.problems import did_you_mean, type_name
from shipway.compose.scalars import go_text
from shipway.compose.validator import (
    Schema,
    Validator,
    check_pattern,
    check_range,
    check_unique,
    key_matcher,
    kinds,
)

_HUMAN = {"object": "mapping", "array": "list"}


class Finding(NamedTuple):
    """What is wrong, where (keys and indexes), and a suggestion."""

    path: tuple[str | int, ...]
    message: str
    hints: tuple[str, ...] = ()


def explain(validator: Validator, value: Any) -> Finding | None:
    """Return the most specific reason why a value does not fit, or None where it does."""
    findings = _Search(validator).findings(validator.schema, value, ())
    return max(findings, key=lambda finding: len(finding.path), default=None)


class _Search:
    """One search through a schema."""

    def __init__(self, validator: Validator) -> None:
        self._validator = validator

    def findings(self, schema: Schema, value: Any, path: tuple[str | int, ...]) -> list[Finding]:
        schema = self._validator.resolve(schema)
        if self._validator.compiled(schema)(value):
            return []
        wanted = schema.get("type")
        if wanted is not None:
            types = [wanted] if isinstance(wanted, str) else wanted
            if not set(types) & set(kinds(value)):
                names = [_HUMAN.get(name, name) for name in types]
                return [Finding(path, f"must be {_listing(names)}, not {type_name(value)}")]
        found = self._branches(schema, value, path)
        found += self._value(schema, value, path)
        if isinstance(value, list) and schema.get("items"):
            for index, item in enumerate(value):
                found += self.findings(schema["items"], item, (*path, index))
        if isinstance(value, dict):
            found += self._keys(schema, value, path)
        return found

    def _branches(self, schema: Schema, value: Any, path: tuple[str | int, ...]) -> list[Finding]:
        """Explain by the branch that was meant: the one that fails deepest."""
        branches = schema.get("oneOf")
        if not branches:
            return []
        reasons = [self.findings(branch, value, path) for branch in branches]
        if sum(not reason for reason in reasons) > 1:
            return [Finding(path, "is ambiguous")]
        if all(reasons):
            given = set(kinds(value))
            fitting = [
                reason
                for branch, reason in zip(branches, reasons, strict=True)
                if given & _types_of(self._validator.resolve(branch))
            ]
            if fitting:
                return max(fitting, key=lambda reason: max(len(item.path) for item in reason))
            names = sorted(
                set().union(*(_types_of(self._validator.resolve(item)) for item in branches))
            )
            shown = _listing([_HUMAN.get(name, name) for name in names])
            return [Finding(path, f"must be {shown}, not {type_name(value)}")]
        return []

    def _value(self, schema: Schema, value: Any, path: tuple[str | int, ...]) -> list[Finding]:
        found: list[Finding] = []
        if schema.get("enum") and value not in schema["enum"]:
            allowed = ", ".join(str(item) for item in schema["enum"])
            found.append(Finding(path, f"must be one of {allowed}, not `{go_text(value)}`"))
        if schema.get("pattern") and not check_pattern(schema)(value):
            found.append(Finding(path, f"`{go_text(value)}` is not a value that it takes"))
        if not check_range(schema)(value):
            low, high = schema.get("minimum"), schema.get("maximum")
            bounds = f"at least {low}" if high is None else f"between {low} and {high}"
            found.append(Finding(path, f"must be {bounds}, not {go_text(value)}"))
        if schema.get("uniqueItems") and not check_unique(schema)(value):
            found.append(Finding(path, "lists the same item twice"))
        return found

    def _keys(
        self, schema: Schema, value: dict[str, Any], path: tuple[str | int, ...]
    ) -> list[Finding]:
        properties: Schema = schema.get("properties", {})
        patterns: Schema = schema.get("patternProperties", {})
        found = [
            Finding(path, f"`{key}` is missing")
            for key in schema.get("required", ())
            if key not in value
        ]
        for key, item in value.items():
            here = (*path, key)
            matched = key in properties
            if matched:
                found += self.findings(properties[key], item, here)
            for text, inner in patterns.items():
                if key_matcher(text)(key):
                    matched = True
                    found += self.findings(inner, item, here)
            if not matched and schema.get("additionalProperties", True) is False:
                found.append(_unknown(key, properties, here))
        return found


def _unknown(key: str, properties: Schema, path: tuple[str | int, ...]) -> Finding:
    if properties:
        hints = did_you_mean(key, properties)
        return Finding(path, f"`{key}` is not a key that Compose knows here", hints)
    return Finding(
        path, f"`{key}` cannot be a name here", ("names have letters, digits, `.`, `_` and `-`",)
    )


def _types_of(schema: Schema) -> set[str]:
    wanted = schema.get("type", ())
    types = {wanted} if isinstance(wanted, str) else set(wanted)
    return types | {"integer"} if "number" in types else types


def _listing(names: list[str]) -> str:
    words = [
        ("an " if name[0] in "aeio" else "a ") + name if name != "null" else name for name in names
    ]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
