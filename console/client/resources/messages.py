"""Messages: read, sent and searched."""

from __future__ import annotations

from console.client.calls import Calls, Needs
from console.contract import procedures
from console.contract.inputs import ListMessages, SearchMessages, Send
from console.contract.shapes import NOTE_FLAG, Hit, Message, Page

_NOTES = Needs(
    "internal-notes",
    "This server knows no internal notes and would show this one to the customer. It was not sent: keep it elsewhere.",
)


class MessagesResource:
    """The messages of conversations. Every method raises ApiError."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def list(self, conversation_id: str, limit: int = 50, cursor: str | None = None) -> Page[Message]:
        """A page of a thread, newest first."""
        given = ListMessages(conversation_id=conversation_id, limit=limit, cursor=cursor)
        return await self._calls.page(procedures.LIST_MESSAGES, given)

    async def search(self, given: SearchMessages) -> Page[Hit]:
        """A page of what was found, newest first (extension). Raises Unsupported where nothing can be searched."""
        needs = Needs("search", "This server cannot search messages.")
        return await self._calls.page(procedures.SEARCH_MESSAGES, given, needs=needs)

    async def send(self, given: Send, idempotency_key: str | None = None) -> Message:
        """Send a message. It is sent again on its own only if it had no effect, or if the server takes the key.

        Raises Unsupported for a note on a server that would show it to the customer.
        """
        needs = _NOTES if NOTE_FLAG in (given.flags or ()) else None
        return await self._calls.call(procedures.SEND, given, idempotency_key=idempotency_key, needs=needs)
