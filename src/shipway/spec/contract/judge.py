"""The verdicts over the values that services really get.  Pure; never with a value in them.

A declared rule counts in every environment; how strong a secret is, and whether origins are
open to all, blocks in production only.  What no contract speaks of is judged carefully: a
comment as value, and a placeholder where a secret should be, block in production.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shipway.errors import SourceRef
from shipway.spec.contract.forms import misses
from shipway.spec.contract.rules import Contract, Rule, Source
from shipway.spec.contract.supply import parts_of
from shipway.spec.secretwords import bits, is_common, is_placeholder, is_secret, url_password

PRODUCTION = "production"
STRONG_BITS = 64
_COMMENT = re.compile(r"#\s")
_ORIGINS = re.compile(r"CORS|ALLOWED_ORIGINS?$", re.IGNORECASE)
_HERE = re.compile(r"//(localhost|127\.0\.0\.1)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one service gets.

    built: Shipway builds it, so the layers reach it.  mounted: secrets that are files in it.
    build: its build arguments.
    """

    service: str
    values: Mapping[str, str] = field(repr=False)
    built: bool = True
    mounted: frozenset[str] = frozenset()
    build: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One thing that is wrong with a variable.

    said: what, as a sentence about it.  blocks: a rollout is refused.  missing: it has no
    value, which is what a command can mend.
    """

    variable: str
    said: str
    services: tuple[str, ...] = ()
    blocks: bool = True
    missing: bool = False
    source: SourceRef | None = None

    def __str__(self) -> str:
        who = f"{', '.join(self.services)}: " if self.services else ""
        return f"{who}{self.variable} {self.said}"


def judge(
    contract: Contract,
    environment: str,
    services: Sequence[Given],
    *,
    layered: Mapping[str, str] | None = None,
    commons: Iterable[str] = (),
) -> tuple[Verdict, ...]:
    """Return all verdicts: declared variables in their order, then what is blatant elsewhere.

    layered: the layers' own values, for what the Compose files use and no service gets.
    commons: variables whose value comes from a layer that all environments share.
    """
    shared = frozenset(commons)
    nobody = Given(service="", values=layered or {})
    found = [
        verdict
        for rule in contract.values()
        for verdict in _rule(
            rule, contract, environment, (nobody,) if rule.services == () else services, shared
        )
    ]
    return (*found, *_groups(contract, services), *_undeclared(contract, environment, services))


def _rule(
    rule: Rule,
    contract: Contract,
    environment: str,
    services: Sequence[Given],
    commons: frozenset[str],
) -> Iterator[Verdict]:
    mine = [item for item in services if _speaks_of(rule, item)]
    if rule.comes is Source.PER_ENVIRONMENT and rule.name in commons:
        yield Verdict(
            variable=rule.name,
            said="must be another in each environment, and is set for all of them at once",
            source=rule.source,
        )
    yield from _missing(rule, contract, environment, mine)
    said: dict[tuple[str, bool], list[str]] = {}
    for item in mine:
        value = _value(rule, item)
        if value:
            for text, blocks in _faults(rule, environment, value, item):
                said.setdefault((text, blocks), []).append(item.service)
    for (text, blocks), names in said.items():
        yield Verdict(
            variable=rule.name,
            said=text,
            services=tuple(name for name in names if name),
            blocks=blocks,
            source=rule.source,
        )
    having = {item.service: value for item in mine if (value := _value(rule, item))}
    if rule.same and len(set(having.values())) > 1:
        yield Verdict(
            variable=rule.name,
            said="must be the same in each of them, and is not",
            services=tuple(having),
            source=rule.source,
        )


def _speaks_of(rule: Rule, item: Given) -> bool:
    if not item.service:
        return True
    if rule.services is None:
        return item.built or rule.name in item.values
    return rule.for_service(item.service)


def _value(rule: Rule, item: Given) -> str:
    return (item.build if rule.build_time else item.values).get(rule.name, "")


def _missing(
    rule: Rule, contract: Contract, environment: str, mine: Sequence[Given]
) -> Iterator[Verdict]:
    names = tuple(
        item.service
        for item in mine
        if not _value(rule, item)
        and rule.name not in item.mounted
        and (item.built or rule.services is not None)
        and rule.required.holds(environment, item.values)
    )
    if not names:
        return
    said = f"has no value ({rule.required.why(environment)})"
    if rule.build_time:
        said = "is no build argument: it has an effect while building only"
    elif rule.comes is Source.DERIVED:
        known = {key for item in mine for key, value in item.values.items() if value}
        lack = [part for part in parts_of(rule) if part not in known and part not in contract]
        lack += [part for part in parts_of(rule) if part in contract and part not in known]
        said = f"cannot be composed: {', '.join(lack) or 'a part of it'} has no value"
    names = tuple(name for name in names if name)
    yield Verdict(variable=rule.name, said=said, services=names, missing=True, source=rule.source)


def _faults(rule: Rule, environment: str, value: str, item: Given) -> Iterator[tuple[str, bool]]:
    """Yield (what is wrong, whether it blocks) of a declared variable's value."""
    production = environment == PRODUCTION
    if _COMMENT.match(value):
        yield (
            "is a comment, not a value",
            True,
        )
        return
    fixed = rule.fixed.get(environment)
    if fixed is not None and value != fixed:
        yield f"must be {_shown(rule, fixed)} in {environment}", True
    if rule.allowed and value not in rule.allowed:
        yield f"must be one of {', '.join(rule.allowed)}", True
    if is_placeholder(value) and (rule.is_secret or rule.type is not None):
        yield "is a placeholder, not a value", True
        return
    if rule.type is not None and (wanted := misses(rule.type, value)):
        yield f"must be {wanted}", True
    if rule.min_length is not None and len(value) < rule.min_length:
        yield f"has {len(value)} characters, fewer than {rule.min_length}", True
    if rule.pattern is not None and not re.fullmatch(rule.pattern, value):
        yield f"does not have the form {rule.pattern}", True
    if rule.is_secret and (weak := _weak(value)):
        yield weak, production
    if (password := url_password(value)) and is_common(password):
        yield "holds a password that everybody tries first", production
    if rule.equals is not None and item.values.get(rule.equals, "") != value:
        yield f"must be the same as {rule.equals}, and is not", True
    if _ORIGINS.search(rule.name):
        yield from ((text, production) for text in _origins(value))


