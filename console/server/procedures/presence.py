"""Who looks at what."""

from __future__ import annotations

from console.contract.inputs import SetPresence
from console.contract.shapes import Nothing
from console.server.procedures.calls import Writing
from console.server.procedures.posting import conversation_row


def set_presence(call: Writing, wanted: SetPresence) -> Nothing:
    """Look at a conversation of the workspace, write in it, or leave."""
    if wanted.conversation_id is not None:
        conversation_row(call.transaction.connection, call.workspace_id, wanted.conversation_id)
    return Nothing()
