"""The messages of the conversations that were opened: pages and pushes merged, oldest first, our unsent ones last."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from console.contract.shapes import Conversation, Message, Page
from console.state.reduce import entry_of, quote_of
from console.state.rows import Entry, ThreadView

Key = tuple[datetime, str]


class Thread:
    """One conversation's messages. Its entries are those from some message on without a gap, as far as is known."""

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self.cursor: str | None = None  # asks for what is older than the oldest
        self.messages: dict[str, Message] = {}
        self.local: dict[str, Entry] = {}  # in the order of their writing
        self._keys: list[Key] = []
        self._entries: dict[str, Entry] = {}
        self._replies: dict[str, set[str]] = {}  # to a message, by its id
        self._counted: set[str] = set()  # of those, what the unread count of the opening held already
        self._pushed: set[str] = set()  # since the last page: these say nothing about where "new" begins
        self._loose: set[str] = set()  # pushed after the newest page: before each of these may be a gap
        self._deep: dict[str, Message] = {}  # older than the oldest: they stand beyond what is not loaded
        self._record: Conversation | None = None  # the newest that is known
        self._names: dict[str, str | None] = {}  # in it, of the customers who take part
        self._is_loaded = False
        self._unread: int | None = None  # when it was opened, until "new" is placed
        self._first_unread: str | None = None
        self._is_away = False
        self._view: ThreadView | None = None

    def view(self) -> ThreadView:
        """The thread as it is shown; the same value until something changes."""
        if self._view is None and self._is_away:
            self._view = ThreadView(self.conversation_id, tuple(self.local.values()))
        if self._view is None:
            told = tuple(self._entries[id] for _, id in self._keys)
            self._view = ThreadView(
                conversation_id=self.conversation_id,
                entries=told + tuple(self.local.values()),
                has_older=self.cursor is not None,
                is_loading=not self._is_loaded,
                first_unread=self._first_unread,
            )
        return self._view

    def newest(self) -> Message | None:
        """The newest message that the server has named."""
        return self.messages[self._keys[-1][1]] if self._keys else None

    def newest_first(self) -> list[Message]:
        """All that the server has named, in the order of its pages."""
        return [self.messages[id] for _, id in reversed(self._keys)]

    def open(self, unread: int) -> None:
        """A person opened it while `unread` messages were unread."""
        self._unread, self._first_unread, self._view = unread, None, None
        if self._is_loaded:
            self._place_new(frozenset())

    def push(self, message: Message, me: str | None, *, is_counted: bool = False) -> bool:
        """Take a message that was told as it was sent; `is_counted`: what we knew to be unread held it already."""
        if self._is_loaded and self.cursor is not None and self._keys and _key(message) < self._keys[0]:
            self._deep[message.id] = message
            return False
        if not self._insert(message, me):
            return False
        self._pushed.add(message.id)
        self._loose.add(message.id)
        if is_counted:
            self._counted.add(message.id)
        return True

    def page(self, page: Page[Message], asked: str | None, me: str | None) -> bool:
        """Take the newest page, or with `asked` the one that this cursor asked for, if it still is where we stand."""
        before = self.view()
        if asked is None:
            self._newest_page(page, me)
        elif asked == self.cursor:
            self.cursor = page.next_cursor
            for message in page.items:
                self._insert(message, me)
            self._surface(me)
        self._view = None
        return self.view() != before

    def put_local(self, entry: Entry) -> bool:
        """Take an unsent message of ours, or what has become of it."""
        if entry.quote and (replied := self.messages.get(entry.quote.id)):
            entry = replace(entry, quote=quote_of(entry.quote.id, replied))
        if self.local.get(entry.id) == entry:
            return False
        self.local[entry.id], self._view = entry, None
        return True

    def drop_local(self, local_id: str) -> bool:
        """Let an unsent message go."""
        if self.local.pop(local_id, None) is None:
            return False
        self._view = None
        return True

    def doubt(self) -> None:
        """Something may have been said unheard: until its newest page comes, it is loading again."""
        self._is_loaded, self._view = False, None

    def claim(self, me: str) -> bool:
        """Find our own among the messages, now that we know who we are."""
        ours = [id for id, message in self.messages.items() if message.sender.id == me and not self._entries[id].mine]
        for id in ours:
            self._entries[id] = self._entry(self.messages[id], me)
            self._view = None
        return bool(ours)

    def meet(self, conversation: Conversation) -> bool:
        """Take the newest record: it says what the customers are called now, and who took a guest's place."""
        before, self._record = self._record, conversation
        self._names = {one.id: one.name for one in conversation.participants if one.kind == "customer"}
        if before and (before.customer, before.participants) == (conversation.customer, conversation.participants):
            return False
        renamed = [new for message in self.messages.values() if (new := self._by_record(message)) is not message]
        for message in renamed:
            self.messages[message.id] = message
        for message in renamed:
            mine = self._entries[message.id].mine
            self._entries[message.id] = replace(self._entry(message, None), mine=mine)
            self._fill_quotes(message)
            self._view = None
        return bool(renamed)

    def veil(self, *, is_away: bool) -> bool:
        """Show only what was written here while the conversation is away, or all again; whether that is new."""
        if self._is_away == is_away:
            return False
        self._is_away, self._view = is_away, None
        return True

    def _newest_page(self, page: Page[Message], me: str | None) -> None:
        solid = [key for key in self._keys if key[1] not in self._loose]
        keys = sorted(map(_key, page.items))
        pushed = frozenset(self._pushed - self._counted)
        if not solid or (keys and keys[-1] >= solid[0]):  # else it comes so late that it stands before all we have
            self._join(page, keys, solid)
            for message in page.items:
                self._insert(message, me)
            self._surface(me)
        self._pushed.clear()
        self._counted.clear()
        self._is_loaded = True
        if self._unread is not None:
            self._place_new(pushed)
        if self._first_unread not in self.messages:
            self._first_unread = None

    def _join(self, page: Page[Message], keys: list[Key], solid: list[Key]) -> None:
        """Make way for a page of these keys: what we had before it may end in a gap, unless they have one in common."""
        if not keys or not set(keys) & set(solid):
            self.cursor = page.next_cursor
            if self.cursor is not None:
                for _, id in self._keys[: bisect_left(self._keys, keys[0])]:
                    self._deep[id] = self._remove(id)
        elif keys[0] < solid[0]:
            self.cursor = page.next_cursor
        self._loose = {id for id in self._loose if keys and _key(self.messages[id]) > keys[-1]}

    def _surface(self, me: str | None) -> None:
        """Take in what stands below the oldest message, as far as all is loaded there now."""
        for message in tuple(self._deep.values()):
            if self.cursor is None or (self._keys and _key(message) > self._keys[0]):
                del self._deep[message.id]
                self._insert(message, me)

    def _place_new(self, pushed: frozenset[str]) -> None:
        """Fix where "new" begins: that many of the others' messages from the end, of those there when it was opened."""
        if self._unread:
            others = [id for _, id in self._keys if id not in pushed and not self._entries[id].mine]
            self._first_unread = next(iter(others[-self._unread :]), None)
        self._unread = None

    def _insert(self, message: Message, me: str | None) -> bool:
        if message.id in self.messages:
            return False
        message = self._by_record(message)
        self.messages[message.id] = message
        self._entries[message.id] = self._entry(message, me)
        insort(self._keys, _key(message))
        if message.parent_id:
            self._replies.setdefault(message.parent_id, set()).add(message.id)
        self._fill_quotes(message)
        self._view = None
        return True

    def _remove(self, id: str) -> Message:
        message = self.messages.pop(id)
        self._loose.discard(id)
        del self._entries[id]
        del self._keys[bisect_left(self._keys, _key(message))]
        self._view = None
        return message

    def _by_record(self, message: Message) -> Message:
        """The message under the name that its customer has now. Who takes part no longer was a guest of that name."""
        record, sender = self._record, message.sender
        if sender.kind != "customer" or record is None:
            return message
        now = (sender.id, sender.name)
        if sender.id in self._names:
            now = (sender.id, self._names[sender.id])
        elif record.customer and record.customer.id in self._names and message.created_at <= record.updated_at:
            now = (record.customer.id, record.customer.name)
        if now == (sender.id, sender.name):
            return message
        return message.model_copy(update={"sender": sender.model_copy(update={"id": now[0], "name": now[1]})})

    def _entry(self, message: Message, me: str | None) -> Entry:
        return entry_of(message, me, self.messages.get(message.parent_id) if message.parent_id else None)

    def _fill_quotes(self, message: Message) -> None:
        """Those who reply to this message, and came before it, can show it now."""
        for id in self._replies.get(message.id, ()):
            if id in self._entries:
                self._entries[id] = replace(self._entries[id], quote=quote_of(message.id, message))
        for local in [one for one in self.local.values() if one.quote and one.quote.id == message.id]:
            self.local[local.id] = replace(local, quote=quote_of(message.id, message))


