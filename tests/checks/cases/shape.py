from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent

MARK = "⟵"
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    check: str
    fails: Texts
    passes: Texts

    @property
    def expected(self) -> set[tuple[str, int]]:
        return {
            (path, number)
            for path, text in self.fails.items()
            for number, line in enumerate(clean(text).split("\n"), 1)
            if line.endswith(MARK)
        }


def clean(text: str) -> str:
    return dedent(text).lstrip("\n")


def written(text: str) -> str:
    return "\n".join(line.removesuffix(MARK).rstrip() for line in clean(text).split("\n"))


def compose(services: str, *volumes: str) -> dict[str, str]:
    """A Compose file with these services and named volumes."""
    body = "\n".join(f"  {line}" if line else "" for line in clean(services).split("\n"))
    named = "".join(f"  {name}:\n" for name in volumes)
    return {"compose.yaml": f"services:\n{body}\n" + (f"volumes:\n{named}" if named else "")}
