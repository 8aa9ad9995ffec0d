"""The contract that `init` proposes: clues from example files, Compose files, settings and code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shipway.checks.facts.files import Files
    from shipway.cli.init_sources import Sources
    from shipway.spec.contract.clues import Clue
    from shipway.spec.facts import ServiceFacts

_NEEDED = re.compile(r"(?<!\$)\$\{(?P<key>[A-Za-z_]\w*):?\?")
_ASKED = re.compile(
    r"""\b_?(?:required|require|must_have|mustHave|need)\w*\(\s*["'](?P<key>[A-Z]\w+)["']"""
)
_LISTED = re.compile(r"\bREQUIRED\w*\s*(?::[^=]*)?=\s*[\[({](?P<names>[^\])}]*)[\])}]")
_TABLE = re.compile(r"\b(?P<key>[A-Z]\w+)\s*:\s*\{(?P<rows>(?:\s*\w+\s*:\s*\[[^\]]*\]\s*,?)+)\s*\}")
_ROW = re.compile(r"(?P<word>\w+)\s*:\s*\[(?P<names>[^\]]*)\]")
_NAME = re.compile(r"""["'](?P<key>[A-Z][A-Z0-9_]+)["']""")
_READ = re.compile(
    r"""(?:environ(?:\.get)?\s*[\[(]|getenv\s*\()\s*["'](?P<key>[A-Z]\w+)["']|process\.env\.(?P<js>[A-Z]\w+)"""
)
_ELSE = (
    re.compile(
        r"""\b(?:process\.env|source|env|config)\.(?P<key>[A-Z]\w+)\s*(?:\|\||\?\?)\s*(?:["'`](?P<text>[^"'`]+)["'`]|(?P<number>\d+))"""
    ),
    re.compile(
        r"""(?:environ\.get|getenv)\(\s*["'](?P<key>[A-Z]\w+)["']\s*,\s*(?:["'](?P<text>[^"']+)["']|(?P<number>\d+))"""
    ),
)
_BUILD = re.compile(r"^(NEXT_PUBLIC_|VITE_|REACT_APP_|NUXT_PUBLIC_)\w+$")
_KEY_FILE = re.compile(r"^(?P<name>\w*(CREDENTIALS|SERVICE_ACCOUNT))_(PATH|FILE)$")
_OURS = re.compile(r"^ADMIN_(EMAIL|PASSWORD)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What is proposed: lines of `contract:`, and files that instances find."""

    lines: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def stand_ins(directory: Path, compose: Sequence[str] = ()) -> dict[str, str]:
    """Return a value for each variable without which the Compose files cannot be read.

    Nobody has set them yet; what is read of the files does not depend on them.
    """
    return dict.fromkeys(_needed(directory, compose), "1")


def _needed(directory: Path, compose: Sequence[str] = ()) -> dict[str, str]:
    """Return the variables that Compose files cannot do without (`${X:?…}`), and in which."""
    from shipway.spec.composition import default_files

    found: dict[str, str] = {}
    for name in compose or default_files(directory):
        text = (directory / name).read_text(encoding="utf-8", errors="replace")
        plain = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))
        for match in _NEEDED.finditer(plain):
            found.setdefault(match["key"], name)
    return found


def propose_contract(
    files: Files,
    facts: Mapping[str, ServiceFacts],
    sources: Sources,
    compose: Sequence[str] = (),
    *,
    consoles: Sequence[str] = (),
) -> Contract:
    """Return the contract and the key files; empty where there is nothing to go by.

    consoles: variables that hold the passwords of pages which the ingress closes.
    """
    from shipway.cli.init_uses import uses
    from shipway.spec.contract.clues import Clue, Use
    from shipway.spec.contract.infer import infer

    clues = [*_clues(files, facts, sources, compose)]
    pairs, mounted = _mounted(files, clues, sources)
    clues = [*pairs, *clues]
    told = {clue.key for clue in clues}
    clues += [Clue(key=key, where="routes, above") for key in consoles if key not in told]
    withheld = [*consoles, *(clue.key for clue in pairs if clue.kind == "json")]
    used = uses(files.root, facts, compose, clues, sources)
    lines = infer(clues, {**used, **{key: Use(services=()) for key in withheld}})
    if not lines:
        return Contract()
    heading = ["", "# What variables must be, from what is written in the files named below."]
    heading.append("# Secrets: shipway secret generate --missing, shipway secret set NAME.")
    return Contract(lines=[*heading, *lines], files=mounted)


