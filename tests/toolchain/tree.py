"""A project's files in memory, as the readers see them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tree:
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.texts))

    def text(self, path: str) -> str:
        return self.texts.get(path, "")
