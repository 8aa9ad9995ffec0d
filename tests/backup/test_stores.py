"""A bucket in a store that runs in the environment itself is reached at its instance (R120)."""

from __future__ import annotations

import pytest

from shipway.backup.stores import reachable
from shipway.errors import Problem
from shipway.model.application import Application, Service
from shipway.model.backup_settings import MirroredBucket, S3Location
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Instance, InstanceState, Role

STAGING = EnvironmentId("shop", "staging")
APP = Application(
    environment=STAGING,
    services=(Service(name="minio", role=Role.STATEFUL, definition={}),),
    routes=(),
    port=4400,
)


def bucket(endpoint: str) -> MirroredBucket:
    return MirroredBucket(name="media", location=S3Location(bucket="media", endpoint=endpoint))


def instance(state: InstanceState) -> Instance:
    address = "10.200.3.7" if state is InstanceState.RUNNING else None
    return Instance(
        id="c1", scope=Scope(STAGING), service="minio", index=1, state=state, address=address
    )


def test_a_service_of_the_environment_is_reached_at_its_instance() -> None:
    found = reachable(bucket("http://minio:9000"), APP, [instance(InstanceState.RUNNING)])
    assert found.location.endpoint == "http://10.200.3.7:9000"
    assert found.location.bucket == "media"


@pytest.mark.parametrize("endpoint", ["https://s3.example.com", "http://minio.example.com:9000"])
def test_any_other_store_is_reached_at_its_address(endpoint: str) -> None:
    found = reachable(bucket(endpoint), APP, [instance(InstanceState.RUNNING)])
    assert found.location.endpoint == endpoint
    assert reachable(bucket("http://minio:9000"), None, []) == bucket("http://minio:9000")


def test_a_store_that_does_not_run_is_named() -> None:
    with pytest.raises(Problem) as caught:
        reachable(bucket("http://minio:9000"), APP, [instance(InstanceState.EXITED)])
    assert caught.value.kind == "not-running"
    assert "minio, which holds the bucket media" in caught.value.message
