"""Finding messages by their words."""

from __future__ import annotations

from sqlalchemy import text

from console.contract.inputs import SearchMessages
from console.contract.shapes import Hit, Page
from console.server.procedures.calls import Reading
from console.server.store.conversations import conversations_by_id
from console.server.store.indexing import mark
from console.server.store.messages import messages_by_id
from console.text.words import words_of

_MATCH = text(
    "SELECT message_id FROM message_search WHERE message_search MATCH :match ORDER BY rowid DESC LIMIT :limit"
)


def search_messages(call: Reading, wanted: SearchMessages) -> Page[Hit]:
    """Messages in which all the words stand, the newest first."""
    words = " ".join(f'"{word}"' for word in words_of(wanted.query))
    match = f'"{mark("w", call.workspace_id)}" {words}'
    found = list(call.connection.execute(_MATCH, {"match": match, "limit": wanted.limit}).scalars()) if words else []
    said = messages_by_id(call.connection, call.workspace_id, found)
    shown = conversations_by_id(
        call.connection, call.workspace_id, call.caller.member_id, (one.conversation_id for one in said.values())
    )
    hits = [Hit(message=said[one], conversation=shown[said[one].conversation_id]) for one in found if one in said]
    return Page(items=tuple(hits))
