"""The shapes of a service's parts: build, deploy, volumes, ports and the like.

In the order in which Docker prints their keys; `structs` puts them together.
"""

from __future__ import annotations

from typing import Any

from shipway.compose.decode import Field, Struct, by_form, many, named
from shipway.compose.mappings import (
    device_count,
    environment,
    hosts,
    labels,
    options,
    ssh_keys,
    ssh_keys_yaml,
)
from shipway.compose.tree import Record
from shipway.compose.values import (
    Bad,
    boolean,
    command,
    cpus,
    duration,
    duration_or_none,
    health_test,
    integer,
    number,
    or_zero,
    raw,
    size,
    size_or_zero,
    string,
    string_list,
    strings,
    unsigned,
)


def _ulimit_parts(value: Any) -> dict[str, int]:
    parts = {key: value[key] for key in ("soft", "hard") if key in value}
    for key, part in parts.items():
        if not isinstance(part, int) or isinstance(part, bool):
            raise Bad(f"`{key}` must be an integer")
    return parts


def _ulimit_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: part for key, part in _ulimit_parts(value).items() if part}
    return value or {}


def _ulimit_yaml(value: Any) -> Any:
    if isinstance(value, dict):
        return Record({"soft": 0, "hard": 0} | _ulimit_parts(value))
    return value or Record(soft=0, hard=0)


ULIMITS = named(by_form(_ulimit_json, _ulimit_yaml), null=True)

FILE_MOUNT = Struct(
    Field("source", string),
    Field("target", string),
    Field("uid", string),
    Field("gid", string),
    Field("mode", unsigned(32), "given"),
)

HOOK = Struct(
    Field("command", or_zero(command, None), "always"),
    Field("user", string),
    Field("privileged", boolean),
    Field("working_dir", string),
    Field("environment", environment),
)

BUILD = Struct(
    Field("context", string),
    Field("dockerfile", string),
    Field("dockerfile_inline", string),
    Field("entitlements", strings),
    Field("args", environment),
    Field("ssh", by_form(ssh_keys, ssh_keys_yaml)),
    Field("labels", labels),
    Field("cache_from", string_list),
    Field("cache_to", string_list),
    Field("no_cache", boolean),
    Field("no_cache_filter", string_list),
    Field("additional_contexts", labels),
    Field("pull", boolean),
    Field("extra_hosts", hosts, "given"),
    Field("isolation", string),
    Field("network", string),
    Field("target", string),
    Field("secrets", many(FILE_MOUNT)),
    Field("shm_size", size),
    Field("tags", string_list),
    Field("ulimits", ULIMITS),
    Field("platforms", string_list),
    Field("privileged", boolean),
    Field("provenance", raw, "given"),
    Field("sbom", raw, "given"),
)

DEVELOP = Struct(
    Field(
        "watch",
        many(
            Struct(
                Field("path", or_zero(string, ""), "always"),
                Field("action", or_zero(string, ""), "always"),
                Field("target", string),
                Field("exec", HOOK, "struct"),
                Field("include", string_list),
                Field("ignore", string_list),
                Field("initial_sync", boolean),
            )
        ),
    ),
)

_WEIGHT = Struct(
    Field("path", or_zero(string, ""), "always", "Path"),
    Field("weight", or_zero(unsigned(16), 0), "always", "Weight"),
    extensible=False,
)
_RATE = Struct(
    Field("path", or_zero(string, ""), "always", "Path"),
    Field("rate", or_zero(size_or_zero, "0"), "always", "Rate"),
    extensible=False,
)
BLKIO = Struct(
    Field("weight", unsigned(16)),
    Field("weight_device", many(_WEIGHT)),
    Field("device_read_bps", many(_RATE)),
    Field("device_read_iops", many(_RATE)),
    Field("device_write_bps", many(_RATE)),
    Field("device_write_iops", many(_RATE)),
)

DEVICE_REQUEST = Struct(
    Field("capabilities", strings),
    Field("driver", string),
    Field("count", device_count),
    Field("device_ids", strings),
    Field("options", labels),
    extensible=False,
)

_UPDATE = Struct(
    Field("parallelism", unsigned(64), "given"),
    Field("delay", duration_or_none),
    Field("failure_action", string),
    Field("monitor", duration_or_none),
    Field("max_failure_ratio", number),
    Field("order", string),
)

_RESOURCE = Struct(
    Field("cpus", cpus),
    Field("memory", size),
    Field("pids", integer),
    Field("devices", many(DEVICE_REQUEST)),
    Field(
        "generic_resources",
        many(
            Struct(
                Field(
                    "discrete_resource_spec",
                    Struct(
                        Field("kind", or_zero(string, ""), "always"),
                        Field("value", or_zero(integer, 0), "always"),
                        extensible=False,
                    ),
                    "given",
                ),
            )
        ),
    ),
)

DEPLOY = Struct(
    Field("mode", string),
    Field("replicas", integer, "given"),
    Field("labels", labels),
    Field("update_config", _UPDATE, "given"),
    Field("rollback_config", _UPDATE, "given"),
    Field(
        "resources",
        Struct(
            Field("limits", _RESOURCE, "given"),
            Field("reservations", _RESOURCE, "given"),
        ),
        "struct",
    ),
    Field(
        "restart_policy",
        Struct(
            Field("condition", string),
            Field("delay", duration, "given"),
            Field("max_attempts", unsigned(64), "given"),
            Field("window", duration, "given"),
        ),
        "given",
    ),
    Field(
        "placement",
        Struct(
            Field("constraints", strings),
            Field("preferences", many(Struct(Field("spread", string)))),
            Field("max_replicas_per_node", unsigned(64)),
        ),
        "struct",
    ),
    Field("endpoint_mode", string),
)

HEALTHCHECK = Struct(
    Field("test", health_test),
    Field("timeout", duration, "given"),
    Field("interval", duration, "given"),
    Field("retries", unsigned(64), "given"),
    Field("start_period", duration, "given"),
    Field("start_interval", duration, "given"),
    Field("disable", boolean),
)

SERVICE_NETWORK = Struct(
    Field("priority", integer),
    Field("gw_priority", integer),
    Field("aliases", strings),
    Field("interface_name", string),
    Field("ipv4_address", string),
    Field("ipv6_address", string),
    Field("link_local_ips", strings),
    Field("mac_address", string),
    Field("driver_opts", options),
)

PORT = Struct(
    Field("name", string),
    Field("mode", string),
    Field("host_ip", string),
    Field("target", unsigned(32)),
    Field("published", string),
    Field("protocol", string),
    Field("app_protocol", string),
)

VOLUME_MOUNT = Struct(
    Field("type", string),
    Field("source", string),
    Field("target", string),
    Field("read_only", boolean),
    Field("consistency", string),
    Field(
        "bind",
        Struct(
            Field("selinux", string),
            Field("propagation", string),
            Field("create_host_path", boolean),
            Field("recursive", string),
        ),
        "given",
    ),
    Field(
        "volume",
        Struct(Field("labels", labels), Field("nocopy", boolean), Field("subpath", string)),
        "given",
    ),
    Field("tmpfs", Struct(Field("size", size), Field("mode", unsigned(32))), "given"),
    Field("image", Struct(Field("subpath", string)), "given"),
)
