"""What a check is, and what it says: values only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shipway.model.evidence import Result
from shipway.model.words import Words

if TYPE_CHECKING:
    from shipway.checks.facts import Facts

__all__ = [
    "Area",
    "Check",
    "Edit",
    "Finding",
    "Needs",
    "NotLooked",
    "Place",
    "Result",
    "Severity",
    "Subjects",
    "Words",
]


class Severity(StrEnum):
    """What a failed check means: an error stops a deploy, a notice is worth a look."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Area(StrEnum):
    """The groups in which checks are shown, in this order."""

    COMPOSE = "compose"
    IMAGES = "images"
    PROXY = "proxy"
    ENVIRONMENT = "environment"
    SECRETS = "secrets"
    CODE = "code"
    RELEASE = "release"
    BACKUP = "backup"
    PIPELINE = "pipeline"

    @property
    def heading(self) -> Words:
        """Return the heading of the group."""
        return _AREA_TITLES[self]


_AREA_TITLES = {
    Area.COMPOSE: Words("Services", "서비스 구성"),
    Area.IMAGES: Words("Images", "이미지"),
    Area.PROXY: Words("Proxy and certificates", "프록시와 인증서"),
    Area.ENVIRONMENT: Words("Environment variables", "환경변수"),
    Area.SECRETS: Words("Secrets", "비밀 값"),
    Area.CODE: Words("Code", "코드"),
    Area.RELEASE: Words("Release and rollback", "배포와 롤백"),
    Area.BACKUP: Words("Backup", "백업"),
    Area.PIPELINE: Words("CI/CD", "CI/CD"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file of the project; `line` counts from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A mechanical fix: lines `first` to `last` of a file become `lines`."""

    path: str
    first: int
    last: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place where a check fails.

    wrong: what stands there and why it harms; never with a secret's value.
    fix: where it differs from the check's own.  edit: how a machine mends it.
    """

    place: Place
    wrong: Words
    fix: Words | None = None
    edit: Edit | None = None


class NotLooked(Exception):  # noqa: N818 - no fault of anybody's: the check was not made
    """A scanner did not do its work, so that nothing is known."""

    def __init__(self, reason: Words) -> None:
        super().__init__(reason.en)
        self.reason = reason


Subjects = Callable[["Facts"], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a check looks at; without any of it the check was not made."""

    subjects: Subjects
    found: Callable[[int], Words]
    missing: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the checklist.

    id: stable, dashed, its area first.  serves: ids of the requirements.
    look: returns the places where it fails; it reads `Facts` and nothing else.
    """

    id: str
    area: Area
    severity: Severity
    title: Words
    fix: Words
    needs: Needs
    look: Callable[[Facts], Iterable[Finding]] = field(repr=False)
    serves: tuple[str, ...] = ()
