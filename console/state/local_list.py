"""The local list: the conversations that a person began or was given, on disk, for a server that lists none.

A record is a conversation as the server's answers told it, without anybody's message, and how far it was read here. One
list for each profile and server; only this user can read the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError

from console.contract.base import Shape, Time
from console.contract.shapes import Conversation, Customer, LastMessage, Message
from console.errors import StateError
from console.state import changes
from console.state.changes import Change
from console.state.database import Database
from console.state.rows import ConversationRow
from console.state.store import Store
from console.state.untold import Key, Marks


class UpTo(Shape):
    """A message, by which a mark is set."""

    id: str
    at: Time


class Kept(Conversation):
    """A conversation as it is kept. Its last message is there for when it came and who wrote it, without its text."""

    read_up_to: UpTo | None = None
    settled_up_to: UpTo | None = None  # when its status was set here


class LocalList:
    """Has the store's changes told to `hear`, which keeps what `is_used` says must be kept here.

    `told` hears, once, of a record that could not be written: the console goes on without it.
    """

    def __init__(
        self,
        database: Database,
        store: Store,
        *,
        is_used: Callable[[], bool],
        told: Callable[[StateError], None],
    ) -> None:
        self._database = database
        self._store = store
        self._is_used = is_used
        self._told = told
        self._of = (database.profile, database.server)
        self._kept: dict[str, Kept] = {}
        self._is_told = False
        self._is_closed = False

    def load(self) -> None:
        """Put what is kept into the store, before anything is asked of the server. Raises StateError."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "select id, record from conversations where profile = ? and server = ?", self._of
            ).fetchall()
        self._kept = {id: kept for id, record in rows if (kept := _read(record))}
        self._store.apply(changes.ConversationsAnswered(tuple(self._kept.values()), self._store.asking()))
        for kept in self._kept.values():
            self._store.apply(changes.MarksKept(kept.id, _marks_of(kept)))

    def hear(self, change: Change) -> None:
        """Keep what a change tells of a conversation, once the store has taken it."""
        if self._is_closed or not self._is_used():
            return
        match change:
            case changes.ConversationsAnswered(conversations=told):
                for conversation in told:
                    self._take(conversation)
            case changes.MetadataSettled(conversation=Conversation() as conversation):
                self._take(conversation)
            case changes.MetadataSettled(conversation_id=id):
                self._follow(id)
            case changes.MessagesAnswered(conversation_id=id, page=page):
                self._follow(id, page.items)
            case changes.MessageAnswered(message=message):
                self._follow(message.conversation_id, (message,))
            case changes.ThreadRead(conversation_id=id):
                self._follow(id)
            case changes.ConversationGone():
                self._let_go()

    def close(self) -> None:
        """Hear nothing any more: the database is about to be closed."""
        self._is_closed = True

    def _take(self, answer: Conversation) -> None:
        """What an answer leaves out is as it was: often only the id is told."""
        if row := self._store.row(answer.id):
            told = {field: getattr(answer, field) for field in answer.model_fields_set}
            self._put((self._kept.get(row.id) or Kept(id=row.id)).model_copy(update=told | self._known_of(row)))

    def _follow(self, id: str, messages: Iterable[Message] = ()) -> None:
        """What the store has learnt of a conversation that is on the list."""
        kept, row = self._kept.get(id), self._store.row(id)
        if kept is None or row is None:
            return
        known = self._known_of(row)
        if kept.customer is None and (customer := _customer_in(messages)):
            known["customer"] = customer
        self._put(kept.model_copy(update=known))

    def _known_of(self, row: ConversationRow) -> dict[str, Any]:
        """What the store says better than an answer: it holds what was heard and done since."""
        last = LastMessage(id="", sender_kind=row.last_who, created_at=row.at) if row.last_who else None
        marks = self._store.marks(row.id)
        return {
            "name": row.raw_name,
            "parent_id": row.parent_id,
            "metadata": row.metadata,
            "child_count": row.child_count,
            "unread_count": row.unread,
            "waiting_since": row.waiting_since,
            "last_message": last,
            "read_up_to": _up_to(marks.read),
            "settled_up_to": _up_to(marks.settled) if marks.settled else None,
        }

    def _put(self, kept: Kept) -> None:
        before = self._kept.get(kept.id)
        if kept == before or (record := _written(kept)) is None:
            return
        try:
            # A new one cannot be found again elsewhere; of the others the server tells once more.
            with self._database.writing(durable=before is None) as connection:
                connection.execute(
                    "insert or replace into conversations (profile, server, id, record) values (?, ?, ?, ?)",
                    (*self._of, kept.id, record),
                )
        except StateError as error:
            self._complain(error)
        else:
            self._kept[kept.id] = kept

    def _let_go(self) -> None:
        gone = [id for id in self._kept if self._store.is_gone(id)]
        if not gone:
            return
        try:
            with self._database.writing(durable=False) as connection:
                connection.executemany(
                    "delete from conversations where profile = ? and server = ? and id = ?",
                    [(*self._of, id) for id in gone],
                )
        except StateError as error:
            self._complain(error)
        for id in gone:
            del self._kept[id]

    def _complain(self, error: StateError) -> None:
        if not self._is_told:
            self._is_told = True
            self._told(error)


def _marks_of(kept: Kept) -> Marks:
    read, settled = kept.read_up_to, kept.settled_up_to
    never = Marks()
    return Marks((read.at, read.id) if read else never.read, (settled.at, settled.id) if settled else None)


def _up_to(key: Key) -> UpTo:
    return UpTo(id=key[1], at=key[0])


def _written(kept: Kept) -> str | None:
    """The record; None of one whose metadata goes too deep to be written."""
    try:
        return kept.model_dump_json(by_alias=True, exclude_unset=True)
    except ValueError:
        return None


def _read(record: str) -> Kept | None:
    """A record; None of one that another hand spoilt."""
    try:
        return Kept.model_validate_json(record)
    except ValidationError:
        return None


def _customer_in(messages: Iterable[Message]) -> Customer | None:
    """Whose messages these are, by the newest that says it."""
    said = [one for one in messages if one.sender.kind == "customer" and one.sender.name]
    newest = max(said, key=lambda one: (one.created_at, one.id), default=None)
    return Customer(id=newest.sender.id, name=newest.sender.name) if newest else None
