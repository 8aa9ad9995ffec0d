"""pydantic Settings classes, read from the source: nothing is imported or run."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import PurePosixPath

from shipway.checks.facts.files import Files
from shipway.checks.facts.paths import aside


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsField:
    """One field.  default: its literal default as text, None where it has none or is required.

    kind: int, bool, list or path, empty for a text.  choices: the only values that it takes.
    """

    name: str
    line: int
    required: bool
    default: str | None
    kind: str = ""
    choices: tuple[str, ...] = ()
    length_min: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsClass:
    """A class derived from BaseSettings.

    env_files: what it reads itself.  extra: what it does with unknown keys of these.
    """

    path: str
    name: str
    line: int
    fields: tuple[SettingsField, ...]
    env_files: tuple[str, ...]
    extra: str
    prefix: str

    @property
    def directory(self) -> str:
        """Return the directory of its file."""
        return str(PurePosixPath(self.path).parent)

    def key(self, field: SettingsField) -> str:
        """Return the variable of a field."""
        return f"{self.prefix}{field.name}".upper()

    def knows(self, key: str) -> bool:
        """Return whether a variable of this name belongs to a field."""
        return any(self.key(item) == key.upper() for item in self.fields)


def settings_classes(files: Files) -> tuple[SettingsClass, ...]:
    """Return every Settings class of the project's own code."""
    found: list[SettingsClass] = []
    for path in files.paths:
        if path.endswith(".py") and not aside(path) and "BaseSettings" in files.text(path):
            found += read_settings(path, files.text(path))
    return tuple(found)


def read_settings(path: str, text: str) -> list[SettingsClass]:
    """Return the Settings classes of one module; none where it is no Python."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    classes = [node for node in ast.walk(module) if isinstance(node, ast.ClassDef)]
    return [_class(path, node) for node in classes if _derives(node)]


def _derives(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).rpartition(".")[2] == "BaseSettings" for base in node.bases)


def _class(path: str, node: ast.ClassDef) -> SettingsClass:
    options = _options(node)
    env_file = options.get("env_file")
    names = env_file if isinstance(env_file, list | tuple) else (env_file,) if env_file else ()
    return SettingsClass(
        path=path,
        name=node.name,
        line=node.lineno,
        fields=tuple(_fields(node)),
        env_files=tuple(str(name) for name in names),
        extra=str(options.get("extra", "forbid")),
        prefix=str(options.get("env_prefix", "")),
    )


def _options(node: ast.ClassDef) -> dict[str, object]:
    options: dict[str, object] = {}
    for item in node.body:
        if isinstance(item, ast.ClassDef) and item.name == "Config":
            for line in item.body:
                if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                    options[line.targets[0].id] = _literal(line.value)
        value = getattr(item, "value", None)
        if isinstance(item, ast.Assign | ast.AnnAssign) and isinstance(value, ast.Call):
            target = item.targets[0] if isinstance(item, ast.Assign) else item.target
            if isinstance(target, ast.Name) and target.id == "model_config":
                options |= {word.arg: _literal(word.value) for word in value.keywords if word.arg}
    return options


def _literal(node: ast.expr) -> object:
    try:
        found: object = ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node).rpartition(".")[2]
    return found


def _fields(node: ast.ClassDef) -> list[SettingsField]:
    found = []
    for item in node.body:
        if not isinstance(item, ast.AnnAssign) or not isinstance(item.target, ast.Name):
            continue
        if item.target.id == "model_config" or "ClassVar" in ast.unparse(item.annotation):
            continue
        default, required = _default(item.value)
        names = _aliases(item.value) or [item.target.id]
        found += [
            SettingsField(
                name=name,
                line=item.lineno,
                required=required,
                default=default,
                kind=_kind(item.annotation),
                choices=_choices(item.annotation),
                length_min=_length(item),
            )
            for name in names
        ]
    return found


_KINDS = {"int": "int", "bool": "bool", "list": "list", "set": "list", "Path": "path"}


def _kind(annotation: ast.expr) -> str:
    """Return what a type means: the first known name in it."""
    names = (node.id for node in ast.walk(annotation) if isinstance(node, ast.Name))
    found = next((_KINDS[name] for name in names if name in _KINDS), "")
    return found or ("path" if "FilePath" in ast.unparse(annotation) else "")


def _choices(annotation: ast.expr) -> tuple[str, ...]:
    for node in ast.walk(annotation):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Literal"):
            values = _literal(node.slice)
            listed = values if isinstance(values, tuple) else (values,)
            return tuple(str(item) for item in listed if isinstance(item, str | int))
    return ()


def _length(item: ast.AnnAssign) -> int | None:
    """Return `min_length` of a Field, in the annotation or as the value."""
    for node in ast.walk(item):
        if isinstance(node, ast.keyword) and node.arg == "min_length":
            value = _literal(node.value)
            return value if isinstance(value, int) else None
    return None


def _default(value: ast.expr | None) -> tuple[str | None, bool]:
    """Return (literal default as text, whether the field is required)."""
    if value is None:
        return None, True
    if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("Field"):
        given = [word.value for word in value.keywords if word.arg == "default"] or value.args[:1]
        made = any(word.arg == "default_factory" for word in value.keywords)
        return _default(given[0]) if given else (None, not made)
    if isinstance(value, ast.Constant) and value.value in {None, ...}:
        return None, value.value is ...  # None says that there is no value
    if isinstance(value, ast.Constant):
        return str(value.value), False
    if isinstance(value, ast.Call) and ast.unparse(value.func).endswith("Path") and value.args:
        return _default(value.args[0])
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return ",".join(str(_literal(item)) for item in value.elts), False
    return None, False


def _aliases(value: ast.expr | None) -> list[str]:
    """Return the names under which a Field is set, where it names them itself."""
    if not isinstance(value, ast.Call):
        return []
    words = {word.arg: word.value for word in value.keywords}
    alias = words.get("validation_alias") or words.get("alias")
    if isinstance(alias, ast.Call):
        return [str(item.value) for item in alias.args if isinstance(item, ast.Constant)]
    return [str(alias.value)] if isinstance(alias, ast.Constant) else []
