"""What a person sends: written down before anything is tried, shown at once, a reply held back a while, never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from ulid import ULID

from console.client.api import Api
from console.errors import Connect360Error, StateError
from console.state.arrival import NO_ANSWER
from console.state.delivery import NO_NOTES, Delivery, Sleep, report
from console.state.drafts import Drafts
from console.state.letters import Letters
from console.state.outbox import Letter, Outbox
from console.state.rows import LOCAL_PREFIX, Entry, Written
from console.state.store import Store


class Orphan(NamedTuple):
    """A text whose conversation was deleted. `local_id` is that of a message, None of a draft."""

    conversation_id: str
    written: Written
    local_id: str | None


class Sending:
    """The verbs on unsent messages."""

    def __init__(
        self,
        api: Api,
        store: Store,
        drafts: Drafts,
        outbox: Outbox,
        *,
        now: Callable[[], datetime],
        hold_seconds: float,
        sleep: Sleep,
    ) -> None:
        self._store = store
        self._drafts = drafts
        self._now = now
        self._hold_seconds = hold_seconds
        self._sleep = sleep
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._letters = Letters(store, drafts, outbox, on_gone=self._gone)
        self._delivery = Delivery(api, store, self._letters, now=now, sleep=sleep)

    def write(self, conversation_id: str, written: Written) -> str:
        """Send a message: a reply is held first, a note goes at once. Raises StateError if it cannot be kept."""
        if written.note and not self._store.has("internal-notes"):
            raise Connect360Error(NO_NOTES)
        at = self._now()
        local_id = f"{LOCAL_PREFIX}{ULID.from_datetime(at)}"
        is_held = self._hold_seconds > 0 and not written.note
        letter = Letter(local_id, conversation_id, written, "held" if is_held else "sending", at)
        self._letters.put(letter, send_at=at + timedelta(seconds=self._hold_seconds) if is_held else None)
        with suppress(StateError):  # it is in the outbox: a draft too many harms nobody
            self._drafts.discard(conversation_id, written.note)
        if is_held:
            timer = self._timers[local_id] = asyncio.create_task(self._release(local_id))
            timer.add_done_callback(report)
        else:
            self._delivery.enqueue(letter)
        return local_id

    def held(self, conversation_id: str | None) -> Entry | None:
        """The message written last that may still be taken back, there or with None anywhere."""
        held = self._letters.all("held", conversation_id)
        return self._letters.entry(held[-1]) if held else None

    def take_back(self, local_id: str) -> Written | None:
        """Have a held message back, as the draft too; None of one that has left."""
        letter = self._letters.get(local_id)
        if letter is None or letter.state != "held":
            return None
        self._letters.to_draft(letter)
        return letter.written

    def send_now(self, local_id: str) -> None:
        """Hold a message no longer, nor those written before it there."""
        letter = self._letters.get(local_id)
        if letter is None or letter.state != "held":
            return
        for earlier in self._letters.all("held", letter.conversation_id):
            if timer := self._timers.pop(earlier.local_id, None):
                timer.cancel()
            self._letters.become(earlier.local_id, "sending")
            self._delivery.enqueue(earlier)
            if earlier is letter:
                return

    async def retry(self, local_id: str) -> None:
        """Send a failed message again; one of unknown fate too, unless it turns out to have arrived."""
        letter = self._letters.get(local_id)
        if letter is None or letter.state not in ("failed", "unknown"):
            return
        is_unsure = letter.state == "unknown" and not self._delivery.is_repeatable(letter)
        if is_unsure and await self._delivery.has_arrived(letter):
            return
        if self._letters.get(local_id) is letter:
            self._letters.become(local_id, "sending")
            self._delivery.enqueue(letter)

    def discard(self, local_id: str) -> Written | None:
        """Let an unsent message go, and have its text; None of one that is on its way, or may have arrived so."""
        letter = self._letters.get(local_id)
        if letter is None or (letter.state == "sending" and self._delivery.may_have_arrived(local_id)):
            return None
        self._letters.drop(letter)
        return letter.written

    def conversations(self) -> frozenset[str]:
        """Where something is written that was not sent."""
        return self._drafts.conversations() | {letter.conversation_id for letter in self._letters.unsent()}

    def orphans(self) -> tuple[Orphan, ...]:
        """What is written in conversations that are deleted, drafts first. Raises StateError."""
        drafts = (
            Orphan(id, Written(draft.text, draft.language, note, draft.files, draft.reply_to), None)
            for id, note, draft in self._drafts.all()
        )
        letters = (Orphan(one.conversation_id, one.written, one.local_id) for one in self._letters.unsent())
        return tuple(orphan for orphan in chain(drafts, letters) if self._store.is_gone(orphan.conversation_id))

    def forget(self, orphan: Orphan) -> None:
        """Keep it no longer. Raises StateError."""
        if orphan.local_id is None:
            self._drafts.discard(orphan.conversation_id, orphan.written.note)
        else:
            self.discard(orphan.local_id)

    def resume(self) -> None:
        """The line is back: what waits for it goes on, and what may have arrived is looked for."""
        self._delivery.wake()
        for letter in self._letters.all("unknown"):
            self._delivery.look_for(letter)

    def restore(self) -> None:
        """Take over what ended consoles left: held ones are drafts again, those on their way go on or are unknown."""
        for letter in self._letters.take_over():
            if letter.state != "sending":
                self._letters.put(letter)
            elif self._delivery.is_repeatable(letter):
                self._letters.put(letter)
                self._delivery.enqueue(letter, may_have_arrived=True)
            else:
                self._letters.put(replace(letter, state="unknown", problem=NO_ANSWER))

    async def close(self) -> None:
        """Make drafts of what is held, wait a moment for answers that are on their way, and stop."""
        self._letters.hold_no_more()
        timers = list(self._timers.values())
        for timer in timers:
            timer.cancel()
        await asyncio.gather(*timers, return_exceptions=True)
        await self._delivery.close()
        self._letters.close()

    async def _release(self, local_id: str) -> None:
        await self._sleep(self._hold_seconds)
        self._timers.pop(local_id, None)
        self.send_now(local_id)

    def _gone(self, letter: Letter) -> None:
        if timer := self._timers.pop(letter.local_id, None):
            timer.cancel()
        self._delivery.forget(letter)
