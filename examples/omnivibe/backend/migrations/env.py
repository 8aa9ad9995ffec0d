"""Alembic: the schema of omni_db.sqlite, changed wholly or not at all."""

from alembic import context
from omnivibe.database import engine
from omnivibe.tables import metadata

with engine.connect() as connection:
    # Python's driver begins no transaction for CREATE TABLE by itself
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
