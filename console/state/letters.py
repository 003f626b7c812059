"""The book of what is not known to have arrived: on disk, in memory and in what is shown, kept in step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from console.errors import StateError
from console.state import changes, reduce
from console.state.changes import Touched
from console.state.drafts import Draft, Drafts
from console.state.outbox import Letter, LetterState, Outbox
from console.state.rows import Entry, Written
from console.state.store import Store
from console.state.written import joined

DELETED = "This conversation was deleted before the message was sent. Copy the text to keep it."


class Letters:
    """The unsent messages of this console, by their local ids, in the order of their writing."""

    def __init__(self, store: Store, drafts: Drafts, outbox: Outbox, *, on_gone: Callable[[Letter], None]) -> None:
        self._store = store
        self._drafts = drafts
        self._outbox = outbox
        self._on_gone = on_gone  # called when one leaves the book, for whatever reason
        self._letters: dict[str, Letter] = {}
        self._send_at: dict[str, datetime] = {}
        self._unwatch = store.watch(self._see)

    def get(self, local_id: str) -> Letter | None:
        """The message, if it is still in the book."""
        return self._letters.get(local_id)

    def all(self, *states: LetterState, conversation_id: str | None = None) -> list[Letter]:
        """Those in one of these states, of one conversation or of all."""
        return [
            letter
            for letter in self._letters.values()
            if letter.state in states and conversation_id in (None, letter.conversation_id)
        ]

    def unsent(self) -> tuple[Letter, ...]:
        """All in the book, in whatever state."""
        return tuple(self._letters.values())

    def begin(self, letter: Letter, *, send_at: datetime | None = None) -> None:
        """Write a new message down in the place of its draft, then show it. Raises StateError, and nothing changed."""
        with self._outbox.together():
            self._outbox.put(letter)
            self._drafts.become(letter.conversation_id, letter.written)
        if send_at is not None:
            self._send_at[letter.local_id] = send_at
        self._keep(letter)

    def become(
        self,
        local_id: str,
        state: LetterState,
        problem: str | None = None,
        *,
        seen: str | None = None,
        after: str | None = None,
    ) -> bool:
        """Say what has become of a message; False where it must not go on.

        That is of one which an event confirmed meanwhile, and of one of which could not be written down that it leaves.
        """
        before = self._letters.get(local_id)
        if before is None:
            return False
        letter = replace(
            before,
            state=state,
            problem=problem,
            seen=before.seen if seen is None else seen,
            after=before.after if after is None else after,
        )
        try:
            self._outbox.put(letter)
        except StateError as error:
            # The text is down already. What must be down before a message leaves is that it left: after a crash
            # nobody may take it for one that did not.
            if state in ("waiting", "sending"):
                letter = replace(before, state="failed", problem=str(error))
        self._send_at.pop(local_id, None)
        self._keep(letter)
        return letter.state == state

    def drop(self, letter: Letter) -> None:
        """Cross a message out: it arrived, or is wanted no longer."""
        if letter.local_id in self._letters:
            with suppress(StateError):  # the worst is that the next console looks for it once more
                self._outbox.remove(letter.local_id)
            self._let_go(letter)

    def to_draft(self, letter: Letter) -> None:
        """Make a message the draft again, before what was begun since. Raises StateError, and nothing changed."""
        written, begun = letter.written, self._drafts.get(letter.conversation_id, letter.written.note)
        if begun:
            written = joined(written, Written(begun.text, begun.language, written.note, begun.files, begun.reply_to))
        with self._outbox.together():
            self._drafts.put(
                letter.conversation_id,
                written.note,
                Draft(written.text, written.language, written.files, written.reply_to),
            )
            self._outbox.remove(letter.local_id)
        self._let_go(letter)

    def hold_no_more(self) -> None:
        """Make drafts of all that was not to leave yet, the last one first, for each goes before what is there."""
        for letter in reversed(self.all("held", "stopped")):
            with suppress(StateError):  # the next console finds it in the outbox
                self.to_draft(letter)

    def hold_until(self, letter: Letter, send_at: datetime) -> None:
        """Show when a held message leaves."""
        self._send_at[letter.local_id] = send_at
        self._keep(letter)

    def take_over(self) -> tuple[list[Letter], int]:
        """What ended consoles left: the rest is in the book and is shown, so many that they held are drafts again."""
        left = [letter for letter in self._outbox.take_over() if letter.local_id not in self._letters]
        self._letters |= {letter.local_id: letter for letter in left}
        for letter in reversed([letter for letter in left if letter.state in ("held", "stopped")]):
            with suppress(StateError):  # the next console finds it in the outbox
                self.to_draft(letter)
        kept = [letter for letter in left if letter.local_id in self._letters]
        for letter in kept:
            self._keep(letter)
        return kept, len(left) - len(kept)

    def entry(self, letter: Letter) -> Entry:
        """The message as the thread shows it."""
        reply_to = letter.written.reply_to
        return reduce.local_entry(
            letter.local_id,
            letter.conversation_id,
            letter.written,
            me=self._store.identity,
            at=letter.at,
            delivery=letter.state,
            send_at=self._send_at.get(letter.local_id),
            problem=letter.problem,
            replied=self._store.message(letter.conversation_id, reply_to) if reply_to else None,
        )

    def close(self) -> None:
        """Look at the store no longer."""
        self._unwatch()

    def _keep(self, letter: Letter) -> None:
        self._letters[letter.local_id] = letter
        self._store.apply(changes.LocalWritten(self.entry(letter)))

    def _let_go(self, letter: Letter) -> None:
        self._letters.pop(letter.local_id, None)
        self._send_at.pop(letter.local_id, None)
        self._store.apply(changes.LocalGone(letter.conversation_id, letter.local_id))
        self._on_gone(letter)

    def _see(self, touched: Touched) -> None:
        """Cross out what an answer or an event has confirmed; give up what was to go where all is deleted."""
        deleted = [id for id in touched.rows if self._store.is_gone(id)]
        for letter in [letter for letter in self._letters.values() if letter.conversation_id in deleted]:
            if letter.state not in ("failed", "unknown"):
                self.become(letter.local_id, "failed", DELETED)
        for letter in [letter for letter in self._letters.values() if letter.conversation_id in touched.threads]:
            if self._store.confirmed(letter.local_id):
                self.drop(letter)
