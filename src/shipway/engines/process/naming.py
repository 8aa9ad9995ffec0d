"""What host names mean to a workload: addresses of this release, then of the environment."""

from __future__ import annotations

from shipway.engines.process.addresses import AddressTable
from shipway.model.names import Scope
from shipway.model.workload import Workload


def names_for(table: AddressTable, workload: Workload) -> dict[str, str]:
    """Return name to address for every peer; peers that do not exist yet get theirs now.

    A name means the service's first instance.  A release is sealed: it sees its own
    stateless services and the environment's stateful ones, nothing of another release.
    """
    environment, release = Scope(workload.scope.environment), workload.scope
    stateful = set(workload.environment_peers)
    wanted = [(environment, name, 1) for name in sorted(stateful)]
    if release.release is not None:
        wanted += [(release, name, 1) for name in workload.peers if name not in stateful]
    table.reserve(wanted)
    names = table.names(environment)
    if release.release is not None:
        names |= {n: a for n, a in table.names(release).items() if n not in stateful}
    names |= {
        alias: names[service] for alias, service in workload.aliases.items() if service in names
    }
    for link in workload.definition.get("links") or ():
        service, _, alias = str(link).partition(":")
        if service in names:
            names[alias or service] = names[service]
    return names
