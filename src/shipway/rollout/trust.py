"""Whether the certificate at an environment's front door must hold, and by whose word.

It must as soon as one is there: the first one is ordered after the switch, and until it
comes a self-signed one is shown, for which no release is to blame.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from shipway.errors import Problem
from shipway.journeys import Trust
from shipway.model.application import Application
from shipway.rollout.certificates import covers, wanted_certificates
from shipway.rollout.own_certificates import read_file
from shipway.rollout.world import World


def trust_in(world: World, app: Application, host: str | None = None) -> Trust:
    """Return how the certificate shown for `host` (the environment's first name) is looked at.

    Raises Problem `certificate-broken` where the declared authorities cannot be read.
    """
    tls, kit = app.front.tls, world.certificates
    name = host or (app.hosts[0] if app.hosts else None)
    if tls is None or not tls.verify or kit is None or name is None:
        return Trust()
    wanted = {one.id for one in wanted_certificates((app,))}
    kept = (one for one in kit.shelf.all() if one.id in wanted)
    if not any(covers(pattern, name) for one in kept for pattern in one.names):
        return Trust()
    return Trust(verify=True, authorities=authorities(world, app))


def authorities(world: World, app: Application) -> str:
    """Return the declared authorities as PEM, empty for none.  Raises Problem."""
    tls = app.front.tls
    if tls is None or not tls.ca:
        return ""
    path, text = read_file(tls.ca, project_directory(world, app))
    try:
        Trust(verify=True, authorities=text).context()
    except ssl.SSLError as error:
        raise Problem(
            "certificate-broken",
            f"{path} holds no certificate of an authority, as `tls: {{ca: …}}` of "
            f"{app.environment.name} says.",
            hints=[f"openssl x509 -in {path} -noout -text"],
        ) from error
    return text


def project_directory(world: World, app: Application) -> Path | None:
    """Return where the project's files lie on this server."""
    project = world.store.catalog.project(app.environment.project)
    return Path(project.directory) if project else None
