"""Workloads for the tests of the docker engine, and a sample value for every Compose key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Role, SecretMap, Workload

IMAGE = Artifact(
    service="api", kind="image", reference="sha256:" + "a" * 64, name="api", built=True
)
API = (1, 41)

# The properties of `service` and `build` in the Compose Specification's JSON Schema.
_SERVICE = """
    annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs
    container_name cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime
    cpu_shares cpus cpuset credential_spec depends_on deploy develop device_cgroup_rules devices
    dns dns_opt dns_search domainname entrypoint env_file environment expose extends
    external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation
    label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness
    memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit
    platform ports post_start pre_stop privileged profiles provider pull_policy
    pull_refresh_after read_only restart runtime scale secrets security_opt shm_size stdin_open
    stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user
    userns_mode uts volumes volumes_from working_dir
"""

_BUILD = """
    additional_contexts args cache_from cache_to context dockerfile dockerfile_inline
    entitlements extra_hosts isolation labels network no_cache platforms privileged pull secrets
    shm_size ssh tags target ulimits
"""

SERVICE_KEYS = frozenset(_SERVICE.split())
BUILD_KEYS = frozenset(_BUILD.split())

IN_THE_BODY: dict[str, Any] = {
    "annotations": {"org.example": "yes"},
    "blkio_config": {"weight": 300, "device_read_bps": [{"path": "/dev/sda", "rate": "12mb"}]},
    "cap_add": ["NET_ADMIN"],
    "cap_drop": ["ALL"],
    "cgroup": "private",
    "cgroup_parent": "m-executor",
    "command": ["serve", "--fast"],
    "configs": [{"source": "motd", "target": "/etc/motd", "mode": "0440"}],
    "cpu_period": "100000",
    "cpu_quota": "50000",
    "cpu_rt_period": "11000",
    "cpu_rt_runtime": "9500",
    "cpu_shares": 512,
    "cpus": 0.5,
    "cpuset": "0-1",
    "deploy": {"resources": {"limits": {"cpus": "0.25", "memory": "268435456", "pids": 50}}},
    "device_cgroup_rules": ["c 1:3 mr"],
    "devices": [{"source": "/dev/null", "target": "/dev/mynull", "permissions": "rw"}],
    "dns": ["10.0.0.53"],
    "dns_opt": ["use-vc"],
    "dns_search": ["example.org"],
    "domainname": "example.org",
    "entrypoint": ["/entry.sh"],
    "expose": ["3000", "8125/udp"],
    "extra_hosts": ["gateway=host-gateway", "db=10.1.2.3"],
    "gpus": [{"count": -1}],
    "group_add": ["mail", 1001],
    "healthcheck": {"test": ["CMD", "true"], "interval": "1m30s", "timeout": "10s", "retries": 3},
    "hostname": "api.example.org",
    "init": False,
    "ipc": "shareable",
    "labels": {"com.example": "yes"},
    "logging": {"driver": "local", "options": {"max-size": "1m"}},
    "mem_limit": "536870912",
    "mem_reservation": "268435456",
    "mem_swappiness": "10",
    "memswap_limit": "1073741824",
    "network_mode": "none",
    "networks": {"default": {"aliases": ["backend"]}},
    "oom_kill_disable": True,
    "oom_score_adj": -500,
    "pid": "host",
    "pids_limit": 100,
    "platform": "linux/amd64",
    "privileged": True,
    "read_only": True,
    "restart": "always",
    "runtime": "runc",
    "secrets": [{"source": "token"}],
    "security_opt": ["no-new-privileges:true"],
    "shm_size": "67108864",
    "stdin_open": True,
    "storage_opt": {"size": "1G"},
    "sysctls": {"net.core.somaxconn": "1024"},
    "tmpfs": ["/run:size=64m"],
    "tty": True,
    "ulimits": {"nofile": {"soft": 20000, "hard": 40000}, "nproc": 65535},
    "user": "1000:1000",
    "userns_mode": "host",
    "uts": "host",
    "volumes": [{"type": "volume", "source": "data", "target": "/data", "volume": {}}],
    "working_dir": "/srv",
}

BY_THE_WORKLOAD = {
    "environment": "workload.environment",
    "stop_grace_period": "workload.stop_grace_s",
    "stop_signal": "workload.stop_signal",
}

BY_THE_BUILDER = {"build", "image", "pull_policy"}


def workload(
    definition: Mapping[str, Any] | None = None,
    *,
    release: int | None = 42,
    environment: str = "staging",
    **fields: Any,
) -> Workload:
    """Return `api` of shop's release 42 in staging, with what the definition refers to."""
    return Workload(
        scope=Scope(EnvironmentId("shop", environment), release),
        service=fields.pop("service", "api"),
        role=fields.pop("role", Role.WEB),
        artifact=fields.pop("artifact", IMAGE),
        definition={"networks": {"default": None}, **(definition or {})},
        environment=SecretMap(fields.pop("variables", {})),
        networks=fields.pop("networks", {"default": {"name": "shop_default"}}),
        volumes=fields.pop("volumes", {"data": {"name": "shop_data"}}),
        secrets=fields.pop("secrets", {"token": {"content": "t0ken"}}),
        configs=fields.pop("configs", {"motd": {"content": "hello"}}),
        **fields,
    )
