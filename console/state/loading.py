"""Asking the server for what is shown: who we are, the conversations, and the threads that are opened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import TypeVar

from console.client.api import Api
from console.client.errors import NotFound, TooManyRequests
from console.contract.inputs import ListConversations
from console.contract.permissions import ENGAGE, permits
from console.contract.shapes import Conversation, Page, Session
from console.state import changes
from console.state.delivery import Sleep
from console.state.store import Store

T = TypeVar("T")

_PAGE = 100  # conversations; the most that a server gives at once
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
        self.open_id: str | None = None

    async def start(self) -> None:
        """Who we are and the conversations of the newest activity, asked for at once. Raises Connect360Error."""
        answers = await asyncio.gather(self._session(), self.first_page(), return_exceptions=True)
        for error in answers:
            if isinstance(error, BaseException):
                raise error

    async def first_page(self) -> Page[Conversation]:
        """The conversations at the top level with the newest activity; none of a server that lists none."""
        try:
            return await self._page(ListConversations(limit=_PAGE))
        except NotFound:
            return Page(items=())

    async def rest(self, written_in: Collection[str] = ()) -> None:
        """Every conversation, those below others too, and what became of those that are no longer listed.

        Asks slowly: nobody waits for it. `written_in` are conversations that we have text for, known or not. Raises
        ApiError.
        """
        known = {*written_in, *(row.id for row in self._store.outline.rows())}
        try:
            found = await self._level(None)
        except NotFound:
            return  # a server that lists none
        parents = [id for id, children in found.items() if children]
        for parent in parents:  # grows while it is walked
            with suppress(NotFound):  # deleted meanwhile
                below = await self._level(parent)
                found |= below
                parents.extend(id for id, children in below.items() if children)
        for id in sorted(known - found.keys()):
            await self._patiently(lambda: self._still_there(id))  # noqa: B023  awaited before the next turn
        await self._patiently(self.members)

    async def open(self, id: str) -> None:
        """Have the newest messages of a conversation, and mark it as read. Raises Connect360Error."""
        self.open_id = id
        self._store.apply(changes.ThreadOpened(id))
        if self._store.row(id) is None:
            await self._one(id)
        await self.reload(id)
        if self.open_id == id:
            await self.mark_read(id)

    async def reload(self, id: str) -> None:
        """Have the newest messages again. Raises NotFound of one that is gone."""
        try:
            page = await self._api.messages.list(id)
        except NotFound:
            self._store.apply(changes.ConversationGone(id))
            raise
        self._store.apply(changes.MessagesAnswered(id, page))

    async def older(self, id: str) -> None:
        """Have the messages before the oldest that are known; nothing to do where there are none."""
        cursor = self._store.cursor(id)
        if cursor is None or id in self._loading_older:
            return
        self._loading_older.add(id)
        try:
            page = await self._api.messages.list(id, cursor=cursor)
            self._store.apply(changes.MessagesAnswered(id, page, cursor))
        finally:
            self._loading_older.discard(id)

    async def mark_read(self, id: str) -> None:
        """Tell the server that all of a thread was read, where it keeps count of that for us and lets us."""
        identity, row, newest = self._store.identity, self._store.row(id), self._store.newest(id)
        if identity is None or "read-marks" not in identity.features or not permits(identity.permissions, ENGAGE):
            return
        if newest is None or row is None or row.unread == 0:
            return
        asked = self._store.asking()
        unread = await self._api.conversations.mark_read(id, newest.id)
        self._store.apply(changes.ReadAnswered(id, unread, asked))

    async def members(self) -> None:
        """The colleagues; a server that lists none has none to pick from."""
        with suppress(NotFound):
            self._store.apply(changes.MembersAnswered(await self._api.directory.members()))

    async def _session(self) -> None:
        session: Session | None = None
        with suppress(NotFound):
            session = await self._api.session.get()
        self._store.apply(changes.SessionAnswered(session))

    async def _one(self, id: str) -> None:
        asked = self._store.asking()
        try:
            conversation = await self._api.conversations.get(id)
        except NotFound:
            return  # a server without this extension, or the messages will say so
        self._store.apply(changes.ConversationsAnswered((conversation,), asked))

    async def _page(self, given: ListConversations) -> Page[Conversation]:
        asked = self._store.asking()
        page = await self._api.conversations.list(given)
        self._store.apply(changes.ConversationsAnswered(page.items, asked))
        return page

    async def _level(self, parent_id: str | None) -> dict[str, int]:
        """All conversations right below one, each with how many are below it."""
        found: dict[str, int] = {}
        given = ListConversations(limit=_PAGE, **({"parent_id": parent_id} if parent_id else {}))
        while True:
            page = await self._patiently(lambda: self._page(given))  # noqa: B023  awaited before the next turn
            found |= {one.id: one.child_count for one in page.items}
            if page.next_cursor is None:
                return found
            given = given.model_copy(update={"cursor": page.next_cursor})

    async def _still_there(self, id: str) -> None:
        """A page may leave one out that moved while it was asked for; only its own answer says that it is gone."""
        asked = self._store.asking()
        try:
            conversation = await self._api.conversations.get(id)
        except NotFound:
            self._store.apply(changes.ConversationGone(id))
        else:
            self._store.apply(changes.ConversationsAnswered((conversation,), asked))

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """What `call` answers, however often the server asks to wait."""
        await self._sleep(_BREATH)
        for _ in range(_ATTEMPTS):
            try:
                return await call()
            except TooManyRequests as error:
                await self._sleep(min(error.retry_after or 1.0, _LONGEST_WAIT))
        return await call()
