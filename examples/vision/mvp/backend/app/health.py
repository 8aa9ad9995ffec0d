"""Whether this process can do its work: it reaches its database and its Redis."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response
from sqlalchemy import text

from app import stores
from app.database import engine
from app.settings import settings

router = APIRouter()


@router.get("/health")
def health(response: Response) -> dict[str, str]:
    report = {"database": _verdict(_ask_database), "redis": _verdict(stores.client.ping)}
    well = all(verdict == "ok" for verdict in report.values())
    response.status_code = 200 if well else 503
    return {
        "status": "ok" if well else "unavailable",
        "release": settings.shipway_release,
        "ai_provider": settings.ai_provider,
        **report,
    }


def _verdict(ask: Callable[[], object]) -> str:
    try:
        ask()
    except Exception as error:  # whatever it is, the answer is that we are not well
        return type(error).__name__
    return "ok"


def _ask_database() -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
