"""The messages of the conversations that were opened: pages and pushes merged, oldest first, our unsent ones last.

A change costs what it changes, however long the thread is. Of threads that are not open only the newest pages are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from console.contract.shapes import Conversation, Message, Page
from console.state.entries import NONE, Entries, Key
from console.state.reduce import entry_of, quote_of
from console.state.rows import Entry, ThreadView

_KEPT = 100
"""Messages that a thread which is not open keeps at least: two pages, as they are asked for."""


class Thread:
    """One conversation's messages. Its entries are those from some message on without a gap, as far as is known."""

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self.cursor: str | None = None  # asks for what is older than the oldest
        self.messages: dict[str, Message] = {}
        self.local: dict[str, Entry] = {}  # in the order of their writing
        self._told = NONE  # the entries of `messages`, by time and id
        self._pages: dict[Key, str] = {}  # where a page began, and what asks for the messages before
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
            self._view = ThreadView(self.conversation_id, Entries(self.local.values()))
        if self._view is None:
            end = len(self._told)
            self._view = ThreadView(
                conversation_id=self.conversation_id,
                entries=self._told.spliced(end, end, tuple(self.local.values())) if self.local else self._told,
                has_older=self.cursor is not None,
                is_loading=not self._is_loaded,
                first_unread=self._first_unread,
            )
        return self._view

    def newest(self) -> Message | None:
        """The newest message that the server has named."""
        return self.messages[self._told[-1].id] if self._told else None

    def newest_first(self) -> Iterator[Message]:
        """All that the server has named, in the order of its pages, until one of them comes or goes."""
        return (self.messages[entry.id] for entry in reversed(self._told))

    def entry(self, id: str) -> Entry | None:
        """A message as it is shown, by its id."""
        return self.local.get(id) or (self._told[self._place(id)] if id in self.messages else None)

    def open(self, unread: int) -> None:
        """A person opened it while `unread` messages were unread."""
        self._unread, self._first_unread, self._view = unread, None, None
        if self._is_loaded:
            self._place_new(frozenset())

    def push(self, message: Message, me: str | None, *, is_counted: bool = False) -> bool:
        """Take a message that was told as it was sent; `is_counted`: what we knew to be unread held it already."""
        if self._is_loaded and self.cursor is not None and self._told and _key(message) < self._oldest:
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
            self._mark(sorted(map(_key, page.items)), page)
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
        ours = [entry.id for entry in self._told if not entry.mine and self.messages[entry.id].sender.id == me]
        for id in ours:
            self._show(id, self._entry(self.messages[id], me))
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
            mine = self._told[self._place(message.id)].mine
            self._show(message.id, replace(self._entry(message, None), mine=mine))
            self._fill_quotes(message)
        return bool(renamed)

    def veil(self, *, is_away: bool) -> bool:
        """Show only what was written here while the conversation is away, or all again; whether that is new."""
        if self._is_away == is_away:
            return False
        self._is_away, self._view = is_away, None
        return True

    def trim(self) -> bool:
        """Let go what stands before its newest pages, as whole pages; whether there was any. Unsent text keeps all."""
        if self.local or len(self._told) <= _KEPT:
            return False
        for key in sorted(self._pages, reverse=True):
            place = self._told.place_of(key)
            if len(self._told) - place >= _KEPT:
                break
        else:
            return False
        for entry in self._told[:place]:
            self._let_go(entry.id)
        self._told = self._told.spliced(0, place, ())
        self.cursor = self._pages[key]
        self._pages = {one: cursor for one, cursor in self._pages.items() if one >= key}
        if self._first_unread not in self.messages:
            self._first_unread = None
        self._view = None
        return place > 0

    def _newest_page(self, page: Page[Message], me: str | None) -> None:
        oldest = next((_place_in_time(entry) for entry in self._told if entry.id not in self._loose), None)
        keys = sorted(map(_key, page.items))
        pushed = frozenset(self._pushed - self._counted)
        if not oldest or (keys and keys[-1] >= oldest):  # else it comes so late that it stands before all we have
            self._join(page, keys, oldest)
            for message in page.items:
                self._insert(message, me)
            self._surface(me)
            self._mark(keys, page)
        self._pushed.clear()
        self._counted.clear()
        self._is_loaded = True
        if self._unread is not None:
            self._place_new(pushed)
        if self._first_unread not in self.messages:
            self._first_unread = None

    def _join(self, page: Page[Message], keys: list[Key], oldest: Key | None) -> None:
        """Make way for a page of these keys: what we had before it may end in a gap, unless they have one in common.

        `oldest` is the first that we have and that no gap stands before.
        """
        if oldest is None or not any(id in self.messages and id not in self._loose for _, id in keys):
            self.cursor = page.next_cursor
            self._pages.clear()
            if self.cursor is not None and keys:
                place = self._told.place_of(keys[0])
                for entry in self._told[:place]:
                    self._deep[entry.id] = self._let_go(entry.id)
                self._told, self._view = self._told.spliced(0, place, ()), None
        elif keys[0] < oldest:
            self.cursor = page.next_cursor
        self._loose = {id for id in self._loose if keys and _key(self.messages[id]) > keys[-1]}

    def _mark(self, keys: list[Key], page: Page[Message]) -> None:
        """Remember where a page began that we have."""
        if keys and page.next_cursor is not None:
            self._pages[keys[0]] = page.next_cursor

    def _surface(self, me: str | None) -> None:
        """Take in what stands below the oldest message, as far as all is loaded there now."""
        for message in tuple(self._deep.values()):
            if self.cursor is None or (self._told and _key(message) > self._oldest):
                del self._deep[message.id]
                self._insert(message, me)

    def _place_new(self, pushed: frozenset[str]) -> None:
        """Fix where "new" begins: that many of the others' messages from the end, of those there when it was opened."""
        if self._unread:
            others = (entry.id for entry in reversed(self._told) if entry.id not in pushed and not entry.mine)
            self._first_unread = next(iter([*islice(others, self._unread)][-1:]), None)
        self._unread = None

    def _insert(self, message: Message, me: str | None) -> bool:
        if message.id in self.messages:
            return False
        message = self._by_record(message)
        self.messages[message.id] = message
        place = self._told.place_of(_key(message))
        self._told = self._told.spliced(place, place, (self._entry(message, me),))
        if message.parent_id:
            self._replies.setdefault(message.parent_id, set()).add(message.id)
        self._fill_quotes(message)
        self._view = None
        return True

    def _let_go(self, id: str) -> Message:
        """Forget what is known of a message, whose entry is about to go."""
        message = self.messages.pop(id)
        for ids in (self._loose, self._pushed, self._counted):
            ids.discard(id)
        if message.parent_id in self._replies:
            replies = self._replies[message.parent_id]
            replies.discard(id)
            if not replies:
                del self._replies[message.parent_id]
        return message

    @property
    def _oldest(self) -> Key:
        return _place_in_time(self._told[0])

    def _place(self, id: str) -> int:
        """Where a message stands that is here."""
        return self._told.place_of(_key(self.messages[id]))

    def _show(self, id: str, entry: Entry) -> None:
        """Have a message of ours shown otherwise."""
        self._told, self._view = self._told.with_entry(self._place(id), entry), None

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
            if id in self.messages:
                self._show(id, replace(self._told[self._place(id)], quote=quote_of(message.id, message)))
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

    def trim(self, but: str) -> frozenset[str]:
        """Let old pages of all threads go but those of the one that is open; tells which had any."""
        return frozenset(one.conversation_id for one in self if one.conversation_id != but and one.trim())

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


def _place_in_time(entry: Entry) -> Key:
    return (entry.at, entry.id)
