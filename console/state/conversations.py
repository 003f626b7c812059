"""What is known of each conversation, whatever the order in which it was heard.

Every part keeps the newest word on it: the server's record by its own time and then by when it was told, the unread
count by when it was told, the customer's language by when it was spoken. So any order of the same words ends the same.

What stands below a deleted conversation was deleted with it, unless it had been moved away before, which may be heard
later: so it is only away, and comes back when it is told of at another place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from console.contract.shapes import Conversation, Message
from console.state.changes import Stamp
from console.state.reduce import Spoken, row_of, spoken_in
from console.state.rows import ConversationRow, CustomerCard
from console.state.triage import merged, triage_of
from console.state.untold import Heard, Marks, completed

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
    shown: ConversationRow
    is_away: bool = False


class Conversations:
    """The rows by id, without those that are gone or away. `rows` is for reading."""

    def __init__(self) -> None:
        self.rows: dict[str, ConversationRow] = {}
        self.is_documented_only = False  # of a server that tells no more than it must
        self._known: dict[str, _Known] = {}
        self._away: dict[str, set[str]] = defaultdict(set)  # those below one that is gone or away itself, by that one
        self._spoken: dict[str, Spoken] = {}
        self._hopes: dict[str, dict[str, Mapping[str, Any]]] = {}  # by conversation, by token, oldest first
        self._early_reads: dict[str, tuple[Stamp, int]] = {}  # of conversations that are still to come
        self._heard: dict[str, Heard] = {}  # on such a server
        self._gone: set[str] = set()
        self._customers: dict[str, CustomerCard] = {}

    def put(self, conversation: Conversation, told: Stamp, since: Stamp) -> Put:
        """Take the server's record, unless a newer one is known or the conversation is gone.

        What was told before `since` brings no conversation that is not known: it was deleted, for all that there is was
        read then, or it may have been, and nobody would tell.
        """
        id = conversation.id
        known = self._known.get(id)
        if id in self._gone or (known is None and told < since):
            return Put()
        updated = conversation.updated_at
        if known is not None and not self._tells(conversation, "updated_at"):
            updated = known.version[1]
        version = (told[0], updated, told)
        self._hear(id, spoken_in(conversation))
        if known is None:
            known, is_newest = self._admit(conversation, version), True
        else:
            is_newest = version > known.version
            if is_newest:
                self._away[known.record.parent_id or ""].discard(id)
                known.record, known.version = self._reduced(conversation, known.record), version
            if told >= known.unread_told and self._tells(conversation, "unread_count"):
                known.unread, known.unread_told = conversation.unread_count, told
        return Put(tuple(self._stand(id, known)), is_newest)

    def read(self, id: str, unread: int, told: Stamp) -> bool:
        """Take an unread count, unless a newer one is known."""
        known = self._known.get(id)
        if known is None:
            self._early_reads[id] = max((told, unread), self._early_reads.get(id, (told, unread)))
            return False
        if told < known.unread_told:
            return False
        known.unread, known.unread_told = unread, told
        return self._show(id, known)

    def hear(self, id: str, spoken: Spoken) -> bool:
        """The customer of this conversation spoke a language."""
        if not self._hear(id, spoken):
            return False
        return self.show(id)

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
        known = self._known.get(id)
        return known is not None and self._show(id, known)

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
        known = self._known.get(answer.id)
        if known is None or self._tells(answer, "metadata"):
            return answer
        return answer.model_copy(update={"metadata": merged(known.record.metadata, patch)})

    def show(self, id: str) -> bool:
        """Have the row say what is known; tells whether it is another than before."""
        known = self._known.get(id)
        return known is not None and self._show(id, known)

    def forget(self, ids: Iterable[str]) -> None:
        """Let these go, for good."""
        for id in ids:
            self._gone.add(id)
            known = self._known.pop(id, None)
            if known is not None:
                self._away[known.record.parent_id or ""].discard(id)
            for kept in (self.rows, self._spoken, self._hopes, self._early_reads, self._heard):
                kept.pop(id, None)

    def send_away(self, id: str) -> None:
        """Let this one go because one above it is gone, until it is told of at another place."""
        known = self._known[id]
        known.is_away = True
        self._away[known.record.parent_id or ""].add(id)
        self.rows.pop(id, None)

    def is_gone(self, id: str) -> bool:
        """Whether the server said that it was deleted, or one above it was."""
        known = self._known.get(id)
        return known.is_away if known else id in self._gone

    def is_deleted(self, id: str) -> bool:
        """Whether the server said that it was deleted."""
        return id in self._gone

    def _stand(self, id: str, known: _Known) -> Iterable[str]:
        """Show it at its place, or have it away if that is gone; tells what changed, which may be more than the one."""
        parent = known.record.parent_id
        above = self._known.get(parent or "")
        was_away = known.is_away
        if parent in self._gone or (above is not None and above.is_away):
            self.send_away(id)
            return [] if was_away else [id]
        known.is_away = False
        changed = [id] if self._show(id, known) or was_away else []
        for child in self._away.pop(id, ()) if was_away else ():
            changed += self._stand(child, self._known[child])
        return changed

    def _admit(self, conversation: Conversation, version: Version) -> _Known:
        record = self._reduced(conversation)
        told, unread = max((version[2], record.unread), self._early_reads.pop(record.id, (version[2], record.unread)))
        return self._known.setdefault(record.id, _Known(record, version, unread, told, record))

    def _tells(self, conversation: Conversation, field: str) -> bool:
        """Whether an answer says anything of a field. Where all is told, what is left out is meant to be absent."""
        return not self.is_documented_only or field in conversation.model_fields_set

    def _reduced(self, conversation: Conversation, before: ConversationRow | None = None) -> ConversationRow:
        """The row, sharing its customer with the others of the same one: most workspaces' rows are of few people."""
        row = row_of(conversation)
        if self.is_documented_only and before is not None:
            row = completed(row, before, conversation.model_fields_set)
        if row.customer is None or row.customer.id is None:
            return row
        shared = self._customers.get(row.customer.id)
        if shared == row.customer:
            return replace(row, customer=shared)
        self._customers[row.customer.id] = row.customer
        return row

    def _hear(self, id: str, spoken: Spoken | None) -> bool:
        before = self._spoken.get(id)
        if spoken is None or (before is not None and spoken <= before):
            return False
        self._spoken[id] = spoken
        return True

    def _show(self, id: str, known: _Known) -> bool:
        """Make the row of what is known; tells whether it is another than before."""
        row, unread = known.record, known.unread
        if heard := self._heard.get(id):
            row = heard.on(row)
            unread = heard.unread if self.is_documented_only and heard.newest else unread
        if row.unread != unread:
            row = replace(row, unread=unread)
        spoken = self._spoken.get(id)
        if row.customer and row.customer.language is None and spoken:
            row = replace(row, customer=replace(row.customer, language=spoken[-1]))
        hopes = self._hopes.get(id, {})
        for patch in hopes.values():
            metadata = merged(row.metadata, patch)
            row = replace(row, metadata=metadata, **triage_of(metadata)._asdict())
        if heard and self.is_documented_only and not any("status" in patch for patch in hopes.values()):
            row = heard.opened(row)
        if known.is_away or (id in self.rows and row == known.shown):
            return False
        known.shown = self.rows[id] = row
        return True
