"""How much there is: counted by the schedule, kept in the cache."""

import json

import sqlalchemy as sa
from fastapi import APIRouter

from omnivibe.channel import SUMMARY, store
from omnivibe.database import one, rows
from omnivibe.security import User
from omnivibe.tables import posts, projects, recordings, scripts, videos

router = APIRouter(prefix="/performance")


@router.get("/summary")
def summary(_user: User) -> dict:
    kept = store.get(SUMMARY)
    return {"cached": kept is not None, "counts": json.loads(kept) if kept else {}}


@router.get("/projects/{project}")
def of_one(user: User, project: int) -> dict:
    one(projects, project, user)
    return {
        table.name: rows(
            sa.select(sa.func.count().label("n")).where(table.c.project_id == project)
        )[0]["n"]
        for table in (scripts, recordings, videos, posts)
    }
