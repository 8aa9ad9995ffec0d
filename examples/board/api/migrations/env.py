"""Runs migrations in one transaction, one runner at a time.

A database that is ahead of this release (it was migrated by a later one, and this one is
deployed again) is left as it is: migrations only expand, so both work with it.

It imports nothing of the application but its settings: a migration that has nothing to do
should take no longer than a connection.
"""

from __future__ import annotations

from alembic import context
from alembic.script import ScriptDirectory
from board.settings import DATABASE_URL
from sqlalchemy import create_engine, pool, text

LOCK = 0x626F617264  # "board"

engine = create_engine(DATABASE_URL, poolclass=pool.NullPool, connect_args={"connect_timeout": 5})
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        connection.execute(text("SET LOCAL lock_timeout = '60s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        known = {
            script.revision
            for script in ScriptDirectory.from_config(context.config).walk_revisions()
        }
        ahead = set(context.get_context().get_current_heads()) - known
        if ahead:
            print(f"the database is ahead of this release (at {', '.join(ahead)}): nothing to do")
        else:
            context.run_migrations()
