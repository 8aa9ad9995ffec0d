"""A Compose service as the body of `POST /containers/create`.

Owns what is said of the process itself; `resources` and `mounts` translate their parts of
HostConfig.  Pure: no value here depends on anything but the workload and the API version.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from shipway.engines.docker import names, units
from shipway.engines.docker.files import seccomp_inline
from shipway.engines.docker.mounts import mount_settings
from shipway.engines.docker.resources import resource_settings
from shipway.engines.docker.review import API_ANNOTATIONS, API_START_INTERVAL
from shipway.model.workload import MountedFile, Workload

DEFAULT_LOGGING = {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}


def container_body(
    workload: Workload,
    *,
    api: tuple[int, int],
    files: Sequence[MountedFile] = (),
    one_off: bool = False,
) -> dict[str, Any]:
    """Return the body that creates one instance, without networks and index.

    one_off: it runs once to its end, without health checks and restarts.
    Raises Problem `invalid-compose`, `unsupported`.
    """
    given = workload.definition
    body: dict[str, Any] = {
        "Image": workload.artifact.reference,
        "Entrypoint": _entrypoint(given.get("entrypoint")),
        "Cmd": _command(workload),
        "Env": [f"{key}={value}" for key, value in sorted(workload.environment.items())],
        "WorkingDir": given.get("working_dir"),
        "User": None if given.get("user") is None else str(given["user"]),
        "Hostname": given.get("hostname"),
        "Domainname": given.get("domainname"),
        "Tty": bool(given.get("tty")),
        "OpenStdin": bool(given.get("stdin_open")),
        "StopSignal": workload.stop_signal,
        "StopTimeout": math.ceil(workload.stop_grace_s),
        "ExposedPorts": {port: {} for port in _exposed(given)} or None,
        "Healthcheck": {"Test": ["NONE"]} if one_off else healthcheck(given, api),
        "Labels": {
            **units.mapping(given.get("labels")),
            **names.workload_labels(workload),
        },
        "HostConfig": host_config(workload, api=api, files=files, one_off=one_off),
    }
    return {key: value for key, value in body.items() if value is not None}


def host_config(
    workload: Workload, *, api: tuple[int, int], files: Sequence[MountedFile], one_off: bool
) -> dict[str, Any]:
    """Return the part of the body that speaks of the host."""
    given = workload.definition
    settings: dict[str, Any] = {
        # As PID 1 a program that is still booting ignores its stop signal.
        "Init": given.get("init") is not False,
        "RestartPolicy": {"Name": "no"} if one_off else restart_policy(workload),
        "LogConfig": _logging(given.get("logging")),
        "CapAdd": given.get("cap_add"),
        "CapDrop": given.get("cap_drop"),
        "SecurityOpt": [seccomp_inline(one) for one in given.get("security_opt") or ()] or None,
        "Privileged": bool(given.get("privileged")),
        "ReadonlyRootfs": bool(given.get("read_only")),
        "GroupAdd": [str(group) for group in given.get("group_add") or ()] or None,
        "Dns": units.listed(given.get("dns")) or None,
        "DnsOptions": units.listed(given.get("dns_opt")) or None,
        "DnsSearch": units.listed(given.get("dns_search")) or None,
        "ExtraHosts": _extra_hosts(given.get("extra_hosts")) or None,
        "Sysctls": units.mapping(given.get("sysctls")) or None,
        "IpcMode": _own_namespace(given.get("ipc")),
        "PidMode": _own_namespace(given.get("pid")),
        "UTSMode": given.get("uts"),
        "UsernsMode": given.get("userns_mode"),
        "CgroupnsMode": given.get("cgroup"),
        "CgroupParent": given.get("cgroup_parent"),
        "Runtime": given.get("runtime"),
        "StorageOpt": given.get("storage_opt"),
        **resource_settings(given),
        **mount_settings(workload, files=files, api=api),
    }
    if given.get("annotations") and api >= API_ANNOTATIONS:
        settings["Annotations"] = units.mapping(given["annotations"])
    return {key: value for key, value in settings.items() if value not in (None, "")}


def restart_policy(workload: Workload) -> dict[str, Any]:
    """Return the restart policy; without one a service that ended stays down, as in Compose.

    `always` becomes `unless-stopped`: the engine starts an `always` container again when it
    starts itself, and so an old release would come back after a reboot.
    """
    given = workload.definition
    deployed = (given.get("deploy") or {}).get("restart_policy") or {}
    said = str(given.get("restart") or deployed.get("condition") or "no")
    name, _, count = said.partition(":")
    if name in {"always", "unless-stopped", "any"}:
        return {"Name": "unless-stopped"}
    if name == "on-failure":
        attempts = count or deployed.get("max_attempts") or 0
        return {"Name": "on-failure", "MaximumRetryCount": units.integer(attempts)}
    return {"Name": "no"}


def healthcheck(given: Mapping[str, Any], api: tuple[int, int]) -> dict[str, Any] | None:
    """Return the health check, None where the image's own stands."""
    check = given.get("healthcheck")
    if not check:
        return None
    if check.get("disable"):
        return {"Test": ["NONE"]}
    test = check.get("test")
    settings: dict[str, Any] = {}
    if test is not None:
        settings["Test"] = ["CMD-SHELL", test] if isinstance(test, str) else list(test)
    for key, name in (("interval", "Interval"), ("timeout", "Timeout"),
                      ("start_period", "StartPeriod")):  # fmt: skip
        if check.get(key) is not None:
            settings[name] = units.nanoseconds(check[key])
    if check.get("start_interval") is not None and api >= API_START_INTERVAL:
        settings["StartInterval"] = units.nanoseconds(check["start_interval"])
    if check.get("retries") is not None:
        settings["Retries"] = units.integer(check["retries"])
    return settings


def _entrypoint(value: Any) -> list[str] | None:
    """Return the entry point; an empty one, which clears the image's, is `[""]` to the API."""
    if value is None:
        return None
    return _words(value) or [""]


def _command(workload: Workload) -> list[str] | None:
    if workload.argv is not None:
        return list(workload.argv)
    value = workload.definition.get("command")
    return None if value is None else _words(value)


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) and value else [str(word) for word in value]


def _exposed(given: Mapping[str, Any]) -> list[str]:
    return [port if "/" in port else f"{port}/tcp" for port in units.listed(given.get("expose"))]


def _logging(value: Any) -> dict[str, Any]:
    given = value or DEFAULT_LOGGING
    driver = given.get("driver") or DEFAULT_LOGGING["driver"]
    default = DEFAULT_LOGGING["options"] if driver == DEFAULT_LOGGING["driver"] else {}
    options = given.get("options") or default
    return {"Type": driver, "Config": units.mapping(options)}


def _extra_hosts(value: Any) -> list[str]:
    """Return `name:address` lines of Compose's `name=address` ones or mapping."""
    if isinstance(value, Mapping):
        return [
            f"{name}:{address}"
            for name, addresses in value.items()
            for address in units.listed(addresses)
        ]
    return [line.replace("=", ":", 1) if "=" in line else line for line in units.listed(value)]


def _own_namespace(value: Any) -> str | None:
    """Return a namespace mode, None where it would be another instance's."""
    text = str(value or "")
    return None if text.startswith(("service:", "container:")) else text or None
