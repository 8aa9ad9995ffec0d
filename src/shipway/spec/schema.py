"""The JSON Schema of shipway.yaml, for editors and other programs.

It says the form of every value.  What only the reader can judge is left to it: whether
names exist, two environments collide, a path holds `..`, digits are octal.
"""

from __future__ import annotations

from typing import Any

from shipway.spec.keys import ROOT


def json_schema() -> dict[str, Any]:
    """Return the schema, made from the table of keys."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "shipway.yaml",
        "description": "How Shipway brings a Compose project to its environments.",
        **ROOT.schema(),
    }
