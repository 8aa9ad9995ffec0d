"""What of a service's definition will not be honoured, said in sentences before a rollout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.engines.docker import coverage
from shipway.model.workload import Role, Workload

API_START_INTERVAL = (1, 44)
API_ANNOTATIONS = (1, 43)
API_SUBPATH = (1, 45)


def review(workload: Workload, api: tuple[int, int]) -> tuple[str, ...]:
    """Return one sentence for each thing that an engine of this API version leaves out."""
    given = {key: value for key, value in workload.definition.items() if _is_set(value)}
    return (
        *_plain(given),
        *_modes(given, workload),
        *_networks(given, workload),
        *_build(given),
        *_deploy(given),
        *_mounts(given, workload, api),
        *_newer_engines(given, api),
    )


def _plain(given: Mapping[str, Any]) -> Iterator[str]:
    for key in given:
        if key in coverage.NOT_HONOURED:
            yield f"{key}: {coverage.NOT_HONOURED[key]}."
        elif key not in coverage.HONOURED | coverage.ELSEWHERE.keys() and not key.startswith("x-"):
            yield f"{key}: this key is not known here and is left out."
    for service, how in _items(given.get("depends_on")):
        if how.get("restart"):
            yield (
                f"depends_on.{service}.restart: a service is not restarted because "
                f"{service} was; it has to reconnect."
            )


def _modes(given: Mapping[str, Any], workload: Workload) -> Iterator[str]:
    mode = str(given.get("network_mode", ""))
    if mode == "host":
        if workload.role is Role.WEB:
            yield (
                "network_mode: host: two releases cannot listen on one port beside each "
                "other, so a rollout of this service fails; leave it out."
            )
    elif mode and mode not in {"none", "bridge"}:
        yield f"network_mode: {mode}: the instance joins the release's network instead."
    for key in ("pid", "ipc"):
        value = str(given.get(key, ""))
        if value.startswith(("service:", "container:")):
            yield f"{key}: {value}: the namespace of another instance is not joined."


def _networks(given: Mapping[str, Any], workload: Workload) -> Iterator[str]:
    for name, how in _items(given.get("networks")):
        declared = workload.networks.get(name) or {}
        if declared.get("external"):
            pass
        elif declared.get("internal"):
            yield (
                f"networks.{name}.internal: the release has one network of its own, "
                "and it leads out."
            )
        elif name != "default":
            yield (
                f"networks.{name}: the services of a release share one network that is "
                "theirs alone, instead of this one."
            )
        for key in how:
            if key in coverage.NETWORK_NOT_HONOURED:
                yield f"networks.{name}.{key}: {coverage.NETWORK_NOT_HONOURED[key]}."


def _build(given: Mapping[str, Any]) -> Iterator[str]:
    build = given.get("build")
    if not isinstance(build, Mapping):
        return
    for key, value in build.items():
        if not _is_set(value) or key in coverage.BUILD_HONOURED or key.startswith("x-"):
            continue
        reason = coverage.BUILD_NOT_HONOURED.get(key, "this key is not known here")
        yield f"build.{key}: {reason}."


def _deploy(given: Mapping[str, Any]) -> Iterator[str]:
    deploy = given.get("deploy") or {}
    for key, value in deploy.items():
        if key == "mode" and value == "replicated":
            continue
        if key in coverage.DEPLOY_NOT_HONOURED and _is_set(value):
            yield f"deploy.{key}: {coverage.DEPLOY_NOT_HONOURED[key]}."
    reserved = (deploy.get("resources") or {}).get("reservations") or {}
    for key in ("cpus", "generic_resources"):
        if _is_set(reserved.get(key)):
            yield (
                f"deploy.resources.reservations.{key}: nothing is reserved on one server; "
                "`cpu_shares` gives a share."
            )
    policy = deploy.get("restart_policy") or {}
    for key in ("delay", "window"):
        if _is_set(policy.get(key)):
            yield (
                f"deploy.restart_policy.{key}: the engine's own back-off is used "
                "(0.1 s, doubling to a minute)."
            )


def _mounts(given: Mapping[str, Any], workload: Workload, api: tuple[int, int]) -> Iterator[str]:
    for mount in given.get("volumes") or ():
        if not isinstance(mount, Mapping):
            continue
        where = f"volumes: {mount.get('target')}"
        if mount.get("type") in {"cluster", "npipe", "image"}:
            yield f"{where}: mounts of type {mount['type']} are not made."
        if _is_set(mount.get("consistency")):
            yield f"{where}: consistency is Docker Desktop's on macOS; it changes nothing here."
        if (mount.get("volume") or {}).get("subpath") and api < API_SUBPATH:
            yield f"{where}: subpath needs Docker Engine 26 (API 1.45)."
        if (mount.get("bind") or {}).get("recursive") and api < API_START_INTERVAL:
            yield f"{where}: bind.recursive needs Docker Engine 25 (API 1.44)."
    project = workload.scope.environment.project
    for name, volume in workload.volumes.items():
        own = (volume or {}).get("name") if not (volume or {}).get("external") else None
        if own and own not in {name, f"{project}_{name}"}:
            yield (
                f"volumes.{name}.name: {own}: each environment has a volume of its own; "
                "`external: true` uses this one."
            )


def _newer_engines(given: Mapping[str, Any], api: tuple[int, int]) -> Iterator[str]:
    check = given.get("healthcheck") or {}
    if _is_set(check.get("start_interval")) and api < API_START_INTERVAL:
        yield (
            "healthcheck.start_interval: needs Docker Engine 25 (API 1.44); "
            "`interval` is used from the start."
        )
    if given.get("annotations") and api < API_ANNOTATIONS:
        yield "annotations: need Docker Engine 24 (API 1.43)."


def _is_set(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", [], {})


def _items(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the entries of Compose's list-or-mapping of names."""
    if isinstance(value, Mapping):
        for name, how in value.items():
            yield str(name), how or {}
    else:
        for name in value or ():
            yield str(name), {}
