"""Python environments: one per set of requirements and interpreter, shared by releases.

Made with uv in `environments/KEY/`, where KEY is the hash of all that goes in, with
compiled bytecode (without it the first import of a larger application costs a second).
An environment exists if and only if its `.complete` does: scripts in a virtual
environment hold its path, so it cannot be made beside and renamed.
"""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shipway.engines.process.commands import Runner
from shipway.engines.process.layout import Layout
from shipway.model.said import Said

FIND_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonNeeds:
    """What an environment shall hold.

    requirements, constraints: files.  packages: as pip takes them.  project: the directory
    of a uv.lock, with `sync` options; whole: the project itself too, so that the key
    depends on `content` (a hash of the sources).  local: directories to install.
    """

    version: str | None = None
    requirements: tuple[Path, ...] = ()
    constraints: tuple[Path, ...] = ()
    packages: tuple[str, ...] = ()
    local: tuple[Path, ...] = ()
    project: Path | None = None
    sync: tuple[str, ...] = ()
    whole: bool = False
    content: str = field(default="", repr=False)


def closure(files: Sequence[Path]) -> list[Path]:
    """Return requirement files and those that they include (`-r other.txt`)."""
    found: list[Path] = []
    queue = [*files]
    while queue:
        path = queue.pop(0)
        if path in found or not path.is_file():
            continue
        found.append(path)
        for line in path.read_text(errors="replace").splitlines():
            match = re.match(r"\s*(?:-r|--requirement|-c|--constraint)[ =]?\s*([^\s#]+)", line)
            if match:
                queue.append(path.parent / match[1])
    return found


def key_of(needs: PythonNeeds, interpreter: str) -> str:
    """Return the key of the environment; `interpreter` is its path and full version."""
    parts = [interpreter, platform.machine(), *needs.packages, *needs.sync, needs.version or ""]
    files = [*needs.requirements, *needs.constraints]
    if needs.project is not None:
        files += [needs.project / "uv.lock", needs.project / "pyproject.toml"]
    parts += [path.read_text(errors="replace") for path in closure(files)]
    if needs.whole or needs.local:
        parts.append(needs.content)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def install_argv(uv: str, python: Path, needs: PythonNeeds) -> list[str]:
    """Return the command that installs requirement files, packages and local projects."""
    argv = [uv, "pip", "install", "--python", str(python), "--compile-bytecode", "--no-progress"]
    hashed = any("--hash=" in path.read_text(errors="replace") for path in needs.requirements)
    if hashed and not needs.packages and not needs.local:
        argv.append("--require-hashes")
    for path in needs.requirements:
        argv += ["-r", str(path)]
    for path in needs.constraints:
        argv += ["-c", str(path)]
    return [*argv, *needs.packages, *(str(path) for path in needs.local)]


def sync_argv(uv: str, needs: PythonNeeds) -> list[str]:
    """Return the command that makes the environment what uv.lock says."""
    options = needs.sync if "--no-dev" in needs.sync else (*needs.sync, "--no-dev")
    extent = "--no-editable" if needs.whole else "--no-install-project"
    argv = [uv, "sync", "--frozen", "--project", str(needs.project), extent]
    return [*argv, "--compile-bytecode", "--no-progress", *options]


def uv_environment(base: Mapping[str, str], pip: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for uv: the machine's authorities and pip settings hold for it too.

    pip: `index-url`, `extra-index-url`, `find-links`, `cert`, `trusted-host`.  What the
    user set for uv itself wins.  pip takes the best version of all indexes, so uv does.
    """
    found = {key: value for key, value in base.items() if not key.startswith("VIRTUAL_ENV")}
    given = {"UV_SYSTEM_CERTS": "1"}
    if "index-url" in pip:
        given["UV_DEFAULT_INDEX"] = pip["index-url"].strip()
    if "extra-index-url" in pip:
        given["UV_EXTRA_INDEX_URL"] = " ".join(pip["extra-index-url"].split())
        given["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    if "find-links" in pip:
        given["UV_FIND_LINKS"] = ",".join(pip["find-links"].split())
    if "trusted-host" in pip:
        given["UV_INSECURE_HOST"] = ",".join(pip["trusted-host"].split())
    if "cert" in pip:
        given["SSL_CERT_FILE"] = pip["cert"].strip()
    return {**given, **found}


def pip_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the machine's pip configuration files and variables say."""
    home = Path(environment.get("HOME", "/nonexistent"))
    config = Path(environment.get("XDG_CONFIG_HOME", home / ".config"))
    files = [Path("/etc/pip.conf"), home / ".pip/pip.conf", config / "pip/pip.conf"]
    if "PIP_CONFIG_FILE" in environment:
        files.append(Path(environment["PIP_CONFIG_FILE"]))
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(files)
    except (configparser.Error, UnicodeDecodeError):
        return {}
    found: dict[str, str] = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            found |= dict(parser.items(section))
    for key in ("index-url", "extra-index-url", "find-links", "cert", "trusted-host"):
        variable = "PIP_" + key.upper().replace("-", "_")
        if environment.get(variable):
            found[key] = environment[variable]
    return found


def find_interpreter(uv: str, version: str | None, runner: Runner) -> str:
    """Return the path of an interpreter, of this version where there is one.

    Where the machine has none, uv may fetch it; else the one that runs Shipway serves,
    and the user is told.
    """
    own = str(getattr(sys, "_base_executable", "") or sys.executable)
    if version is None or f"{sys.version_info[0]}.{sys.version_info[1]}" == version:
        return own
    environment = {**uv_environment(os.environ, {}), "UV_HTTP_TIMEOUT": "10", "UV_NO_PROGRESS": "1"}
    for step in (["find"], ["install"], ["find"]):
        done = subprocess.run(
            [uv, "python", *step, version],
            env=environment,
            capture_output=True,
            text=True,
            timeout=FIND_S,
            check=False,
        )
        if step == ["find"] and done.returncode == 0:
            return done.stdout.strip()
        if step == ["install"] and done.returncode:
            break
    runner.say(
        Said(
            f"Python {version} is not on this machine and could not be fetched:"
            f" {platform.python_version()} is used"
        )
    )
    return own


def ensure_python(layout: Layout, needs: PythonNeeds, runner: Runner) -> Path:
    """Ensure that the environment exists; return its directory."""
    from uv import find_uv_bin  # late: only a build needs it

    uv = find_uv_bin()
    interpreter = find_interpreter(uv, needs.version, runner)
    told = subprocess.run(
        [interpreter, "-ISc", "import sys; print(sys.version)"],
        capture_output=True,
        text=True,
        timeout=FIND_S,
        check=False,
    )
    key = key_of(needs, f"{interpreter} {told.stdout}")
    target = layout.dependencies(key)
    if (target / ".complete").exists():
        os.utime(target)  # in use: pruning leaves fresh ones alone
        return target
    with layout.locked(f"environment-{key}"):
        if (target / ".complete").exists():
            return target
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        environment = uv_environment(os.environ, pip_settings(os.environ))
        environment["UV_PROJECT_ENVIRONMENT"] = str(target)
        venv = [uv, "venv", "--no-progress", "--no-project", "-q", "--python", interpreter]
        runner.run([*venv, str(target)], cwd=layout.root, environment=environment)
        if needs.project is not None:
            runner.run(sync_argv(uv, needs), cwd=needs.project, environment=environment)
        if needs.requirements or needs.packages or needs.local:
            argv = install_argv(uv, target / "bin/python", needs)
            runner.run(argv, cwd=layout.root, environment=environment)
        (target / ".complete").touch()
    return target
