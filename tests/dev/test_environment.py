"""The set-up of the Python environment: what it reads, and what it refuses to believe."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = """\
# comment
click==8.1.0 ; sys_platform != 'win32' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via
    #   shipway==1
uv==0.8.1 --hash=sha256:cc
"""
PIP_CONFIG = r"""
global.index-url='https://user:word@mirror.example/simple'
install.index-url='https://install.example/simple'
:env:.find-links='/wheels /more'
global.extra-index-url='\nhttps://a.example\nhttps://b.example'
global.timeout='60'
download.index-url='https://not-for-us.example'
"""


@pytest.fixture(scope="module")
def environment() -> ModuleType:
    spec = importlib.util.spec_from_file_location("environment", ROOT / "dev.d" / "environment.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_lock_is_read_package_by_package_with_its_hashes(environment: ModuleType) -> None:
    blocks = environment.pinned(LOCK)
    assert list(blocks) == ["click", "uv"]
    assert blocks["click"].count("--hash") == 2
    assert blocks["uv"] == "uv==0.8.1 --hash=sha256:cc"


def test_uv_gets_what_pip_is_configured_to_use(environment: ModuleType) -> None:
    found = environment.uv_environment(PIP_CONFIG, {})
    assert found["UV_DEFAULT_INDEX"] == "https://install.example/simple"
    assert found["UV_FIND_LINKS"] == "/wheels /more"
    assert found["UV_INDEX"] == "https://a.example https://b.example"
    assert found["UV_SYSTEM_CERTS"] == "1"


def test_what_is_already_set_for_uv_wins_over_pip(environment: ModuleType) -> None:
    found = environment.uv_environment("global.cert='/pip.pem'", {"SSL_CERT_FILE": "/mine.pem"})
    assert "SSL_CERT_FILE" not in found


@pytest.fixture
def checkout(tmp_path: Path, environment: ModuleType) -> Path:
    """Return a checkout with this one's set-up, a lock of one small package and a program."""
    shutil.copytree(ROOT / "dev.d", tmp_path / "dev.d", ignore=shutil.ignore_patterns("images"))
    shutil.copy(ROOT / "shipway", tmp_path)
    blocks = environment.pinned((ROOT / "requirements.lock").read_text())
    (tmp_path / "requirements.lock").write_text(f"{blocks['uv']}\n")
    package = tmp_path / "src" / "shipway"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys; print('ran', *sys.argv[1:])\n")
    return tmp_path


def _run(checkout: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "shipway", "one", "two words"],
        check=False, capture_output=True, text=True, timeout=110, cwd=cwd,
    )  # fmt: skip


def _quickest_s(act: Callable[[], object]) -> float:
    """Return the seconds of the quickest of some times: what else runs slows down a few only."""
    took = []
    for _ in range(5):
        began = time.monotonic()
        act()
        took.append(time.monotonic() - began)
    return min(took)


@pytest.mark.slow
def test_the_first_run_sets_up_in_words_and_the_second_is_silent_and_fast(
    checkout: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    # The caller's directory must not shadow libraries.
    (elsewhere / "shipway.py").write_text("raise SystemExit('the wrong shipway')\n")
    first = _run(checkout, elsewhere)
    assert first.returncode == 0, first.stderr
    assert first.stdout == "ran one two words\n"
    assert "making .venv" in first.stderr

    link = elsewhere / "link-to-shipway"
    link.symlink_to(checkout / "shipway")
    second = subprocess.run(
        [link], check=True, capture_output=True, text=True, timeout=60, cwd=elsewhere
    )
    assert (second.stdout, second.stderr) == ("ran\n", "")

    def bare() -> None:
        python = subprocess.run(
            [checkout / ".venv/bin/python", "-P", "-m", "shipway"], check=True, timeout=60,
            capture_output=True,
        )  # fmt: skip
        assert python.stdout == b"ran\n"

    bare_s = _quickest_s(bare)
    # 3 ms on an idle machine
    assert _quickest_s(lambda: _run(checkout, elsewhere)) < bare_s + 0.2


@pytest.mark.slow
def test_an_interrupted_set_up_is_repeated_and_two_at_once_share_one(checkout: Path) -> None:
    command = [sys.executable, f"{checkout}/dev.d/environment.py", "requirements.lock"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=checkout) as first:
        assert first.stderr is not None
        assert "making .venv" in first.stderr.readline()
        first.send_signal(signal.SIGINT)
        assert "the next run starts it again" in first.stderr.read()
    assert first.returncode == 130
    assert not (checkout / ".venv" / ".made-from-requirements.lock").exists()

    both = [
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=checkout) for _ in range(2)
    ]
    said = [process.communicate(timeout=110)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert "".join(said).count("making .venv") == 1
    assert "waiting for it" in "".join(said)


@pytest.mark.slow
def test_a_package_with_another_hash_is_refused(checkout: Path) -> None:
    """A changed archive must not be installed, by uv or by the pip that follows it."""
    lock = checkout / "requirements.lock"
    version = lock.read_text().partition("==")[2].split()[0]
    lock.write_text(f"uv=={version} --hash=sha256:{'0' * 64}\n")
    done = _run(checkout, checkout)
    assert done.returncode == 1
    assert "hash" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_dev_names_the_commands_that_it_has() -> None:
    command = [str(ROOT / "dev"), "chekc"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "there is no command 'chekc'" in done.stderr
    assert "./dev check" in done.stderr
