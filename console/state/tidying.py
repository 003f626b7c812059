"""Making, sorting and clearing away conversations: each verb asks the server and takes its answer into the store."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from secrets import token_hex

from pydantic import JsonValue

from console.client.api import Api
from console.client.errors import NotFound
from console.contract.inputs import CreateSubConversation, CustomerInput, GetOrCreateConversation, UpdateConversation
from console.contract.shapes import Conversation
from console.state import changes
from console.state.changes import Stamp
from console.state.rows import Priority, Status
from console.state.store import Store
from console.state.triage import labels_patch, status_patch


class Tidying:
    """The verbs on conversations. Every method raises Connect360Error when the server refuses."""

    def __init__(self, api: Api, store: Store) -> None:
        self._api = api
        self._store = store
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # two changes must not overtake each other

    async def create(self, name: str | None, customer: CustomerInput, website: str | None = None) -> str:
        """The customer's conversation, made if there is none, on the channel of a website if one is named; its id."""
        asked = self._store.asking()
        more = {"name": name, "channel_identifier": website}
        given = GetOrCreateConversation(
            customer=customer, **{field: value for field, value in more.items() if value is not None}
        )
        return self._take(await self._api.conversations.get_or_create(given), asked)

    async def create_sub(self, parent_id: str, name: str) -> str:
        """A new conversation below another; its id."""
        asked = self._store.asking()
        given = CreateSubConversation(parent_id=parent_id, name=name)
        return self._take(await self._api.conversations.create_sub(given), asked)

    async def find(self, id: str) -> None:
        """Know a conversation of which a person has the id. Raises NotFound where there is none."""
        asked = self._store.asking()
        try:
            await self._api.messages.list(id, limit=1)
        except NotFound as error:
            raise NotFound(
                "The workspace has no conversation of this id. Is all of it there?",
                status=error.status,
                code=error.code,
            ) from error
        found = Conversation(id=id)
        if not self._store.is_documented_only:
            with suppress(NotFound):
                found = await self._api.conversations.get(id)
        self._take(found, asked)

    async def rename(self, id: str, name: str) -> None:
        """Give it another name."""
        await self._update(UpdateConversation(id=id, name=name))

    async def move(self, id: str, parent_id: str | None) -> None:
        """Put it below another, or at the top."""
        await self._update(UpdateConversation(id=id, parent_id=parent_id))

    async def delete(self, id: str) -> int:
        """Delete it and all below it; how many that were. One that is gone already is none."""
        try:
            deleted = (await self._api.conversations.delete(id)).deleted
        except NotFound:
            deleted = 0
        self._store.apply(changes.ConversationGone(id))
        return deleted

    async def set_status(self, id: str, status: Status, until: datetime | None) -> None:
        """Open, resolve or snooze it."""
        await self._sort(id, status_patch(status, until))

    async def assign(self, id: str, member_id: str | None) -> None:
        """Give it to a member, or to nobody."""
        await self._sort(id, {"assigneeId": member_id})

    async def set_labels(self, id: str, labels: tuple[str, ...]) -> None:
        """Have exactly these labels."""
        await self._sort(id, labels_patch(labels))

    async def set_priority(self, id: str, priority: Priority) -> None:
        """Say how soon it matters."""
        await self._sort(id, {"priority": priority})

    async def _sort(self, id: str, patch: Mapping[str, JsonValue]) -> None:
        """Show the change at once; it is undone if the server does not take it."""
        token = token_hex()
        asked = self._store.asking()
        answer: Conversation | None = None
        self._store.apply(changes.MetadataHoped(id, token, patch))
        try:
            async with self._turns[id]:
                asked = self._store.asking()
                answer = await self._api.conversations.update(UpdateConversation(id=id, metadata=dict(patch)))
        finally:
            self._store.apply(changes.MetadataSettled(id, token, answer, asked))

    async def _update(self, given: UpdateConversation) -> None:
        async with self._turns[given.id]:
            asked = self._store.asking()
            self._take(await self._api.conversations.update(given), asked)

    def _take(self, conversation: Conversation, asked: Stamp) -> str:
        self._store.apply(changes.ConversationsAnswered((conversation,), asked))
        return conversation.id
