"""Runs migrations in one transaction, one runner at a time.

A database that a later release has migrated already is left as it is: migrations only
expand, so an earlier release works with it.
"""

from __future__ import annotations

import os

from alembic import context
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool, text

LOCK = 0x766973696F6E  # "vision"

engine = create_engine(
    os.environ["DATABASE_URL"], poolclass=pool.NullPool, connect_args={"connect_timeout": 5}
)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        scripts = ScriptDirectory.from_config(context.config)
        known = {script.revision for script in scripts.walk_revisions()}
        ahead = set(context.get_context().get_current_heads()) - known
        if ahead:
            print(f"the database is ahead of this release (at {', '.join(ahead)}): nothing to do")
        else:
            context.run_migrations()
