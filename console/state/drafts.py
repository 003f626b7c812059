"""Drafts: what was begun in a conversation, a reply and a note apart, kept on disk until it is sent or thrown away."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from console.contract.base import Language
from console.errors import StateError
from console.state.database import open_database, telling
from console.state.rows import FileCard, Written
from console.state.written import from_text, to_text


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
    """The drafts of one profile. Every method raises StateError, with a sentence, for a file that cannot be used."""

    def __init__(self, path: Path, profile: str) -> None:
        self._path = path
        self._profile = profile
        self._connection = open_database(path, durable=False)
        try:
            with telling(path):
                kept = self._connection.execute("select conversation_id from drafts where profile = ?", (profile,))
                self._conversations = frozenset(id for (id,) in kept)
        except StateError:
            self._connection.close()
            raise

    def get(self, conversation_id: str, note: bool) -> Draft | None:
        """The draft of a reply, or of a note."""
        with telling(self._path):
            row = self._connection.execute(
                "select written, incomplete from drafts where profile = ? and conversation_id = ? and note = ?",
                (self._profile, conversation_id, note),
            ).fetchone()
        if row is None:
            return None
        return _draft(from_text(row[0], self._path), row[1])

    def put(self, conversation_id: str, note: bool, draft: Draft) -> None:
        """Keep this draft in the place of the one before; one that holds nothing is discarded."""
        if not draft:
            self.discard(conversation_id, note)
            return
        written = to_text(Written(draft.text, draft.language, note, draft.files, draft.reply_to))
        with telling(self._path):
            self._connection.execute(
                "insert or replace into drafts (profile, conversation_id, note, written, incomplete)"
                " values (?, ?, ?, ?, ?)",
                (self._profile, conversation_id, note, written, draft.incomplete),
            )
        self._conversations |= {conversation_id}

    def discard(self, conversation_id: str, note: bool) -> None:
        """Keep it no longer."""
        with telling(self._path):
            self._connection.execute(
                "delete from drafts where profile = ? and conversation_id = ? and note = ?",
                (self._profile, conversation_id, note),
            )
            left = self._connection.execute(
                "select 1 from drafts where profile = ? and conversation_id = ?", (self._profile, conversation_id)
            ).fetchone()
        if left is None:
            self._conversations -= {conversation_id}

    def conversations(self) -> frozenset[str]:
        """The conversations that have a draft of either kind; the same value until that changes."""
        return self._conversations

    def all(self) -> tuple[tuple[str, bool, Draft], ...]:
        """Every draft, with its conversation and whether it is a note; what another hand spoilt is left out."""
        with telling(self._path):
            kept = self._connection.execute(
                "select conversation_id, note, written, incomplete from drafts where profile = ?", (self._profile,)
            ).fetchall()
        found = []
        for conversation_id, note, text, incomplete in kept:
            with suppress(StateError):
                draft = _draft(from_text(text, self._path), incomplete)
                found.append((conversation_id, bool(note), draft))
        return tuple(found)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _draft(written: Written, incomplete: int) -> Draft:
    return Draft(written.text, written.language, written.files, written.reply_to, bool(incomplete))
