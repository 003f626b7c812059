"""A server of made-up conversations, a process of its own: answers like ours, at once, and says what it is told to.

python -m tests.benchmarks.panes.house

It lists the newest hundred conversations and no more, so that nobody walks through the rest; any that is asked for by
its id is there. `POST /stage` sets how many messages the long thread has, and has events and drafts sent at a pace.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from console.contract.ai import AiDelta, AiDone
from console.contract.base import Shape
from console.contract.events import FEATURES, MessageCreated
from console.contract.permissions import DELETE, ENGAGE, READ
from console.contract.procedures import AI_STREAM
from console.contract.shapes import Agent, Member, ReadState, Role, Session, Workspace
from tests.benchmarks.panes import made
from tests.client.fakes import STREAM_HEAD, Heard, Line, no_procedure, reply, result, running

_LISTED = 100
_OF_OTHERS = 40
"""Messages in each thread but the long one."""
_PING_SECONDS = 15.0
_TOKENS = ("I ", "am ", "sorry ", "about ", "that. ", "A ", "new ", "one ", "is ", "on ", "its ", "way ", "today. ")


class House:
    """What the server has, and who listens to it."""

    def __init__(self) -> None:
        self.messages = 1_000  # in the long thread
        self.texts: dict[str, str] = {}  # instead of the long thread's own, by the number
        self.tokens, self.pace = 600, 60.0  # of a draft, and how many a second
        self.told = 0
        self.listeners: list[Line] = []
        self.busy: set[asyncio.Task[None]] = set()

    async def answer(self, heard: Heard, line: Line) -> bytes | None:
        """The answer of any request."""
        if heard.path == "/stage":
            return self._stage(heard.given)
        if heard.path == AI_STREAM.path:
            await self._draft(line)
            return None
        name = heard.path.rpartition(".")[2]
        if name == "events":
            await self._follow(line)
            return None
        if (answering := _ANSWERS.get(name)) is None:
            return no_procedure(heard.path)
        value = answering(self, heard.given)
        return result(value.wire() if isinstance(value, Shape) else value)

    def _stage(self, given: dict[str, Any]) -> bytes:
        self.messages = given.get("messages", self.messages)
        self.texts = given.get("texts", self.texts)
        self.tokens, self.pace = given.get("tokens", self.tokens), given.get("pace", self.pace)
        if count := given.get("events", 0):
            task = asyncio.create_task(self._tell(count, given.get("rate", 50.0), given.get("within", [1, 100])))
            self.busy.add(task)
            task.add_done_callback(self.busy.discard)
        return reply(200, {"told": self.told, "busy": len(self.busy)})

    async def _tell(self, count: int, rate: float, within: list[int]) -> None:
        """New messages in conversations of these numbers, so many a second."""
        begun = time.monotonic()
        for number in range(count):
            await asyncio.sleep(max(begun + number / rate - time.monotonic(), 0))
            self.told += 1
            text = self._event(within[0] + number * 7 % max(within[1] - within[0], 1))
            for line in tuple(self.listeners):
                await line.say(b"id: %d\ndata: %b\n\n" % (self.told, text))

    def _event(self, number: int) -> bytes:
        """A message in the conversation of this number, the newest of all."""
        at = made.NOW + made.NOW.resolution * self.told * 1_000
        said = made.message(self.told, 0, within=number).model_copy(
            update={"id": f"msg_told_{self.told:08}", "created_at": at}
        )
        before = made.conversation(number)
        assert before.last_message is not None
        last = before.last_message.model_copy(
            update={"id": said.id, "text": said.content["en"], "created_at": at, "sender_kind": said.sender.kind}
        )
        after = before.model_copy(update={"last_message": last, "updated_at": at})
        return (
            MessageCreated(id=str(self.told), at=at, message=said, conversation=after)
            .model_dump_json(by_alias=True)
            .encode()
        )

    async def _follow(self, line: Line) -> None:
        await line.say(STREAM_HEAD + b"event: connected\nid: %d\ndata: {}\n\n" % self.told)
        self.listeners.append(line)
        try:
            while True:
                await asyncio.sleep(_PING_SECONDS)
                await line.say(b"event: ping\ndata: \n\n")
        finally:
            self.listeners.remove(line)

    async def _draft(self, line: Line) -> None:
        """An AI's answer, token by token."""
        await line.say(STREAM_HEAD)
        text, begun = "", time.monotonic()
        for number in range(self.tokens):
            delta = _TOKENS[number % len(_TOKENS)]
            text += delta
            await asyncio.sleep(max(begun + number / self.pace - time.monotonic(), 0))
            await line.say(
                b"data: " + AiDelta(delta=delta, text=text).model_dump_json(by_alias=True).encode() + b"\n\n"
            )
        await line.say(b"data: " + AiDone(text=text).model_dump_json(by_alias=True).encode() + b"\n\n")

    def listed(self, given: dict[str, Any]) -> dict[str, Any]:
        """A list of conversations: the newest, or those below one."""
        parent = given.get("parentId")
        first = made.number_of(parent) if parent else 0
        numbers = range(first + 7, first + 10) if parent else range(_LISTED)
        items = [self.one(number) for number in numbers if parent or made.parent_of(number) is None]
        return {"items": items, "nextCursor": None}

    def one(self, number: int) -> dict[str, Any]:
        """A conversation as it is told."""
        return made.conversation(number, messages=self.messages).wire()

    def thread(self, given: dict[str, Any]) -> dict[str, Any]:
        """A page of a thread."""
        number = made.number_of(given["conversationId"])
        count = self.messages if number == made.LONG else _OF_OTHERS
        end = int(given.get("cursor") or count)
        page = made.page(count, end, within=number, size=given.get("limit", 50)).wire()
        for one in page["items"] if number == made.LONG else ():
            if (text := self.texts.get(str(made.number_of(one["id"])))) is not None:
                one["content"] = {"en": text}
        return page


def _data(shape: Shape) -> bytes:
    return b"data: %b\n\n" % shape.model_dump_json(by_alias=True).encode()


_SESSION = Session(
    workspace=Workspace(id="ws_1", name="Northwind Trading"),
    member=Member(id=made.ME, name="Maya Okafor"),
    role=Role(id="role_agent", name="agent"),
    permissions=(READ, ENGAGE, DELETE),
    features=FEATURES,
)
_MEMBERS = {"items": [Member(id=made.ME, name="Maya Okafor", email="maya@example.com").wire()], "nextCursor": None}
_AGENTS = {"items": [Agent(id="agent_1", name="Helper").wire()], "nextCursor": None}
_NONE: dict[str, Any] = {"items": [], "nextCursor": None}
_ANSWERS: dict[str, Any] = {
    "session": lambda house, given: _SESSION,
    "listConversations": House.listed,
    "getConversation": lambda house, given: house.one(made.number_of(given["id"])),
    "listMessages": House.thread,
    "markRead": lambda house, given: ReadState(unread_count=0),
    "listMembers": lambda house, given: _MEMBERS,
    "listAgents": lambda house, given: _AGENTS,
    "listChannels": lambda house, given: _NONE,
    "listTemplates": lambda house, given: _NONE,
    "setPresence": lambda house, given: {},
}


async def main() -> None:
    """Print where it listens, and answer until it is killed."""
    async with running(House().answer) as fake:
        print(fake.url, flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
