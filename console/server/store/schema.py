"""The tables. Every key and unique index begins with the workspace, so that none reaches into another.

Times are whole milliseconds since 1970 (`console.server.clock`), open values are JSON text. What a list shows and
sorts by (last message, who waits, unread) is kept beside the conversation, so that a page costs the same at any size.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    column,
    table,
    text,
)

HEAD = "0005"
"""The migration that these tables stand at."""

metadata = MetaData()


def _workspace() -> Column[str]:
    return Column("workspace_id", Text, nullable=False)


def _time(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _belongs(column: str, table: str) -> ForeignKeyConstraint:
    """The record named by `column` is of the same workspace."""
    return ForeignKeyConstraint(["workspace_id", column], [f"{table}.workspace_id", f"{table}.id"])


def _of_conversation() -> ForeignKeyConstraint:
    """Goes with its conversation."""
    return ForeignKeyConstraint(
        ["workspace_id", "conversation_id"], ["conversations.workspace_id", "conversations.id"], ondelete="CASCADE"
    )


def _search_id() -> Column[int]:
    """Its row in an index of words; null until `store.indexing` has put it there, and again when it changes."""
    return Column("search_id", BigInteger)


workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    _time("created_at"),
)

members = Table(
    "members",
    metadata,
    _workspace(),
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_folded", Text, nullable=False),
    Column("image", Text),
    _time("created_at"),
    PrimaryKeyConstraint("workspace_id", "id"),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
    Index("members_by_email", "workspace_id", "email_folded", unique=True),
)

keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    _workspace(),
    Column("member_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("hash", Text, nullable=False),
    _time("created_at"),
    _time("last_used_at", nullable=True),
    _time("expires_at", nullable=True),
    _time("revoked_at", nullable=True),
    _belongs("member_id", "members"),
    # The one index without a workspace: the key is what tells which workspace it is.
    Index("keys_by_hash", "hash", unique=True),
)

customers = Table(
    "customers",
    metadata,
    _workspace(),
    Column("id", Text, nullable=False),
    Column("external_id", Text),
    Column("name", Text),
    Column("email", Text),
    Column("email_folded", Text),
    Column("phone", Text),
    Column("phone_digits", Text),
    Column("image", Text),
    Column("metadata", Text, nullable=False),
    Column("fingerprint", Text),
    _time("created_at"),
    _time("updated_at"),
    PrimaryKeyConstraint("workspace_id", "id"),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
    Index("customers_by_external_id", "workspace_id", "external_id", unique=True),
    # Not unique: two people may share an address, and a match by one field must not fail on another.
    Index("customers_by_email", "workspace_id", "email_folded"),
    Index("customers_by_phone", "workspace_id", "phone_digits"),
    Index("customers_by_fingerprint", "workspace_id", "fingerprint"),
)

channels = Table(
    "channels",
    metadata,
    _workspace(),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("identifier", Text, nullable=False),
    Column("name", Text),
    _time("created_at"),
    PrimaryKeyConstraint("workspace_id", "id"),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
    Index("channels_by_identifier", "workspace_id", "kind", "identifier", unique=True),
)

conversations = Table(
    "conversations",
    metadata,
    _workspace(),
    Column("id", Text, nullable=False),
    Column("name", Text),
    Column("type", Text, nullable=False),
    Column("parent_id", Text),
    Column("customer_id", Text),
    Column("metadata", Text, nullable=False),
    # of the metadata, so that lists can be filtered by it
    Column("status", Text, nullable=False),
    Column("assignee_id", Text),
    _time("snoozed_until", nullable=True),
    _time("status_at"),
    # of the messages
    Column("message_count", Integer, nullable=False),
    Column("last_message_id", Text),
    _time("last_message_at", nullable=True),
    _time("last_reply_at", nullable=True),
    _time("waiting_since", nullable=True),
    _time("activity_at"),
    _time("created_at"),
    _time("updated_at"),
    _search_id(),
    PrimaryKeyConstraint("workspace_id", "id"),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
    _belongs("parent_id", "conversations"),
    _belongs("customer_id", "customers"),
    Index("conversations_by_activity", "workspace_id", "parent_id", "activity_at", "id"),
    Index("conversations_by_waiting", "workspace_id", "parent_id", "waiting_since", "id"),
    Index("conversations_by_customer", "workspace_id", "customer_id", "id"),
    Index("conversations_by_search", "search_id"),
)

participants = Table(
    "participants",
    metadata,
    _workspace(),
    Column("conversation_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("name", Text),  # of an agent; the others have a record
    PrimaryKeyConstraint("workspace_id", "conversation_id", "kind", "person_id"),
    _of_conversation(),
    Index(
        "participants_by_customer",
        "workspace_id",
        "kind",  # though it is one: without it SQLite prefers to look at all there are
        "person_id",
        "conversation_id",
        sqlite_where=text("kind = 'customer'"),
    ),
)

conversation_channels = Table(
    "conversation_channels",
    metadata,
    _workspace(),
    Column("conversation_id", Text, nullable=False),
    Column("channel_id", Text, nullable=False),
    PrimaryKeyConstraint("workspace_id", "conversation_id", "channel_id"),
    _of_conversation(),
    _belongs("channel_id", "channels"),
    Index("conversations_of_channel", "workspace_id", "channel_id", "conversation_id"),
)

messages = Table(
    "messages",
    metadata,
    _workspace(),
    Column("id", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("parent_id", Text),  # of a message; kept when that message is of a conversation since deleted
    Column("sender_kind", Text, nullable=False),
    Column("sender_id", Text),
    Column("sender_name", Text),  # of an agent; the others have a record
    Column("content", Text, nullable=False),
    Column("flags", Text, nullable=False),
    Column("channel_id", Text),
    Column("template_id", Text),
    _time("created_at"),
    _search_id(),
    PrimaryKeyConstraint("workspace_id", "id"),
    _of_conversation(),
    Index("messages_of_conversation", "workspace_id", "conversation_id", "created_at", "id"),
    Index("messages_to_index", "created_at", "id", sqlite_where=text("search_id IS NULL")),
)

attachments = Table(
    "attachments",
    metadata,
    _workspace(),
    Column("id", Text, nullable=False),
    Column("s3_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size", BigInteger),
    Column("message_id", Text),  # null until it is sent
    Column("place", Integer, nullable=False),
    _time("created_at"),
    PrimaryKeyConstraint("workspace_id", "id"),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
    ForeignKeyConstraint(["workspace_id", "message_id"], ["messages.workspace_id", "messages.id"], ondelete="CASCADE"),
    Index("attachments_by_s3_key", "workspace_id", "s3_key", unique=True),
    Index("attachments_of_message", "workspace_id", "message_id", "place"),
    Index("attachments_unsent", "created_at", sqlite_where=text("message_id IS NULL")),
)

read_marks = Table(
    "read_marks",
    metadata,
    _workspace(),
    Column("conversation_id", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    _time("message_at"),
    Column("unread", Integer, nullable=False),
    PrimaryKeyConstraint("workspace_id", "conversation_id", "member_id"),
    _of_conversation(),
    _belongs("member_id", "members"),
)


def _texts(name: str) -> Table:
    return Table(
        name,
        metadata,
        _workspace(),
        Column("id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("content", Text, nullable=False),
        _time("created_at"),
        _time("updated_at"),
        PrimaryKeyConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
    )


templates = _texts("templates")
articles = _texts("articles")

# An event names what changed; what that is now is read when it is delivered. So what was deleted stays in no log.
events = Table(
    "events",
    metadata,
    _workspace(),
    Column("id", BigInteger, nullable=False),
    _time("at"),
    Column("type", Text, nullable=False),
    Column("conversation_id", Text),
    Column("message_id", Text),
    Column("member_id", Text),  # whom alone it concerns
    Column("key_id", Text),
    Column("idempotency_key", Text),
    Column("ids", Text),  # of what was deleted
    PrimaryKeyConstraint("workspace_id", "id"),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
)

answers = Table(
    "answers",
    metadata,
    _workspace(),
    Column("key_id", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("question", Text, nullable=False),  # a hash of procedure and input
    Column("answer", Text, nullable=False),
    Column("conversation_id", Text),  # that it tells of: what is deleted must not be read out of here
    _time("created_at"),
    PrimaryKeyConstraint("workspace_id", "key_id", "idempotency_key"),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
    Index("answers_by_age", "created_at"),
    Index("answers_of_conversation", "workspace_id", "conversation_id"),
)

audit = Table(
    "audit",
    metadata,
    _workspace(),
    Column("id", Text, nullable=False),
    _time("at"),
    Column("actor_id", Text, nullable=False),
    Column("key_id", Text),
    Column("action", Text, nullable=False),
    Column("target_kind", Text, nullable=False),
    Column("target_id", Text, nullable=False),
    Column("details", Text, nullable=False),
    PrimaryKeyConstraint("workspace_id", "id"),
    ForeignKeyConstraint(["workspace_id"], ["workspaces.id"]),
    Index("audit_by_actor", "workspace_id", "actor_id", "id"),
    Index("audit_by_action", "workspace_id", "action", "id"),
    Index("audit_by_target", "workspace_id", "target_id", "id"),
)

# SQLite's full text indexes (FTS5), made by a migration since SQLAlchemy knows no virtual tables, and triggers neither:
# those take out of an index what was deleted or changed. `console.server.store.indexing` puts in what lacks.
message_search = table(
    "message_search",
    column("rowid", BigInteger),  # follows the message's time
    column("words", Text),  # folded, after the marks that a search is narrowed by
    column("message_id", Text),
)
conversation_search = table(
    "conversation_search",
    column("rowid", BigInteger),
    column("name", Text),
    column("customer", Text),  # name, email, phone and external id
    column("place", Text),  # its channels' identifiers, after the mark of the workspace
)
