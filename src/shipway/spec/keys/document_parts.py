"""What the lists of `document` are made of: sentences, days, amounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from shipway.model.declared import Amount
from shipway.spec.scalars import Parsed, Text
from shipway.spec.shapes import Field, ListOf, Record

SENTENCE = Text("a sentence", r"\S[^\n]*")
DAY = Parsed("a day such as 2026-12-31", date.fromisoformat, r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _amount(text: str) -> Amount:
    low, _, high = text.partition("-")
    return Amount(float(low), float(high or low))


_FIGURE = r"[0-9]+(\.[0-9]+)?"
AMOUNT = Parsed(
    "an amount such as 5, '7.5' or 2-3", _amount, rf"{_FIGURE}(-{_FIGURE})?", integers=True
)


def sentence(name: str, about: str, example: str, *, required: bool = False) -> Field:
    """Return a key for a sentence."""
    return Field(
        name,
        SENTENCE,
        about,
        words=None if required else "left out",
        example=example,
        required=required,
    )


def sentences(name: str, about: str) -> Field:
    """Return a key for a list of sentences."""
    return Field(name, ListOf(SENTENCE), about, default="[]")


def records(name: str, about: str, make: Callable[..., Any], *fields: Field) -> Field:
    """Return a key for a list of mappings."""
    return Field(name, ListOf(Record(f"document.{name}[]", fields, make)), about, default="[]")
