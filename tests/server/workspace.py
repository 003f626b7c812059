"""A workspace over a real store, and an agent that answers by a script: for what lies below HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from console.contract.inputs import (
    CustomerInput,
    GetOrCreateConversation,
    ListMessages,
    Send,
)
from console.contract.procedures import LIST_MESSAGES
from console.contract.shapes import Conversation, Message
from console.server.ai.agent import AgentFailed, Assignment
from console.server.auth import Caller, caller_of
from console.server.procedures import conversations, messages
from console.server.procedures.calls import Reading, Writing
from console.server.store.database import Store
from console.server.store.keys import NewKey, all_keys, create


@dataclass
class FakeAgent:
    """Answers by a script and records what it was shown."""

    script: list[str | asyncio.Event | AgentFailed]
    id: str = "agent_fake"
    name: str = "Fake"
    description: str = ""
    seen: list[Assignment] = field(default_factory=list)
    stopped: bool = False

    async def answer(self, assignment: Assignment) -> AsyncGenerator[str, None]:
        """The script."""
        self.seen.append(assignment)
        try:
            for step in self.script:
                match step:
                    case str():
                        yield step
                    case asyncio.Event():
                        await step.wait()
                    case AgentFailed():
                        raise step
        finally:
            self.stopped = True


class Desk:
    """The store of a workspace, with what a test does to it."""

    def __init__(self, store: Store, caller: Caller) -> None:
        self.store = store
        self.caller = caller

    async def write(self, procedure: Any, wanted: Any, caller: Caller | None = None) -> Any:
        """Run a mutation of the contract."""
        return await self.store.write(
            lambda transaction: procedure(Writing(transaction, caller or self.caller, None, ()), wanted)
        )

    async def conversation(self, name: str = "Jane Cooper", host: str | None = "shop.example.com") -> Conversation:
        """A customer's conversation."""
        customer = CustomerInput(external_id=name, name=name)
        wanted = GetOrCreateConversation(customer=customer, channel_identifier=host)
        made: Conversation = await self.write(conversations.get_or_create, wanted)
        return made

    async def say(self, conversation: Conversation, text: str, *, as_customer: bool = False, **more: Any) -> Message:
        """A message, the member's unless told otherwise."""
        wanted = Send(
            conversation_id=conversation.id,
            content={"en": text},
            sender="customer" if as_customer else None,
            **more,
        )
        sent: Message = await self.write(messages.send, wanted)
        return sent

    async def thread(self, conversation: Conversation) -> list[Message]:
        """All of it, oldest first."""

        def query(connection: Any) -> list[Message]:
            reading = Reading(connection, self.caller, 0, ())
            page = messages.list_messages(reading, ListMessages(conversation_id=conversation.id))
            return list(LIST_MESSAGES.answer.validate_json(page).items)[::-1]

        return await self.store.read(query)


async def caller_in(store: Store, workspace: str) -> Caller:
    """An admin of a workspace, which is made if it is new."""
    key = NewKey(workspace, "Maya Okafor", f"maya@{workspace}.example", "admin", f"hash of {workspace}")
    key_id = await store.write(lambda transaction: create(transaction, key))
    return caller_of(next(one for one in await store.read(all_keys) if one.id == key_id))
