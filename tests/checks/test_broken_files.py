"""Whatever lies in a project, the checks end with a report."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shipway.checks import check_files
from tests.checks.cases import all_cases
from tests.checks.cases.shape import written

DAY = date(2026, 3, 2)
STRANGE = {
    "compose.yaml": [
        "services: [a]\n",
        "services:\n  a: {image: [1]}\n",
        "services:\n\tx",
        "a: &a [*a]\n",
        "services: {a: null}\n",
    ],
    "Dockerfile": [
        "FROM",
        "RUN x\n",
        'FROM a\nCMD ["a"\n',
        "FROM a AS a\nFROM a AS a\n",
        "ONBUILD\n\\",
    ],
    "nginx/nginx.conf": [
        "server {",
        "http { } }",
        "server { listen; server_name; location; proxy_pass; }",
        "upstream { server; }\nserver {\n}",
    ],
    ".github/workflows/a.yml": [
        "- a\n",
        "jobs: {a: 1}\n",
        "on: [push]\njobs: {a: {needs: [b], steps: [1, {run: [x]}]}}\n",
    ],
    ".env.example": ["=1\n", "A='", "A\nB=${C:?}\n", "\0\1", "A=#\n#"],
    "app/config.py": [
        "class Settings(BaseSettings):",
        "BaseSettings(",
        "class S(BaseSettings):\n    model_config = f()\n    a: int = Field()\n",
    ],
    "package.json": ["[]", "{", '{"dependencies": []}'],
    "run.sh": ["a \\", "```", "docker tag", "certbot certonly -d"],
    "docs/a.md": ["```bash\n", "| a |\n|", "```\n```sh\ncp a.db b\n"],
}


@pytest.mark.parametrize(
    ("path", "text"), [(path, text) for path, texts in STRANGE.items() for text in texts]
)
def test_a_broken_file_is_no_crash(path: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    assert check_files(tmp_path, today=DAY).outcomes


def test_what_cannot_be_read_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_bytes(b"\xff\xfe\0services:\n")
    (tmp_path / ".env").symlink_to(tmp_path / ".env")
    (tmp_path / "Dockerfile").mkdir()
    (tmp_path / "large.py").write_bytes(b"a" * 2_000_000)
    os.mkfifo(tmp_path / "pipe.sh")
    assert check_files(tmp_path, today=DAY).outcomes


WHOLE = [(path, written(text)) for case in all_cases() for path, text in case.fails.items()]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(WHOLE), st.data())
def test_a_file_that_is_cut_or_mixed_up_is_no_crash(
    tmp_path: Path, chosen: tuple[str, str], data: st.DataObject
) -> None:
    path, text = chosen
    cut = data.draw(st.integers(0, len(text)))
    inserted = data.draw(
        st.sampled_from(["", "{", "}", "\n", "'", '"', "\\", "$", "[", ": ", "#", "\t"])
    )
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text[:cut] + inserted + text[cut + 1 :])
    try:
        assert check_files(tmp_path, today=DAY).outcomes
    finally:
        file.unlink()
