"""A walk through all that a server lists, a call at a time, by whoever has the time."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from console.client.api import Api
from console.client.errors import NotFound
from console.contract.inputs import ListConversations
from console.contract.shapes import Conversation, Page
from console.state import changes
from console.state.store import Store

PAGE = 100
"""Conversations; the most that a server gives at once."""

_MOST_READ = 100  # threads, on a server that lists no conversations


class Sweep:
    """Every page of every list, and what became of those that no list has any more.

    It cannot stop early. A list stands by each conversation's newest message, and nothing else moves a row in it: a new
    name, a colleague's triage, a move or a read mark leave every row in its place, and what is deleted is told of by
    its absence alone. Only new messages stand at the top, and for those nobody need sweep.

    Of a server that lists none the threads are read that are known, those first in which something was said last.
    """

    def __init__(self, api: Api, store: Store, also: Collection[str] = ()) -> None:
        """`also` are conversations to look for that may be in no list nor known."""
        self._api = api
        self._store = store
        self._since = store.asking()
        self._also = frozenset(also)
        self._found: set[str] = set()
        self._levels: deque[str | None] = deque([None])  # parents whose children are still to be asked for
        self._cursor: str | None = None  # in the first of those
        self._missing: deque[str] | None = None
        self._threads: deque[str] = deque()
        self.has_begun = False

    async def step(self) -> bool:
        """Make the next call; whether there is another. One that failed is made again by the next step.

        Raises ApiError.
        """
        if self._levels:
            await self._list(self._levels[0])
        elif self._missing:
            await self._still_there(self._missing[0])
            self._missing.popleft()
        elif self._threads:
            await self._read(self._threads[0])
            self._threads.popleft()
        if not self._levels and self._missing is None:
            lost = {id for id in (*self._also, *self._store.outline.ids()) if id not in self._found}
            self._missing = deque(sorted(id for id in lost if not self._store.is_gone(id)))
            self._store.apply(changes.ListsRead(self._since))
        return bool(self._levels or self._missing or self._threads)

    def take(self, page: Page[Conversation]) -> None:
        """A page that came where this walk stands, whoever asked for it."""
        self.has_begun = True
        self.see(*page.items)
        if page.next_cursor is None or page.next_cursor == self._cursor:
            self._levels.popleft()
            self._cursor = None
        else:
            self._cursor = page.next_cursor

    def see(self, *conversations: Conversation) -> None:
        """These are there: they need not be asked for, only what is below them."""
        self._levels.extend(one.id for one in conversations if one.child_count and one.id not in self._found)
        self._found |= {one.id for one in conversations}

    async def _list(self, parent_id: str | None) -> None:
        where = {"parent_id": parent_id, "cursor": self._cursor}
        given = ListConversations(limit=PAGE, **{name: given for name, given in where.items() if given is not None})
        asked = self._store.asking()
        try:
            page = await self._api.conversations.list(given)
        except NotFound:
            self._none_there(parent_id)
            return
        self._store.apply(changes.ConversationsAnswered(page.items, asked))
        self.take(page)

    def _none_there(self, parent_id: str | None) -> None:
        self._levels.popleft()  # deleted meanwhile
        self._cursor = None
        if parent_id is None:  # a server that lists none
            self._levels.clear()
            self._missing, self._threads = deque(), deque(self._store.outline.newest_ids()[:_MOST_READ])

    async def _read(self, id: str) -> None:
        try:
            page = await self._api.messages.list(id)
        except NotFound:
            self._store.apply(changes.ConversationGone(id))
        else:
            self._store.apply(changes.MessagesAnswered(id, page))

    async def _still_there(self, id: str) -> None:
        """A page may leave one out that moved while it was asked for; only its own answer says that it is gone."""
        asked = self._store.asking()
        try:
            conversation = await self._api.conversations.get(id)
        except NotFound:
            self._store.apply(changes.ConversationGone(id))
        else:
            self._store.apply(changes.ConversationsAnswered((conversation,), asked))
            self.see(conversation)
