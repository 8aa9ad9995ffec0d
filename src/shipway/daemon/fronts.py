"""The application's two fronts: with full rights for the unix socket, gated for TCP."""

from __future__ import annotations

from starlette.types import ASGIApp

from shipway.api.access.gate import Gate, LocalDoor, Setting
from shipway.api.access.table import TABLE
from shipway.api.application import create_application
from shipway.api.service import Service
from shipway.web.application import add_pages
from shipway.web.needs import PAGES
from shipway.web.refusal import refused_page


def fronts(service: Service) -> tuple[ASGIApp, ASGIApp]:
    """Return (for the unix socket, for TCP)."""
    app = create_application(service)
    add_pages(app)
    setting = Setting(
        table=TABLE.with_more(*PAGES),
        accounts=service.accounts,
        store=service.world.store,
        public=service.door.public,
        refused_page=refused_page,
    )
    return LocalDoor(app), Gate(app, setting)
