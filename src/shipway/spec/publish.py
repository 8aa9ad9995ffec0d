"""Writes what is made from the table of keys: the JSON Schema and the reference.

python -m shipway.spec.publish          writes them
python -m shipway.spec.publish --check  says which are stale, exit code 1
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from shipway.spec.document import markdown
from shipway.spec.schema import json_schema

ROOT = Path(__file__).parents[3]


def published() -> dict[Path, str]:
    """Return each file's path below the repository, and its text."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    return {
        Path("schema/shipway.schema.json"): schema,
        Path("src/shipway/spec/shipway.schema.json"): schema,
        Path("docs/shipway-yaml.md"): markdown(),
    }


def stale(root: Path = ROOT) -> list[Path]:
    """Return the files that are missing or not as the table says."""
    return [
        path
        for path, text in published().items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write the files, or with --check only compare them."""
    names = stale()
    if "--check" in arguments:
        for path in names:
            print(f"stale: {path} (python -m shipway.spec.publish)")
        return 1 if names else 0
    for path, text in published().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
