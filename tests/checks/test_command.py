"""`shipway check --static` as a person and a program see it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checks.cases.shape import Texts

Make = Callable[[Texts], Path]
ONLY = ("--only", "compose.published-store", "--only", "environment.comment-as-value")
FAULTY = {
    "compose.yaml": "services:\n  db:\n    image: postgres:16\n    ports: ['5432:5432']\n",
    ".env.example": "TOKEN=   # made by openssl\n",
}
ENGLISH = """\

Services
  ✗ No database or broker is reached from outside  error compose.published-store
      compose.yaml:4: db: port 5432 of postgres:16 is open on every interface, past the host's firewall
      → remove the port (services reach each other by name), or bind it to 127.0.0.1

Environment variables
  ✗ No comment becomes a value  error environment.comment-as-value
      .env.example:1: Compose sets TOKEN to its comment, not to nothing
      → put the comment on a line of its own above (--fix does it)

passed 0, failed 2 (error 2), not checked 0
"""
KOREAN = """\

서비스 구성
  ✗ 데이터베이스와 브로커가 외부에 열려 있지 않다  오류 compose.published-store
      compose.yaml:4: db: postgres:16의 5432 포트가 모든 인터페이스에 열려 있으며 호스트 방화벽(ufw)도 막지 못합니다
      → ports를 지우거나(서비스끼리는 이름으로 연결됩니다) 127.0.0.1에만 묶으세요

환경변수
  ✗ 주석이 값으로 읽히는 변수가 없다  오류 environment.comment-as-value
      .env.example:1: Compose는 TOKEN을(를) 빈 값이 아니라 주석 글자로 설정합니다
      → 주석을 윗줄로 옮기세요 (--fix가 대신 합니다)

통과 0, 실패 2 (오류 2), 확인 안 함 0
"""


def shipway(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shipway", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(("language", "expected"), [("en", ENGLISH), ("ko", KOREAN)])
def test_a_person_sees_place_cause_and_fix(project: Make, language: str, expected: str) -> None:
    """R009: documents and checks in Korean and English."""
    done = shipway("check", "--static", str(project(FAULTY)), *ONLY, "--lang", language)
    assert done.stdout == expected
    assert done.returncode == 1


def test_a_program_gets_json(project: Make) -> None:
    done = shipway("check", "--static", str(project(FAULTY)), *ONLY, "--json")
    answer = json.loads(done.stdout)
    first = answer["checks"][0]
    assert first["id"] == "compose.published-store"
    assert (first["result"], first["severity"]) == ("failed", "error")
    assert first["findings"][0]["path"] == "compose.yaml"
    assert first["findings"][0]["line"] == 4
    assert answer["summary"]["errors"] == 2


def test_github_gets_annotations(project: Make) -> None:
    done = shipway("check", "--static", str(project(FAULTY)), *ONLY, "--format", "github")
    first = done.stdout.splitlines()[0]
    assert first.startswith(
        "::error file=compose.yaml,line=4,title=compose.published-store::db: port"
    )


def test_fix_mends_what_is_mechanical_and_checks_again(project: Make) -> None:
    root = project(FAULTY)
    done = shipway("-C", str(root), "check", "--static", "--fix", *ONLY, "--lang", "en")
    assert "passed 2, failed 0, not checked 0" in done.stdout
    assert "Mended: compose.yaml" in done.stdout
    assert done.returncode == 0
    assert (root / ".env.example").read_text() == "# made by openssl\nTOKEN=\n"
    assert '"127.0.0.1:5432:5432"' in (root / "compose.yaml").read_text()


def test_what_is_about_files_needs_static() -> None:
    done = shipway("check", "staging", "--fix")
    assert done.returncode == 2
    assert "--fix is about files: it needs --static." in done.stderr
    assert "shipway check --static --fix" in done.stderr


def test_a_directory_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    done = shipway("check", "--static", str(tmp_path / "none"))
    assert "is no directory" in done.stderr
    assert done.returncode == 1


def test_no_secret_is_ever_shown(project: Make) -> None:
    """R061: a finding names the variable, never its value."""
    secret = "hunter2-5f2c9a7be1d04863"
    root = project(
        {
            "compose.yaml": f"services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: {secret}\n",
            ".env": f"SESSION_SECRET={secret}\nDATABASE_URL=postgresql://a:{secret}@localhost/b\n",
            "Dockerfile": f"FROM python:3.12\nENV API_KEY={secret}\n",
            "app.py": f'KEY = os.getenv("SECRET_KEY", "{secret}")\nhash_password("{secret}")\n',
        }
    )
    for form in ("--json", "--lang=ko"):
        done = shipway("check", "--static", str(root), form)
        assert secret not in done.stdout + done.stderr
        assert done.returncode == 1
