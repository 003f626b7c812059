"""What is known of each conversation, whatever the order in which it was heard.

Every part keeps the newest word on it: the server's record by its own time and then by when it was told, the unread
count by when it was told, the customer's language by when it was spoken. So any order of the same words ends the same.

What stands below a deleted conversation was deleted with it, unless it had been moved away before, which may be heard
later: so it is only away, and comes back when it is told of at another place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from console.contract.shapes import Conversation, Message
from console.state.changes import Stamp
from console.state.customers import Counts
from console.state.packed import Packer, micros, moment
from console.state.pressed import Pressed
from console.state.reduce import Spoken, row_of, spoken_in
from console.state.rows import ConversationRow
from console.state.triage import merged, triage_of
from console.state.untold import Heard, Marks, completed
from console.values import dataclass

_MOST_ROWS = 256

Version = tuple[int, datetime, Stamp]  # a resync counts for more than the server's clock


class Put(NamedTuple):
    """What became of a record: the rows that it changed, and whether nothing newer is known of its conversation."""

    changed: tuple[str, ...] = ()
    is_newest: bool = False


@dataclass(slots=True)
class _Known:
    """One conversation: the server's record as a row, and what changes beside it."""

    record: ConversationRow
    version: Version
    unread: int
    unread_told: Stamp
    shown: ConversationRow | None = None  # None of one that is away
    spoken: Spoken | None = None
    is_away: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether all that is known is what the server said last."""
        return (
            self.unread == self.record.unread
            and self.unread_told == self.version[2]
            and self.shown == _speaking(self.record, self.spoken)
        )


class Conversations:
    """What is known by id. Nearly all are as the server said, and those lie here as bytes, pressed together."""

    def __init__(self) -> None:
        self.is_documented_only = False  # of a server that tells no more than it must
        self._plain = Pressed()
        self._other: dict[str, _Known] = {}
        self._rows: dict[str, ConversationRow] = {}  # that were looked at last, which are those on screen
        self._packer = Packer()
        self._customers = Counts()
        self._away: dict[str, set[str]] = defaultdict(set)  # those below one that is gone or away itself, by that one
        self._spoken: dict[str, Spoken] = {}  # in conversations that are still to come
        self._hopes: dict[str, dict[str, Mapping[str, Any]]] = {}  # by conversation, by token, oldest first
        self._early_reads: dict[str, tuple[Stamp, int]] = {}  # of conversations that are still to come
        self._heard: dict[str, Heard] = {}  # on such a server
        self._gone: set[str] = set()

    def row(self, id: str) -> ConversationRow | None:
        """The conversation, unless it is gone or away."""
        row = self._rows.get(id)
        if row is None and (known := self._get(id)) and (row := known.shown):
            if len(self._rows) >= _MOST_ROWS:
                del self._rows[next(iter(self._rows))]
            self._rows[id] = row
        return row

    def known_row(self, id: str) -> ConversationRow:
        """The conversation, which is there. Raises KeyError."""
        row = self.row(id)
        if row is None:
            raise KeyError(id)
        return row

    def of_customer(self, customer_id: str) -> int:
        """How many conversations are known of a customer."""
        return self._customers.count(customer_id)

    def put(self, conversation: Conversation, told: Stamp, since: Stamp) -> Put:
        """Take the server's record, unless a newer one is known or the conversation is gone.

        What was told before `since` brings no conversation that is not known: it was deleted, for all that there is was
        read then, or it may have been, and nobody would tell.
        """
        id = conversation.id
        known = self._get(id)
        if id in self._gone or (known is None and told < since):
            return Put()
        updated = conversation.updated_at
        if known is not None and not self._tells(conversation, "updated_at"):
            updated = known.version[1]
        version = (told[0], updated, told)
        if known is None:
            known, is_newest = self._admit(conversation, version), True
            known.spoken = _newer(self._spoken.pop(id, None), spoken_in(conversation))
        else:
            known.spoken = _newer(known.spoken, spoken_in(conversation))
            is_newest = version > known.version
            if is_newest:
                self._away[known.record.parent_id or ""].discard(id)
                known.record, known.version = self._reduced(conversation, known.record), version
            if told >= known.unread_told and self._tells(conversation, "unread_count"):
                known.unread, known.unread_told = conversation.unread_count, told
        return Put(tuple(self._stand(id, known)), is_newest)

    def read(self, id: str, unread: int, told: Stamp) -> bool:
        """Take an unread count, unless a newer one is known."""
        known = self._get(id)
        if known is None:
            self._early_reads[id] = max((told, unread), self._early_reads.get(id, (told, unread)))
            return False
        if told < known.unread_told:
            return False
        known.unread, known.unread_told = unread, told
        return self._show(id, known)

    def hear(self, id: str, spoken: Spoken) -> bool:
        """The customer of this conversation spoke a language."""
        known = self._get(id)
        if known is None:
            self._spoken[id] = _newer(self._spoken.get(id), spoken) or spoken
            return False
        if known.spoken is not None and spoken <= known.spoken:
            return False
        known.spoken = spoken
        return self._show(id, known)

    def heard(self, message: Message) -> bool:
        """A message of this conversation was heard, which may say more of it than the server does."""
        id = message.conversation_id
        if not self.is_documented_only or id in self._gone:
            return False
        self._heard.setdefault(id, Heard()).take(message)
        return self.show(id)

    def read_here(self, id: str, at: datetime, message_id: str) -> bool:
        """A person has read it up to this message, which counts where the server keeps no count."""
        if id in self._gone:
            return False
        self._heard.setdefault(id, Heard()).read(at, message_id)
        return self.show(id)

    def set_here(self, id: str) -> None:
        """A person set its status, of which the server may not say when."""
        if self.is_documented_only and id not in self._gone:
            self._heard.setdefault(id, Heard()).settle()

    def marks(self, id: str) -> Marks:
        """What a person did in it here."""
        heard = self._heard.get(id)
        return heard.marks if heard else Marks()

    def keep_marks(self, id: str, marks: Marks) -> bool:
        """What a person did in it here before."""
        if id in self._gone:
            return False
        self._heard.setdefault(id, Heard()).keep(marks)
        return self.show(id)

    def hope(self, id: str, token: str, patch: Mapping[str, Any]) -> bool:
        """Show a change of metadata that the server has not answered yet."""
        self._hopes.setdefault(id, {})[token] = patch
        return self.show(id)

    def settle(self, id: str, token: str) -> Mapping[str, Any] | None:
        """Stop showing the change `token`, which was answered; the patch that it was, unless it is settled already."""
        hopes = self._hopes.get(id, {})
        patch = hopes.pop(token, None)
        if patch is not None and not hopes:
            del self._hopes[id]
        return patch

    def told_with(self, answer: Conversation, patch: Mapping[str, Any]) -> Conversation:
        """The answer to a change of metadata; of a server that does not show what it made of it, it was done."""
        known = self._get(answer.id)
        if known is None or self._tells(answer, "metadata"):
            return answer
        return answer.model_copy(update={"metadata": merged(known.record.metadata, patch)})

    def show(self, id: str) -> bool:
        """Have the row say what is known; tells whether it is another than before."""
        known = self._get(id)
        return known is not None and self._show(id, known)

    def forget(self, ids: Iterable[str]) -> None:
        """Let these go, for good."""
        for id in ids:
            self._gone.add(id)
            if known := self._get(id):
                self._away[known.record.parent_id or ""].discard(id)
                self._put_down(id, known, None)
                self._plain.drop(id)
                self._other.pop(id, None)
            for kept in (self._spoken, self._hopes, self._early_reads, self._heard):
                kept.pop(id, None)

    def send_away(self, id: str) -> None:
        """Let this one go because one above it is gone, until it is told of at another place."""
        if known := self._get(id):
            self._send_away(id, known)

    def is_gone(self, id: str) -> bool:
        """Whether the server said that it was deleted, or one above it was."""
        known = self._other.get(id)
        return known.is_away if known else id in self._gone and id not in self._plain

    def is_deleted(self, id: str) -> bool:
        """Whether the server said that it was deleted."""
        return id in self._gone

    def _stand(self, id: str, known: _Known) -> Iterable[str]:
        """Show it at its place, or have it away if that is gone; tells what changed, which may be more than the one."""
        parent = known.record.parent_id
        was_away = known.is_away
        if parent is not None and self.is_gone(parent):
            self._send_away(id, known)
            return [] if was_away else [id]
        known.is_away = False
        changed = [id] if self._show(id, known) or was_away else []
        for child in self._away.pop(id, ()) if was_away else ():
            if below := self._get(child):
                changed += self._stand(child, below)
        return changed

    def _send_away(self, id: str, known: _Known) -> None:
        known.is_away = True
        self._away[known.record.parent_id or ""].add(id)
        self._put_down(id, known, None)

    def _admit(self, conversation: Conversation, version: Version) -> _Known:
        record = self._reduced(conversation)
        told, unread = max((version[2], record.unread), self._early_reads.pop(record.id, (version[2], record.unread)))
        return _Known(record, version, unread, told)

    def _tells(self, conversation: Conversation, field: str) -> bool:
        """Whether an answer says anything of a field. Where all is told, what is left out is meant to be absent."""
        return not self.is_documented_only or field in conversation.model_fields_set

    def _reduced(self, conversation: Conversation, before: ConversationRow | None = None) -> ConversationRow:
        row = row_of(conversation)
        if self.is_documented_only and before is not None:
            row = completed(row, before, conversation.model_fields_set)
        return row

    def _get(self, id: str) -> _Known | None:
        """What is known of a conversation. What is changed of it is to be shown or put down again."""
        known = self._other.get(id)
        if known is None and (raw := self._plain.get(id)) is not None:
            known = self._unpacked(id, raw)
        return known

    def _unpacked(self, id: str, raw: bytes) -> _Known:
        record, (updated, told, said) = self._packer.unpacked(id, raw)
        spoken: Spoken | None = (record.at if said[0] is True else moment(said[0]), *said[1:]) if said else None
        version = (told[0], record.at if updated is True else moment(updated), told)
        return _Known(record, version, record.unread, told, _speaking(record, spoken), spoken)

    def _put_down(self, id: str, known: _Known, shown: ConversationRow | None) -> None:
        """Keep what is known, and what is shown of it."""
        before, known.shown = known.shown, shown
        self._customers.change(_customer_of(before), _customer_of(shown))
        self._rows.pop(id, None)
        if not known.is_plain:
            self._plain.drop(id)
            self._other[id] = known
            return
        self._other.pop(id, None)
        _, updated, told = known.version
        at, said = known.record.at, known.spoken
        spoken = said and (said[0] == at or micros(said[0]), *said[1:])
        self._plain.put(id, self._packer.packed(known.record, updated == at or micros(updated), told, spoken))

    def _show(self, id: str, known: _Known) -> bool:
        """Make the row of what is known, and put it down; tells whether it is another than before."""
        row, unread = known.record, known.unread
        if heard := self._heard.get(id):
            row = heard.on(row)
            unread = heard.unread if self.is_documented_only and heard.newest else unread
        if row.unread != unread:
            row = replace(row, unread=unread)
        row = _speaking(row, known.spoken)
        hopes = self._hopes.get(id, {})
        for patch in hopes.values():
            metadata = merged(row.metadata, patch)
            row = replace(row, metadata=metadata, **triage_of(metadata)._asdict())
        if heard and self.is_documented_only and not any("status" in patch for patch in hopes.values()):
            row = heard.opened(row)
        shown = None if known.is_away else row
        is_news = shown != known.shown
        self._put_down(id, known, shown)
        return is_news


def _speaking(row: ConversationRow, spoken: Spoken | None) -> ConversationRow:
    """The row, with the language that its customer was heard to speak, should nobody have told of one."""
    if spoken is None or row.customer is None or row.customer.language is not None:
        return row
    return replace(row, customer=replace(row.customer, language=spoken[-1]))


def _newer(one: Spoken | None, other: Spoken | None) -> Spoken | None:
    return max((spoken for spoken in (one, other) if spoken is not None), default=None)


def _customer_of(row: ConversationRow | None) -> str | None:
    return row.customer.id if row and row.customer else None
