"""A first contract, out of what a project already has.  Pure; a proposal that a person confirms.

Says nothing that holds anyway: what is generated is required and secret, and a name tells
whether it is a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shipway.spec.contract import guesses as guess
from shipway.spec.contract.clues import Clue, Use
from shipway.spec.flow import flow
from shipway.spec.secretwords import is_secret, url_password

ABOUT_MAX = 90
_PLAIN = frozenset({"int", "bool"})
"""Types that are not worth a line where the Compose file has a default."""


@dataclass(slots=True)
class _Entry:
    rules: dict[str, object] = field(default_factory=dict)
    guesses: list[str] = field(default_factory=list)


def infer(clues: Iterable[Clue], uses: Mapping[str, Use] | None = None) -> list[str]:
    """Return the lines of a `contract:` for shipway.yaml; none where nothing is to be said."""
    known = uses or {}
    by_key: dict[str, list[Clue]] = {}
    for clue in clues:
        by_key.setdefault(clue.key, []).append(clue)
    switches = guess.switches(by_key)
    entries = {
        key: _entry(key, found, by_key, known.get(key), switches) for key, found in by_key.items()
    }
    _groups(entries, by_key, switches)
    publics = {entry.rules.get("public") for entry in entries.values()}
    lines: list[str] = []
    place = ""
    for key, entry in entries.items():
        use = known.get(key)
        if key in publics or (use is not None and not use.spoken_of):
            continue
        if not _worth(key, entry, use):
            continue
        _with_services(key, entry, by_key[key], use)
        where = by_key[key][0].where
        if where != place:
            lines.append(f"  # {where}")
            place = where
        note = f"  # guessed: {'; '.join(entry.guesses)}" if entry.guesses else ""
        lines.append(f"  {key}: {_written(entry.rules)}{note}")
    return ["contract:", *lines] if lines else []


def _worth(key: str, entry: _Entry, use: Use | None) -> bool:
    """Return whether an entry says something."""
    rules = entry.rules
    if rules.keys() - {"type", "about"} or is_secret(key):
        return bool(rules) or is_secret(key)
    defaulted = use is not None and use.defaulted
    return "type" in rules and not (defaulted and rules["type"] in _PLAIN)


def _entry(
    key: str,
    clues: list[Clue],
    all_keys: Mapping[str, list[Clue]],
    use: Use | None,
    switches: Mapping[str, tuple[str, ...]],
) -> _Entry:
    entry = _Entry()
    rules = entry.rules
    value = next((clue.value for clue in clues if clue.value), "")
    secret = is_secret(key) or bool(url_password(value)) or (use is not None and use.password)
    if use is not None and use.derive:
        rules["derive"] = use.derive
        entry.guesses.append("made of what the Compose file says of the store")
        return entry
    rules.update(guess.value_rules(key, value, clues, use))
    if "fixed" not in rules:
        rules.update(guess.needs(key, clues, entry.guesses))
    if secret:
        rules.update(guess.making(key, clues, use, all_keys, entry.guesses))
        if "generate" in rules:
            _drop(entry, "required")
        elif not is_secret(key) or not rules:
            rules["secret"] = True
    if "fixed" not in rules and "build_time" not in rules:
        if use is not None and use.injected:
            rules["source"] = "injected"
        elif guess.differs(key, clues):
            rules["source"] = "per-environment"
            if any(clue.by_environment for clue in clues):
                rules["required"] = True
    if guess.alike(clues):
        rules["same"] = True
    by_compose = use is not None and use.defaulted and key not in switches
    if not secret and (not by_compose or any(clue.default for clue in clues)):
        _default(rules, clues, value)
    comment = guess.about_of(clues)
    if comment and (rules or secret):
        rules["about"] = comment[:ABOUT_MAX]
    return entry


def _default(rules: dict[str, object], clues: list[Clue], value: str) -> None:
    """Add what holds where nothing is set, unless something else says it."""
    closed = {"required", "source", "build_time", "generate"} & rules.keys()
    fixed = rules.get("fixed")
    if closed or (isinstance(fixed, dict) and len(fixed) > 1):
        return
    default = guess.default_of(clues, value)
    if default and (rules or any(clue.default for clue in clues)):
        rules["default"] = default


def _drop(entry: _Entry, name: str) -> None:
    """Take a rule back that another one holds anyway, and what was said of it."""
    entry.rules.pop(name, None)
    entry.guesses[:] = [text for text in entry.guesses if not text.startswith(name)]


def _groups(
    entries: Mapping[str, _Entry],
    all_keys: Mapping[str, list[Clue]],
    switches: Mapping[str, tuple[str, ...]],
) -> None:
    """Add what variables have to do with each other: groups, and what a switch needs."""
    for key, entry in entries.items():
        rules = entry.rules
        if {"required", "generate", "derive", "source"} & rules.keys() or key in switches:
            continue
        group = guess.group_of(key, all_keys[key], all_keys)
        if group:
            rules["group"] = group
            rules.pop("secret", None) if is_secret(key) else None
            entry.guesses.append("all of its group or none")
        when = guess.conditions(key, all_keys[key], switches, grouped=bool(group))
        if when:
            rules["required"] = when
            rules.pop("secret", None) if is_secret(key) else None
            rules.pop("default", None)
            entry.guesses.append("needed with that provider")


def _with_services(key: str, entry: _Entry, clues: list[Clue], use: Use | None) -> None:
    if key == "NODE_ENV":
        return  # Node's own
    owners = tuple(dict.fromkeys(name for clue in clues for name in clue.services))
    if use is not None and use.services is not None:
        entry.rules["services"] = list(use.services)
    elif (
        owners
        and (use is None or "build_time" in entry.rules)
        and all(clue.services for clue in clues)
    ):
        entry.rules["services"] = list(owners)
    if entry.rules.get("services") == [] and "type" not in entry.rules:
        _drop(entry, "required")  # the Compose file itself demands it
    if entry.rules.get("secret") is True and is_secret(key) and "services" in entry.rules:
        entry.rules.pop("secret")  # as its name tells


def _written(rules: dict[str, object]) -> str:
    """Return the rules in YAML's flow style, short where there is a word for them."""
    if rules == {"required": True}:
        return "required"
    order = ("required", "secret", "generate", "public", "services")
    names = sorted(rules, key=lambda name: (order.index(name) if name in order else 9, name))
    return f"{{{', '.join(f'{name}: {flow(rules[name])}' for name in names)}}}"
