"""The machine that reads a canonical tree into Docker's model; `structs` is its table.

Invariant: keys stand in the order in which Docker prints them, and a value that it would
leave out is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from shipway.compose.mappings import sort_keys, without_extensions
from shipway.compose.tree import Record
from shipway.compose.values import Bad, Reader

Keep = Literal["set", "given", "always", "struct"]


@dataclass(frozen=True, slots=True)
class Field:
    """One key.

    keep: when it is printed: `set` if it is not zero, `given` if the file has it, `always`,
    or `struct` (its own default where the file has nothing; YAML leaves out an empty one).
    label: its name in JSON where that differs.
    """

    name: str
    read: Reader | Struct
    keep: Keep = "set"
    label: str = ""


class Struct:
    """A mapping with known keys; `extensible` ones print their `x-…` keys in YAML."""

    __slots__ = ("_known", "extensible", "fields")

    def __init__(self, *fields: Field, extensible: bool = True) -> None:
        self.fields = fields
        self.extensible = extensible
        self._known = {field.name for field in fields}

    def json(self, value: Any) -> dict[str, Any]:
        """Return what `--format json` prints."""
        return self._read(value, yaml=False)

    def yaml(self, value: Any) -> dict[str, Any]:
        """Return what `--format yaml` prints."""
        return self._read(value, yaml=True)

    def _read(self, value: Any, *, yaml: bool) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Bad("must be a mapping")
        if not value.keys() <= self._known:
            value = self._fold_keys(value)
        made: dict[str, Any] = Record() if yaml else {}
        for field in self.fields:
            given = value.get(field.name)
            keep = field.keep
            if given is None and keep in ("set", "given"):
                continue
            try:
                found = _field(field, given, yaml=yaml)
            except Bad as bad:
                bad.path.append(field.name)
                raise
            if _is_shown(keep, found, yaml=yaml):
                made[field.name if yaml else field.label or field.name] = found
        if yaml and self.extensible:
            extras = [item for item in value.items() if item[0].startswith("x-")]
            made.update(sorted(extras, key=lambda item: item[0]))
        return made

    def _fold_keys(self, value: dict[str, Any]) -> dict[str, Any]:
        """Find keys in another case, which Docker's loader takes where the schema lets them."""
        folded = dict(value)
        for key, item in value.items():
            name = key.lower()
            if key not in self._known and name in self._known and name not in value:
                folded[name] = item
        return folded


def _is_shown(keep: Keep, found: Any, *, yaml: bool) -> bool:
    if keep == "set":
        return bool(found)
    if keep == "given":
        return found is not None
    return not yaml or (found is not None if keep == "always" else bool(found))


def _field(field: Field, given: Any, *, yaml: bool) -> Any:
    read = field.read
    if isinstance(read, Struct):
        return read.yaml(given or {}) if yaml else read.json(given or {})
    if isinstance(read, Nested):
        return read.read(given, yaml=yaml)
    return read(given) if given is not None or field.keep == "always" else None


class Nested:
    """A reader that has structs inside: a list or a mapping of them."""

    def __init__(
        self,
        inner: Struct | Nested | Reader,
        *,
        mapping: bool,
        null: bool = False,
        free: bool = False,
    ) -> None:
        self._inner = inner
        self._mapping = mapping
        self._null = null
        self._free = free

    def __call__(self, value: Any) -> Any:
        """Read in JSON's form."""
        return self.read(value, yaml=False)

    def read(self, value: Any, *, yaml: bool) -> Any:
        """Read a list, or a mapping with sorted keys."""
        if self._mapping:
            if not isinstance(value, dict):
                raise Bad("must be a mapping")
            items = value if self._free else without_extensions(value)
            return sort_keys({k: self._item(k, item, yaml=yaml) for k, item in items.items()})
        if not isinstance(value, list):
            raise Bad("must be a list")
        return [self._item(index, item, yaml=yaml) for index, item in enumerate(value)]

    def _item(self, key: str | int, item: Any, *, yaml: bool) -> Any:
        if item is None and self._null:
            return None
        inner = self._inner
        try:
            if isinstance(inner, Struct):
                return inner.yaml(item or {}) if yaml else inner.json(item or {})
            if isinstance(inner, Nested):
                return inner.read(item, yaml=yaml)
            return inner(item)
        except Bad as bad:
            bad.path.append(key)
            raise


def many(inner: Struct | Reader) -> Nested:
    """Return the reader of a list of structs."""
    return Nested(inner, mapping=False)


def named(inner: Struct | Reader, *, null: bool = False, free: bool = False) -> Nested:
    """Return the reader of a mapping of structs.

    null: a null item stays null.  free: a key that starts with `x-` is a name like others.
    """
    return Nested(inner, mapping=True, null=null, free=free)


def by_form(json: Reader, yaml: Reader) -> Callable[[Any], Any]:
    """Return a reader that prints one way in JSON and another in YAML."""
    return _ByForm(json, yaml)


class _ByForm(Nested):
    """Two readers in one."""

    def __init__(self, json: Reader, yaml: Reader) -> None:
        super().__init__(json, mapping=False)
        self._json = json
        self._yaml = yaml

    def read(self, value: Any, *, yaml: bool) -> Any:
        return self._yaml(value) if yaml else self._json(value)
