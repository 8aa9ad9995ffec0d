"""Variables in every form, and the casts of what they give."""

from __future__ import annotations

import pytest

from shipway.compose.template import RequiredVariableError, TemplateError, substitute
from tests.compose.conftest import Load, Refuse

VALUES = {"SET": "s", "EMPTY": "", "URL": "http://h/?a=b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$SET-${SET}", "s-s"),
        ("${UNSET}", ""),
        ("${UNSET:-d}|${EMPTY:-d}|${EMPTY-d}", "d|d|"),
        ("${SET:+r}|${EMPTY:+r}|${EMPTY+r}|${UNSET+r}", "r||r|"),
        ("$$SET ${SET}$$", "$SET s$"),
        ("${UNSET:-${EMPTY:-${SET}}}", "s"),
        ("${UNSET:-a}${UNSET:-b}${UNSET:-c}", "abc"),
        ("${UNSET:-http://h/?x=y#z}", "http://h/?x=y#z"),
        ("${UNSET:-{{.Name}}}", "{{.Name}}"),
        ("${UNSET:-a}}", "a}"),
        ("${SET:?needed} ${EMPTY?needed}", "s "),
        ("a$ b$1 $-", "a$ b$1 $-"),
        ("${UNSET:-a b}\n${SET}", "a b\ns"),
        ("${UNSET-:?x}", ":?x"),
    ],
)
def test_each_form_gives_what_docker_gives(text: str, expected: str) -> None:
    assert substitute(text, VALUES.get) == expected


@pytest.mark.parametrize("text", ["${", "${}", "${1}", "${A b}", "${A:b}", "${é}", "x ${A"])
def test_what_is_no_variable_is_refused(text: str) -> None:
    with pytest.raises(TemplateError):
        substitute(text, VALUES.get)


def test_a_required_variable_names_itself_and_its_reason() -> None:
    with pytest.raises(RequiredVariableError) as caught:
        substitute("${UNSET:?set ${SET} first}", VALUES.get)
    assert (caught.value.name, caught.value.reason) == ("UNSET", "set s first")


def test_a_long_line_of_variables_costs_no_stack_and_little_time() -> None:
    assert substitute("${UNSET:-x}" * 20_000, VALUES.get) == "x" * 20_000


def test_the_refusal_names_the_line_the_variable_and_what_to_do(refused: Refuse) -> None:
    problem = refused("services:\n  web:\n    image: shop:${TAG:?set by CI}\n")
    assert str(problem.source) == "compose.yml:3:5"
    assert "TAG" in problem.message
    assert "set by CI" in problem.message
    assert ".env" in problem.hints[0]


def test_unset_variables_are_told_with_their_place(loaded: Load) -> None:
    project = loaded("services:\n  web:\n    image: shop:${TAG}\n")
    assert [(w.message, str(w.source)) for w in project.warnings] == [
        ("the variable TAG is not set; it counts as empty", "compose.yml:3:5")
    ]


def test_strings_become_numbers_and_booleans_where_docker_casts_them(loaded: Load) -> None:
    project = loaded(
        'services: {web: {image: x, cpus: "${C}", init: "${I}", scale: "2", tty: "yes"}}',
        environment={"C": "0.5", "I": "true"},
    )
    web = project.model["services"]["web"]
    assert (web["cpus"], web["init"], web["scale"], web["tty"]) == (0.5, True, 2, True)


def test_without_interpolation_variables_stay(loaded: Load) -> None:
    project = loaded("services: {web: {image: 'x:${TAG}'}}", interpolate=False)
    assert project.model["services"]["web"]["image"] == "x:${TAG}"
