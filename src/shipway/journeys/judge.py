"""Whether an answer or a message is as expected; each difference in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.journeys.values import HIDDEN, SECRET_NAME
from shipway.journeys.web import Answer
from shipway.model.journey import Expect
from shipway.model.plain_paths import is_plain, select_plain


def wrong_with(answer: Answer, expect: Expect) -> list[str]:
    """Return what is wrong with an answer; empty where nothing is."""
    if answer.status is None:
        return [answer.reason or "no answer"]
    wrong = []
    if expect.status and not within(answer.status, expect.status):
        wrong.append(f"status {answer.status}, expected {ranges(expect.status)}")
    for name, part in expect.headers.items():
        value = answer.header(name)
        if value is None:
            wrong.append(f"the header {name} is missing, expected {part!r} in it")
        elif part.lower() not in value.lower():
            shown = HIDDEN if SECRET_NAME.search(name) else repr(value)
            wrong.append(f"the header {name} is {shown}, expected {part!r} in it")
    if expect.within_s is not None and answer.seconds > expect.within_s:
        wrong.append(f"it took {answer.seconds:.2f} s, expected at most {expect.within_s:g} s")
    return [*wrong, *wrong_in(answer.text, expect)]


def wrong_in(text: str, expect: Expect) -> list[str]:
    """Return what is wrong with a body or a message."""
    wrong = [f"{part!r} is not in it" for part in expect.contains if part not in text]
    if not (expect.json or expect.has or expect.lacks):
        return wrong
    try:
        value = json.loads(text)
    except ValueError:
        return [*wrong, "it is not JSON"]
    return [*wrong, *_wrong_paths(value, expect)]


def _wrong_paths(value: Any, expect: Expect) -> Iterator[str]:
    for path, wanted in expect.json.items():
        found = select(path, value)
        if not found:
            yield f"{path} selects nothing, expected {_json(path, wanted)}"
        elif not any(_equal(item, wanted) for item in found):
            yield f"{path} is {_json(path, found[0])}, expected {_json(path, wanted)}"
    for path in expect.has:
        if all(item is None for item in select(path, value)):
            yield f"{path} selects nothing but null"
    for path in expect.lacks:
        found = select(path, value)
        if found:
            yield f"{path} is {_json(path, found[0])}, expected nothing there"


def _equal(one: Any, other: Any) -> bool:
    """Compare as JSON does: true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def select(path: str, value: Any) -> list[Any]:
    """Return what a JSON path (RFC 9535) selects; raises ValueError for a wrong path."""
    if is_plain(path):
        return select_plain(path, value)
    from jsonpath_rfc9535 import JSONPathError, find

    try:
        return list(find(path, value).values())
    except JSONPathError as error:
        raise ValueError(str(error)) from None


def pick(answer_or_text: Answer | str, rule: str) -> Any:
    """Return what a `save` rule takes out; LookupError where there is nothing.

    A JSON path, `header:NAME`, or `match:REGULAR EXPRESSION`, its first group.
    """
    text = answer_or_text if isinstance(answer_or_text, str) else answer_or_text.text
    kind, _, rest = rule.partition(":")
    if kind == "header":
        value = None if isinstance(answer_or_text, str) else answer_or_text.header(rest.strip())
        if value is None:
            raise LookupError(f"the header {rest.strip()} is not there")
        return value
    if kind == "match":
        found = re.search(rest.strip(), text)
        if found is None:
            raise LookupError("the pattern matches nothing")
        return found[found.re.groups and 1]
    try:
        selected = select(rule, json.loads(text))
    except ValueError:
        raise LookupError("it is not JSON") from None
    if not selected:
        raise LookupError(f"{rule} selects nothing")
    return selected[0]


def within(status: int | None, allowed: Sequence[tuple[int, int]]) -> bool:
    """Return whether the status lies in one of the inclusive ranges."""
    return status is not None and any(low <= status <= high for low, high in allowed)


def ranges(allowed: Sequence[tuple[int, int]]) -> str:
    """Return ranges of statuses as they are written: `200-299, 404`."""
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in allowed)


def _json(path: str, value: Any) -> str:
    """Return a value as JSON; `***` where its path says that it is a secret."""
    return HIDDEN if SECRET_NAME.search(path) else json.dumps(value, ensure_ascii=False)


def is_like(answer: Answer, *, status: Any, paths: Mapping[str, Any], parts: Any) -> bool:
    """Return whether an answer is one for which a journey is skipped."""
    if status and within(answer.status, status):
        return True
    if parts and any(part in answer.text for part in parts):
        return True
    if not paths:
        return False
    try:
        value = answer.json
    except ValueError:
        return False
    return any(
        any(_equal(item, wanted) for item in select(path, value)) for path, wanted in paths.items()
    )
