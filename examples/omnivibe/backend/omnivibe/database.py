"""omni_db.sqlite: one file, which four web processes and four workers share.

A write-ahead log lets them read while one writes; who finds it busy waits.
"""

import time
from typing import Any

import sqlalchemy as sa
from fastapi import HTTPException
from sqlalchemy import event

from omnivibe.settings import settings
from omnivibe.tables import projects

BUSY_MS = 10_000
FILE = settings.data_dir / "omni_db.sqlite"
engine = sa.create_engine(f"sqlite:///{FILE}")


@event.listens_for(engine, "connect")
def _prepare(connection: Any, _record: Any) -> None:
    for pragma in (f"busy_timeout = {BUSY_MS}", "journal_mode = WAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def rows(statement: Any) -> list[dict[str, Any]]:
    """Return what a question finds."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def write(statement: Any) -> sa.CursorResult:
    """Change something; it is on the disk when this returns."""
    with engine.begin() as connection:
        return connection.execute(statement)


def add(table: sa.Table, **values: Any) -> dict[str, Any]:
    """Insert one row and return it."""
    done = write(table.insert().values(created_at=time.time(), **values))
    return one(table, done.inserted_primary_key[0])


def one(table: sa.Table, identifier: int, user: int | None = None) -> dict[str, Any]:
    """Return one row, of this user where one is named; 404 where there is none."""
    question = table.select().where(table.c.id == identifier)
    if user is not None and table is projects:
        question = question.where(table.c.user_id == user)
    elif user is not None:
        question = question.join(projects).where(projects.c.user_id == user)
    found = rows(question)
    if not found:
        raise HTTPException(404, f"There is no such entry in {table.name}: {identifier}.")
    return found[0]


def of_project(table: sa.Table, project: int) -> list[dict[str, Any]]:
    """Return a project's rows, newest first."""
    return rows(table.select().where(table.c.project_id == project).order_by(table.c.id.desc()))
