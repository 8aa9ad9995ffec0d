"""/health: the stores, one by one.

Without database or Redis nothing works: 503.  Without the graph all but the graph does.
"""

import sqlalchemy as sa
from fastapi import APIRouter, Response
from redis.exceptions import RedisError

from omnivibe import graph
from omnivibe.channel import store
from omnivibe.database import engine
from omnivibe.release import RELEASE

router = APIRouter()


@router.get("/health")
def health(response: Response) -> dict:
    said = {"database": _database(), "redis": _redis(), "neo4j": _neo4j()}
    up = said["database"] == said["redis"] == "ok"
    response.status_code = 200 if up else 503
    response.headers["Cache-Control"] = "no-store"
    status = "down" if not up else "ok" if said["neo4j"] == "ok" else "degraded"
    return {"status": status, **said, "release": RELEASE}


def _database() -> str:
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError as error:
        return type(error).__name__
    return "ok"


def _redis() -> str:
    try:
        store.ping()
    except (RedisError, OSError) as error:
        return type(error).__name__
    return "ok"


def _neo4j() -> str:
    try:
        graph.ask("RETURN 1 AS one")
    except graph.GraphError as error:
        return str(error)
    return "ok"
