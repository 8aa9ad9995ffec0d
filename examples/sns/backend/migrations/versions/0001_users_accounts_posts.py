"""Users, their accounts at the networks, and posts with their meaning as a vector."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NOW = sa.text("now()")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE")),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("user_id", "provider", "handle"),
        sa.CheckConstraint("provider IN ('meta', 'youtube')", name="accounts_provider"),
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE")),
        sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id", ondelete="CASCADE")),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("media", sa.Text),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="queued"),
        sa.Column("publish_at", sa.DateTime(timezone=True)),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("published_as", sa.Text),
        sa.Column("problem", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.CheckConstraint(
            "priority IN ('critical', 'high', 'medium', 'low')", name="posts_priority"
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'queued', 'published', 'failed')", name="posts_state"
        ),
    )
    # Alembic knows no type of an extension's.
    op.execute("ALTER TABLE posts ADD COLUMN embedding vector(256)")
    op.execute("CREATE INDEX posts_embedding ON posts USING hnsw (embedding vector_cosine_ops)")
    op.create_index("posts_of_a_user", "posts", ["user_id", sa.text("id DESC")])
    op.create_index(
        "posts_due", "posts", ["publish_at"], postgresql_where=sa.text("state = 'planned'")
    )


def downgrade() -> None:
    for table in ("posts", "accounts", "users"):
        op.drop_table(table)
