"""Says what of a service's Compose definition plain processes do not honour.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.engines.process.artifacts import Record
from shipway.engines.process.plan import RLIMITS
from shipway.engines.process.stateless import in_root
from shipway.model.workload import Workload

ISOLATION = (
    "a process of this machine has no file system, user or network of its own"  # no full stop
)
NOT_HONOURED = {
    "blkio_config": "disk limits need a container",
    "cap_add": ISOLATION,
    "cap_drop": ISOLATION,
    "cgroup": ISOLATION,
    "cgroup_parent": ISOLATION,
    "cpu_count": "processor limits need a container",
    "cpu_percent": "processor limits need a container",
    "cpu_shares": "processor limits need a container",
    "cpus": "processor limits need a container",
    "cpuset": "processor limits need a container",
    "credential_spec": ISOLATION,
    "device_cgroup_rules": ISOLATION,
    "devices": ISOLATION,
    "dns": "names are resolved by this machine",
    "dns_opt": "names are resolved by this machine",
    "dns_search": "names are resolved by this machine",
    "domainname": "names are resolved by this machine",
    "extra_hosts": "names are resolved by this machine",
    "gpus": ISOLATION,
    "group_add": ISOLATION,
    "hostname": "names are resolved by this machine",
    "ipc": ISOLATION,
    "isolation": ISOLATION,
    "logging": "output is kept in files of 10 MB, five of them, and read with shipway logs",
    "mac_address": ISOLATION,
    "mem_limit": "memory limits need a container",
    "mem_reservation": "memory limits need a container",
    "mem_swappiness": "memory limits need a container",
    "memswap_limit": "memory limits need a container",
    "network_mode": "each instance has its own loopback address instead",
    "oom_kill_disable": "memory limits need a container",
    "oom_score_adj": "memory limits need a container",
    "pid": ISOLATION,
    "pids_limit": "process limits need a container",
    "platform": "what is built runs on this machine's platform",
    "privileged": ISOLATION,
    "read_only": ISOLATION,
    "runtime": ISOLATION,
    "security_opt": ISOLATION,
    "shm_size": ISOLATION,
    "storage_opt": ISOLATION,
    "sysctls": ISOLATION,
    "tmpfs": ISOLATION,
    "user": "the service runs as the user that runs Shipway",
    "userns_mode": ISOLATION,
    "uts": ISOLATION,
    "volumes_from": "name the volumes themselves",
}


def review_workload(workload: Workload, record: Record | None) -> tuple[str, ...]:
    """Return one sentence for each key that is not honoured; record None: a builtin."""
    definition = workload.definition
    found = [f"{key}: {why}." for key, why in NOT_HONOURED.items() if definition.get(key)]
    limits = (definition.get("deploy") or {}).get("resources") or {}
    if limits.get("limits") or limits.get("reservations"):
        found.append("deploy.resources: memory and processor limits need a container.")
    foreign = sorted(set(definition.get("ulimits") or {}) - RLIMITS)
    if foreign:
        found.append(f"ulimits: this machine has no limit called {', '.join(foreign)}.")
    for mount in definition.get("volumes") or ():
        found += _mount(mount, record)
    if record is not None:
        found += [f"build: {note}." for note in record.notes]
        if record.image.user not in (None, "root", "0") and not definition.get("user"):
            found.append(f"USER {record.image.user}: {NOT_HONOURED['user']}.")
        found += [
            f"files: {file.target} lies outside the build: it is found where a variable or an"
            " argument names it, not by code that spells its path."
            for file in workload.files
            if not in_root(record, file.target) and not _named(workload, file.target)
        ]
    return tuple(found)


def _mount(mount: Mapping[str, Any], record: Record | None) -> list[str]:
    kind, target = mount.get("type"), str(mount.get("target", ""))
    if kind not in ("volume", "bind"):
        return [f"volumes: a mount of type {kind} at {target}: {ISOLATION}."]
    found = []
    if mount.get("read_only"):
        found.append(f"volumes: {target} is not read-only: {ISOLATION}.")
    if record is not None and not in_root(record, target):
        found.append(
            f"volumes: {target} lies outside the build: it is found where a variable or an argument"
            " names it, not by code that spells its path."
        )
    return found


def _named(workload: Workload, target: str) -> bool:
    return any(target in value for value in workload.environment.values())
