"""What each service of an application gets, as the contract's judge reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shipway.model.application import Application, Service
from shipway.model.workload import Role
from shipway.spec.contract.judge import Given, Verdict
from shipway.spec.values import FileSpec


def given_to_all(
    app: Application, files: tuple[FileSpec, ...], values: Mapping[str, str]
) -> tuple[Given, ...]:
    """Return what every service gets.

    files: those of the environment, secrets among them; values: of the layers.
    """
    there = tuple(item for item in files if item.secret and values.get(item.secret))
    return tuple(_given(service, there) for service in app.services)


def missing_files(
    files: tuple[FileSpec, ...], values: Mapping[str, str], told: Iterable[Verdict]
) -> Iterator[Verdict]:
    """Yield a verdict for each secret that is to be a file and is not set, nor told already."""
    known = {item.variable for item in told if item.missing}
    for item in files:
        if item.secret and not values.get(item.secret) and item.secret not in known:
            known.add(item.secret)
            yield Verdict(
                variable=item.secret,
                said=f"is to be the file {item.target}, and has no value",
                missing=True,
                source=item.source,
            )


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
