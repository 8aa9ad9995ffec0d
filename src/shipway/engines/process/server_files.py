"""What a server of this machine (PostgreSQL, Redis) finds on disk: its user, volume, scripts."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

from shipway.engines.process.builtin import Builtin
from shipway.engines.process.layout import Place
from shipway.engines.process.plan import User
from shipway.engines.process.prepare import Mounts
from shipway.engines.process.stateful import DATA_TARGETS, SCRIPTS_TARGET, USERS, data_folder
from shipway.model.workload import Workload


def server_user(builtin: Builtin) -> User | None:
    """Return whom a server runs as: no server of ours runs as root."""
    if os.geteuid() != 0:
        return None
    for name in USERS[builtin.kind]:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        groups = os.getgrouplist(name, found.pw_gid)
        return User(uid=found.pw_uid, gid=found.pw_gid, groups=tuple(groups))
    return None


def data_folders(
    builtin: Builtin, workload: Workload, mounts: Mounts, place: Place
) -> tuple[Path, Path]:
    """Return the server's volume, made, and its data directory in it."""
    mount, volume = _data_volume(builtin, dict(mounts.sources()), place)
    volume.mkdir(parents=True, exist_ok=True)
    volume.chmod(0o700)
    if builtin.kind != "postgres":
        return volume, volume
    return volume, data_folder(workload.environment.get("PGDATA"), mount, volume)


def _data_volume(builtin: Builtin, sources: dict[str, Path], place: Place) -> tuple[str, Path]:
    """Return where the image would mount its data, and the directory that stands for it."""
    base = DATA_TARGETS[builtin.kind]
    for target, path in sources.items():
        if target == base or target.startswith(f"{base}/"):
            return target, path
    return base, place.path / "data"


def copy_scripts(elsewhere: dict[str, str], target: Path) -> None:
    """Copy the init scripts to where the server's user can read them."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for mounted, name in elsewhere.items():
        source = Path(name)
        if mounted == SCRIPTS_TARGET and source.is_dir():
            for path in source.iterdir():
                if path.is_file():
                    shutil.copy(path, target / path.name)
        elif mounted.startswith(f"{SCRIPTS_TARGET}/") and source.is_file():
            shutil.copy(source, target / Path(mounted).name)
    for path in target.iterdir():
        path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
