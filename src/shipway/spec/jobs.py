"""What runs once a release, to its end, before the switch: Compose's jobs, then `migrate`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from shipway.model.application import Job
from shipway.model.workload import Role
from shipway.spec.facts import ServiceFacts
from shipway.spec.values import MigrateSpec, Spec


def make_jobs(
    spec: Spec, services: Mapping[str, ServiceFacts], roles: Mapping[str, Role]
) -> tuple[Job, ...]:
    """Return the jobs in the order in which they run.

    Compose's own jobs come first, each after those it depends on; one that `migrate` names
    too runs once, as `migrate` says.
    """
    named = {item.service.value for item in spec.migrate}
    compose = [name for name, role in roles.items() if role is Role.JOB and name not in named]
    own = tuple(Job(name=name, service=name) for name in _ordered(compose, services))
    return (*own, *_migrations(spec.migrate, {job.name for job in own}))


def _ordered(names: list[str], services: Mapping[str, ServiceFacts]) -> list[str]:
    graph = {
        name: [
            other for other in (services[name].definition.get("depends_on") or {}) if other in names
        ]
        for name in names
    }
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:  # Compose refuses such files; the order of the file is as good as any
        return names


def _migrations(items: tuple[MigrateSpec, ...], taken: set[str]) -> tuple[Job, ...]:
    jobs: list[Job] = []
    seen = Counter(taken)
    for item in items:
        base = item.name or ("migrate" if len(items) == 1 else f"migrate-{item.service.value}")
        seen[base] += 1
        name = base if seen[base] == 1 else f"{base}-{seen[base]}"
        job = Job(
            name=name,
            service=item.service.value,
            argv=item.command,
            beside=item.beside or False,
            once=item.once or False,
        )
        if item.deadline_s is not None:
            job = replace(job, deadline_s=item.deadline_s)
        jobs.append(job)
    return tuple(jobs)
