"""Every key of a Compose service: honoured here, settled elsewhere, or not honoured.

Invariant: each key of the Compose Specification stands in exactly one of the tables (a
test compares them with the specification), so nothing is ever dropped in silence.
"""

from __future__ import annotations

HONOURED = frozenset(
    {
        "annotations", "blkio_config", "cap_add", "cap_drop", "cgroup", "cgroup_parent",
        "command", "configs", "cpu_period", "cpu_quota",
        "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset", "deploy",
        "device_cgroup_rules", "devices", "dns", "dns_opt", "dns_search", "domainname",
        "entrypoint", "environment", "expose", "extra_hosts", "gpus", "group_add",
        "healthcheck", "hostname", "image", "init", "ipc", "labels", "logging",
        "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "network_mode",
        "networks", "oom_kill_disable", "oom_score_adj", "pid", "pids_limit", "platform",
        "privileged", "pull_policy", "read_only", "restart", "runtime", "secrets",
        "security_opt", "shm_size", "stdin_open", "stop_grace_period", "stop_signal",
        "storage_opt", "sysctls", "tmpfs", "tty", "ulimits", "user", "userns_mode", "uts",
        "volumes", "working_dir", "build",
    }
)  # fmt: skip

ELSEWHERE = {
    "attach": "only `docker compose up` in a terminal reads it",
    "depends_on": "services start in this order; who waits for health boots beside the other",
    "develop": "only `docker compose watch` reads it",
    "env_file": "the loader has read the files into the environment",
    "extends": "the loader has merged it",
    "label_file": "the loader has read the files into the labels",
    "profiles": "the loader has chosen the services",
    "scale": "the rollout starts that many instances",
}

NOT_HONOURED = {
    "container_name": (
        "the instances of two releases run beside each other, so each has a name of its own"
    ),
    "cpu_count": "it is Windows'; use `cpus`",
    "cpu_percent": "it is Windows'; use `cpus`",
    "credential_spec": "managed service accounts are Windows'",
    "external_links": "join the other application's network instead, as an external one",
    "isolation": "it is Windows'",
    "links": (
        "every service is reached by its own name; another name that they give holds for all"
    ),
    "mac_address": "two instances with one address cannot run beside each other",
    "models": "language models are not run",
    "ports": (
        "no port of the server is published; routes in shipway.yaml bring requests to the service"
    ),
    "post_start": "hooks are not run; do it in the command, or declare a job",
    "pre_stop": "hooks are not run; do it when the stop signal comes",
    "provider": "services of an external provider are not run",
    "pull_refresh_after": "an image is fetched when it is missing, or always",
    "use_api_socket": "the engine's socket is not handed to instances; mount it if you must",
    "volumes_from": "name the volume in both services instead",
}

DEPLOY_NOT_HONOURED = {
    "endpoint_mode": "names lead to the instances' own addresses",
    "labels": "they are the labels of a Swarm service; use the service's own `labels`",
    "mode": "there is one server: `replicas` says how many instances run on it",
    "placement": "there is one server",
    "rollback_config": "a rollback is a rollout; see `rollout` in shipway.yaml",
    "update_config": "see `rollout` in shipway.yaml",
}

BUILD_HONOURED = frozenset(
    {
        "additional_contexts", "args", "cache_from", "cache_to", "context", "dockerfile",
        "dockerfile_inline", "entitlements", "extra_hosts", "labels", "network", "no_cache",
        "platforms", "pull", "secrets", "shm_size", "ssh", "target", "ulimits",
    }
)  # fmt: skip

BUILD_NOT_HONOURED = {
    "isolation": "it is Windows'",
    "privileged": "BuildKit has no privileged builds; see `entitlements`",
    "tags": "Shipway's own tags name the image",
    "provenance": "attestations are left out, so that the same content gives the same image",
    "sbom": "attestations are left out, so that the same content gives the same image",
}

NETWORK_NOT_HONOURED = {
    "gw_priority": "the environment's network leads out",
    "interface_name": "the engine names interfaces",
    "ipv4_address": "each instance has an address of its own",
    "ipv6_address": "each instance has an address of its own",
    "link_local_ips": "each instance has an address of its own",
    "mac_address": "two instances with one address cannot run beside each other",
    "priority": "the environment's network leads out",
}