def _weak(value: str) -> str | None:
    if is_common(value):
        return "is a value that everybody tries first"
    if bits(value) < STRONG_BITS:
        return f"is easy to guess: about {abs(bits(value)):.0f} bits, {STRONG_BITS} are wanted"
    return None


def _origins(value: str) -> Iterator[str]:
    parts = [part.strip(" \"'[]") for part in value.split(",")]
    if "*" in parts:
        yield "lets every site in (*)"
    elif any(_HERE.search(part) for part in parts):
        yield "lets localhost in"


def _shown(rule: Rule, value: str) -> str:
    return "another value" if rule.is_secret else value


def _groups(contract: Contract, services: Sequence[Given]) -> Iterator[Verdict]:
    """Yield a verdict for each group of which some variables have a value and some have none."""
    groups: dict[str, list[Rule]] = {}
    for rule in contract.values():
        if rule.group is not None:
            groups.setdefault(rule.group, []).append(rule)
    for name, rules in groups.items():
        has = {
            rule.name
            for rule in rules
            if any(_value(rule, item) or rule.name in item.mounted for item in services)
        }
        if not has:
            continue
        for rule in rules:
            if rule.name not in has:
                yield Verdict(
                    variable=rule.name,
                    said=f"has no value, and {', '.join(sorted(has))} of the group {name} has one:"
                    " all of them, or none",
                    missing=True,
                    source=rule.source,
                )


def _undeclared(
    contract: Contract, environment: str, services: Sequence[Given]
) -> Iterator[Verdict]:
    production = environment == PRODUCTION
    said: dict[tuple[str, str, bool], list[str]] = {}
    for item in services:
        for key, value in item.values.items():
            if key in contract or not value:
                continue
            for text, blocks in _blatant(key, value):
                said.setdefault((key, text, blocks and production), []).append(item.service)
    for (key, text, blocks), names in said.items():
        yield Verdict(variable=key, said=text, services=tuple(names), blocks=blocks)


def _blatant(key: str, value: str) -> Iterator[tuple[str, bool]]:
    """Yield (what is wrong, whether production is refused) where nobody declared anything."""
    if _COMMENT.match(value):
        yield "is a comment, which Compose takes for its value", True
    elif is_secret(key) and is_placeholder(value):
        yield "is a placeholder, not a secret", True
    elif is_secret(key) and is_common(value):
        yield "is a value that everybody tries first", False
    elif _ORIGINS.search(key) and "*" in [part.strip() for part in value.split(",")]:
        yield "lets every site in (*)", False
