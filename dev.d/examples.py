"""Write the documents of the examples into docs/examples/, from their files alone.

    examples.py          those that are stale or missing
    examples.py --all    all of them, so that what the checks say is of today too

Each example shows the document that its team would have written: in both languages as
Markdown, the first also as a page.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shipway.api.facts import declared_facts
from shipway.documents import is_fresh, written

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "examples"
KIND_OF = {
    "board": "specification",
    "omnivibe": "specification",
    "vision": "plan",
    "jarvis": "checklist",
    "workhub": "record",
    "sns": "infrastructure",
}
PAGES = frozenset({"board", "omnivibe"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One file to be written."""

    example: Path
    kind: str
    language: str
    form: str

    @property
    def file(self) -> Path:
        """Return where it lies."""
        return TARGET / f"{self.example.name}-{self.kind}.{self.language}.{self.form}"


def wanted() -> Iterator[Wanted]:
    """Yield the documents of the examples that are there."""
    for name, kind in KIND_OF.items():
        example = ROOT / "examples" / name
        if not (example / "shipway.yaml").is_file():
            continue
        for language in ("ko", "en"):
            for form in ("md", "html") if name in PAGES else ("md",):
                yield Wanted(example=example, kind=kind, language=language, form=form)


def main() -> None:
    """Write what is stale; with --all everything."""
    TARGET.mkdir(parents=True, exist_ok=True)
    facts = {}
    for one in wanted():
        known = facts.get(one.example) or declared_facts(one.example, at=time.time())
        facts[one.example] = known
        old = one.file.read_text(encoding="utf-8") if one.file.exists() else ""
        if "--all" in sys.argv or not is_fresh(old, known):
            one.file.write_text(written(one.kind, known, one.language, one.form), encoding="utf-8")
            sys.stdout.write(f"written: {one.file.relative_to(ROOT)}\n")
    for stray in sorted(set(TARGET.iterdir()) - {one.file for one in wanted()}):
        if stray.name != "README.md":
            stray.unlink()
            sys.stdout.write(f"removed: {stray.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
