"""Whatever the dashboard can say has Korean, and no Korean is left of what nobody says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import shipway
from shipway.engines.docker import coverage
from shipway.engines.process.review import NOT_HONOURED
from shipway.korean import differences, in_korean, tables
from shipway.korean.particles import Place
from shipway.spec.difference import Change, Difference, DifferenceKind
from tests.support.sentences import every_template, functions, shape, templates, tree_of

SOURCE = Path(shipway.__file__).parent
KOREAN = re.compile("[가-힣]")
LETTERS_MIN = 8
"""With fewer letters of its own a sentence is its values, which have Korean of their own."""

NOT_ON_PAGES = {
    "cli": "the terminal speaks English",
    "daemon": "what it refuses to start with is read in a terminal",
    "demo": "a command",
    "doctor": "a command",
    "installation": "a command",
    "hosting": "a command",
    "generate": "a command",
    "documents": "a command; documents have words of their own",
    "toolchain": "a command",
    "compose": "says what `docker compose config` says, which operators look up",
    "api/client.py": "the command line's own",
    "api/access/door.py": "`shipway dashboard --address`",
    "repositories/key.py": "`shipway backup recover`",
}

SPOKEN = {"note", "finished"}
"""A rollout's own sentences, beside what its programs write."""


def sentences() -> Iterator[tuple[str, str]]:
    """Yield where and what: Problems, their hints in words, and what a rollout tells."""
    for path in sorted(SOURCE.rglob("*.py")):
        where = path.relative_to(SOURCE).as_posix()
        if where.split("/")[0] in NOT_ON_PAGES or where in NOT_ON_PAGES:
            continue
        for scope, call in functions(path):
            for value in _spoken(call):
                yield from ((where, item) for item in templates(value, scope))
            for value in _hints(call):
                yield from ((where, item) for item in templates(value, scope) if in_words(item))


def _spoken(call: ast.Call) -> Iterator[ast.expr]:
    match call.func:
        case ast.Name(id="Problem") if len(call.args) > 1:
            yield call.args[1]
        case ast.Name(id="Said") if len(call.args) == 1:
            yield call.args[0]
        case ast.Attribute(attr="_note"):
            yield call.args[0]
        case ast.Name(id="DrillCheck"):
            yield from (item.value for item in call.keywords if item.arg == "says")
        case ast.Attribute(attr=name, value=ast.Name(id="run" | "teller")) if name in SPOKEN:
            yield call.args[-1]


def _hints(call: ast.Call) -> Iterator[ast.expr]:
    for item in call.keywords:
        if item.arg == "hints" and isinstance(item.value, ast.List | ast.Tuple):
            yield from (hint for hint in item.value.elts if not isinstance(hint, ast.Starred))


COMMAND = re.compile(
    r"(shipway|docker|sudo|apt-get|git|ss|df|mv|chmod|export|openssl|journalctl|sysctl|tail|cat"
    r"|tailscale|age-keygen|ssh-keygen|[A-Z_]+=|--|\{\})"
)


def in_words(hint: str) -> bool:
    """Return whether a hint says something, beside or instead of a command."""
    if COMMAND.match(hint):
        return bool(re.search(r"\s#\s|, (which|or|and|in|as|where|when|then) ", hint))
    return letters(hint) >= LETTERS_MIN and not re.match(r"(previews|backup): \{\{", hint)


def letters(template: str) -> int:
    return sum(letter.isalpha() for letter in template.replace("{}", ""))


def known() -> set[str]:
    return {shape(english) for table in tables().values() for english in table}


def test_every_sentence_of_a_page_has_korean() -> None:
    """A new Problem, hint or sentence of a rollout wants a line in `shipway/korean/tables`."""
    there = known()
    missing = sorted(
        {
            f"{where}: {said}"
            for where, said in sentences()
            if letters(said) >= LETTERS_MIN and said not in there
        }
    )
    assert missing == []


