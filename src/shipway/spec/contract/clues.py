"""What a project's files tell of a variable: the material that a contract is inferred from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """What one place says of a variable.

    where: the file, as typed.  needed: it says that there must be a value (a settings field
    without default, `${X:?}`); None: it says nothing.  services: those whose file it is;
    empty: everybody's.  default: what the code takes where nothing is set.  kind, choices,
    length_min: of a settings field.  when: other variables and the values with which it is
    needed.  by_environment: what the files of the environments set.  given: the value is in
    force, and so no default is wanted.
    """

    key: str
    where: str
    value: str = field(default="", repr=False)
    comment: str = ""
    section: str = ""
    needed: bool | None = None
    services: tuple[str, ...] = ()
    default: str = field(default="", repr=False)
    kind: str = ""
    choices: tuple[str, ...] = ()
    length_min: int | None = None
    when: Mapping[str, str] = field(default_factory=dict)
    by_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    given: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What the Compose file and the code do with a variable.

    services: that use it, None: all that are built here, or nobody knows; empty: the Compose
    file alone.  derive: what a connection's address is made of.  injected: the Compose file
    writes the value; url: it is an address, password: with a password inside.
    store: it is the account of a store that the Compose file starts.  defaulted: the Compose
    file has a default.  spoken_of: False where only files for developers know it.
    """

    services: tuple[str, ...] | None = None
    derive: str = ""
    injected: bool = False
    url: bool = False
    password: bool = False
    store: bool = False
    defaulted: bool = False
    spoken_of: bool = True
