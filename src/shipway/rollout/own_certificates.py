"""The owner's own certificate: read from where it lies, and refused where no browser takes it.

Pure but for `read_file`.
"""

from __future__ import annotations

from pathlib import Path

from shipway.errors import Problem
from shipway.model.application import Application
from shipway.ports_certificates import Shelved
from shipway.rollout.certificates import DAY_S, Wanted, covers


def own_pem(one: Wanted, app: Application, directory: Path | None) -> str:
    """Return chain and key as they are declared.  Raises Problem `certificate-broken`."""
    value = app.front.values.get(one.tls.pem, "")
    if value:
        return value
    return "\n".join(read_file(name, directory)[1] for name in (one.tls.certificate, one.tls.key))


def read_file(name: str, directory: Path | None) -> tuple[Path, str]:
    """Return a file of the server, with where it is.  Raises Problem `certificate-broken`."""
    path = (directory or Path("/")) / name
    try:
        return path, path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(
            "certificate-broken",
            f"{path} cannot be read: {getattr(error, 'strerror', None) or 'not PEM'}.",
            hints=[f"ls -l {path}  # Shipway's user has to be able to read it"],
        ) from error


def refuse_unusable(one: Wanted, found: Shelved, now: float) -> None:
    """Raise Problem `certificate-broken` for one that ended, begins later, or is for others."""
    where = one.tls.certificate or f"the value {one.tls.pem}"
    if now >= found.not_after:
        days = (now - found.not_after) / DAY_S
        raise _unusable(f"the certificate in {where} ended {days:.1f} days ago")
    if now < found.not_before:
        days = (found.not_before - now) / DAY_S
        raise _unusable(f"the certificate in {where} holds from {days:.1f} days on only")
    missing = [name for name in one.names if not usable_for(found, name)]
    if missing:
        raise _unusable(
            f"the certificate in {where} is for {', '.join(found.names)}, not for "
            f"{', '.join(missing)}"
        )


def usable_for(found: Shelved, name: str) -> bool:
    """Return whether a certificate is for a host."""
    return any(covers(pattern, name) for pattern in found.names)


def _unusable(why: str) -> Problem:
    return Problem(
        "certificate-broken",
        f"{why[0].upper()}{why[1:]}: browsers would refuse it. What is served goes on as before.",
        hints=[
            "put the renewed certificate there; it is taken within a minute",
            "shipway certificates renew  # takes it now",
        ],
    )