REVIEWS = ("engines/process/review.py", "engines/docker/review.py")
"""Whose sentences say what of a Compose file is not honoured."""
NETWORK = "networks.{}.{}: {}."  # a key and a reason


def test_whatever_an_engine_sets_aside_is_said_in_korean() -> None:
    there = known()
    said = {item for where in REVIEWS for item in spoken_in(SOURCE / where)} - {NETWORK}
    assert [item for item in said if letters(item) >= LETTERS_MIN and item not in there] == []
    whys = {
        **NOT_HONOURED,
        **coverage.NOT_HONOURED,
        **{f"deploy.{key}": why for key, why in coverage.DEPLOY_NOT_HONOURED.items()},
        **{f"build.{key}": why for key, why in coverage.BUILD_NOT_HONOURED.items()},
        **{f"networks.x.{key}": why for key, why in coverage.NETWORK_NOT_HONOURED.items()},
    }
    assert [
        key for key, why in whys.items() if not KOREAN.search(in_korean(f"api: {key}: {why}."))
    ] == []


def spoken_in(path: Path) -> Iterator[str]:
    """Yield whatever stands in a file in words, but for its docstrings."""
    tree = tree_of(path)
    silent = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and isinstance(node.body[0], ast.Expr)
    }
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in silent | inner:
            yield from (item for item in templates(node) if " " in item)


def test_no_korean_is_left_of_a_sentence_that_nobody_says() -> None:
    said = every_template(SOURCE)
    dead = [
        f"{name}: {english}"
        for name, table in tables().items()
        for english in table
        if shape(english) not in said
    ]
    assert dead == []


def test_a_sentence_stands_in_one_table_and_says_enough_of_its_own() -> None:
    every = [shape(english) for table in tables().values() for english in table]
    assert sorted(every) == sorted(set(every))
    vague = {item for item in every if "{}" in item and letters(item) < LETTERS_MIN}
    assert vague <= SHORT


def test_korean_keeps_every_value() -> None:
    for table in tables().values():
        for english, korean in table.items():
            assert places(korean) <= places(english), english
            lost = places(english) - places(korean)
            assert lost <= {"plural"} or english in MAY_LOSE, (english, lost)


SHORT = {
    " at {}",
    "USER {}: {}.",
    "{} h",
    "{} min",
    "{} ({} so far)",
    "CI of {}: {}",
    "release {}",
    "rows of {}",
    "{} must be {}.",
    "{} s",
    "{}: {} of {}",
    "{}: {} rows in {} s",
    "{}: {}, at least {}",
    "… and {} more",
    "{} passed",
    "{} failed",
    "{} pending",
    "{} skipped",
}
"""Sentences of few letters that stand as values in others."""

MAY_LOSE = {
    "{environment}: {variables} not as the application needs {x}. Nothing was changed.",
    "all {count} {what} are back",
    "{found} {what} came back, not {wanted}",
}
"""What a value says is said beside the sentence, or needs no word in Korean."""


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_korean_is_korean() -> None:
    for table in tables().values():
        for english, korean in table.items():
            assert KOREAN.search(korean) or not letters(shape(korean)), english


