"""Runs migrations in one transaction, one runner at a time.

A database that is ahead of this release (it was migrated by a later one, and this one is
deployed again) is left as it is: migrations only expand, so both work with it.
"""

from __future__ import annotations

import asyncio

from alembic import context
from alembic.script import ScriptDirectory
from app.config import settings
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

LOCK = 0x736E73  # "sns"


def migrate(connection: Connection) -> None:
    context.configure(connection=connection)
    with context.begin_transaction():
        connection.execute(text("SET LOCAL lock_timeout = '60s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        scripts = ScriptDirectory.from_config(context.config).walk_revisions()
        known = {script.revision for script in scripts}
        ahead = set(context.get_context().get_current_heads()) - known
        if ahead:
            print(f"the database is ahead of this release (at {', '.join(ahead)}): nothing to do")
        else:
            context.run_migrations()


async def main() -> None:
    engine = create_async_engine(settings.DATABASE_URL, poolclass=pool.NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(main())
