"""A writer: sends, creates, updates and deletes, remembers what was acknowledged, and asks again for what was not."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.support.killing.line import LOST, Line


@dataclass(slots=True)
class Thread:
    """A conversation as its writer knows it: what it is and, by their ids, what was said in it."""

    id: str
    name: str
    parent: Thread | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    updates: int = 0


@dataclass
class Writer:
    """One client. `listening` is set while there is a server to talk to; `sending` is told of every request."""

    name: str
    line: Line
    random: Random
    listening: asyncio.Event
    sending: Callable[[], None]
    threads: list[Thread] = field(default_factory=list)
    gone: list[Thread] = field(default_factory=list)
    acknowledged: Counter[str] = field(default_factory=Counter)
    retried: list[str] = field(default_factory=list)
    open_key: str | None = None
    """The idempotency key of what was asked and not answered yet."""
    _count: int = 0

    async def write(self, until: asyncio.Event) -> None:
        """One mutation after the other; what was begun is finished."""
        await self._create_anew()
        kinds = [self._send, self._create_below, self._create_anew, self._update, self._delete]
        while not until.is_set():
            (act,) = self.random.choices(kinds, (12, 2, 1, 3, 2))
            await act()

    async def create(self, name: str) -> None:
        """A customer's conversation of this name."""
        made = await self._mutate("getOrCreateConversation", customer={"externalId": name}, name=name)
        self.threads.append(Thread(made["id"], name))

    async def _create_anew(self) -> None:
        await self.create(self._new("customer "))

    async def _send(self) -> None:
        thread, text = self.random.choice(self.threads), self._new("text ")
        sent = await self._mutate("send", conversationId=thread.id, content={"en": text})
        thread.texts[sent["id"]] = text

    async def _create_below(self) -> None:
        parent, name = self.random.choice(self.threads), self._new("matter ")
        made = await self._mutate("createSubConversation", parentId=parent.id, name=name)
        self.threads.append(Thread(made["id"], name, parent))

    async def _update(self) -> None:
        thread = self.random.choice(self.threads)
        changes = {"step": self._count, f"mark{self.random.randrange(4)}": self._new("")}
        await self._mutate("updateConversation", id=thread.id, metadata=changes)
        thread.metadata |= changes
        thread.updates += 1

    async def _delete(self) -> None:
        """The newest that is below another; nothing is below it, or that would be newer."""
        found = [thread for thread in self.threads if thread.parent is not None]
        if not found:
            return
        deleted = await self._mutate("deleteConversation", id=found[-1].id)
        assert deleted == {"id": found[-1].id, "deleted": 1}
        self.threads.remove(found[-1])
        self.gone.append(found[-1])

    async def _mutate(self, procedure: str, **wanted: Any) -> Mapping[str, Any]:
        """The answer, however often it takes to get it, always under the same idempotency key."""
        self.open_key = self._new("key ")
        while True:
            await self.listening.wait()
            self.sending()
            try:
                status, answer = await self.line.mutate(procedure, wanted, self.open_key)
            except LOST:
                self.retried.append(self.open_key)
                continue
            assert status == 200, (status, answer)
            self.open_key = None
            self.acknowledged[procedure] += 1
            made: Mapping[str, Any] = answer["result"]["data"]
            return made

    def _new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self.name}-{self._count}"
