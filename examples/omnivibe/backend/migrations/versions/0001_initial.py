"""Users, projects, scripts, recordings, videos, planned posts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    for name in ("scripts", "recordings", "videos", "posts"):
        op.create_table(
            name,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column(
                "project_id",
                sa.Integer,
                sa.ForeignKey("projects.id", ondelete="CASCADE"),
                nullable=False,
            ),
            *extra(name),
            sa.Column("created_at", sa.Float, nullable=False),
        )
        op.create_index(f"{name}_project", name, ["project_id"])


def extra(name):
    if name == "scripts":
        return [
            sa.Column("topic", sa.Text, nullable=False),
            sa.Column("text", sa.Text, nullable=False),
        ]
    if name == "posts":
        return [
            sa.Column("channel", sa.Text, nullable=False),
            sa.Column("due_at", sa.Float, nullable=False),
        ]
    return [
        sa.Column(
            "script_id", sa.Integer, sa.ForeignKey("scripts.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("progress", sa.Integer, nullable=False, server_default="0"),
        sa.Column("path", sa.Text),
    ]


def downgrade():
    for name in ("posts", "videos", "recordings", "scripts", "projects", "users"):
        op.drop_table(name)
