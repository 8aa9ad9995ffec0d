"""Where a journey goes: an address on this machine, and how the application lies behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

from shipway.journeys.trust import ANY, Trust
from shipway.model.application import Application
from shipway.model.workload import Role, SecretMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The front door.

    host: the Host header where a step names none.  base_path: the prefix under which the
    application lives.  tls: whether the door speaks TLS; trust: whether its certificate must hold.
    variables: the application's own, for `{{env.NAME}}`.
    """

    address: str
    port: int
    environment: str = ""
    host: str | None = None
    base_path: str = "/"
    tls: bool = False
    trust: Trust = ANY
    variables: SecretMap = field(default_factory=SecretMap)

    def path(self, path: str) -> str:
        """Return a path of the application as the front door knows it."""
        return path if self.base_path == "/" else f"{self.base_path.rstrip('/')}{path}"

    @property
    def authority(self) -> str:
        """Return what stands in the Host header where a step names none."""
        if self.host:
            return self.host
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.port}"


def target_of(app: Application, trust: Trust | None = None) -> Target:
    """Return the front door of an environment, seen from this machine."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - replaced, not opened
    return Target(
        address=everywhere.get(app.address, app.address),
        port=app.port,
        environment=app.environment.name,
        host=app.hosts[0] if app.hosts else None,
        base_path=app.base_path,
        tls=app.front.tls is not None,
        trust=trust or ANY,
        variables=_variables(app),
    )


def _variables(app: Application) -> SecretMap:
    """Return all variables of the application's own services; the first that has one counts."""
    found: dict[str, str] = {}
    own = [item for item in app.services if item.role is not Role.STATEFUL]
    for service in (*own, *app.of_role(Role.STATEFUL)):
        for key in service.environment:
            found.setdefault(key, service.environment[key])
    return SecretMap(found)
