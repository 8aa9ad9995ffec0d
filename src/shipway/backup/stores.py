"""Where a bucket is reached: at its address, or in a store that runs in the environment itself.

Services call such a store by its name (`http://minio:9000`), which only they can resolve.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.backup_settings import MirroredBucket
from shipway.model.workload import Instance, InstanceState


def reachable(
    wanted: MirroredBucket, app: Application | None, instances: Iterable[Instance]
) -> MirroredBucket:
    """Return the bucket with an endpoint that this machine can connect to.

    instances: of the environment's stateful services.  Raises Problem `not-running` where the
    endpoint names a service of the application that does not run.
    """
    parts = urlsplit(wanted.location.endpoint)
    if app is None or parts.hostname not in {item.name for item in app.services}:
        return wanted
    for item in instances:
        if item.service == parts.hostname and item.state is InstanceState.RUNNING and item.address:
            address = f"{item.address}:{parts.port}" if parts.port else item.address
            endpoint = f"{parts.scheme}://{address}"
            return replace(wanted, location=replace(wanted.location, endpoint=endpoint))
    raise Problem(
        "not-running",
        f"{parts.hostname}, which holds the bucket {wanted.location.bucket}, does not run.",
        hints=[f"shipway logs {parts.hostname} {app.environment.name}", "shipway status"],
    )
