"""What is known of each conversation, whatever the order in which it was heard.

Every part keeps the newest word on it: the server's record by its own time and then by when it was told, the unread
count by when it was told, the customer's language by when it was spoken. So any order of the same words ends the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from console.contract.base import Language
from console.contract.shapes import Conversation, Message
from console.state.changes import Stamp
from console.state.reduce import row_of, spoken_language
from console.state.rows import ConversationRow, CustomerCard
from console.state.triage import merged, triage_of
from console.state.untold import Heard, completed

Version = tuple[int, datetime, Stamp]  # a resync counts for more than the server's clock


@dataclass(slots=True)
class _Known:
    """One conversation: the server's record as a row, and what changes beside it."""

    record: ConversationRow
    version: Version
    unread: int
    unread_told: Stamp
    shown: ConversationRow


class Conversations:
    """The rows by id. `rows` is for reading; each method says whether it changed one."""

    def __init__(self) -> None:
        self.rows: dict[str, ConversationRow] = {}
        self.is_documented_only = False  # of a server that tells no more than it must
        self._known: dict[str, _Known] = {}
        self._spoken: dict[str, tuple[datetime, Language]] = {}
        self._hopes: dict[str, dict[str, Mapping[str, Any]]] = {}  # by conversation, by token, oldest first
        self._early_reads: dict[str, tuple[Stamp, int]] = {}  # of conversations that are still to come
        self._heard: dict[str, Heard] = {}  # on such a server
        self._gone: set[str] = set()
        self._customers: dict[str, CustomerCard] = {}

    def put(self, conversation: Conversation, told: Stamp) -> bool:
        """Take the server's record, unless a newer one is known or the conversation is gone."""
        id = conversation.id
        known = self._known.get(id)
        updated = conversation.updated_at
        if known is not None and not self._tells(conversation, "updated_at"):
            updated = known.version[1]
        version = (told[0], updated, told)
        if id in self._gone:
            return False
        if conversation.parent_id in self._gone:  # it went with that one
            return known is not None and version > known.version and self.drop(id)
        self._hear(id, spoken_language(conversation))
        if known is None:
            known = self._admit(conversation, version)
        else:
            if version > known.version:
                known.record, known.version = self._reduced(conversation, known.record), version
            if told >= known.unread_told and self._tells(conversation, "unread_count"):
                known.unread, known.unread_told = conversation.unread_count, told
        return self._show(id, known)

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

    def hear(self, id: str, at: datetime, language: Language | None) -> bool:
        """The customer of this conversation spoke a language."""
        if language is None or not self._hear(id, (at, language)):
            return False
        known = self._known.get(id)
        return known is not None and self._show(id, known)

    def heard(self, message: Message) -> bool:
        """A message of this conversation was heard, which may say more of it than the server does."""
        id = message.conversation_id
        if not self.is_documented_only or id in self._gone:
            return False
        self._heard.setdefault(id, Heard()).take(message)
        known = self._known.get(id)
        return known is not None and self._show(id, known)

    def read_here(self, id: str, at: datetime, message_id: str) -> bool:
        """A person has read it up to this message, which counts where the server keeps no count."""
        if id in self._gone:
            return False
        self._heard.setdefault(id, Heard()).read(at, message_id)
        known = self._known.get(id)
        return known is not None and self._show(id, known)

    def hope(self, id: str, token: str, patch: Mapping[str, Any]) -> bool:
        """Show a change of metadata that the server has not answered yet."""
        self._hopes.setdefault(id, {})[token] = patch
        known = self._known.get(id)
        return known is not None and self._show(id, known)

    def settle(self, id: str, token: str, answer: Conversation | None, told: Stamp) -> bool:
        """Stop showing the change `token`: it was answered, or refused with None."""
        hopes, known = self._hopes.get(id, {}), self._known.get(id)
        patch = hopes.pop(token, None)
        if patch is not None and not hopes:
            del self._hopes[id]
        if answer is not None and known is not None and patch and not self._tells(answer, "metadata"):
            answer = answer.model_copy(update={"metadata": merged(known.record.metadata, patch)})
        is_new = answer is not None and self.put(answer, told)
        known = self._known.get(id)
        return (known is not None and patch is not None and self._show(id, known)) or is_new

    def forget(self, ids: Iterable[str]) -> Iterator[str]:
        """Let these go, for good; tells which of them were known."""
        for id in ids:
            self._gone.add(id)
            if self.drop(id):
                yield id

    def drop(self, id: str) -> bool:
        """Let this one go because the one above it is gone; it may be told again under another."""
        for kept in (self.rows, self._spoken, self._hopes, self._early_reads, self._heard):
            kept.pop(id, None)
        return self._known.pop(id, None) is not None

    def is_gone(self, id: str) -> bool:
        """Whether the server said that it was deleted."""
        return id in self._gone

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

    def _hear(self, id: str, spoken: tuple[datetime, Language] | None) -> bool:
        if spoken is None or spoken <= self._spoken.get(id, (datetime.min.replace(tzinfo=spoken[0].tzinfo), "")):
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
            row = replace(row, customer=replace(row.customer, language=spoken[1]))
        for patch in self._hopes.get(id, {}).values():
            metadata = merged(row.metadata, patch)
            row = replace(row, metadata=metadata, **triage_of(metadata)._asdict())
        if id in self.rows and row == known.shown:
            return False
        known.shown = self.rows[id] = row
        return True
