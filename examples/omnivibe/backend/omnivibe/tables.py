"""The tables, as the migrations have made them."""

import sqlalchemy as sa

metadata = sa.MetaData()


def table(name: str, *columns: sa.Column) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        *columns,
        sa.Column("created_at", sa.Float, nullable=False),
    )


def belongs_to(other: str) -> sa.Column:
    return sa.Column(
        f"{other.removesuffix('s')}_id",
        sa.Integer,
        sa.ForeignKey(f"{other}.id", ondelete="CASCADE"),
        nullable=False,
    )


def text(name: str, **more: object) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=False, **more)


def work() -> list[sa.Column]:
    return [
        belongs_to("scripts"),
        text("state"),
        sa.Column("progress", sa.Integer, nullable=False, default=0),
        sa.Column("path", sa.Text),
    ]


users = table("users", text("email", unique=True), text("password"))
projects = table("projects", belongs_to("users"), text("title"))
scripts = table("scripts", belongs_to("projects"), text("topic"), text("text"))
recordings = table("recordings", belongs_to("projects"), *work())
videos = table("videos", belongs_to("projects"), *work())
posts = table(
    "posts", belongs_to("projects"), text("channel"), sa.Column("due_at", sa.Float, nullable=False)
)
