"""Conversations and messages for the tests of what draws them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from console.state.rows import ConversationRow, CustomerCard, Entry
from console.state.shown import OutlineLine
from console.text.safe import SafeBlock, SafeLine

NOW = datetime(2026, 11, 17, 14, 5, tzinfo=UTC)

_ROW = ConversationRow(
    id="conv_1",
    parent_id=None,
    name=SafeLine("Jane Cooper"),
    raw_name="Jane Cooper",
    customer=CustomerCard(id="cust_1", name=SafeLine("Jane Cooper"), email=SafeLine("jane@example.com")),
    channel=SafeLine("shop.example.com"),
    channel_id="chan_1",
    participants=(),
    child_count=0,
    unread=0,
    waiting_since=None,
    at=NOW - timedelta(minutes=3),
    last_who="customer",
    last_text=SafeLine("Hello"),
    status="open",
    snoozed_until=None,
    assignee_id=None,
    labels=(),
    priority="normal",
    metadata={},
)
_ENTRY = Entry(
    id="msg_1",
    conversation_id="conv_1",
    who="customer",
    sender=SafeLine("Jane Cooper"),
    mine=False,
    note=False,
    languages=("en",),
    bodies=(SafeBlock("The lamp arrived broken."),),
    cleaned=False,
    files=(),
    quote=None,
    at=NOW,
)


def row(**changes: Any) -> ConversationRow:
    """A conversation with Jane, changed as given."""
    return replace(_ROW, **changes)


def entry(**changes: Any) -> Entry:
    """A message of Jane's, changed as given."""
    return replace(_ENTRY, **changes)


def outline_line(conversation: ConversationRow, *is_last: bool, **changes: Any) -> OutlineLine:
    """A line of the outline: one claim a level, whether it is the last of its siblings."""
    shown = OutlineLine(conversation, max(0, len(is_last) - 1), is_last or (True,), False, True)
    return replace(shown, **changes)
