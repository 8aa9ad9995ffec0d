"""All routes of the application, as the router itself has them."""

from __future__ import annotations

from typing import Any, cast

from shipway.api.access.table import TABLE, Need
from shipway.api.application import create_application
from shipway.api.service import Service
from shipway.web.application import add_pages
from shipway.web.needs import PAGES

NEEDS = TABLE.with_more(*PAGES)

VALUES = {
    "project": "harbour",
    "environment": "staging",
    "identifier": "1",
    "label": "r1",
    "name": "style.css",
    "kind": "rollback",
    "secret": "nothing",
    "run": "1",
    "old": "staging",
    "new": "production",
}


def all_routes() -> set[tuple[str, str]]:
    """Return (method, path) of every route of the API and of the pages."""
    app = create_application(cast("Service", None))
    add_pages(app)
    found: set[tuple[str, str]] = set()
    for route in app.routes:
        nested: Any = getattr(route, "effective_route_contexts", None)
        contexts: list[Any] = list(nested()) if nested else [route]
        for item in contexts:
            for method in set(item.methods or ()) - {"HEAD"}:
                found.add((method, item.path))
    return found


def address(need: Need) -> str:
    """Return an address that the need's route answers to."""
    path = need.path
    for name, value in VALUES.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, f"give {path} a value in VALUES"
    return path
