"""All that is known, behind one door: `Store.apply` takes events, answers, pages and what a person does here alike.

It is synchronous and in memory. Whatever is heard twice, or late, or in another order, ends the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from console.contract import events
from console.contract.content import text_in
from console.contract.shapes import Conversation, Member, Message, Sender
from console.state import changes
from console.state.changes import Change, Stamp, Touched
from console.state.conversations import Conversations
from console.state.outline import Outline
from console.state.reduce import identity_of, member_of
from console.state.rows import LOCAL_PREFIX, ConversationRow, Entry, Identity, LineStatus, Person, ThreadView
from console.state.threads import Thread, Threads
from console.state.untold import Marks
from console.text.language import language_of
from console.text.safe import name

Listener = Callable[[Touched], None]


class Store:
    """What is known of a workspace. Read its values; change it through `apply` alone."""

    def __init__(self, now: datetime) -> None:
        self.identity: Identity | None = None
        self.line = LineStatus("connecting", now)
        self.members: dict[str, Person] = {}
        self.refused: dict[str, datetime] = {}  # permissions that something was refused for, and when last
        self.last_event_id: str | None = None
        self._conversations = Conversations()
        self.outline = Outline(self._conversations.known_row)
        self._threads = Threads()
        self._confirmed: dict[str, str] = {}  # local id to the server's
        self._listeners: list[Listener] = []
        self._hearers: list[Callable[[Change], None]] = []
        self._epoch = 0
        self._last_event = 0
        self._askings = 0
        self._whole_since: Stamp = (0, 0, 0)  # what was told before brings nothing that is not known
        self._reducers: dict[type[Any], Callable[[Any], Touched]] = {
            events.MessageCreated: self._message_created,
            events.ConversationCreated: self._conversation_told,
            events.ConversationUpdated: self._conversation_told,
            events.ConversationDeleted: lambda event: self._forget(event.ids),
            events.ReadUpdated: self._read_told,
            events.PresenceUpdated: lambda event: Touched(),
            events.Resync: self._resync,
            changes.SessionAnswered: self._session,
            changes.MembersAnswered: self._know_members,
            changes.ConversationsAnswered: self._conversations_answered,
            changes.ListsRead: self._lists_read,
            changes.ConversationGone: lambda change: self._forget((change.id,)),
            changes.ReadAnswered: self._read_answered,
            changes.ThreadRead: self._read_here,
            changes.MarksKept: self._keep_marks,
            changes.ThreadOpened: self._open,
            changes.MessagesAnswered: self._messages_answered,
            changes.MessageAnswered: self._message_answered,
            changes.LocalWritten: self._local_written,
            changes.LocalGone: self._local_gone,
            changes.MetadataHoped: self._hope,
            changes.MetadataSettled: self._settle,
            changes.PermissionLearnt: self._learn_permission,
            changes.LineChanged: self._line,
        }

    def apply(self, change: Change) -> Touched:
        """Take one change and tell the listeners what it touched, if it touched anything."""
        touched = self._reducers[type(change)](change)
        for hearer in self._hearers:
            hearer(change)
        if isinstance(change, events.Event) and change.id is not None:
            number = _number(change.id)
            if number is None or number >= self._last_event:
                self._last_event, self.last_event_id = number or self._last_event, change.id
        if touched:
            for listener in tuple(self._listeners):
                listener(touched)
        return touched

    def watch(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called after each change that touched something; call what is returned to have it no more."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def overhear(self, hearer: Callable[[Change], None]) -> None:
        """Have `hearer` called with each change itself, before any listener: for a log, which shows nothing."""
        self._hearers.append(hearer)

    def asking(self) -> Stamp:
        """The stamp of an answer that is asked for now. Take it before the call, never after."""
        self._askings += 1
        return (self._epoch, self._last_event, self._askings)

    def row(self, conversation_id: str) -> ConversationRow | None:
        """The conversation, if it is known and not deleted."""
        return self._conversations.row(conversation_id)

    def conversations_of(self, customer_id: str) -> int:
        """How many conversations are known of a customer."""
        return self._conversations.of_customer(customer_id)

    def is_gone(self, conversation_id: str) -> bool:
        """Whether the server said that this conversation was deleted, or one above it was."""
        return self._conversations.is_gone(conversation_id)

    def thread(self, conversation_id: str) -> ThreadView:
        """The messages of a conversation that was opened; of another, an empty thread that is still loading."""
        thread = self._threads.get(conversation_id)
        return thread.view() if thread else ThreadView(conversation_id)

    def entry(self, conversation_id: str, message_id: str) -> Entry | None:
        """A message of an opened conversation as it is shown."""
        thread = self._threads.get(conversation_id)
        return thread.entry(message_id) if thread else None

    def message(self, conversation_id: str, message_id: str) -> Message | None:
        """A message of an opened conversation as the server has it, nothing made safe."""
        thread = self._threads.get(conversation_id)
        return thread.messages.get(message_id) if thread else None

    def messages(self, conversation_id: str) -> Iterator[Message]:
        """The messages of an opened conversation that the server has named, newest first."""
        thread = self._threads.get(conversation_id)
        return thread.newest_first() if thread else iter(())

    def newest(self, conversation_id: str) -> Message | None:
        """The newest message of an opened conversation that the server has named."""
        thread = self._threads.get(conversation_id)
        return thread.newest() if thread else None

    def cursor(self, conversation_id: str) -> str | None:
        """What asks for the messages before the oldest that is known."""
        thread = self._threads.get(conversation_id)
        return thread.cursor if thread else None

    def confirmed(self, local_id: str) -> str | None:
        """The server's id of a message that was written here, once it is known."""
        return self._confirmed.get(local_id)

    def confirmed_ids(self) -> frozenset[str]:
        """The server's ids of all messages that were written here."""
        return frozenset(self._confirmed.values())

    def has(self, feature: str) -> bool:
        """Whether the server can do this; what is not known yet cannot be relied on."""
        return self.identity is not None and feature in self.identity.features

    def marks(self, conversation_id: str) -> Marks:
        """What a person did in a conversation here, which a server that documents no more does not keep for them."""
        return self._conversations.marks(conversation_id)

    @property
    def is_documented_only(self) -> bool:
        """Whether the server is known to have no more than what is documented."""
        return self._conversations.is_documented_only

    @property
    def me(self) -> str | None:
        """The id of the key's member."""
        return (self.identity.member_id or None) if self.identity else None

    def _session(self, change: changes.SessionAnswered) -> Touched:
        before, self.identity = self.identity, identity_of(change.session)
        self._conversations.is_documented_only = change.session is None
        ours = [thread.conversation_id for thread in self._threads if self.me and thread.claim(self.me)]
        return Touched(threads=frozenset(ours), identity=self.identity != before)

    def _know_members(self, change: changes.MembersAnswered) -> Touched:
        before, self.members = self.members, {member.id: member_of(member) for member in change.members}
        return Touched(identity=self.members != before)

    def _learn_permission(self, change: changes.PermissionLearnt) -> Touched:
        before = dict(self.refused)
        if change.refused_at is None:
            self.refused.pop(change.permission, None)
        else:
            self.refused[change.permission] = change.refused_at
        return Touched(identity=self.refused != before)

    def _line(self, change: changes.LineChanged) -> Touched:
        before, self.line = self.line, change.line
        return Touched(line=self.line != before)

    def _conversations_answered(self, change: changes.ConversationsAnswered) -> Touched:
        return self._put(change.conversations, change.asked)

    def _conversation_told(self, event: events.ConversationCreated | events.ConversationUpdated) -> Touched:
        return self._put((event.conversation,), self._told(event.id))

    def _put(self, conversations: Iterable[Conversation], told: Stamp) -> Touched:
        changed, threads = list[str](), set[str]()
        for one in conversations:
            put = self._conversations.put(one, told, self._whole_since)
            changed += put.changed
            thread = self._threads.get(one.id)
            if put.is_newest and thread is not None and thread.meet(one):
                threads.add(one.id)
        return Touched(threads=frozenset(threads)) | self._show(changed)

    def _lists_read(self, change: changes.ListsRead) -> Touched:
        self._whole_since = max(change.asked, self._whole_since)
        return Touched()

    def _read_told(self, event: events.ReadUpdated) -> Touched:
        id = event.conversation_id
        return self._show([id] if self._conversations.read(id, event.unread_count, self._told(event.id)) else [])

    def _read_answered(self, change: changes.ReadAnswered) -> Touched:
        id = change.conversation_id
        return self._show([id] if self._conversations.read(id, change.unread, change.asked) else [])

    def _read_here(self, change: changes.ThreadRead) -> Touched:
        id = change.conversation_id
        return self._show([id] if self._conversations.read_here(id, change.at, change.message_id) else [])

    def _keep_marks(self, change: changes.MarksKept) -> Touched:
        id = change.conversation_id
        if self.identity is None:
            self._conversations.is_documented_only = True  # as far as is known: of others nothing is kept
        return self._show([id] if self._conversations.keep_marks(id, change.marks) else [])

    def _hope(self, change: changes.MetadataHoped) -> Touched:
        id = change.conversation_id
        return self._show([id] if self._conversations.hope(id, change.token, change.patch) else [])

    def _settle(self, change: changes.MetadataSettled) -> Touched:
        id, answer = change.conversation_id, change.conversation
        patch = self._conversations.settle(id, change.token)
        if answer is not None and patch is not None:
            answer = self._conversations.told_with(answer, patch)
            if "status" in patch:
                self._conversations.set_here(id)
        touched = self._put((answer,) if answer else (), change.asked)
        return touched | self._show([id] if self._conversations.show(id) else [])

    def _open(self, change: changes.ThreadOpened) -> Touched:
        row = self.row(change.conversation_id)
        self._thread(change.conversation_id).open(row.unread if row else 0)
        return Touched(threads=self._threads.trim(but=change.conversation_id) | {change.conversation_id})

    def _message_created(self, event: events.MessageCreated) -> Touched:
        # A list may tell of a message before its event does: then the event brings a count that we know.
        known = self.row(event.message.conversation_id)
        is_counted = known is not None and known.unread == event.conversation.unread_count
        touched = self._put((event.conversation,), self._told(event.id))
        return touched | self._take((event.message,), event.idempotency_key, is_counted=is_counted)

    def _message_answered(self, change: changes.MessageAnswered) -> Touched:
        sender, touched = change.message.sender, Touched()
        if self.identity and not self.me and sender.kind == "member" and sender.id:  # a server without `session`
            self.identity = replace(self.identity, member_id=sender.id, member=name(sender.name or ""))
            ours = frozenset(thread.conversation_id for thread in self._threads if thread.claim(sender.id))
            touched = Touched(threads=ours, identity=True)
        return touched | self._take((change.message,), change.local_id)

    def _messages_answered(self, change: changes.MessagesAnswered) -> Touched:
        if self._conversations.is_deleted(change.conversation_id):
            return Touched()
        id, thread = change.conversation_id, self._threads.get(change.conversation_id)
        is_new = thread is not None and thread.page(change.page, change.cursor, self.me)
        touched = Touched(threads=frozenset({id})) if is_new else Touched()
        return touched | self._show(self._hear(change.page.items))

    def _take(self, messages: Iterable[Message], local_id: str | None, *, is_counted: bool = False) -> Touched:
        """New messages, the answer to `local_id` among them."""
        threads: set[str] = set()
        for message in messages:
            thread = self._threads.get(message.conversation_id)
            if local_id is not None and local_id.startswith(LOCAL_PREFIX):
                self._confirmed[local_id] = message.id
                if thread and thread.drop_local(local_id):
                    threads.add(thread.conversation_id)
            if self._conversations.is_deleted(message.conversation_id):
                continue
            if thread and thread.push(message, self.me, is_counted=is_counted):
                threads.add(thread.conversation_id)
        return Touched(threads=frozenset(threads)) | self._show(self._hear(messages))

    def _local_written(self, change: changes.LocalWritten) -> Touched:
        entry = change.entry
        if entry.id in self._confirmed or not self._thread(entry.conversation_id).put_local(entry):
            return Touched()
        return Touched(threads=frozenset({entry.conversation_id}))

    def _local_gone(self, change: changes.LocalGone) -> Touched:
        thread = self._threads.get(change.conversation_id)
        if thread is None or not thread.drop_local(change.local_id):
            return Touched()
        return Touched(threads=frozenset({change.conversation_id}))

    def _forget(self, deleted: Iterable[str]) -> Touched:
        gone = tuple(deleted)
        news = frozenset(id for id in gone if not self._conversations.is_deleted(id))  # text may wait in unlisted ones
        listed = list(dict.fromkeys(id for one in gone for id in self.outline.subtree(one) if id in self.outline))
        below = [id for id in listed if id not in gone]
        self._conversations.forget(gone)
        for id in below:
            self._conversations.send_away(id)
        for id in reversed(listed):
            self.outline.remove(id)
        threads = frozenset(self._threads.forget(gone)) | self._threads.veil(below, is_away=True)
        return Touched(rows=news | frozenset(below), threads=threads, outline=bool(listed))

    def _resync(self, event: events.Resync) -> Touched:
        """What was told before it may be older than what comes, whatever the numbers and times say."""
        self._epoch += 1
        self._whole_since = (self._epoch, 0, 0)
        self._last_event, self.last_event_id = _number(event.id) or 0, event.id
        for thread in self._threads:
            thread.doubt()
        return Touched(threads=frozenset(thread.conversation_id for thread in self._threads))

    def _hear(self, messages: Iterable[Message]) -> Iterator[str]:
        """The language of a customer's message tells in which to answer; what else messages say, the row may lack."""
        for message in messages:
            self._meet(message.sender)
            is_news = self._conversations.heard(message)
            if message.sender.kind == "customer" and (language := language_of(text_in(message.content))):
                spoken = (message.created_at, message.id, language)
                is_news = self._conversations.hear(message.conversation_id, spoken) or is_news
            if is_news:
                yield message.conversation_id

    def _meet(self, sender: Sender) -> None:
        """A colleague wrote; a server that lists none tells of them by their messages alone."""
        if self.is_documented_only and sender.kind == "member" and sender.id and sender.name:
            self.members.setdefault(sender.id, member_of(Member(id=sender.id, name=sender.name)))

    def _show(self, ids: Iterable[str]) -> Touched:
        """Bring the outline and the threads in line with what became of these conversations."""
        rows: set[str] = set()
        threads: set[str] = set()
        for id in ids:
            rows.add(id)
            row = self.row(id)
            if row is not None:
                self.outline.put(row)
                threads |= self._threads.veil([id], is_away=False)
                continue
            away = [one for one in self.outline.subtree(id) if one in self.outline]
            for one in reversed(away):
                self._conversations.send_away(one)
                self.outline.remove(one)
            rows.update(away)
            threads |= self._threads.veil([id, *away], is_away=True)
        return Touched(rows=frozenset(rows), threads=frozenset(threads), outline=bool(rows))

    def _thread(self, id: str) -> Thread:
        """The thread of a conversation, kept from now on."""
        thread = self._threads.want(id)
        thread.veil(is_away=self.is_gone(id))
        return thread

    def _told(self, event_id: str | None) -> Stamp:
        number = _number(event_id)
        return self.asking() if number is None else (self._epoch, number, 0)


def _number(event_id: str | None) -> int | None:
    """The place of an event in its workspace; None of an id that is not one of the contract."""
    return int(event_id) if event_id and event_id.isdecimal() and len(event_id) < 19 else None
