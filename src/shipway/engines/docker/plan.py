"""A container as it is to be: its name, its body, the networks it joins, its files.

Everything here is pure: what would be sent to the engine is a value that tests compare.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.engines.docker import names
from shipway.engines.docker.body import container_body
from shipway.engines.docker.files import instance_files
from shipway.engines.docker.resources import cpu_shares
from shipway.model.names import Scope
from shipway.model.workload import MountedFile, Priority, Workload

SPECIAL_MODES = frozenset({"none", "host"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One network that an instance joins, and the further names that it has there.

    scope: whose network it is; None: an external one that is only joined.
    """

    network: str
    scope: Scope | None = None
    aliases: tuple[str, ...] = ()

    def endpoint(self, address: str | None = None) -> dict[str, Any]:
        """Return the engine's endpoint settings; `address`: a fixed one."""
        settings: dict[str, Any] = {"Aliases": list(self.aliases)} if self.aliases else {}
        if address:
            settings["IPAMConfig"] = {"IPv4Address": address}
        return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerPlan:
    """One container to create.  `config_hash` covers all of it but its fixed address."""

    name: str
    index: int
    body: Mapping[str, Any] = field(repr=False)
    attachments: tuple[Attachment, ...]
    files: tuple[MountedFile, ...]
    config_hash: str
    platform: str | None = None


def container_plan(
    workload: Workload, index: int, *, api: tuple[int, int], run: bool = False
) -> ContainerPlan:
    """Return the container of one instance, or of a run to its end.  Raises Problem.

    A run has no aliases: it must not be sent what belongs to the service's instances.
    """
    attachments = attachments_of(workload, named=not run)
    files = instance_files(workload)
    body = container_body(workload, api=api, files=files, one_off=run)
    body["HostConfig"]["NetworkMode"] = (
        attachments[0].network if attachments else str(workload.definition["network_mode"])
    )
    digest = _digest(body, attachments, files)
    if run:  # a job works beside what serves
        body["HostConfig"]["CpuShares"] = cpu_shares(workload.definition, Priority.BACKGROUND)
        body["HostConfig"]["AutoRemove"] = True  # nobody waits until it is gone
    labels = {names.RUN: digest} if run else {names.INDEX: str(index)}
    body["Labels"] |= {**labels, names.CONFIG_HASH: digest}
    return ContainerPlan(
        name=names.run_name(workload, digest[:8]) if run else names.container_name(workload, index),
        index=index,
        body=body,
        attachments=attachments,
        files=files,
        config_hash=digest,
        platform=workload.definition.get("platform"),
    )


def attachments_of(workload: Workload, *, named: bool = True) -> tuple[Attachment, ...]:
    """Return the networks that an instance joins, the environment's first.

    A release's instances have their names in the release's network alone, so that `api`
    means this release's; what the environment owns has its names in the environment's.
    """
    if str(workload.definition.get("network_mode") or "") in SPECIAL_MODES:
        return ()
    scope = workload.scope
    aliases = service_names(workload) if named else ()
    environment = Attachment(
        network=names.environment_network(scope),
        scope=Scope(scope.environment),
        aliases=aliases if scope.release is None else (),
    )
    external = tuple(
        Attachment(network=network, aliases=own if named else ())
        for network, own in _external_networks(workload)
    )
    if scope.release is None:
        return (environment, *external)
    release = Attachment(network=names.network_name(scope), scope=scope, aliases=aliases)
    return (environment, release, *external)


def service_names(workload: Workload) -> tuple[str, ...]:
    """Return the names under which the service's instances are reached by their peers."""
    found = [workload.service]
    found += [alias for alias, meant in workload.aliases.items() if meant == workload.service]
    for how in _networks(workload).values():
        found += how.get("aliases") or ()
    return tuple(dict.fromkeys(found))


def _networks(workload: Workload) -> dict[str, Mapping[str, Any]]:
    given = workload.definition.get("networks")
    if isinstance(given, Mapping):
        return {str(name): how or {} for name, how in given.items()}
    return {str(name): {} for name in given or ()}


def _external_networks(workload: Workload) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for name, how in _networks(workload).items():
        declared = workload.networks.get(name) or {}
        if declared.get("external"):
            found.append((str(declared.get("name") or name), tuple(how.get("aliases") or ())))
    return found


def _digest(
    body: Mapping[str, Any], attachments: tuple[Attachment, ...], files: tuple[MountedFile, ...]
) -> str:
    whole = [
        body,
        [[attachment.network, attachment.aliases] for attachment in attachments],
        [
            [file.target, file.mode, file.uid, file.gid, hashlib.sha256(file.content).hexdigest()]
            for file in files
        ],
    ]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:32]
