"""Whether a container that has ended is started again, or made anew.

At a second start runc before 1.2 gives a tmpfs the mode of the folder that it covers, whatever
was asked for: what has one is made anew.  A stateful service's container is, where nothing of
its own would be lost: its data lies in volumes that have names, and its own layer holds only
what any start leaves behind.  Invariant: whoever is in doubt starts the old one again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from shipway.engines.docker.plan import ContainerPlan
from shipway.engines.docker.transport import ApiError, Transport

_SCRATCH = tuple(
    PurePosixPath("/", path) for path in ("dev", "proc", "run", "sys", "tmp", "var/run", "var/tmp")
)
_INIT = "docker-init"  # the engine's own, where `init: true` is asked for
_DELETED = 2
_NAMELESS = 64


def forgets_modes(plan: ContainerPlan) -> bool:
    """Return whether a second start would find a tmpfs with another mode than the first."""
    host = plan.body["HostConfig"]
    return bool(host.get("Tmpfs")) or any(
        mount["Type"] == "tmpfs" for mount in host.get("Mounts") or ()
    )


def loses_nothing(transport: Transport, container: str) -> bool:
    """Return whether a stopped container may go without any of its data going with it."""
    try:
        mounts = transport.get(f"/containers/{container}/json")["Mounts"]
        changes = transport.get(f"/containers/{container}/changes") or ()
    except ApiError:
        return False
    return all(_stays(mount) for mount in mounts) and not any(own_files(mounts, changes))


def _stays(mount: Mapping[str, Any]) -> bool:
    nameless = mount["Type"] == "volume" and len(str(mount.get("Name") or "")) == _NAMELESS
    return not nameless


def own_files(
    mounts: Iterable[Mapping[str, Any]], changes: Iterable[Mapping[str, Any]]
) -> Iterable[str]:
    """Yield what was written into the container's own layer and is no start's litter.  Pure.

    A folder is named because something below it changed, or is mounted there.
    """
    changed = [(PurePosixPath(one["Path"]), one["Kind"]) for one in changes]
    targets = [PurePosixPath(one["Destination"]) for one in mounts]
    above = {
        parent for path in (*targets, *(path for path, _ in changed)) for parent in path.parents
    }
    for path, kind in changed:
        harmless = (*_SCRATCH, *targets)
        litter = path.name == _INIT or any(path.is_relative_to(one) for one in harmless)
        if kind != _DELETED and path not in above and not litter:
            yield str(path)
