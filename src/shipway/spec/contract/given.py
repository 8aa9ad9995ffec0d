"""What each service of an application gets, as the contract's judge reads it."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.model.application import Application, Service
from shipway.model.workload import Role
from shipway.spec.contract.judge import Given
from shipway.spec.values import FileSpec


def given_to_all(app: Application, files: tuple[FileSpec, ...]) -> tuple[Given, ...]:
    """Return what every service gets; `files`: those of the environment, secrets among them."""
    return tuple(_given(service, files) for service in app.services)


def _given(service: Service, files: tuple[FileSpec, ...]) -> Given:
    built = service.build and service.role is not Role.STATEFUL
    build = service.definition.get("build")
    args = build.get("args") if isinstance(build, Mapping) else None
    return Given(
        service=service.name,
        values=service.environment,
        built=built,
        build={key: str(value) for key, value in (args or {}).items() if value is not None},
        mounted=frozenset(
            item.secret
            for item in files
            if item.secret
            and (
                built
                if item.services is None
                else service.name in {named.value for named in item.services}
            )
        ),
    )
