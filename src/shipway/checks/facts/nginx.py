"""The nginx files of a project, read as nginx does."""

from __future__ import annotations

from shipway.checks.facts.files import Files
from shipway.checks.facts.paths import for_developers
from shipway.nginx import LOOKS_LIKE, Directive, NginxError, NginxFile, read_nginx

__all__ = ["Directive", "NginxError", "NginxFile", "nginx_files", "read_nginx"]


def nginx_files(files: Files) -> tuple[NginxFile, ...]:
    """Return every nginx configuration of a project."""
    found = []
    for path in files.named("*.conf", "*.nginx", "*.conf.template"):
        text = files.text(path)
        named = "nginx" in path.lower() or "/conf.d/" in f"/{path}" or "sites-" in path
        if text and named and not for_developers(path) and LOOKS_LIKE.search(text):
            found.append(read_nginx(path, text))
    return tuple(found)
