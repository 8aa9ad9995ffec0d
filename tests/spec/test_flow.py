"""Values in YAML's flow style come back as they were."""

from __future__ import annotations

import pytest
import yaml

from shipway.spec.flow import flow

TEXTS = (
    *("true", "yes", "no", "null", "~", "12", "1e3", "0x1f", "2026-11-22", "-", "- a", "a: b"),
    *(
        "a, b",
        "{x}",
        "[x]",
        "x #y",
        "x# y",
        "",
        " a ",
        "'",
        '"',
        "\\",
        "a\nb",
        "한국어",
        "\x7f\u2028",
    ),
    *(
        "/health?deep=1,2",
        "flask db upgrade",
        "npx knex migrate:latest",
        "a:",
        ":a",
        "%x",
        "@x",
        "*x",
    ),
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_back_as_itself(text: str) -> None:
    read = yaml.safe_load(f"{{one: {flow(text)}, more: [{flow(text)}]}}")
    expected = 12 if text == "12" else text  # a number in digits stays one
    assert read == {"one": expected, "more": [expected]}


def test_what_needs_no_quotes_has_none() -> None:
    told = {"required": True, "generate": "hex 32", "services": ["api", "worker"], "min_length": 8}
    assert flow(told) == (
        "{required: true, generate: hex 32, services: [api, worker], min_length: 8}"
    )
    assert flow("npx knex migrate:latest") == "npx knex migrate:latest"
