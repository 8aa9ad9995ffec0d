"""The port on which a service takes requests, and how it is asked whether it is ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shipway.compose.units import parse_duration
from shipway.model.application import Probe
from shipway.spec.facts import ServiceFacts
from shipway.spec.values import HealthSpec


def find_port(
    service: ServiceFacts, *, declared: int | None, environment: Mapping[str, str]
) -> tuple[int | None, str | None]:
    """Return the port, and where it was guessed from where no one declared it.

    Compose's own declarations (`ports`, `expose`) are no guess.
    """
    if declared is not None:
        return declared, None
    for ports in (service.published, service.exposed):
        if ports:
            return ports[0], _choice(ports)
    if service.health_port is not None:
        return service.health_port, "its healthcheck asks that port"
    if service.dockerfile_ports:
        return service.dockerfile_ports[0], "its Dockerfile exposes it"
    if service.listens:
        return service.listens, "its command says so"
    value = environment.get("PORT", "")
    if value.isdigit() and 0 < int(value) < 65_536:
        return int(value), "its variable PORT says so"
    return None, None


def _choice(ports: tuple[int, ...]) -> str | None:
    distinct = list(dict.fromkeys(ports))
    return f"it is the first of {', '.join(map(str, distinct))}" if len(distinct) > 1 else None


def make_probe(
    service: ServiceFacts, *, port: int, health: HealthSpec | None, hosts: Sequence[str] = ()
) -> Probe | None:
    """Return the probe of a service that takes requests, None where it is switched off.

    What shipway.yaml does not say comes from Compose's healthcheck, then from the default.
    hosts: the environment's; frameworks with a list of allowed names know the first of them.
    """
    if health is not None and not health.enabled:
        return None
    healthcheck = service.definition.get("healthcheck") or {}
    given: dict[str, Any] = {"host": hosts[0]} if hosts else {}
    if service.health_path is not None and service.health_port == port:
        given["paths"] = (service.health_path,)
    patience = _patience(healthcheck)
    if patience > Probe().deadline_s:
        given["deadline_s"] = patience
    if health is None:
        return Probe(**given)
    if health.path is not None:
        given["paths"] = (health.path,)
    for name in ("status", "host", "interval_s", "timeout_s", "deadline_s", "successes"):
        value = getattr(health, name)
        if value is not None:
            given[name] = value
    return Probe(**given, source=health.source)


def _patience(healthcheck: Mapping[str, Any]) -> float:
    """Return for how long Compose itself would wait before it calls a service unhealthy."""
    if not healthcheck.get("start_period"):
        return 0.0
    interval = parse_duration(str(healthcheck.get("interval") or "30s"))
    retries = int(healthcheck.get("retries") or 3)
    return parse_duration(str(healthcheck["start_period"])) + interval * retries
