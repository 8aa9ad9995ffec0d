"""Limits, shares, devices: the part of HostConfig that bounds what an instance may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shipway.engines.docker import units
from shipway.model.workload import Priority


def _microseconds(value: Any) -> int:
    """Return microseconds; a plain number already is."""
    text = str(value)
    return int(text) if text.isdigit() else round(units.seconds(value) * 1e6)


_PLAIN: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("mem_limit", "Memory", units.size_bytes),
    ("memswap_limit", "MemorySwap", units.size_bytes),
    ("mem_reservation", "MemoryReservation", units.size_bytes),
    ("mem_swappiness", "MemorySwappiness", units.integer),
    ("cpus", "NanoCpus", lambda value: round(float(value) * 1e9)),
    ("cpu_shares", "CpuShares", units.integer),
    ("cpu_quota", "CpuQuota", units.integer),
    ("cpu_period", "CpuPeriod", _microseconds),
    ("cpu_rt_period", "CpuRealtimePeriod", _microseconds),
    ("cpu_rt_runtime", "CpuRealtimeRuntime", _microseconds),
    ("cpuset", "CpusetCpus", str),
    ("pids_limit", "PidsLimit", units.integer),
    ("oom_kill_disable", "OomKillDisable", bool),
    ("oom_score_adj", "OomScoreAdj", units.integer),
    ("shm_size", "ShmSize", units.size_bytes),
)


FULL_SHARES = 1024
BACKGROUND_PART = 8
"""What only boots gets an eighth of what it will have: enough to come up where something is
left, too little to take it from those who serve."""
SHARES_MIN = 2


def cpu_shares(given: Mapping[str, Any], priority: Priority) -> int:
    """Return a service's processor shares at a priority; Docker's own default is 1024."""
    full = units.integer(given.get("cpu_shares") or 0) or FULL_SHARES
    return full if priority is Priority.NORMAL else max(SHARES_MIN, full // BACKGROUND_PART)


def resource_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a service's limits and devices.

    The service's own keys win over `deploy.resources`, as in Compose.
    """
    settings = _deployed((given.get("deploy") or {}).get("resources") or {})
    for key, name, translate in _PLAIN:
        if given.get(key) is not None:
            settings[name] = translate(given[key])
    if ulimits := given.get("ulimits"):
        settings["Ulimits"] = [_ulimit(name, value) for name, value in ulimits.items()]
    if devices := given.get("devices"):
        settings["Devices"] = [_device(device) for device in devices]
    if rules := given.get("device_cgroup_rules"):
        settings["DeviceCgroupRules"] = list(rules)
    if requests := [*settings.get("DeviceRequests", ()), *_gpus(given.get("gpus"))]:
        settings["DeviceRequests"] = requests
    return settings | _block_io(given.get("blkio_config") or {})


def _deployed(resources: Mapping[str, Any]) -> dict[str, Any]:
    limits = resources.get("limits") or {}
    reserved = resources.get("reservations") or {}
    settings: dict[str, Any] = {}
    if limits.get("cpus"):
        settings["NanoCpus"] = round(float(limits["cpus"]) * 1e9)
    if limits.get("memory"):
        settings["Memory"] = units.size_bytes(limits["memory"])
    if limits.get("pids"):
        settings["PidsLimit"] = units.integer(limits["pids"])
    if reserved.get("memory"):
        settings["MemoryReservation"] = units.size_bytes(reserved["memory"])
    if reserved.get("devices"):
        settings["DeviceRequests"] = [_device_request(one) for one in reserved["devices"]]
    return settings


def _gpus(value: Any) -> list[dict[str, Any]]:
    if not value:
        return []
    requests = [{"count": "all"}] if value == "all" else value
    return [
        _device_request({**one, "capabilities": ["gpu", *(one.get("capabilities") or ())]})
        for one in requests
    ]


def _device_request(given: Mapping[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {"Capabilities": [list(given.get("capabilities") or ())]}
    if given.get("driver"):
        request["Driver"] = given["driver"]
    if given.get("options"):
        request["Options"] = units.mapping(given["options"])
    if given.get("device_ids"):
        request["DeviceIDs"] = list(given["device_ids"])
    else:
        count = given.get("count")
        request["Count"] = -1 if count in (None, "all") else units.integer(count)
    return request


def _ulimit(name: str, value: Any) -> dict[str, Any]:
    soft, hard = (value["soft"], value["hard"]) if isinstance(value, Mapping) else (value, value)
    return {"Name": name, "Soft": units.integer(soft), "Hard": units.integer(hard)}


def _device(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        source, _, rest = value.partition(":")
        target, _, permissions = rest.partition(":")
    else:
        source, target = str(value["source"]), str(value.get("target") or "")
        permissions = str(value.get("permissions") or "")
    return {
        "PathOnHost": source,
        "PathInContainer": target or source,
        "CgroupPermissions": permissions or "rwm",
    }


def _block_io(given: Mapping[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if given.get("weight") is not None:
        settings["BlkioWeight"] = units.integer(given["weight"])
    if given.get("weight_device"):
        settings["BlkioWeightDevice"] = [
            {"Path": one["path"], "Weight": units.integer(one["weight"])}
            for one in given["weight_device"]
        ]
    for key, name in (
        ("device_read_bps", "BlkioDeviceReadBps"),
        ("device_read_iops", "BlkioDeviceReadIOps"),
        ("device_write_bps", "BlkioDeviceWriteBps"),
        ("device_write_iops", "BlkioDeviceWriteIOps"),
    ):
        if given.get(key):
            settings[name] = [
                {"Path": one["path"], "Rate": units.size_bytes(one["rate"])} for one in given[key]
            ]
    return settings
