"""Accounts that are created with a password that stands in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_HASHED = re.compile(
    r"\b(get_password_hash|hash_password|make_password|generate_password_hash|hashpw|pwd_context\.hash"
    r"|set_password|bcrypt\.hash|hashSync|argon2\.hash)\(\s*b?(?P<quote>[\"'`])(?P<text>[^\"'`]+)(?P=quote)"
)
_CREATED = re.compile(
    r"\b(create_superuser|create_user|createsuperuser)\(.*password\s*=\s*(?P<quote>[\"'])(?P<text>[^\"']+)(?P=quote)"
)

_HASHES = frozenset(
    {"get_password_hash", "hash_password", "make_password", "generate_password_hash", "hashpw"}
    | {"set_password"}
)
_ACCOUNTS = frozenset({"create_superuser", "create_user", "create_admin"})
_CALLS = re.compile("|".join(sorted(_HASHES | _ACCOUNTS)) + r"|pwd_context")


@check(
    "code.default-account",
    ERROR,
    needs=needs.FILES,
    serves=("D21", "R068", "R088"),
    title=Words(
        "No account is created with a password from the code",
        "코드에 적힌 비밀번호로 계정을 만들지 않는다",
    ),
    fix=Words(
        "take it from a secret, or generate one and show it once",
        "비밀 값에서 읽거나, 무작위로 만들어 한 번만 보여 주세요",
    ),
)
def default_account(facts: Facts) -> Iterator[Finding]:
    """Find them: whoever reads the repository can log in, mostly as the superuser."""
    for path in (*facts.code, *facts.documents):
        lines = _in_python(facts.files.text(path)) if path.endswith(".py") else None
        for number, line in facts.files.numbered(path):
            by_text = lines is None and bool(_HASHED.search(line) or _CREATED.search(line))
            if by_text or (lines is not None and number in lines):
                yield Finding(
                    place=Place(path, number),
                    wrong=Words(
                        "an account gets a password that stands in this line",
                        "이 줄에 적힌 비밀번호로 계정이 만들어집니다",
                    ),
                )


def _in_python(text: str) -> set[int] | None:
    """Return the lines of passwords in calls; None where the text is no Python."""
    if not _CALLS.search(text):
        return set()
    try:
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    except (SyntaxError, ValueError, RecursionError):
        return None
    return {node.lineno for call in calls for node in _passwords(call)}


def _passwords(call: ast.Call) -> list[ast.Constant]:
    name = ast.unparse(call.func).rpartition(".")[2]
    given = [word.value for word in call.keywords if word.arg in {"password", "plain_password"}]
    if name in _HASHES or ast.unparse(call.func) == "pwd_context.hash":
        given += call.args[:1]
    elif name in _ACCOUNTS:
        given += call.args[2:3]
    else:
        return []
    return [
        item
        for item in given
        if isinstance(item, ast.Constant) and isinstance(item.value, str | bytes) and item.value
    ]
