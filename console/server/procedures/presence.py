"""Saying who looks at what. Nothing of it is kept: not in the store, not in the events, not in the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.contract.inputs import SetPresence
from console.contract.shapes import Nothing
from console.server.auth import Caller
from console.server.presence import Place, Who
from console.server.procedures.posting import conversation_row

if TYPE_CHECKING:
    from console.server.service import Service


async def set_presence(service: Service, caller: Caller, wanted: SetPresence) -> Nothing:
    """Look at a conversation of the workspace, write in it, or leave."""
    if wanted.conversation_id is not None:
        # At once, so that calls of one console take effect as they came; a row by index costs less than a hop.
        service.store.look(conversation_row, caller.workspace_id, wanted.conversation_id)
    place = Place(wanted.conversation_id, wanted.state)
    service.hub.presence.say(Who(caller.workspace_id, caller.member_id), caller.key_id, place)
    return Nothing()
