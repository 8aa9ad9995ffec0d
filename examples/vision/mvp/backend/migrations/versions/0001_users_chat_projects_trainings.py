"""Users, their chat, their projects and trainings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _id() -> sa.Column:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


def _created() -> sa.Column:
    return sa.Column(
        "created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
    )


def _of(table: str) -> sa.Column:
    return sa.Column(
        f"{table}_id",
        sa.BigInteger,
        sa.ForeignKey(f"{table}s.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    )


def upgrade() -> None:
    op.create_table(
        "users",
        _id(),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("is_superuser", sa.Boolean, nullable=False, server_default=sa.false()),
        _created(),
    )
    op.create_table(
        "messages",
        _id(),
        _of("user"),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        _created(),
    )
    op.create_table(
        "projects",
        _id(),
        _of("user"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False, server_default="{}"),
        _created(),
    )
    op.create_table(
        "trainings",
        _id(),
        _of("project"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        _created(),
    )


def downgrade() -> None:
    for table in ("trainings", "projects", "messages", "users"):
        op.drop_table(table)
