"""How far a proposed shipway.yaml is from the one that a team finished.

Both files are read and written out anew in one form, a line a value, so that the style of
writing (flow or block, a list of routes or a mapping, the same route said once or in each
environment) is no difference.  What no file of a project can tell is left out and counted
apart (`OWNERS`, `DECIDED`), so that nobody has to take its number on trust.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

OWNERS = ("journeys", "document", "waivers", "language")
"""Sections that only people can write."""
DECIDED = (
    r"environments\.\w+\.(host|hosts|tls)\b",  # the names of the site
    r"(environments\.\w+\.)?variables\.",  # what a value is to be, in one environment or in all
    r"environments\.\w+\.routes\.[\w-]+\.",  # routes by such a name
    r"backup\.drill\.queries",  # questions about the team's own data
    r"smoke\..*\.contains",  # what an answer must hold
)
"""Lines that decide what stands in no file: names, values, questions."""
PROSE = frozenset({"about", "name", "example"})
"""Keys whose text is for people, and so never the same twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """In lines.  kept: of the proposal, stand in the finished file; owners: left out.

    owners: of the finished file, what only its owner can write; decided: those of them that
    stand beside what could be proposed (`DECIDED`).
    """

    proposed: int
    finished: int
    kept: int
    owners: int
    decided: int = 0

    @property
    def wrong(self) -> float:
        """Return the share of the proposal's lines that had to be changed or removed."""
        return 1 - self.kept / self.proposed if self.proposed else 0.0

    @property
    def strict(self) -> float:
        """Return the share of the finished file's lines that are changed or added by hand."""
        return 1 - self.kept / self.finished if self.finished else 0.0

    @property
    def strictest(self) -> float:
        """Return the same with the owner's own names, values and questions counted, too."""
        lines = self.finished + self.decided
        return 1 - self.kept / lines if lines else 0.0

    def __str__(self) -> str:
        return (
            f"{self.proposed} lines proposed, {self.wrong:.0%} of them wrong; "
            f"{self.finished} finished, {self.strict:.0%} of them changed or added by hand "
            f"({self.strictest:.0%} with names, values and questions that only the owner knows; "
            f"{self.owners} lines are the owner's)"
        )


def distance(proposal: str, finished: str) -> Distance:
    """Return how far two shipway.yaml are apart."""
    old, new = _lines(proposal), _lines(finished)
    kept = (Counter(old) & Counter(new)).total()
    return Distance(
        proposed=len(old),
        finished=len(new),
        kept=kept,
        owners=len(owners_lines(finished)),
        decided=sum(map(_is_decided, _all_lines(finished))),
    )


def differing(proposal: str, finished: str) -> list[str]:
    """Return the differing lines: `-` of the proposal alone, `+` of the finished file alone."""
    old, new = Counter(_lines(proposal)), Counter(_lines(finished))
    return [f"- {line}" for line in old - new] + [f"+ {line}" for line in new - old]


def owners_lines(text: str) -> list[str]:
    """Return the lines of a file that only its owner can write."""
    content = yaml.safe_load(text) or {}
    sections = {key: value for key, value in content.items() if key in OWNERS}
    return [*_leaves(sections), *(line for line in _all_lines(text) if _is_decided(line))]


def _is_decided(line: str) -> bool:
    return any(re.match(pattern, line) for pattern in DECIDED)


def _lines(text: str) -> list[str]:
    return [line for line in _all_lines(text) if not _is_decided(line)]


def _all_lines(text: str) -> list[str]:
    content = yaml.safe_load(text) or {}
    kept = {
        key: _one_form(key, value)
        for key, value in content.items()
        if key not in OWNERS and not key.startswith("x-")
    }
    return sorted(_leaves(_without_prose(_routes_once(kept))))


def _routes_once(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content with what every environment's own routes share said once."""
    environments = content.get("environments") or {}
    own = [item.get("routes") or {} for item in environments.values() if isinstance(item, dict)]
    if not own or not all(own) or "routes" in content:
        return content
    shared = {key: rule for key, rule in own[0].items() if all(o.get(key) == rule for o in own)}
    rest = {}
    for name, item in environments.items():
        routes = {key: rule for key, rule in item["routes"].items() if key not in shared}
        rest[name] = {key: value for key, value in item.items() if key != "routes"}
        if routes:
            rest[name]["routes"] = routes
    return {**content, "environments": rest, "routes": shared}


def _without_prose(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    found = {key: _without_prose(item) for key, item in value.items() if key not in PROSE}
    return found or True


def _one_form(key: str, value: Any) -> Any:
    if key == "routes":
        return _routes(value)
    if key == "environments":
        return {name: _environment(item) for name, item in value.items()}
    if key == "contract":
        return {name: _rule(item) for name, item in value.items()}
    if key == "services":
        return {name: _service(item) for name, item in value.items()}
    if key == "migrate":
        listed = value if isinstance(value, list) else [value]
        return {
            f"{item.get('service')} {item.get('command')}": {
                k: v for k, v in item.items() if k not in {"service", "command"}
            }
            | {"is": "there"}
            for item in listed
        }
    if key == "smoke":
        return {
            str(item.get("path")): {k: v for k, v in item.items() if k != "path"} for item in value
        }
    return value


def _routes(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {
            key: item if isinstance(item, dict) else {"service": item}
            for key, item in value.items()
        }
    return {
        f"{item.get('host') or ''}{item.get('path', '/')}": {
            key: part for key, part in item.items() if key not in {"host", "path"}
        }
        for item in value
    }


def _environment(value: Any) -> Any:
    found = {"port": value} if isinstance(value, int) else dict(value)
    if "routes" in found:
        found["routes"] = _routes(found["routes"])
    return found


def _service(value: Any) -> Any:
    found = dict(value)
    if isinstance(found.get("health"), str):
        found["health"] = {"path": found["health"]}
    return found


def _rule(value: Any) -> Any:
    words: dict[str, dict[str, Any]] = {
        "required": {"required": True},
        "generated": {"required": True, "generate": "hex 32"},
        "secret": {"secret": True},
    }
    found = dict(words.get(value, {"rule": value})) if isinstance(value, str) else dict(value)
    if found.get("required") == "always":
        found["required"] = True
    if "generate" in found:  # what is generated is a secret
        found.pop("secret", None)
    return found


def _leaves(value: Any, at: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{at}.{key}" if at else str(key))
    elif isinstance(value, list):
        yield f"{at}: {sorted(map(str, value))}"
    else:
        yield f"{at}: {value}"
