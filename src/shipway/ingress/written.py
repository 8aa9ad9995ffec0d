"""The files of a configuration, on disk: written where they differ, dropped when they are old."""

from __future__ import annotations

from pathlib import Path

from shipway.files import replace_file
from shipway.ingress.frontends import DEFAULT_CERTIFICATE
from shipway.ingress.process import CONFIG
from shipway.ingress.render import Rendered
from shipway.ingress.selfsigned import self_signed

NAMED_BY_CONTENT = ("routes-*.map", "challenges-*.map", "page-*.html", "cert-*.pem")


def write_all(directory: Path, rendered: Rendered) -> None:
    """Make the files equal to what runs already."""
    write_files(directory, rendered)
    path = directory / CONFIG
    if not path.exists() or path.read_text() != rendered.text:
        replace_file(path, rendered.text, mode=0o600)
    drop_old_files(directory, rendered)


def write_files(directory: Path, rendered: Rendered) -> None:
    """Write what the configuration names: maps, pages, certificates."""
    for name, content in (*rendered.files.items(), *rendered.certificates.items()):
        path = directory / name
        if not path.exists() or path.read_text() != content:
            replace_file(path, content, mode=0o600)


def drop_old_files(directory: Path, rendered: Rendered) -> None:
    """Remove what only earlier configurations named."""
    for pattern in NAMED_BY_CONTENT:
        for path in directory.glob(pattern):
            if path.name not in rendered.files and path.name not in rendered.certificates:
                path.unlink(missing_ok=True)


def ensure_default_certificate(directory: Path, rendered: Rendered) -> None:
    """Write the certificate for names that have none of their own, where there is TLS."""
    path = directory / DEFAULT_CERTIFICATE
    if rendered.certificates and not path.exists():
        replace_file(path, self_signed("shipway default certificate"), mode=0o600)
