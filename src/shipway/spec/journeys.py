"""What of a journey can be known to be wrong before it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.model.journey import Journey, Step
from shipway.model.plain_paths import is_plain

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
GENERATED = frozenset(
    {"now", *(f"random.{kind}" for kind in ("uuid", "email", "word", "number", "password"))}
)


def check_path(path: str, source: SourceRef) -> None:
    """Refuse what is no JSON path."""
    if is_plain(path):
        return
    from jsonpath_rfc9535 import JSONPathError, compile  # noqa: A004 - its own name

    try:
        compile(path)
    except JSONPathError as error:
        raise Problem(
            "invalid-spec",
            f"{path!r} is no JSON path (RFC 9535): {str(error).splitlines()[0]}.",
            source=source,
        ) from None


def check_save(rule: str, source: SourceRef) -> None:
    """Refuse a rule that can never take something out."""
    if rule.startswith("$"):
        check_path(rule, source)
    elif rule.startswith("match:"):
        try:
            re.compile(rule.removeprefix("match:").strip())
        except re.error as error:
            raise Problem(
                "invalid-spec", f"{rule!r} is no regular expression: {error}.", source=source
            ) from None


def check_journey(journey: Journey, source: SourceRef) -> None:
    """Refuse placeholders that no step before gives a value, and answers where none can be."""
    known: set[str] = set()
    for name, text in journey.values.items():
        _check_names(text, known, source)
        known.add(name)
    if journey.skip_when and (
        journey.skip_when.status or journey.skip_when.json or journey.skip_when.contains
    ):
        raise Problem(
            "invalid-spec",
            "a journey's own skip_when knows no answer yet: write it at a step, or use without.",
            source=source,
        )
    for step in (*journey.steps, *journey.always):
        for text in _texts(step):
            _check_names(text, known, source)
        known |= set(step.save)


def _check_names(text: str, known: set[str], source: SourceRef) -> None:
    for name in PLACEHOLDER.findall(text):
        if name in known or name in GENERATED or re.fullmatch(r"env\.[A-Za-z_]\w*", name):
            continue
        raise Problem(
            "invalid-spec",
            f"{{{{{name}}}}} has no value there: it is neither declared nor saved before.",
            hints=[f"known there: {', '.join(sorted(known | GENERATED))}, env.NAME"],
            source=source,
        )


def _texts(step: Step) -> Iterator[str]:
    request, receive = step.request, step.receive
    if request is not None:
        yield from _inside([request.path, request.headers, request.json, request.form])
        yield from _inside(request.body)
    yield from _inside([step.connect, step.headers, step.send])
    for expect in (step.expect, receive):
        if expect is not None:
            yield from _inside([expect.headers, expect.json, list(expect.contains)])


def _inside(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _inside(key)
            yield from _inside(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _inside(item)
