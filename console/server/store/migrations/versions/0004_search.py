"""The index of words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the index."""
    op.add_column("messages", sa.Column("search_id", sa.BigInteger(), nullable=True))
    op.execute(
        "CREATE VIRTUAL TABLE message_search USING fts5("
        "words, marks, message_id UNINDEXED, tokenize = 'unicode61 remove_diacritics 0')"
    )
