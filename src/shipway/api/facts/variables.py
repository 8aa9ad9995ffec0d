"""The contract with the state of each variable in each environment; never a secret's value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shipway.api.facts.rule_words import origin_words, rule_words, verdict_words
from shipway.api.facts.stand_ins import stands_in
from shipway.documents.facts import VariableFacts
from shipway.model.words import Words
from shipway.rollout.variables import OWN, VariableState, states
from shipway.spec.contract.rules import Contract, Rule
from shipway.spec.layers import Layer
from shipway.spec.load import Loaded

_WRITTEN = frozenset({Layer.COMMON, Layer.ENVIRONMENT, Layer.DEFAULT})
"""Layers whose values stand in shipway.yaml, which is committed: they may be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """A variable in one environment."""

    name: str
    state: VariableState
    origin: Words | None
    value: str | None
    missing: bool
    wrong: tuple[Words, ...]


def variable_facts(loaded: Mapping[str, Loaded], *, vault: bool) -> tuple[VariableFacts, ...]:
    """Return the contract's variables in their order, then what services get without it.

    loaded: by environment.  vault: whether the secrets were there to be looked at; without
    them nothing is called missing.
    """
    if not loaded:
        return ()
    contract: Contract = next(iter(loaded.values())).spec.contract
    sides: dict[str, list[_Side]] = {}
    for name, one in loaded.items():
        for side in _sides(name, one, vault=vault):
            sides.setdefault(side.state.key, []).append(side)
    named = [key for key in contract if key in sides]
    others = sorted(sides.keys() - contract.keys() - {OWN})
    return tuple(_variable(key, contract.get(key), sides[key]) for key in (*named, *others))


def _sides(name: str, loaded: Loaded, *, vault: bool) -> Iterable[_Side]:
    for state in states(loaded):
        verdicts = [item for item in loaded.verdicts if item.variable == state.key]
        unknown = stands_in(loaded, state.key)
        if unknown:
            verdicts = []
        known = replace(state, present=False, secret=True) if unknown else state
        yield _Side(
            name=name,
            state=known,
            origin=_origin(loaded, known),
            value=_written(loaded, known),
            missing=vault and any(item.missing for item in verdicts),
            wrong=tuple(verdict_words(item.said) for item in verdicts if not item.missing),
        )


def _origin(loaded: Loaded, state: VariableState) -> Words | None:
    found = loaded.layers.variables.get(state.key) or loaded.layers.defaults.get(state.key)
    if found is not None and state.present:
        return origin_words(found.origin)
    return Words("the Compose file", "Compose 파일") if state.present else None


def _written(loaded: Loaded, state: VariableState) -> str | None:
    found = loaded.layers.variables.get(state.key) or loaded.layers.defaults.get(state.key)
    shown = found is not None and found.origin.layer in _WRITTEN and not state.secret
    return state.value if shown else None


def _variable(name: str, rule: Rule | None, sides: list[_Side]) -> VariableFacts:
    services = dict.fromkeys(service for side in sides for service in side.state.services)
    if rule is not None and rule.services is not None:
        services = dict.fromkeys(item.value for item in rule.services)
    return VariableFacts(
        name=name,
        services=tuple(services),
        required=_required(rule),
        secret=any(side.state.secret for side in sides),
        declared=rule is not None,
        source=rule.comes.value if rule is not None and rule.comes is not None else "",
        rules=tuple(rule_words(rule)) if rule is not None else (),
        about=rule.about if rule is not None else "",
        group=(rule.group or "") if rule is not None else "",
        set_in=tuple(side.name for side in sides if side.state.present),
        missing_in=tuple(side.name for side in sides if side.missing),
        origins=tuple((side.name, side.origin) for side in sides if side.origin is not None),
        shown=tuple((side.name, side.value) for side in sides if side.value),
        wrong=tuple((side.name, words) for side in sides for words in side.wrong),
        build_time=rule is not None and rule.build_time,
    )


def _required(rule: Rule | None) -> str:
    if rule is None:
        return "no"
    if rule.required.always:
        return "always"
    if rule.required.environments or rule.fixed:
        return "production"
    return "sometimes" if rule.required.when or rule.group else "no"