def _clues(
    files: Files,
    facts: Mapping[str, ServiceFacts],
    sources: Sources,
    compose: Sequence[str],
) -> Iterator[Clue]:
    from shipway.spec.contract.clues import Clue

    told: set[str] = set()
    for clue in (*_examples(files, sources), *_values(files)):
        told.add(clue.key)
        yield clue
    for name, item in facts.items():
        build = item.definition.get("build")
        arguments = (build.get("args") or {}) if isinstance(build, dict) else {}
        for key in arguments:
            if _BUILD.match(key) and key not in told:
                yield Clue(key=key, where=f"{name}'s build", services=(name,))
    yield from _settings(files, sources, told)
    yield from _code(sources, told)
    for key, name in _needed(files.root, compose).items():
        yield Clue(key=key, where=name, needed=True)


def _examples(files: Files, sources: Sources) -> Iterator[Clue]:
    from shipway.checks.facts.env import EnvRole, env_files
    from shipway.checks.facts.paths import aside
    from shipway.spec.contract.clues import Clue

    for file in env_files(files):
        if file.role is not EnvRole.EXAMPLE or aside(file.path):
            continue
        for item in file.variables:
            if item.key.startswith("SHIPWAY_") or item.key in {"PORT", "HOST"}:
                continue  # Shipway's own, and what the Compose file decides
            comment = item.value.startswith("#")
            yield Clue(
                key=item.key,
                where=file.path,
                value="" if comment else item.value,
                comment=item.value.lstrip("# ") if comment and not item.comment else item.comment,
                section=item.section,
                services=_owners(file.path, sources),
            )


def _values(files: Files) -> Iterator[Clue]:
    """Yield what the files of the environments set, the common one's with its value."""
    from shipway.cli.init_environments import layered
    from shipway.spec.contract.clues import Clue

    found = layered(files)
    common = found.common
    for item in common.variables if common else ():
        if item.key != "TZ":
            where = common.path if common else ""
            yield Clue(key=item.key, where=where, value=item.value, given=True)
    keys = dict.fromkeys(item.key for file in found.own.values() for item in file.variables)
    for key in keys:
        each = {name: file.get(key) for name, file in found.own.items()}
        values = {name: said.value for name, said in each.items() if said is not None}
        yield Clue(
            key=key,
            where=f"{posixpath.dirname(next(iter(found.own.values())).path)}/",
            value=next(iter(values.values())),
            by_environment=values if len(values) > 1 else {},
            given=True,
        )


def _settings(files: Files, sources: Sources, told: set[str]) -> Iterator[Clue]:
    from shipway.checks.facts.settings import settings_classes
    from shipway.spec.contract.clues import Clue

    for settings in settings_classes(files):
        for one in settings.fields:
            key = settings.key(one)
            if not one.required and key not in told:
                continue  # the code does without, and nobody speaks of it
            yield Clue(
                key=key,
                where=settings.path,
                needed=one.required,
                services=_owners(settings.path, sources),
                default="" if one.required else one.default or "",
                kind=one.kind,
                choices=one.choices,
                length_min=one.length_min,
            )


