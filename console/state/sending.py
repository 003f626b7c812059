"""What a person sends: written down before anything is tried, shown at once, a reply held back a while, never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from console.client.api import Api
from console.client.errors import ApiError
from console.errors import Connect360Error
from console.state import gate
from console.state.arrival import NO_ANSWER, UNDECIDED, is_open
from console.state.delivery import NO_NOTES, WAITED, Delivery, Sleep, report
from console.state.drafts import Drafts
from console.state.gate import Check
from console.state.letters import Letters
from console.state.outbox import Letter, LetterState, Outbox
from console.state.rows import LOCAL_PREFIX, Entry, Written
from console.state.store import Store
from console.values import dataclass

_LEAVING = 5.0
"""Seconds that are waited for the last answers, where the person asked to send and leave."""


class Orphan(NamedTuple):
    """A text whose conversation was deleted. `local_id` is that of a message, None of a draft."""

    conversation_id: str
    written: Written
    local_id: str | None


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that does not leave by itself, for a person to decide on."""

    local_id: str
    conversation_id: str
    written: Written
    at: datetime
    state: LetterState
    problem: str | None
    check: Check


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
        self._outbox = outbox
        self._now = now
        self._hold_seconds = hold_seconds
        self._sleep = sleep
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._letters = Letters(store, drafts, outbox, on_gone=self._gone)
        self._delivery = Delivery(api, store, self._letters, now=now, sleep=sleep)

    @property
    def is_second(self) -> bool:
        """Whether another console of this profile was open before."""
        return self._outbox.is_second

    def check(self, conversation_id: str, written: Written, seen: str | None) -> Check:
        """What a person should see before this leaves, who looked at the thread when `seen` was its newest message."""
        words = gate.wording(written, self._store.row(conversation_id), knows_notes=self._store.has("internal-notes"))
        behind = any(one.conversation_id == conversation_id for one in self._left())
        return replace(words, arrived=self._arrived(conversation_id, seen), is_behind=behind)

    def seen(self, conversation_id: str) -> str | None:
        """The newest message of a thread as it stands: "" of an empty one, None of one that is not loaded."""
        newest = self._store.newest(conversation_id)
        if newest is not None:
            return newest.id
        return None if self._store.thread(conversation_id).is_loading else ""

    def write(self, conversation_id: str, written: Written, seen: str | None = None) -> str:
        """Send a message: a reply is held first, a note goes at once. Raises StateError if it cannot be kept.

        `seen` is the newest message that its writer has seen, by default what is there now.
        """
        if written.note and not self._store.has("internal-notes"):
            raise Connect360Error(NO_NOTES)
        from ulid import ULID  # it reads its own version from the disk, for which no start should wait

        at = self._now()
        local_id = f"{LOCAL_PREFIX}{ULID.from_datetime(at)}"
        is_held = self._hold_seconds > 0 and not written.note
        seen = self.seen(conversation_id) if seen is None else seen
        letter = Letter(local_id, conversation_id, written, "held" if is_held else "waiting", at, seen=seen)
        self._letters.begin(letter, send_at=at + timedelta(seconds=self._hold_seconds) if is_held else None)
        if is_held:
            self._hold(local_id)
        else:
            self._delivery.enqueue(letter)
        return local_id

    def _hold(self, local_id: str) -> None:
        timer = self._timers[local_id] = asyncio.create_task(self._release(local_id))
        timer.add_done_callback(report)

    def held(self, conversation_id: str | None) -> Entry | None:
        """The message written last that may still be taken back, there or with None anywhere."""
        held = self._letters.all("held", conversation_id=conversation_id)
        return self._letters.entry(held[-1]) if held else None

    def take_back(self, local_id: str) -> Written | None:
        """Have a message back that has not left, as the draft too; None of one that has. Raises StateError."""
        letter = self._letters.get(local_id)
        if letter is None or (letter.state == "sending" and self._delivery.may_have_arrived(local_id)):
            return None
        self._letters.to_draft(letter)
        return letter.written

    def send_now(self, local_id: str, seen: str | None = None) -> None:
        """Hold a message no longer, nor those written before it there; `seen` is what the person has seen since."""
        letter = self._letters.get(local_id)
        if letter is None or letter.state != "held":
            return
        for earlier in self._letters.all("held", conversation_id=letter.conversation_id):
            if timer := self._timers.pop(earlier.local_id, None):
                timer.cancel()
            if self._letters.become(earlier.local_id, "waiting", seen=seen):
                self._delivery.enqueue(earlier)
            if earlier.local_id == local_id:
                return

    def stop_the_clock(self) -> None:
        """Hold what is held until the person has decided."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def start_the_clock(self) -> None:
        """Hold what is held for its whole time again."""
        send_at = self._now() + timedelta(seconds=self._hold_seconds)
        for letter in self._letters.all("held"):
            if letter.local_id not in self._timers:
                self._letters.hold_until(letter, send_at)
                self._hold(letter.local_id)

    async def retry(self, local_id: str, seen: str | None = None) -> None:
        """Send what was not sent; of what may have arrived it is looked first whether it has.

        `seen` is the newest message that the person has seen, by default what is there now. Raises ApiError where that
        cannot be seen.
        """
        letter = self._letters.get(local_id)
        if self._delivery.is_going(local_id):
            self._delivery.hurry()
            return
        if letter is None or letter.state in ("held", "sending"):
            return
        if is_open(letter) and letter.problem != UNDECIDED and not self._delivery.is_repeatable(letter):
            try:
                fate = await self._delivery.fate(letter)
            except ApiError:
                if letter.state == "unknown":
                    return
                raise
            if fate.message is not None or self._letters.get(local_id) is not letter:
                return
            if not fate.is_absent:
                self._letters.become(local_id, "unknown", UNDECIDED)
                return
        if self._letters.become(local_id, "waiting", seen=self.seen(letter.conversation_id) if seen is None else seen):
            self._delivery.enqueue(letter)

    def discard(self, local_id: str) -> Written | None:
        """Let an unsent message go, and have its text; None of one that is on its way, or may have arrived so."""
        letter = self._letters.get(local_id)
        if letter is None or (letter.state == "sending" and self._delivery.may_have_arrived(local_id)):
            return None
        self._letters.drop(letter)
        return letter.written

    def look_at(self, local_id: str) -> Unsent | None:
        """A message that is held or does not leave by itself, and what stands against it."""
        letter = self._letters.get(local_id)
        return None if letter is None or self._delivery.is_going(local_id) else self._unsent(letter)

    def unsent(self) -> tuple[Unsent, ...]:
        """What does not leave by itself, in the order of its writing."""
        failed = [one for one in self._letters.all("failed") if not is_open(one)]
        return tuple(map(self._unsent, sorted([*self._left(), *failed], key=lambda one: one.local_id)))

    async def read_unsent(self) -> None:
        """Read what happened in the threads of what was not sent, as far as that can be had now."""
        await self._delivery.read_quietly({one.conversation_id for one in self._left()})

    async def gone(self, local_ids: Collection[str]) -> None:
        """Wait until each of these has gone, or has stopped."""
        await self._delivery.gone(local_ids)

    def leaving(self) -> int:
        """How many messages are held or on their way."""
        return sum(
            one.state in ("held", "sending") or self._delivery.is_going(one.local_id) for one in self._letters.unsent()
        )

    async def finish(self) -> int:
        """Send all that is held now and wait a while for the answers; how many are left."""
        for letter in self._letters.all("held"):
            self.send_now(letter.local_id)
        waited = 0.0
        while self.leaving() and waited < _LEAVING:
            await self._sleep(0.05)
            waited += 0.05
        return len(self._letters.unsent())

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
        self._delivery.resume()

    def restore(self) -> int:
        """Take over what ended consoles left: held ones are drafts again, those on their way are of unknown fate.

        How many are drafts again. Raises StateError.
        """
        kept, again = self._letters.take_over()
        for letter in kept:
            if letter.state == "sending":
                self._letters.become(letter.local_id, "unknown", NO_ANSWER)
            elif letter.state == "waiting":
                self._letters.become(letter.local_id, "waiting", WAITED)
        return again

    async def close(self) -> None:
        """Make drafts of what is held, wait a moment for answers that are on their way, and stop."""
        self._letters.hold_no_more()
        timers = list(self._timers.values())
        for timer in timers:
            timer.cancel()
        await asyncio.gather(*timers, return_exceptions=True)
        await self._delivery.close()
        self._letters.close()

    def _unsent(self, letter: Letter) -> Unsent:
        check = replace(self.check(letter.conversation_id, letter.written, letter.seen), is_behind=False)
        return Unsent(
            letter.local_id, letter.conversation_id, letter.written, letter.at, letter.state, letter.problem,
            replace(check, arrived=self._delivery.arrived(letter)),
        )  # fmt: skip

    def _left(self) -> list[Letter]:
        """What did not arrive for sure, and does not leave by itself: a later one would overtake it."""
        left = self._letters.all("stopped", "waiting", "failed", "unknown")
        return [
            one for one in left if not self._delivery.is_going(one.local_id) and (one.state != "failed" or is_open(one))
        ]

    def _arrived(self, conversation_id: str, seen: str | None) -> tuple[Entry, ...]:
        if seen is None:
            return ()
        thread, ours = self._store.thread(conversation_id), self._store.confirmed_ids()
        return gate.arrived_since(thread, seen, self._now(), ours=ours)

    async def _release(self, local_id: str) -> None:
        await self._sleep(self._hold_seconds)
        self._timers.pop(local_id, None)
        self.send_now(local_id)

    def _gone(self, letter: Letter) -> None:
        if timer := self._timers.pop(letter.local_id, None):
            timer.cancel()
        self._delivery.forget(letter)
