"""A workspace of a real server as those see it who are not at a console: what happens there, and what is true."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, select

from console.contract.events import EVENT, Event, Resync
from console.contract.procedures import LIST_MESSAGES
from console.contract.shapes import Conversation, Message
from console.server.auth import Caller
from console.server.service import Service
from console.server.store import events, schema
from console.server.store.conversations import conversations_by_id
from console.server.store.writer import Transaction
from tests.server.inside import Inside

BEGUN = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
_TEXTS = ("Where is my order {}, please?", "Siparişim nerede, {} numaralı ürün?", "أين طلبي رقم {} من فضلك؟")
_CUSTOMERS = ("web-1", "web-2", "web-3")
_FINGERPRINT = "finger-print-1"


@dataclass
class Clock:
    """The time of day at the server, which the steps of a run move: many things happen in one millisecond."""

    at: datetime = BEGUN

    def __call__(self) -> datetime:
        return self.at

    def move(self, milliseconds: int) -> None:
        """Let time go by, or turn the clock back."""
        self.at += timedelta(milliseconds=milliseconds)


@dataclass
class World:
    """One workspace. `key` is that of an integration, an admin, which does what no console does."""

    line: Inside
    key: str
    clock: Clock
    ids: list[str] = field(default_factory=list)  # of all conversations that ever were, as far as was heard
    imported: set[str] = field(default_factory=set)  # messages that came with a time of their own
    callers: dict[str, Caller] = field(default_factory=dict)
    words: int = 0

    @property
    def service(self) -> Service:
        """The server at work."""
        service: Service = self.line.app.state.service
        return service

    def caller(self, key: str) -> Caller:
        """Whose key it is."""
        if key not in self.callers:
            self.callers[key] = self.service.caller({"authorization": f"Bearer {key}"})
        return self.callers[key]

    async def ask(self, procedure: str, **wanted: Any) -> Any:
        """What the server answers; None where it refuses."""
        return await self.ask_as(self.key, procedure, wanted)

    async def ask_as(self, key: str, procedure: str, wanted: dict[str, Any]) -> Any:
        """The same, to whoever has this key."""
        body = (await self.line.ask(key, procedure, json.dumps(wanted))).json()
        return body["result"]["data"] if "result" in body else None

    def text(self) -> str:
        """Something that nobody has said before."""
        self.words += 1
        return _TEXTS[self.words % len(_TEXTS)].format(self.words)

    async def make(self, random: Random) -> str:
        """Somebody writes for the first time, or again."""
        who: dict[str, Any] = {"externalId": random.choice(_CUSTOMERS)}
        if random.random() < 0.3:
            who = {"name": f"Guest {random.randrange(3)}", "metadata": {"fingerprint": _FINGERPRINT}}
        return self._known(await self.ask("getOrCreateConversation", customer=who, name=self.text()[:8]))

    async def make_below(self, random: Random) -> str:
        """A conversation below another."""
        return self._known(await self.ask("createSubConversation", parentId=self.one(random), name=self.text()[:8]))

    async def say(self, id: str, random: Random) -> str:
        """Somebody says something, once or a few times, or an import brings what was said before."""
        told: list[Any] = []
        for _ in range(random.choice((1, 1, 2, 4))):
            wanted: dict[str, Any] = {"conversationId": id, "content": {"en": self.text()}}
            if random.random() < 0.8:
                wanted["sender"] = "customer"
            if random.random() < 0.2:
                wanted["createdAt"] = (self.clock.at - timedelta(milliseconds=random.randrange(30))).isoformat()
            said = await self.ask("send", **wanted)
            if said is not None and "createdAt" in wanted:
                self.imported.add(said["id"])
            told.append(wanted)
        return f"{told}"

    async def move(self, id: str, random: Random) -> str:
        """A conversation is put below another, or at the top."""
        wanted = {"id": id, "parentId": random.choice((None, self.one(random), self.one(random)))}
        await self.ask("updateConversation", **wanted)
        return f"{wanted}"

    async def change(self, id: str, random: Random) -> str:
        """A conversation gets another name, or is sorted."""
        metadata = {"status": random.choice(("resolved", "snoozed", None)), "labels": random.choice((["a"], None))}
        wanted = random.choice(({"name": self.text()[:8]}, {"metadata": metadata}))
        await self.ask("updateConversation", id=id, **wanted)
        return f"{id} {wanted}"

    async def move_out_of(self, id: str) -> str | None:
        """A conversation right below another is put at the top; which, if there is one."""
        for one in (await self.truth(self.key)).values():
            if one.parent_id == id:
                await self.ask("updateConversation", id=one.id, parentId=None)
                return one.id
        return None

    async def delete(self, id: str) -> str:
        """A conversation is deleted with all below it."""
        return f"{await self.ask('deleteConversation', id=id)}"

    async def claim(self, random: Random) -> str:
        """A guest signs in, and their conversations become a customer's, perhaps below another."""
        wanted = {
            "fingerprint": _FINGERPRINT,
            "customer": {"externalId": random.choice(_CUSTOMERS), "name": random.choice(("Jane", "Deniz"))},
            "targetParentId": random.choice((None, self.one(random))),
        }
        return f"{wanted} {await self.ask('claimGuestConversations', **wanted)}"

    def one(self, random: Random) -> str:
        """A conversation, often the first or one of the last that were made, perhaps a deleted one."""
        return random.choice(random.choice((self.ids, self.ids[:1], self.ids[-3:])))

    async def truth(self, key: str) -> dict[str, Conversation]:
        """Every conversation as this member has it."""
        caller = self.caller(key)

        def query(connection: Connection) -> dict[str, Conversation]:
            here = schema.conversations.c.workspace_id == caller.workspace_id
            ids = connection.execute(select(schema.conversations.c.id).where(here)).scalars().all()
            return conversations_by_id(connection, caller.workspace_id, caller.member_id, ids)

        return await self.service.store.read(query)

    async def thread(self, id: str) -> list[Message]:
        """All messages of a conversation, oldest first; none of one that is deleted."""
        found: list[Message] = []
        cursor: str | None = None
        while True:
            page = await self.ask("listMessages", conversationId=id, limit=100, cursor=cursor)
            if page is None:
                return []
            found += LIST_MESSAGES.answer.validate_python(page).items
            cursor = page["nextCursor"]
            if cursor is None:
                return found[::-1]

    async def kept(self, key: str) -> tuple[int, int]:
        """The oldest and the newest event that are kept."""
        return await self.service.store.read(events.bounds, self.caller(key).workspace_id)

    async def told(self, key: str, position: int) -> tuple[list[Event], int]:
        """What whoever has this key is told after an event, as things are now, and how far that goes."""
        caller = self.caller(key)
        page = await self.service.store.read(events.after, caller.workspace_id, position)
        if page.is_lost:
            _, newest = await self.kept(key)
            return [Resync(id=str(newest))], newest
        told = page.to(caller.member_id, caller.key_id)
        return [EVENT.validate_json(text) for _, text in told], page.last

    async def forget(self) -> None:
        """The server keeps nothing of its past but the last event."""
        workspace_id = self.caller(self.key).workspace_id
        _, newest = await self.kept(self.key)

        def prune(transaction: Transaction) -> None:
            old = (schema.events.c.workspace_id == workspace_id) & (schema.events.c.id < newest)
            transaction.connection.execute(schema.events.delete().where(old))

        await self.service.store.write(prune)

    def _known(self, made: Any) -> str:
        if made is None:
            return "refused"
        if made["id"] not in self.ids:
            self.ids.append(made["id"])
        return str(made["id"])
