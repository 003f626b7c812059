"""The indexes of words, filled when the store is opened (`console.server.store.indexing`), and those of age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# A word is what stands between two spaces: the texts come folded and cut. What begins with _ is a mark, never a word.
_TOKENS = """tokenize = "ascii tokenchars '_'", columnsize = 0"""
_INDEXES = (
    f"CREATE VIRTUAL TABLE message_search USING fts5(words, message_id UNINDEXED, {_TOKENS})",
    # Conversations change seldom and are looked for by beginnings of words: there the price of a prefix index is paid.
    "CREATE VIRTUAL TABLE conversation_search"
    f" USING fts5(name, customer, place, detail = column, prefix = '1 2 3 4 5 6', {_TOKENS})",
)
# A trap for whoever makes one of these tables anew: its triggers go with it.
_TRIGGERS = (
    """
    CREATE TRIGGER message_deleted AFTER DELETE ON messages WHEN old.search_id IS NOT NULL
    BEGIN
        DELETE FROM message_search WHERE rowid = old.search_id;
    END
    """,
    """
    CREATE TRIGGER message_changed AFTER UPDATE OF conversation_id, sender_kind, sender_id, content, flags, created_at
    ON messages WHEN old.search_id IS NOT NULL
    BEGIN
        DELETE FROM message_search WHERE rowid = old.search_id;
        UPDATE messages SET search_id = NULL WHERE workspace_id = new.workspace_id AND id = new.id;
    END
    """,
    """
    CREATE TRIGGER conversation_deleted AFTER DELETE ON conversations WHEN old.search_id IS NOT NULL
    BEGIN
        DELETE FROM conversation_search WHERE rowid = old.search_id;
    END
    """,
    """
    CREATE TRIGGER conversation_changed AFTER UPDATE OF name, customer_id ON conversations
    WHEN old.search_id IS NOT NULL AND (old.name IS NOT new.name OR old.customer_id IS NOT new.customer_id)
    BEGIN
        DELETE FROM conversation_search WHERE rowid = old.search_id;
        UPDATE conversations SET search_id = NULL WHERE workspace_id = new.workspace_id AND id = new.id;
    END
    """,
    """
    CREATE TRIGGER conversation_attached AFTER INSERT ON conversation_channels
    BEGIN
        DELETE FROM conversation_search WHERE rowid = (
            SELECT search_id FROM conversations WHERE workspace_id = new.workspace_id AND id = new.conversation_id
        );
        UPDATE conversations SET search_id = NULL
        WHERE workspace_id = new.workspace_id AND id = new.conversation_id AND search_id IS NOT NULL;
    END
    """,
    """
    CREATE TRIGGER customer_changed AFTER UPDATE OF name, email, phone, external_id ON customers
    BEGIN
        DELETE FROM conversation_search WHERE rowid IN (
            SELECT search_id FROM conversations
            WHERE workspace_id = new.workspace_id AND customer_id = new.id AND search_id IS NOT NULL
        );
        UPDATE conversations SET search_id = NULL
        WHERE workspace_id = new.workspace_id AND customer_id = new.id AND search_id IS NOT NULL;
    END
    """,
)


def upgrade() -> None:
    """Make the indexes, and what keeps them true; and have a sweep, which is of all workspaces, find what is old."""
    for table in ("messages", "conversations"):
        op.add_column(table, sa.Column("search_id", sa.BigInteger(), nullable=True))
    missing = sa.text("search_id IS NULL")
    op.create_index("messages_to_index", "messages", ["created_at", "id"], sqlite_where=missing)
    op.create_index("conversations_by_search", "conversations", ["search_id"])
    for statement in _INDEXES + _TRIGGERS:
        op.execute(statement)
    op.drop_index("answers_by_age", "answers")
    op.create_index("answers_by_age", "answers", ["created_at"])
    unsent = sa.text("message_id IS NULL")
    op.create_index("attachments_unsent", "attachments", ["created_at"], sqlite_where=unsent)
