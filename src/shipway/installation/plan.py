"""From what a machine is to what has to be changed.  Pure.

Invariant: the plan of a machine that was just changed is empty; an uninstall's plan never
touches the data unless it was asked to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shipway.installation import units
from shipway.installation.files import File, files
from shipway.installation.layout import Layout
from shipway.tools import PACKAGES

UNITS = (units.DAEMON, units.INGRESS, units.INGRESS_PATH)
NOLOGIN = "/usr/sbin/nologin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a file or directory is now; content None: a directory, or not read."""

    mode: int
    owner: str
    content: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the machine is now.

    booted: systemd runs it, so that units can be started; without, files are only written.
    foreign: something in the home belongs to another user.  lacks: the programs of
    `shipway.tools` that a server needs and this one has not.
    """

    user: bool = False
    groups: frozenset[str] = frozenset()
    found: Mapping[Path, Found] = field(default_factory=dict)
    enabled: frozenset[str] = frozenset()
    active: frozenset[str] = frozenset()
    booted: bool = True
    foreign: bool = False
    docker_group: bool = False
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing to do: a command, a directory or a file; `says` for the person.

    Exactly one of argv, directory, file, remove, tools is set.  tools: programs that whoever
    carries the plan out gets by Debian's packages.
    """

    says: str
    argv: tuple[str, ...] | None = None
    directory: tuple[Path, int] | None = None
    file: File | None = None
    remove: Path | None = None
    tools: tuple[str, ...] = ()


def install_plan(layout: Layout, facts: Facts, *, operators: tuple[str, ...] = ()) -> list[Change]:
    """Return the changes that make the machine a server.  Empty: nothing is to be done."""
    changes = _tool_changes(facts) + _user_changes(layout, facts)
    changes += _operator_changes(layout, operators)
    changes += _directory_changes(layout, facts)
    if facts.foreign:
        changes.append(
            Change(
                says=f"give {layout.home} to {layout.user}",
                argv=(
                    "chown", "-R", "--no-dereference",
                    f"{layout.user}:{layout.user}", str(layout.home),
                ),
            )
        )  # fmt: skip
    written = [file for file in files(layout) if not _is_there(layout, facts, file)]
    changes += [Change(says=f"write {file.path}", file=file) for file in written]
    units_changed = {file.path.name for file in written} & set(UNITS)
    return changes + _unit_changes(facts, units_changed)


def uninstall_plan(layout: Layout, facts: Facts, *, purge: bool = False) -> list[Change]:
    """Return the changes that undo an installation; with `purge`, data and user go too."""
    changes = []
    known = [unit for unit in UNITS if unit in facts.enabled | facts.active]
    if known and facts.booted:
        # the path first: else it would start the proxy again
        order = tuple(reversed(known))
        changes.append(
            Change(
                says=f"stop {', '.join(order)}",
                argv=("systemctl", "disable", "--now", *order),
            )
        )
    changes += [
        Change(says=f"remove {file.path}", remove=file.path)
        for file in files(layout)
        if file.path in facts.found and (purge or not file.own)
    ]
    if changes and facts.booted:
        changes.append(Change(says="systemd reads its units", argv=("systemctl", "daemon-reload")))
    if purge:
        changes += _purge_changes(layout, facts)
    return changes


def _purge_changes(layout: Layout, facts: Facts) -> list[Change]:
    changes = []
    if layout.home in facts.found:
        changes.append(Change(says=f"delete {layout.home}, with all data", remove=layout.home))
    if facts.user:
        changes.append(Change(says=f"remove the user {layout.user}", argv=("userdel", layout.user)))
    return changes


def _tool_changes(facts: Facts) -> list[Change]:
    if not facts.lacks:
        return []
    packages = ", ".join(PACKAGES[name] for name in facts.lacks)
    says = f"install {packages} from Debian's packages; no service is started"
    return [Change(says=says, tools=facts.lacks)]


def _user_changes(layout: Layout, facts: Facts) -> list[Change]:
    changes = []
    if not facts.user:
        changes.append(
            Change(
                says=f"make the system user and group {layout.user}",
                argv=(
                    "useradd", "--system", "--user-group", "--no-create-home",
                    "--home-dir", str(layout.home), "--shell", NOLOGIN, layout.user,
                ),
            )
        )  # fmt: skip
    if layout.docker and "docker" not in facts.groups:
        changes.append(
            Change(
                says=f"let {layout.user} reach the Docker Engine (group docker)",
                argv=("usermod", "--append", "--groups", "docker", layout.user),
            )
        )
    return changes


def _operator_changes(layout: Layout, operators: tuple[str, ...]) -> list[Change]:
    return [
        Change(
            says=f"let {name} use shipway (group {layout.user}; in force at the next login)",
            argv=("usermod", "--append", "--groups", layout.user, name),
        )
        for name in operators
    ]


def _directory_changes(layout: Layout, facts: Facts) -> list[Change]:
    changes = []
    for path, mode in layout.directories:
        found = facts.found.get(path)
        if found is None or found.mode != mode or found.owner != layout.user:
            word = "make" if found is None else "correct"
            changes.append(Change(says=f"{word} {path} (mode {mode:04o})", directory=(path, mode)))
    return changes


def _is_there(layout: Layout, facts: Facts, file: File) -> bool:
    found = facts.found.get(file.path)
    if found is None:
        return False
    if file.own:
        return found.owner == layout.user
    return found.content == file.content and found.mode == file.mode


def _unit_changes(facts: Facts, changed: set[str]) -> list[Change]:
    if not facts.booted:
        return []
    changes = []
    if changed:
        changes.append(Change(says="systemd reads its units", argv=("systemctl", "daemon-reload")))
    missing = tuple(unit for unit in UNITS if unit not in facts.enabled)
    if missing:
        changes.append(
            Change(
                says=f"start with the machine: {', '.join(missing)}",
                argv=("systemctl", "enable", *missing),
            )
        )
    idle = [unit for unit in (units.DAEMON, units.INGRESS_PATH) if unit not in facts.active]
    if idle:
        changes.append(Change(says=f"start {', '.join(idle)}", argv=("systemctl", "start", *idle)))
    # The proxy is reloaded by the daemon; restarting it would cut what it serves.
    if units.DAEMON in changed and units.DAEMON in facts.active:
        changes.append(
            Change(
                says="restart the daemon, which costs no request",
                argv=("systemctl", "restart", units.DAEMON),
            )
        )
    return changes
