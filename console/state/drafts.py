"""Drafts: what was begun in a conversation, a reply and a note apart, kept on disk until it is sent or thrown away."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from console.contract.languages import Language
from console.errors import StateError
from console.state.database import Database
from console.state.rows import FileCard, Written
from console.state.written import from_text, to_text
from console.values import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """What was begun. `incomplete`: an AI's answer that broke off."""

    text: str
    language: Language
    files: tuple[FileCard, ...] = ()
    reply_to: str | None = None
    incomplete: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.text or self.files)


class Drafts:
    """The drafts of one profile on one server. Every method raises StateError for a file that cannot be used.

    What `exchange` could not write is kept here meanwhile, as on a disk without room, and is written with the next.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._of = (database.profile, database.server)
        self._conversations: frozenset[str] | None = None
        self._unwritten: dict[tuple[str, bool], tuple[Draft | None, Draft | None]] = {}  # in the place of the second

    def get(self, conversation_id: str, note: bool) -> Draft | None:
        """The draft of a reply, or of a note."""
        if unwritten := self._unwritten.get((conversation_id, note)):
            return unwritten[0]
        return self._on_disk(conversation_id, note)

    def _on_disk(self, conversation_id: str, note: bool) -> Draft | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "select written, incomplete from drafts"
                " where profile = ? and server in (?, '') and conversation_id = ? and note = ?",
                (*self._of, conversation_id, note),
            ).fetchone()
        if row is None:
            return None
        return _draft(from_text(row[0], self._database.path), row[1])

    def put(self, conversation_id: str, note: bool, draft: Draft) -> None:
        """Keep this draft in the place of the one before; one that holds nothing is discarded."""
        if not draft:
            self.discard(conversation_id, note)
            return
        written = to_text(Written(draft.text, draft.language, note, draft.files, draft.reply_to))
        with self._database.writing(durable=False) as connection:
            connection.execute(
                "insert or replace into drafts (profile, server, conversation_id, note, written, incomplete)"
                " values (?, ?, ?, ?, ?, ?)",
                (*self._of, conversation_id, note, written, draft.incomplete),
            )
            self._changed(conversation_id, note)

    def exchange(self, conversation_id: str, note: bool, draft: Draft | None, before: Draft | None) -> Draft | None:
        """Keep `draft`, or with None nothing, in the place of `before`, and have what is kept.

        Where another console wrote into the same draft since, its words are kept too.
        """
        place = (conversation_id, note)
        if (unwritten := self._unwritten.get(place)) and unwritten[0] == before:
            before = unwritten[1]
        try:
            kept = self._exchange(conversation_id, note, draft, before)
        except StateError:
            self._unwritten[place], self._conversations = (draft, before), None
            raise
        for (id, kind), (waiting, instead_of) in tuple(self._unwritten.items()):
            with suppress(StateError):
                self._exchange(id, kind, waiting, instead_of)
        return kept

    def _exchange(self, conversation_id: str, note: bool, draft: Draft | None, before: Draft | None) -> Draft | None:
        with self._database.writing(durable=False):
            there = self._on_disk(conversation_id, note)
            if there is not None and there not in (before, draft):
                draft = _both(there, draft) if draft else there
            if draft:
                self.put(conversation_id, note, draft)
            else:
                self.discard(conversation_id, note)
        return draft

    def discard(self, conversation_id: str, note: bool) -> None:
        """Keep it no longer."""
        with self._database.writing(durable=False) as connection:
            connection.execute(
                "delete from drafts where profile = ? and server in (?, '') and conversation_id = ? and note = ?",
                (*self._of, conversation_id, note),
            )
            self._changed(conversation_id, note)

    def become(self, conversation_id: str, written: Written) -> None:
        """The draft became this message, and is kept no longer; but what another console wrote into it since is."""
        with self._database.writing(durable=False):
            there: Draft | None = None
            with suppress(StateError):  # it was changed by another hand
                there = self._on_disk(conversation_id, written.note)
            if there is None or _is_in(there, written):
                self.discard(conversation_id, written.note)

    def conversations(self) -> frozenset[str]:
        """The conversations that have a draft of either kind."""
        if self._conversations is None:
            with self._database.reading() as connection:
                kept = connection.execute(
                    "select conversation_id from drafts where profile = ? and server in (?, '')", self._of
                )
                unwritten = {id for (id, _), (draft, _) in self._unwritten.items() if draft}
                self._conversations = frozenset(unwritten | {id for (id,) in kept})
        return self._conversations

    def all(self) -> tuple[tuple[str, bool, Draft], ...]:
        """Every draft, with its conversation and whether it is a note; what another hand spoilt is left out."""
        with self._database.reading() as connection:
            kept = connection.execute(
                "select conversation_id, note, written, incomplete from drafts where profile = ? and server in (?, '')",
                self._of,
            ).fetchall()
        found = []
        for conversation_id, note, text, incomplete in kept:
            with suppress(StateError):
                draft = _draft(from_text(text, self._database.path), incomplete)
                found.append((conversation_id, bool(note), draft))
        return tuple(found)

    def _changed(self, conversation_id: str, note: bool) -> None:
        self._conversations = None
        self._database.when_kept(lambda: self._unwritten.pop((conversation_id, note), None))


def _is_in(draft: Draft, written: Written) -> bool:
    return draft.text.strip() in written.text and {file.id for file in draft.files} <= {
        file.id for file in written.files
    }


def _both(there: Draft, draft: Draft) -> Draft:
    """Two drafts in one. One that goes on from the other has it in it."""
    longer = draft if there.text in draft.text else there if draft.text in there.text else None
    text = longer.text if longer else f"{there.text}\n\n{draft.text}"
    files = tuple({file.id: file for file in there.files + draft.files}.values())
    return replace(draft, text=text, files=files, reply_to=draft.reply_to or there.reply_to)


def _draft(written: Written, incomplete: int) -> Draft:
    return Draft(written.text, written.language, written.files, written.reply_to, bool(incomplete))