def _code(sources: Sources, told: set[str]) -> Iterator[Clue]:
    """Yield what code asks for by name: required ones, what a switch needs, an administrator."""
    from shipway.spec.contract.clues import Clue

    paths = dict.fromkeys(path for name in sources.services for path in sources.of(name))
    for path in paths:
        text = sources.text(path)
        needed = [match["key"] for match in _ASKED.finditer(text)]
        for listed in _LISTED.finditer(text):
            needed += [match["key"] for match in _NAME.finditer(listed["names"])]
        for key in dict.fromkeys(needed):
            if key in told:
                yield Clue(key=key, where=path, needed=True)
        for table in _TABLE.finditer(text):
            if table["key"] not in told:
                continue
            rows = [*_ROW.finditer(table["rows"])]
            yield Clue(key=table["key"], where=path, choices=tuple(row["word"] for row in rows))
            for row in rows:
                for match in _NAME.finditer(row["names"]):
                    yield Clue(key=match["key"], where=path, when={table["key"]: row["word"]})
        for pattern in _ELSE:
            for match in pattern.finditer(text):
                if match["key"] in told:
                    default = match["text"] or match["number"]
                    yield Clue(key=match["key"], where=path, default=default)
        for match in _READ.finditer(text):
            key = match["key"] or match["js"]
            if key not in told and _OURS.match(key):
                told.add(key)
                yield Clue(key=key, where=path)


def _mounted(files: Files, clues: Sequence[Clue], sources: Sources) -> tuple[list[Clue], list[str]]:
    """Return clues for files that variables name by their paths, and lines of `files:`."""
    found: list[Clue] = []
    lines: list[str] = []
    for make in (_pairs(files, clues), _key_files(clues, sources)):
        for more, line in make:
            found += more
            lines.append(line)
    heading = ["", "# guessed from the variables that name their paths: files out of the vault"]
    return found, [*heading, "files:", *lines] if lines else []


def _pairs(files: Files, clues: Sequence[Clue]) -> Iterator[tuple[list[Clue], str]]:
    """Yield (clues, line) for each half of a pair of keys."""
    from shipway.cli.init_environments import key_pairs
    from shipway.spec.contract.clues import Clue

    told = {clue.key: clue.value for clue in reversed(clues)}
    for private, public, folder in key_pairs(files, told):
        names = {path: path.removesuffix("_PATH") for path in (private, public)}
        owners = next((clue.services for clue in clues if clue.key == private), ())
        where = next(clue.where for clue in clues if clue.key == private)
        who = f", services: [{', '.join(owners)}]" if owners else ""
        for path, mode, more in ((private, "0600", who), (public, "0644", "")):
            file = posixpath.basename(told[path]) or f"{names[path].lower()}.pem"
            target = posixpath.join(folder, file)
            own = [Clue(key=names[path], where=where, services=owners)]
            if path == private:
                own.append(Clue(key=path, where=where, services=owners, default=target))
            yield own, f'  - {{secret: {names[path]}, target: {target}, mode: "{mode}"{more}}}'


def _key_files(clues: Sequence[Clue], sources: Sources) -> Iterator[tuple[list[Clue], str]]:
    """Yield (clues, line) for a service account's key that a variable names by its path."""
    from shipway.spec.contract.clues import Clue

    for clue in clues:
        match = _KEY_FILE.match(clue.key)
        if match is None or not clue.value.startswith("/"):
            continue
        name = match["name"]
        users = sources.users(clue.key)
        who = f", services: [{', '.join(users)}]" if users else ""
        kind = "json" if clue.value.endswith(".json") else ""
        own = Clue(key=name, where=clue.where, needed=True, kind=kind)
        yield [own], f"  - {{secret: {name}, target: {clue.value}{who}}}"


def _owners(path: str, sources: Sources) -> tuple[str, ...]:
    """Return the services in whose own folder a file lies; nobody where it is everybody."""
    inside = f"{PurePosixPath(path).parent}/"
    owners = tuple(
        name
        for name in sources.services
        if (folder := sources.folder(name)) and inside.startswith(f"{folder}/")
    )
    return () if len(owners) == len(sources.services) else owners
