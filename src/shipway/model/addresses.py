"""Under which addresses an environment is reached.  Pure; the one place that makes them."""

from __future__ import annotations

from shipway.model.application import Application

LOOPBACK = "127.0.0.1"
USUAL = {"http": 80, "https": 443}


def address(host: str, *, port: int, tls: bool, path: str = "/") -> str:
    """Return `scheme://host[:port][/path]`, without a slash at its end.

    The port is left out where it is the scheme's own.  On 443 it is https, also where
    somebody else in front ends TLS.
    """
    scheme = "https" if tls or port == USUAL["https"] else "http"
    shown = "" if port == USUAL[scheme] else f":{port}"
    return f"{scheme}://{host}{shown}{path.rstrip('/')}"


def addresses(app: Application) -> tuple[str, ...]:
    """Return the environment's addresses: its hosts, then those of single routes.

    Without any host it is this machine.
    """
    named = [*app.hosts, *(rule.host for rule in app.routes if rule.host)]
    hosts = list(dict.fromkeys(named)) or [LOOPBACK]
    tls = app.front.tls is not None
    return tuple(f"{address(host, port=app.port, tls=tls, path=app.base_path)}/" for host in hosts)
