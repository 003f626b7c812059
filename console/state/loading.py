"""Asking the server for what is shown: who we are, the conversations, and the threads that are opened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from console.client.api import Api
from console.client.errors import Forbidden, NotFound, TooManyRequests
from console.contract.inputs import ListConversations
from console.contract.permissions import ENGAGE, permits
from console.contract.shapes import Conversation, Message, Page, Session
from console.state import changes
from console.state.delivery import Sleep
from console.state.settled import MESSAGES, Settled
from console.state.store import Store
from console.state.sweep import PAGE, Sweep

T = TypeVar("T")

_MESSAGES = 100  # in a page of those that fill a gap; the most that a server gives at once
_MOST_PAGES = 10  # to go back from what is new to what is known
_BREATH = 0.03  # seconds between two calls that nobody waits for, so as not to use up the key's rate
_LONGEST_WAIT = 60.0  # seconds that a server may have us wait before going on
_ATTEMPTS = 5


class Loading:
    """What is asked of the server, and taken into the store."""

    def __init__(self, api: Api, store: Store, *, sleep: Sleep) -> None:
        self._api = api
        self._store = store
        self._sleep = sleep
        self._loading_older: set[str] = set()
        self._has_members = False
        self._settled = Settled()
        self._thread_settled = Settled(MESSAGES)  # of the open one
        self.open_id: str | None = None
        self.has_lists = True  # as far as is known

    async def start(self) -> None:
        """Who we are and the conversations of the newest activity, asked for at once. Raises Connect360Error."""
        answers = await asyncio.gather(self._session(), self.newest(), return_exceptions=True)
        for error in answers:
            if isinstance(error, BaseException):
                raise error

    async def look(self, sweep: Sweep | None = None) -> None:
        """Read again what is on screen, side by side: the open thread, and the conversations of the newest activity.

        What those pages tell is told to a `sweep` that has not begun, too. Raises ApiError.
        """
        answers = await asyncio.gather(self.newest(sweep), self._open_thread(), return_exceptions=True)
        for error in answers:
            if isinstance(error, BaseException):
                raise error

    async def newest(self, sweep: Sweep | None = None) -> None:
        """The conversations at the top level with the newest activity, down to one that stands there as it is known.

        Below that nothing new was said. Also the open conversation itself, should it be none of those. Raises ApiError.
        """
        listed: set[str] = set()
        cursor: str | None = None
        is_first = sweep is not None and not sweep.has_begun
        for _ in range(_MOST_PAGES):
            given = ListConversations(limit=PAGE, **({"cursor": cursor} if cursor else {}))
            asked = self._store.asking()
            try:
                page = await self._api.conversations.list(given)
            except NotFound:
                self.has_lists = False
                return
            self.has_lists = True
            goes_on = page.next_cursor is not None and self._has_news(page)
            self._store.apply(changes.ConversationsAnswered(page.items, asked))
            if sweep is not None and is_first:
                sweep.take(page)
            listed |= {one.id for one in page.items}
            cursor = page.next_cursor
            if not goes_on:
                break
        if self.open_id is not None and self.open_id not in listed and self._store.row(self.open_id):
            seen = await self._one(self.open_id)
            if sweep is not None and seen is not None:
                sweep.see(seen)

    def sweep(self, written_in: Collection[str] = ()) -> Sweep:
        """A walk through all conversations, those below others too, and through what became of the others that we know.

        `written_in` are conversations that we have text for, known or not.
        """
        return Sweep(self._api, self._store, written_in)

    async def walk(self, sweep: Sweep) -> None:
        """Go on with a walk to its end, slowly: nobody waits for it. Raises ApiError; it may be gone on with then."""
        if not self._has_members:
            await self._patiently(self.members)
        while await self._patiently(sweep.step):
            self._settled.grown(len(self._store.outline))
        self._settled.ended(len(self._store.outline))

    async def open(self, id: str) -> None:
        """Have the newest messages of a conversation, and mark it as read. Raises Connect360Error."""
        self.open_id, self._thread_settled = id, Settled(MESSAGES)
        self._store.apply(changes.ThreadOpened(id))
        if self._store.row(id) is None:
            await self._one(id)
        await self.reload(id)
        if self.open_id == id:
            await self.mark_read(id)

    async def reload(self, id: str) -> None:
        """Have the newest messages again, back to those that are known. Raises NotFound of one that is gone."""
        try:
            page = await self._back_to_known(id, await self._api.messages.list(id))
        except NotFound:
            self._store.apply(changes.ConversationGone(id))
            raise
        self._store.apply(changes.MessagesAnswered(id, page))

    async def older_page(self, id: str) -> None:
        """The same in large pages, one after the other, for whoever goes far back."""
        await self._patiently(lambda: self.older(id, _MESSAGES))

    async def older(self, id: str, limit: int = 50) -> None:
        """Have the messages before the oldest that are known; nothing to do where there are none."""
        cursor = self._store.cursor(id)
        if cursor is None or id in self._loading_older:
            return
        self._loading_older.add(id)
        try:
            page = await self._api.messages.list(id, limit, cursor)
            self._store.apply(changes.MessagesAnswered(id, page, cursor))
        finally:
            self._loading_older.discard(id)
        if id == self.open_id:
            self._thread_settled.grown(len(self._store.thread(id).entries))

    async def mark_read(self, id: str) -> None:
        """Tell the server that all of a thread was read, where it lets us; of one that keeps no count, keep it here."""
        identity, row, newest = self._store.identity, self._store.row(id), self._store.newest(id)
        if identity is None or newest is None or row is None or row.unread == 0:
            return
        if self._store.is_documented_only:
            self._store.apply(changes.ThreadRead(id, newest.id, newest.created_at))
            return
        if "read-marks" not in identity.features or not permits(identity.permissions, ENGAGE):
            return
        asked = self._store.asking()
        unread = await self._api.conversations.mark_read(id, newest.id)
        self._store.apply(changes.ReadAnswered(id, unread, asked))

    async def members(self) -> None:
        """The colleagues; of a server that lists none, or not to us, there are none to pick from."""
        with suppress(NotFound, Forbidden):
            self._store.apply(changes.MembersAnswered(await self._api.directory.members()))
        self._has_members = True

    async def _open_thread(self) -> None:
        if self.open_id is not None:
            with suppress(NotFound):
                await self.reload(self.open_id)

    async def _back_to_known(self, id: str, page: Page[Message]) -> Page[Message]:
        """The page, and those before it until one ends in what is known: beyond a gap the store keeps nothing.

        A gap of more than ten pages is left to be one.
        """
        items, cursor = page.items, page.next_cursor
        for _ in range(_MOST_PAGES):
            if cursor is None or not items or not self._ends_in_a_gap(id, min(items, key=_place)):
                break
            try:
                older = await self._api.messages.list(id, limit=_MESSAGES, cursor=cursor)
            except TooManyRequests:  # what is new matters more than what was there
                break
            items, cursor = (*items, *older.items), older.next_cursor
        return Page(items=items, next_cursor=cursor)

    def _ends_in_a_gap(self, id: str, oldest: Message) -> bool:
        """Whether something older than this message is known, and this one is not."""
        first = next((entry for entry in self._store.thread(id).entries if entry.delivery == "sent"), None)
        return first is not None and first.at < oldest.created_at and self._store.message(id, oldest.id) is None

    def _has_news(self, page: Page[Conversation]) -> bool:
        """Whether something was said in the last of a page since it was told of; at the start nothing is news."""
        if not page.items:
            return False
        last = page.items[-1]
        row = self._store.row(last.id)
        return len(self._store.outline) > 0 if row is None else row.at != _activity(last)

    async def _session(self) -> None:
        session: Session | None = None
        with suppress(NotFound):
            session = await self._api.session.get()
        self._store.apply(changes.SessionAnswered(session))

    async def _one(self, id: str) -> Conversation | None:
        asked = self._store.asking()
        try:
            conversation = await self._api.conversations.get(id)
        except NotFound:
            return None  # a server without this extension, or the messages will say so
        self._store.apply(changes.ConversationsAnswered((conversation,), asked))
        return conversation

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """What `call` answers, however often the server asks to wait."""
        await self._sleep(_BREATH)
        for _ in range(_ATTEMPTS):
            try:
                return await call()
            except TooManyRequests as error:
                await self._sleep(min(error.retry_after or 1.0, _LONGEST_WAIT))
        return await call()


def _activity(conversation: Conversation) -> datetime:
    return conversation.last_message.created_at if conversation.last_message else conversation.created_at


def _place(message: Message) -> tuple[datetime, str]:
    return (message.created_at, message.id)
