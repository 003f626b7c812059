"""Kept answers say of which conversation they tell, so that they go with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Of the answers that are there, what they tell of is read out of them."""
    op.add_column("answers", sa.Column("conversation_id", sa.Text(), nullable=True))
    op.create_index("answers_of_conversation", "answers", ["workspace_id", "conversation_id"])
    op.execute(
        "UPDATE answers SET conversation_id ="
        " coalesce(json_extract(answer, '$.conversationId'), json_extract(answer, '$.id'))"
    )
