"""A stand-in for the hosted product in a process of its own: the real `@trpc/server`, and what is documented alone.

No session, no list, no events; an `Idempotency-Key` is not looked at, so a message sent twice is two. An AI answer is
posted when it is done, whether or not anybody listened to its end.
"""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from console.contract.permissions import Permission
from tests.wire.node import Node, Transformer
from tests.wire.packages import installed

AGENT = "agent_support"
"""The one AI agent. Nothing lists it: a person has its id from elsewhere."""
AGENT_REPLY = "Hello, how can I help?"

_SERVER = Path(__file__).parent / "server.mjs"
_LONGEST_LINE = 32 * 1024 * 1024

Answers = Literal["full", "bare", "id"]
"""full: the shapes of the contract. bare: of them only what is documented or was given, and what a message needs.
id: as bare, and of a conversation the id alone, which is all that the documentation shows."""


@dataclass(frozen=True)
class Stored:
    """Everything that the stand-in keeps, whatever its answers show of it. Messages are oldest first."""

    conversations: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    files: list[dict[str, Any]]
    requests: list[str]  # method and path of each since the start, in their order

    def texts(self, conversation_id: str) -> list[str]:
        """What was said in a conversation, each message in its first language."""
        said = [one["content"] for one in self.messages if one["conversationId"] == conversation_id]
        return [next(iter(content.values()), "") for content in said]

    def calls(self, name: str) -> int:
        """How many requests there were whose path ends in this."""
        return sum(one.endswith(name) for one in self.requests)


class Hosted:
    """The stand-in as its owner sees it. `path` is where it answers tRPC, below `url`."""

    def __init__(self, node: Node, number: int, path: str, url: str, key: str) -> None:
        self.path = path
        self.url = url
        self.key = key
        self._node = node
        self._number = number

    async def refuse(self, permission: Permission) -> None:
        """Take a permission from the key's role, from the next call on."""
        await self._ask("permit", permission=permission, allowed=False)

    async def allow(self, permission: Permission) -> None:
        """Give it back. At first the key has all that are documented."""
        await self._ask("permit", permission=permission, allowed=True)

    async def write(
        self,
        conversation_id: str,
        text: str,
        sender: Literal["customer", "member", "agent"] = "customer",
        language: str = "en",
    ) -> str:
        """Have the conversation's customer, a colleague or the AI agent write a message; its id."""
        given = {"conversationId": conversation_id, "text": text, "sender": sender, "language": language}
        message_id: str = (await self._ask("write", **given))["messageId"]
        return message_id

    async def delay(self, *, answers: float = 0.0, ai: float = 0.0) -> None:
        """Wait so many seconds before each answer, after its call was done, and before each word of the AI's."""
        await self._ask("delay", answers=answers, ai=ai)

    async def stored(self) -> Stored:
        """What there is now."""
        told = await self._ask("stored")
        return Stored(told["conversations"], told["messages"], told["files"], told["requests"])

    async def _ask(self, what: str, **more: Any) -> dict[str, Any]:
        return await self._node.ask(what, number=self._number, **more)


class HostedProcess:
    """A process in which there may be several stand-ins, each with a workspace and an address of its own."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def serve(self, path: str = "/trpc", transformer: Transformer = "plain", answers: Answers = "full") -> Hosted:
        """One more, that listens."""
        told = await self._node.ask("listen", path=path, transformer=transformer, answers=answers)
        return Hosted(self._node, told["number"], path, told["url"], told["key"])


@asynccontextmanager
async def hosted_process() -> AsyncIterator[HostedProcess]:
    """A process that is gone after the block. Skips the test without npm, but with `CI=true` fails it."""
    packages = await asyncio.to_thread(installed)
    process = await asyncio.create_subprocess_exec(
        *("node", "--input-type=module", "--eval", _SERVER.read_text("utf-8"), _SERVER.as_uri()),
        cwd=packages,
        stdin=PIPE,
        stdout=PIPE,
        limit=_LONGEST_LINE,
    )
    node = Node(process)
    try:
        yield HostedProcess(node)
    finally:
        await node.end()


@asynccontextmanager
async def hosted_server(
    path: str = "/trpc", transformer: Transformer = "plain", answers: Answers = "full"
) -> AsyncIterator[Hosted]:
    """A stand-in in a process of its own."""
    async with hosted_process() as process:
        yield await process.serve(path, transformer, answers)