@pytest.mark.parametrize(
    ("said", "korean"),
    [
        (
            (
                "api: release r42 failed its health check: GET /up answered 502 for 30 s. "
                "r41 still serves production."
            ),
            (
                "api: r42가 30초 동안 헬스 체크를 통과하지 못했습니다: GET /up 응답 502. "
                "production은 r41이 계속 서비스합니다."
            ),
        ),
        (
            (
                "schema: `alembic upgrade head` of r3 ended with exit code 1. r2 still serves "
                "staging. The database is as this job left it."
            ),
            (
                "schema: r3의 `alembic upgrade head` 작업이 종료 코드 1로 실패했습니다. "
                "staging은 r2가 계속 서비스합니다. 데이터베이스는 작업이 남긴 상태 그대로입니다."
            ),
        ),
        (
            "staging has not proved r4. Nothing was changed.",
            "staging에서 r4가 검증되지 않았습니다. 변경된 것은 없습니다.",
        ),
        (
            "the repository /srv/backup is locked by another backup that runs right now.",
            "백업 저장소 /srv/backup이 지금 실행 중인 다른 백업에 의해 잠겨 있습니다.",
        ),
        ("12 rows in 3 tables, as counted at the backup", "테이블 3개, 12행: 백업 당시와 일치"),
        (
            "evidence of staging for these artifacts: 11 passed, 2 failed, 1 not checked",
            "이 아티팩트에 대한 staging 점검 결과: 통과 11건, 실패 2건, 확인 안 됨 1건",
        ),
        ("CI of 4f3b1c9a: 3 passed", "4f3b1c9a의 CI: 통과 3건"),
        (
            "CI check 'web' failed: https://ci.example/7",
            "CI 점검 'web'이 실패했습니다: https://ci.example/7",
        ),
        ("web, worker", "web, worker"),
        ("[Errno 5] Input/output error", "[Errno 5] Input/output error"),
        ("Traceback (most recent call last):", "Traceback (most recent call last):"),
    ],
)
def test_a_sentence_comes_with_its_values_and_what_nobody_knows_stays(
    said: str, korean: str
) -> None:
    assert in_korean(said) == korean


def test_every_difference_of_two_configurations_has_korean_and_no_other() -> None:
    assert set(differences.KINDS) == {kind.value.replace("-", " ") for kind in DifferenceKind}
    assert set(differences.CHANGES) == {change.value for change in Change}
    for kind in DifferenceKind:
        for change in Change:
            said = str(Difference(kind=kind, change=change, name="one", service="web"))
            assert not re.search("added|removed|changed", in_korean(said)), said
            assert re.match("web: .+ one [가-힣]", in_korean(said)), said


@pytest.mark.parametrize(
    ("said", "korean"),
    [
        ("api: variable SMTP_HOST changed", "api: 변수 SMTP_HOST 변경"),
        ("api: build argument API_URL added", "api: 빌드 인자 API_URL 추가"),
        ("api: service replicas changed (1 → 2)", "api: 서비스 replicas 변경 (1 → 2)"),
        ("address port changed (none → 8080)", "주소 port 변경 (없음 → 8080)"),
        (
            "route /api added (to api, rate 60/min and 20 more)",
            "라우트 /api 추가 (api로 연결, rate 분당 60회, 추가 20회)",
        ),
        (
            "route / changed (allow everyone → 10.0.0.0/8, max_body none → 1048576 bytes)",
            "라우트 / 변경 (allow 누구나 → 10.0.0.0/8, max_body 없음 → 1048576바이트)",
        ),
        (
            "tls https added (certificate ordered from https://acme.example by HTTP, hsts 300 s)",
            "TLS https 추가 (certificate https://acme.example에서 발급, HTTP 검증, hsts 300초)",
        ),
        ("header X-Frame-Options added (none)", "헤더 X-Frame-Options 추가 (none)"),
    ],
)
def test_a_difference_is_said_in_korean_and_values_stay(said: str, korean: str) -> None:
    assert in_korean(said) == korean


@pytest.mark.parametrize(
    ("word", "to", "of", "on"),
    [
        ("r1", "r1로", "r1이", "r1은"),
        ("r2", "r2로", "r2가", "r2는"),
        ("r10", "r10으로", "r10이", "r10은"),
        ("staging", "staging으로", "staging이", "staging은"),
        ("worker", "worker로", "worker가", "worker는"),
        ("서울", "서울로", "서울이", "서울은"),
        ("운영", "운영으로", "운영이", "운영은"),
        ("", "로", "가", "는"),
    ],
)
def test_a_particle_follows_how_a_word_ends(word: str, to: str, of: str, on: str) -> None:
    place = Place(word)
    assert (f"{place:으로}", f"{place:이}", f"{place:은}") == (to, of, on)
