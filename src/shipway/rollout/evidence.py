"""What a failure report shows: the last lines that an instance wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from shipway.errors import Problem
from shipway.model.workload import Instance
from shipway.rollout.world import EngineKit

LINES = 12
INSTANCES = 2


def last_log_lines(
    kit: EngineKit, instances: Iterable[Instance], lines: int = LINES
) -> Sequence[str]:
    """Return the last log lines of a few instances, each with the instance's name."""
    found: list[str] = []
    for instance in islice(instances, INSTANCES):
        try:
            tail = list(kit.console.logs(instance, tail=lines))
        except Problem:
            continue
        found += [f"{instance.name}: {line.text}" for line in tail[-lines:]]
    return found
