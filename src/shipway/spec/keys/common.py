"""Keys that stand in several places: files of variables, mounted files, Compose files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from shipway.errors import Problem, SourceRef
from shipway.model.condition import Level
from shipway.spec import forms
from shipway.spec.kinds import Placed
from shipway.spec.scalars import Boolean, Choice, Text, Value
from shipway.spec.shapes import Either, Field, ListOf, MapOf, Record
from shipway.spec.values import EnvFile, FileSpec

T = TypeVar("T")


def _one_or_many(kind: Any, label: str) -> Either:
    """Return a kind that takes one value or a list of them, and gives a tuple."""
    return Either(
        label,
        scalar=kind,
        listed=ListOf(kind, empty=False),
        make_scalar=lambda value, _source: (value,),
    )


def _ranges(statuses: tuple[Any, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((item, item) if isinstance(item, int) else item for item in statuses)


def _file(**given: Any) -> FileSpec:
    if ("path" in given) == ("secret" in given):
        raise Problem(
            "invalid-spec", "write source or secret, one of the two.", source=given["source"]
        )
    return FileSpec(**given)


STATUS = Either(
    "a status such as 200, a range such as 200-299, or a list of them",
    scalar=forms.STATUS,
    listed=ListOf(forms.STATUS, empty=False, make=_ranges),
    make_scalar=lambda value, _source: _ranges((value,)),
)

ENV_FILES = ListOf(
    Either(
        "the path of a file, or a mapping with path and required",
        scalar=forms.FILE_PATH,
        make_scalar=lambda path, source: EnvFile(path=path, source=source),
        mapped=Record(
            "env_files[]",
            (
                Field("path", forms.FILE_PATH, "The file.", required=True, example=".env.extra"),
                Field("required", Boolean(), "Whether it must exist.", default="true"),
            ),
            EnvFile,
        ),
    )
)

VARIABLES = MapOf(Value(), "the name of a variable", forms.VARIABLE_PATTERN)

LEVEL = Choice(tuple(level.name.lower() for level in Level), lambda name: Level[name.upper()])

COMPOSE = _one_or_many(forms.FILE_PATH, "the path of a Compose file, or a list of them")

PROFILES = ListOf(Text("the name of a profile", r"[a-zA-Z0-9][a-zA-Z0-9_.-]*"))

FILE = Record(
    "files[]",
    (
        Field(
            "source",
            forms.FILE_PATH,
            "The file, below the project's directory or absolute. The commit's own is taken"
            " where git tracks it, else the one in the working directory. At most 1 MiB.",
            words="the content is a secret",
            example="config/keys/jwt.pem",
            attr="path",
        ),
        Field(
            "secret",
            forms.SECRET,
            "The vault's secret that is the file's content, instead of `source`. It is then no"
            " variable of the services.",
            words="the content is a file",
            example="JWT_PRIVATE_KEY",
        ),
        Field(
            "target",
            forms.TARGET,
            "Where instances find it.",
            required=True,
            example="/app/keys/jwt.pem",
        ),
        Field("mode", forms.MODE, "Permission bits, in octal.", default='"0400"', example='"0600"'),
        Field(
            "owner",
            forms.OWNER,
            "User and group, as numbers.",
            words="the user that the instance runs as",
            example='"1000:1000"',
        ),
        Field(
            "services",
            ListOf(forms.SERVICE, empty=False),
            "The services that get it.",
            words="every service that Shipway builds",
            example="[api]",
        ),
    ),
    _file,
)

FILES = ListOf(FILE)


def unplaced(values: dict[str, Placed[Any]]) -> dict[str, Any]:
    """Return a mapping's values without the places of its keys."""
    return {name: placed.value for name, placed in values.items()}


def unsourced(make: Callable[..., T]) -> Callable[..., T]:
    """Return a record's maker for a value that does not keep where it stood."""

    def made(*, source: SourceRef, **given: Any) -> T:
        del source
        return make(**given)

    return made