class Threads:
    """The threads that are kept: what was opened last, and every one that holds an unsent message of ours."""

    def __init__(self, most: int = 30) -> None:
        self._most = most
        self._threads: dict[str, Thread] = {}  # the one opened last at the end

    def __iter__(self) -> Iterator[Thread]:
        return iter(self._threads.values())

    def get(self, conversation_id: str) -> Thread | None:
        """The thread, if it is kept."""
        return self._threads.get(conversation_id)

    def want(self, conversation_id: str) -> Thread:
        """The thread, kept from now on."""
        thread = self._threads.pop(conversation_id, None) or Thread(conversation_id)
        self._threads[conversation_id] = thread
        idle = [id for id, one in self._threads.items() if not one.local and one is not thread]
        for id in idle[: max(0, len(self._threads) - self._most)]:
            del self._threads[id]
        return thread

    def veil(self, ids: Iterable[str], *, is_away: bool) -> frozenset[str]:
        """Show nothing of these but what was written here, or all again; tells which of them changed."""
        threads = (self._threads.get(id) for id in ids)
        return frozenset(one.conversation_id for one in threads if one and one.veil(is_away=is_away))

    def forget(self, ids: Iterable[str]) -> Iterator[str]:
        """Let these go, save what was written here and has not left; tells which were kept."""
        for id in ids:
            thread = self._threads.pop(id, None)
            if thread is None:
                continue
            if thread.local:
                kept = self._threads[id] = Thread(id)
                kept.local = thread.local
            yield id


def _key(message: Message) -> Key:
    return (message.created_at, message.id)
