"""Cards and digests, and the cards that a new board opens with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FIRST_CARDS = [
    {
        "title": "게시판에 오신 것을 환영합니다 · Welcome to the board",
        "body": "누구나 카드를 붙일 수 있고, 모두의 화면에 바로 나타납니다. "
        "Anyone may put up a card; everyone sees it at once.",
        "author": "board",
        "kind": "notice",
        "pinned": True,
        "summary": "처음부터 여기 · here from the start",
    },
    {
        "title": "금요일 점심은 어디서? · Where shall we have lunch on Friday?",
        "body": "역 앞 국숫집이 다시 열었대요. The noodle place by the station is open again.",
        "author": "지우",
        "kind": "question",
        "pinned": False,
        "summary": "처음부터 여기 · here from the start",
    },
    {
        "title": "회의는 서서 하자 · Let us stand at meetings",
        "body": "15분이면 충분합니다. Fifteen minutes will do.",
        "author": "Min",
        "kind": "idea",
        "pinned": False,
        "summary": "처음부터 여기 · here from the start",
    },
]


def upgrade() -> None:
    cards = op.create_table(
        "cards",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.Column("summary", sa.Text),
        sa.Column("processed_at", sa.DateTime(timezone=True)),
    )
    op.create_index("cards_on_the_board", "cards", ["pinned", "id"])
    op.create_index("cards_by_time", "cards", ["created_at"])
    op.create_table(
        "digests",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("cards", sa.Integer, nullable=False),
        sa.Column("processed", sa.Integer, nullable=False),
        sa.Column("ticks", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.bulk_insert(cards, FIRST_CARDS)


def downgrade() -> None:
    op.drop_table("digests")
    op.drop_table("cards")
