"""An `Api` that says what it was told to, for what cannot be had of a real server: lost answers, refusals, silence."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Any, cast

from console.client.api import Api
from console.contract.events import Event
from console.contract.inputs import (
    CreateSubConversation,
    GetOrCreateConversation,
    ListConversations,
    Send,
    UpdateConversation,
)
from console.contract.shapes import Agent, Attachment, Conversation, Deleted, Member, Message, Page, Session, Template
from tests.state.values import conversation, message, session


class FakeApi:
    """Records every call as (name, what was given). An answer may be a value, an error, a future or a function."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.latency_ms = 7
        self.session = FakeSession(self)
        self.conversations = FakeConversations(self)
        self.messages = FakeMessages(self)
        self.files = FakeFiles(self)
        self.directory = FakeDirectory(self)
        self.events = FakeEvents(self)
        self._answers: dict[str, deque[Any]] = defaultdict(deque)
        self._ready: dict[str, Callable[[Any], Any]] = {}

    def as_api(self) -> Api:
        """Itself, for those who ask for the real one."""
        return cast(Api, self)

    def answers(self, name: str, *answers: Any) -> None:
        """What the next calls of this name answer, each once."""
        self._answers[name].extend(answers)

    def always(self, name: str, answer: Callable[[Any], Any]) -> None:
        """What the calls of this name answer otherwise, from what they are given."""
        self._ready[name] = answer

    def given(self, name: str) -> list[Any]:
        """What the calls of this name were given."""
        return [given for called, given in self.calls if called == name]

    async def answer(self, name: str, given: Any, otherwise: Callable[[], Any]) -> Any:
        """Record a call and answer it."""
        self.calls.append((name, given))
        if self._answers[name]:
            answer = self._answers[name].popleft()
        else:
            answer = self._ready[name](given) if name in self._ready else otherwise
        await asyncio.sleep(0)
        if isinstance(answer, asyncio.Future):
            answer = await answer
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else answer


class _Resource:
    def __init__(self, fake: FakeApi) -> None:
        self._fake = fake


class FakeSession(_Resource):
    """Maya's session, unless told otherwise."""

    async def get(self) -> Session:
        return cast(Session, await self._fake.answer("session", None, session))


class FakeConversations(_Resource):
    """No conversations, unless told otherwise."""

    async def list(self, given: ListConversations) -> Page[Conversation]:
        return cast(Page[Conversation], await self._fake.answer("list", given, lambda: Page(items=())))

    async def get(self, id: str) -> Conversation:
        return cast(Conversation, await self._fake.answer("get", id, lambda: conversation(id)))

    async def get_or_create(self, given: GetOrCreateConversation) -> Conversation:
        made = conversation("made", name=given.name)
        return cast(Conversation, await self._fake.answer("get_or_create", given, lambda: made))

    async def create_sub(self, given: CreateSubConversation) -> Conversation:
        made = conversation("sub", name=given.name, parent_id=given.parent_id)
        return cast(Conversation, await self._fake.answer("create_sub", given, lambda: made))

    async def update(self, given: UpdateConversation) -> Conversation:
        changed = conversation(given.id, updated=99, metadata=given.metadata or {}, name=given.name)
        return cast(Conversation, await self._fake.answer("update", given, lambda: changed))

    async def delete(self, id: str) -> Deleted:
        return cast(Deleted, await self._fake.answer("delete", id, lambda: Deleted(id=id, deleted=1)))

    async def mark_read(self, conversation_id: str, message_id: str) -> int:
        return cast(int, await self._fake.answer("mark_read", (conversation_id, message_id), lambda: 0))


class FakeMessages(_Resource):
    """Empty threads, and a server that takes every message, unless told otherwise."""

    async def list(self, conversation_id: str, limit: int = 50, cursor: str | None = None) -> Page[Message]:
        # What is read just before a message leaves is another question than what the thread is.
        name = "newest" if limit == 20 else "messages"
        return cast(Page[Message], await self._fake.answer(name, (conversation_id, cursor), lambda: Page(items=())))

    async def send(self, given: Send, idempotency_key: str | None = None) -> Message:
        number = len(self._fake.given("send"))
        said = message(
            f"m{number}",
            number,
            by="me",
            text="".join((given.content or {}).values()),
            conversation_id=given.conversation_id,
            flags=tuple(given.flags or ()),
            parent_id=given.parent_id,
        )
        return cast(Message, await self._fake.answer("send", (given, idempotency_key), lambda: said))


class FakeFiles(_Resource):
    """Files that go up and come down at once."""

    async def upload(
        self, paths: Sequence[Path], on_progress: Callable[[int, int], None] | None = None
    ) -> tuple[Attachment, ...]:
        made = tuple(Attachment(id=f"att_{path.name}", name=path.name, s3_key=path.name, size=3) for path in paths)
        if on_progress:
            on_progress(3, 3)
        return cast(tuple[Attachment, ...], await self._fake.answer("upload", paths, lambda: made))

    async def download(
        self,
        s3_key: str,
        to: Path,
        on_progress: Callable[[int, int | None], None] | None = None,
        *,
        size: int | None = None,
    ) -> None:
        await self._fake.answer("download", (s3_key, to), lambda: to.write_bytes(b"abc"))


class FakeDirectory(_Resource):
    """An empty directory, unless told otherwise."""

    async def members(self) -> tuple[Member, ...]:
        return cast(tuple[Member, ...], await self._fake.answer("members", None, tuple))

    async def agents(self) -> tuple[Agent, ...]:
        return cast(tuple[Agent, ...], await self._fake.answer("agents", None, tuple))

    async def templates(self) -> tuple[Template, ...]:
        return cast(tuple[Template, ...], await self._fake.answer("templates", None, tuple))


class FakeEvents(_Resource):
    """Streams: each answer is a list of events, errors (which break the line), None (alive) and futures to await.

    A text is the place in the stream that the server names when it opens.
    """

    async def follow(
        self,
        last_event_id: str | None = None,
        *,
        on_alive: Callable[[], None] | None = None,
        on_place: Callable[[str], None] | None = None,
    ) -> AsyncGenerator[Event]:
        steps = await self._fake.answer("follow", last_event_id, lambda: [asyncio.get_running_loop().create_future()])
        for step in steps:
            if isinstance(step, BaseException):
                raise step
            if isinstance(step, asyncio.Future):
                await step
                continue
            if on_alive:
                on_alive()
            if isinstance(step, str):
                if on_place:
                    on_place(step)
            elif step is not None:
                yield step
