"""Node's dependencies: one node_modules per lock file, copied into the builds."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from shipway.engines.process.commands import Runner
from shipway.engines.process.layout import Layout
from shipway.model.said import Said

OWN_SCRIPTS = ("preinstall", "install", "postinstall", "prepare")


def has_own_scripts(package: str) -> bool:
    """Return whether installing runs scripts of the project, which need its sources."""
    try:
        scripts = json.loads(package).get("scripts", {})
    except (ValueError, AttributeError):
        return True
    return any(name in scripts for name in OWN_SCRIPTS)


def copy_tree(source: Path, target: Path, *, link: bool) -> None:
    """Copy a directory, with `link` as hard links; links stay links."""

    def copy(one: str, other: str) -> None:
        if link:
            with contextlib.suppress(OSError):
                os.link(one, other, follow_symlinks=False)
                return
        shutil.copy2(one, other, follow_symlinks=False)

    shutil.copytree(source, target, symlinks=True, copy_function=copy, dirs_exist_ok=True)


def install_node(
    layout: Layout,
    folder: Path,
    options: tuple[str, ...],
    environment: Mapping[str, str],
    runner: Runner,
    *,
    link: bool,
) -> None:
    """Ensure that `folder` has the node_modules of its package-lock.json.

    Without a lock file npm decides, anew with each build.  link: hard links into the
    shared copy, where no later command of the build could write through them.
    """
    npm = shutil.which("npm", path=environment.get("PATH"))
    if npm is None:
        raise runner.failed("it needs npm, which is not on this machine")
    lock = folder / "package-lock.json"
    if not lock.is_file():
        runner.say(Said("no package-lock.json: versions may differ from one build to the next"))
        runner.run([npm, "install", *options], cwd=folder, environment=environment)
        return
    package = (folder / "package.json").read_text()
    if has_own_scripts(package):
        runner.run([npm, "ci", *options], cwd=folder, environment=environment)
        return
    node = os.path.realpath(shutil.which("node", path=environment.get("PATH")) or "node")
    parts = [node, package, lock.read_text(), environment.get("NODE_ENV", ""), *options]
    key = "node-" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    target = layout.dependencies(key)
    with layout.locked(f"environment-{key}"):
        if not (target / ".complete").exists():
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            for name in ("package.json", "package-lock.json", ".npmrc"):
                if (folder / name).is_file():
                    shutil.copy2(folder / name, target / name)
            runner.run([npm, "ci", *options], cwd=target, environment=environment)
            (target / ".complete").touch()
        os.utime(target)  # used: pruning goes by age
    if (target / "node_modules").is_dir():
        copy_tree(target / "node_modules", folder / "node_modules", link=link)
