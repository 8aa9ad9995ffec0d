"""The environment of a preview, made from another one.  Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shipway.spec.values import EnvFile, EnvironmentSpec, RouteSpec, SleepSpec, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPlace:
    """Where a preview is reached and what it is made from.  host None: by its port alone."""

    base: str
    port: int
    host: str | None
    sleep_after_s: float | None


def with_preview(spec: Spec, name: str, place: PreviewPlace) -> Spec:
    """Return the spec with the preview's environment, as its base but for where it is reached.

    `{environment}` in the names of files means the base.  Raises `unknown-environment`.
    """
    base = spec.environment(place.base)
    made = replace(
        base,
        port=place.port,
        hosts=(place.host,) if place.host else (),
        path="/",
        tls=base.tls if place.host else None,
        env_files=_named(base.env_files, place.base),
        sleep=None
        if place.sleep_after_s is None
        else SleepSpec(after_s=place.sleep_after_s, source=base.source),
        routes=_without_hosts(base, spec),
    )
    return replace(
        spec,
        env_files=_named(spec.env_files, place.base),
        environments={**spec.environments, name: made},
    )


def _named(files: tuple[EnvFile, ...], base: str) -> tuple[EnvFile, ...]:
    return tuple(replace(file, path=file.path.replace("{environment}", base)) for file in files)


def _without_hosts(base: EnvironmentSpec, spec: Spec) -> tuple[RouteSpec, ...] | None:
    """Return the rules; those for a host name of the base would take its requests."""
    routes = base.routes if base.routes is not None else spec.routes
    if routes is None or all(route.host is None for route in routes):
        return base.routes
    found: dict[str, RouteSpec] = {}
    for route in routes:
        found.setdefault(route.path, replace(route, host=None))
    return tuple(found.values())
