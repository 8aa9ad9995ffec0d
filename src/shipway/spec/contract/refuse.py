"""Verdicts as one Problem: every fault, and the command that mends each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.errors import Problem
from shipway.spec.contract.judge import Verdict
from shipway.spec.contract.rules import Contract, Source
from shipway.spec.secretwords import is_secret

HINTS_MAX = 12
_WEAK = ("placeholder", "easy to guess")


def refusal(
    contract: Contract, environment: str, verdicts: Sequence[Verdict], *, spec: str
) -> Problem | None:
    """Return the Problem `contract-broken` for what blocks; None where nothing does.

    spec: the name of the file that declares the contract.
    """
    blocking = [item for item in verdicts if item.blocks]
    if not blocking:
        return None
    count = len({item.variable for item in blocking})
    variables = "1 variable is" if count == 1 else f"{count} variables are"
    hints = list(dict.fromkeys(_hints(contract, environment, blocking, spec)))
    if len(hints) > HINTS_MAX:
        hints = [*hints[: HINTS_MAX - 1], f"shipway env check {environment}, which lists all"]
    return Problem(
        "contract-broken",
        f"{environment}: {variables} not as the application needs "
        f"{'it' if count == 1 else 'them'}. Nothing was changed.",
        details=[str(item) for item in blocking],
        hints=hints,
        source=blocking[0].source if len(blocking) == 1 else None,
    )


def _hints(
    contract: Contract, environment: str, verdicts: Sequence[Verdict], spec: str
) -> Iterator[str]:
    missing = [item for item in verdicts if item.missing]
    made = [item.variable for item in missing if _made(contract, item.variable)]
    if len(made) > 1:
        yield f"shipway secret generate --missing -e {environment}"
    for item in verdicts:
        if item.variable not in made or len(made) == 1:
            yield hint_for(contract, environment, item, spec=spec)


def _made(contract: Contract, variable: str) -> bool:
    rule = contract.get(variable)
    return rule is not None and rule.making is not None


def hint_for(contract: Contract, environment: str, verdict: Verdict, *, spec: str) -> str:
    """Return what mends one fault: a command, or where to write what."""
    name = verdict.variable
    rule = contract.get(name)
    if rule is not None and rule.build_time and verdict.missing:
        return f"write {name} below build.args of {verdict.services[0]} in the Compose file"
    if rule is not None and rule.comes is Source.INJECTED:
        service = verdict.services[0] if verdict.services else "the service"
        return f"write {name} below environment of {service} in the Compose file"
    if rule is not None and rule.comes is Source.DERIVED:
        return f"shipway env explain {name} -e {environment}"
    if (
        rule is not None
        and rule.making is not None
        and (verdict.missing or any(word in verdict.said for word in _WEAK))
    ):
        return f"shipway secret generate {name} -e {environment}"
    file = "to be the file" in verdict.said
    if file or (rule.is_secret if rule is not None else is_secret(name)):
        return f"shipway secret set {name} -e {environment}"
    if not verdict.missing:
        return f"shipway env explain {name} -e {environment}"
    return f"write {name}: … below environments.{environment}.variables in {spec}"
