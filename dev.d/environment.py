"""Makes the repository's Python environment, `.venv`, from a lock file.

    environment.py requirements.lock | requirements-dev.lock

Runs on any Python from 3.11 with the standard library alone: it is what stands
before anything is installed.  Owns `.venv/`.  Invariant: the copy of a lock
file lies in `.venv/` only once everything that the lock names is installed, so
an interrupted run is repeated and never believed.
"""

from __future__ import annotations

import ast
import contextlib
import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STEP_TIMEOUT_S = 900
LOCK_TIMEOUT_S = 1800
OUTPUT_LINES_SHOWN = 15

# pip's settings that uv knows under another name.
UV_SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}


class SetUpError(Exception):
    """The environment could not be made; the text says what to do."""


def main(arguments: Sequence[str]) -> int:
    """Make the environment for one lock file; return the exit code."""
    (name,) = arguments
    try:
        with _only_one():
            if not is_current(name):
                make(name)
    except SetUpError as error:
        print(f"shipway: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("set-up interrupted; the next run starts it again")
        return 130
    return 0


def make(name: str) -> None:
    """Install what `name` locks, then stamp it."""
    began = time.monotonic()
    lock = ROOT / name
    stamp = stamp_of(name)
    stamp.unlink(missing_ok=True)
    if not _venv_is_ours():
        _create_venv()
    _install_uv(lock)
    say(f"installing {len(pinned(lock.read_text()))} packages from {name}")
    _install(lock)
    _install_project()
    partial = stamp.with_suffix(".partial")
    shutil.copyfile(lock, partial)
    partial.replace(stamp)
    say(f"the Python environment is ready ({time.monotonic() - began:.0f} s)")


def stamp_of(name: str) -> Path:
    """Return where the copy of a finished lock file lies."""
    return VENV / f".made-from-{name}"


def is_current(name: str) -> bool:
    """Return whether the environment was made from the lock file as it is now."""
    with contextlib.suppress(FileNotFoundError):
        return stamp_of(name).read_bytes() == (ROOT / name).read_bytes()
    return False


def pinned(lock_text: str) -> dict[str, str]:
    """Return each locked package's requirement with its hashes, by name."""
    blocks: dict[str, str] = {}
    for block in lock_text.replace("\\\n", " ").splitlines():
        if "==" in block and not block.lstrip().startswith("#"):
            blocks[block.partition("==")[0].strip()] = block
    return blocks


def uv_environment(pip_config: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that make uv see what pip is configured to use.

    `pip_config` is the output of `pip config list`.  Nothing that is already
    set for uv is replaced.  Addresses may hold credentials: they go into the
    environment of the child only, never into argv or a file.
    """
    ranks = ("global", "install", ":env:")
    found: dict[str, tuple[int, str]] = {}
    for line in pip_config.splitlines():
        key, _, value = line.partition("=")
        section, _, option = key.rpartition(".")
        if section not in ranks or option not in UV_SETTINGS:
            continue
        rank = ranks.index(section)
        if option not in found or rank > found[option][0]:
            found[option] = (rank, str(ast.literal_eval(value)))
    # Every package is pinned by hash, so taking the best match of all indexes is safe.
    result = {"UV_SYSTEM_CERTS": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    result |= {UV_SETTINGS[option]: " ".join(v.split()) for option, (_, v) in found.items()}
    return {key: value for key, value in result.items() if key not in environment}


def say(text: str) -> None:
    """Tell what happens, on stderr: stdout belongs to the command that follows."""
    print(f"shipway: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """Hold the set-up's lock; the kernel drops it with the process."""
    folder = ROOT / ".dev"
    folder.mkdir(exist_ok=True)
    with (folder / "environment.lock").open("w") as handle:
        deadline = time.monotonic() + LOCK_TIMEOUT_S
        told = False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise SetUpError("another set-up of this checkout does not end") from None
                if not told:
                    say("another set-up of this checkout is running; waiting for it")
                    told = True
                time.sleep(0.1)
        yield


def _venv_identity() -> str:
    """Return what a virtual environment depends on and cannot outlive."""
    return f"{sys.version}\n{os.path.realpath(sys.executable)}\n{ROOT}\n"


def _venv_is_ours() -> bool:
    marker = VENV / ".made-for"
    return PYTHON.exists() and marker.exists() and marker.read_text() == _venv_identity()


def _create_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        _install_ensurepip()
    say(f"making .venv with Python {sys.version.split()[0]}")
    if VENV.exists():
        shutil.rmtree(VENV)
    _run([sys.executable, "-m", "venv", str(VENV)], "making the virtual environment")
    (VENV / ".made-for").write_text(_venv_identity())


def _install_ensurepip() -> None:
    """Install what Debian splits from Python, or say how."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetUpError(
            f"this Python has no ensurepip, so it cannot make a virtual environment.\n"
            f"Hint: sudo apt-get install {package}"
        )
    say(f"installing {package} (this Python has no ensurepip)")
    _run(["sh", str(ROOT / "src/shipway/cli/debian_install.sh"), package], "apt-get install")


def _install_uv(lock: Path) -> None:
    """Install the locked uv by pip: it then installs everything else ten times faster."""
    block = pinned(lock.read_text())["uv"]
    version = block.partition("==")[2].split()[0]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        command = [str(VENV / "bin" / "uv"), "--version"]
        seen = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        if seen.stdout.split()[1] == version:
            return
    say(f"installing uv {version}")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirement:
        requirement.write(block)
        requirement.flush()
        _run([*_pip_install(), "--no-deps", "-r", requirement.name], "installing uv")


def _install(lock: Path) -> None:
    pip_config = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"],
        check=False, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    environment = {**os.environ, **uv_environment(pip_config, os.environ)}
    command = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(PYTHON)]
    # compiled in advance: where Python is told to write no bytecode, every start would do it
    command += ["--require-hashes", "--compile-bytecode", "-r", str(lock)]
    try:
        _run(command, "installing by uv", environment=environment)
    except SetUpError as error:
        # pip reads settings that uv does not know (keyrings, netrc, client certificates).
        say(f"{error}\nshipway: trying again with pip")
        _run([*_pip_install(), "-r", str(lock)], "installing by pip")


def _pip_install() -> list[str]:
    quiet = ["--disable-pip-version-check", "--no-input", "--quiet"]
    return [str(PYTHON), "-m", "pip", "install", *quiet, "--require-hashes"]


def _install_project() -> None:
    """Put this checkout on the environment's path: an edit is in force at once."""
    command = [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    seen = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    source = ROOT / "src"
    (Path(seen.stdout.strip()) / "shipway-checkout.pth").write_text(f"{source}\n")
    _run([str(PYTHON), "-m", "compileall", "-q", str(source)], "compiling Shipway")


def _run(
    command: Sequence[str], purpose: str, *, environment: Mapping[str, str] | None = None
) -> None:
    """Run a command in silence; on failure show the end of what it said."""
    try:
        done = subprocess.run(
            command, check=False, text=True, timeout=STEP_TIMEOUT_S, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise SetUpError(f"{purpose} did not end within {STEP_TIMEOUT_S} s") from error
    except OSError as error:
        raise SetUpError(f"{purpose} failed: {error}") from error
    if done.returncode != 0:
        lines = done.stdout.strip().splitlines()[-OUTPUT_LINES_SHOWN:]
        text = "\n".join(f"  | {line}" for line in lines)
        raise SetUpError(f"{purpose} failed (exit code {done.returncode}).\n{text}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
