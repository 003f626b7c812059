"""Messages on their way: held a while, sent in order, and never lost.

A message is written down before anything is tried, shown at once, and crossed out when the server has named it. Where
no answer came, a server that takes idempotency keys is asked again with the same key; of another it is read whether the
message arrived, and where that cannot be told the person is asked.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from ulid import ULID

from console.client.api import Api
from console.client.errors import ApiError, TooManyRequests
from console.contract.inputs import Send
from console.contract.shapes import NOTE_FLAG, Message
from console.errors import Connect360Error, StateError
from console.state import changes, reduce
from console.state.arrival import NO_ANSWER, Verdict, recognised, verdict_on
from console.state.changes import Touched
from console.state.drafts import Draft, Drafts
from console.state.outbox import Letter, Outbox
from console.state.rows import LOCAL_PREFIX, Entry, Written
from console.state.store import Store
from console.state.written import joined

Sleep = Callable[[float], Awaitable[None]]

KEY_LIVES = timedelta(hours=23)
"""How long a server still knows an idempotency key, with an hour to spare (contract, 8)."""

_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds between attempts, should nobody say that the line is back
_GRACE = 1.0  # seconds that closing waits for an answer that is on its way
_NO_NOTES = "This server knows no internal notes, and a customer would read it. Keep the text elsewhere, or reply."


class Sending:
    """The unsent messages of this console, by their local ids."""

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
        self._api = api
        self._store = store
        self._drafts = drafts
        self._outbox = outbox
        self._now = now
        self._hold_seconds = hold_seconds
        self._sleep = sleep
        self._letters: dict[str, Letter] = {}  # in the order of their writing
        self._send_at: dict[str, datetime] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._lanes: dict[str, deque[str]] = {}  # by conversation, what is to be sent, the next one first
        self._runners: dict[str, asyncio.Task[None]] = {}
        self._checks: set[asyncio.Task[None]] = set()
        self._is_answering: set[str] = set()  # local ids whose answer is awaited right now
        self._line_is_back = asyncio.Event()
        self._unwatch = store.watch(self._see)

    def write(self, conversation_id: str, written: Written) -> str:
        """Send a message: a reply is held first, a note goes at once. Raises StateError if it cannot be kept."""
        if written.note and not self._has("internal-notes"):
            raise Connect360Error(_NO_NOTES)
        at = self._now()
        local_id = f"{LOCAL_PREFIX}{ULID.from_datetime(at)}"
        is_held = self._hold_seconds > 0 and not written.note
        self._keep(Letter(local_id, conversation_id, written, "held" if is_held else "sending", at))
        with suppress(StateError):  # it is in the outbox: a draft too many harms nobody
            self._drafts.discard(conversation_id, written.note)
        if is_held:
            self._hold(local_id)
        else:
            self._enqueue(local_id)
        return local_id

    def held(self, conversation_id: str) -> Entry | None:
        """The message written last that may still be taken back."""
        held = self._held(conversation_id)
        return self._entry(held[-1]) if held else None

    def take_back(self, local_id: str) -> Written | None:
        """Have a held message back, as the draft too; None of one that has left."""
        letter = self._letters.get(local_id)
        if letter is None or letter.state != "held":
            return None
        self._to_draft(letter)
        return letter.written

    def send_now(self, local_id: str) -> None:
        """Hold a message no longer, nor those written before it there."""
        letter = self._letters.get(local_id)
        if letter is None or letter.state != "held":
            return
        for earlier in self._held(letter.conversation_id):
            if timer := self._timers.pop(earlier.local_id, None):
                timer.cancel()
            self._send_at.pop(earlier.local_id, None)
            self._become(earlier.local_id, "sending")
            self._enqueue(earlier.local_id)
            if earlier.local_id == local_id:
                return

    async def retry(self, local_id: str) -> None:
        """Send a failed message again; one of unknown fate too, unless it turns out to have arrived."""
        letter = self._letters.get(local_id)
        if letter is None or letter.state not in ("failed", "unknown"):
            return
        if letter.state == "unknown" and not self._is_repeatable(letter) and await self._has_arrived(letter):
            return
        if self._letters.get(local_id) is letter:
            self._become(local_id, "sending")
            self._enqueue(local_id)

    def discard(self, local_id: str) -> Written | None:
        """Let an unsent message go, and have its text; None of one that is on its way or has arrived."""
        letter = self._letters.get(local_id)
        if letter is None or letter.state == "sending":
            return None
        self._drop(letter)
        return letter.written

    def resume(self) -> None:
        """The line is back: what waits for it goes on, and what may have arrived is looked for."""
        self._wake()
        for letter in [letter for letter in self._letters.values() if letter.state == "unknown"]:
            check = asyncio.create_task(self._check(letter))
            self._checks.add(check)
            check.add_done_callback(self._checks.discard)

    def restore(self) -> None:
        """Take over what ended consoles left: held ones are drafts again, those on their way go on or are unknown."""
        left = [letter for letter in self._outbox.take_over() if letter.local_id not in self._letters]
        self._letters |= {letter.local_id: letter for letter in left}
        self._unhold()
        for letter in left:
            if letter.state == "held":
                continue
            if letter.state == "sending" and self._is_repeatable(letter):
                self._keep(letter)
                self._enqueue(letter.local_id)
            else:
                lost = replace(letter, state="unknown", problem=NO_ANSWER) if letter.state == "sending" else letter
                self._keep(lost)

    async def close(self) -> None:
        """Make drafts of what is held, wait a moment for answers that are on their way, and stop."""
        self._unhold()
        answering = [
            runner
            for id, runner in self._runners.items()
            if id in self._lanes and self._lanes[id][0] in self._is_answering
        ]
        if answering:
            await asyncio.wait(answering, timeout=_GRACE)
        tasks = [*self._timers.values(), *self._runners.values(), *self._checks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._unwatch()

    def _hold(self, local_id: str) -> None:
        self._send_at[local_id] = self._now() + timedelta(seconds=self._hold_seconds)
        self._show(local_id)

        async def release() -> None:
            await self._sleep(self._hold_seconds)
            self._timers.pop(local_id, None)
            self.send_now(local_id)

        self._timers[local_id] = asyncio.create_task(release())

    def _enqueue(self, local_id: str) -> None:
        conversation_id = self._letters[local_id].conversation_id
        self._lanes.setdefault(conversation_id, deque()).append(local_id)
        if conversation_id not in self._runners:
            self._runners[conversation_id] = asyncio.create_task(self._run(conversation_id))

    async def _run(self, conversation_id: str) -> None:
        lane = self._lanes[conversation_id]
        try:
            while lane:
                await self._deliver(lane[0])
                lane.popleft()
        finally:
            del self._lanes[conversation_id], self._runners[conversation_id]

    async def _deliver(self, local_id: str) -> None:
        """Try until it has arrived, was refused, or its fate cannot be told."""
        attempt = 0
        while letter := self._letters.get(local_id):
            if letter.written.note and not self._has("internal-notes"):
                self._become(local_id, "failed", _NO_NOTES)
                return
            try:
                message = await self._send(letter)
            except ApiError as error:
                verdict = verdict_on(error, repeatable=self._is_repeatable(letter))
                if verdict is Verdict.REFUSED:
                    self._become(local_id, "failed", str(error))
                    return
                if verdict is Verdict.UNTOLD:
                    self._become(local_id, "unknown", NO_ANSWER)
                    await self._has_arrived(letter)
                    return
                asked = error.retry_after if isinstance(error, TooManyRequests) else None
                await self._pause(asked or _PAUSES[min(attempt, len(_PAUSES) - 1)])
                attempt += 1
            else:
                self._store.apply(changes.MessageAnswered(message, local_id))
                if local_id in self._letters:
                    self._drop(letter)
                return

    async def _send(self, letter: Letter) -> Message:
        written = letter.written
        given: dict[str, object] = {"conversation_id": letter.conversation_id}
        if written.text:
            given["content"] = {written.language: written.text}
        if written.files:
            given["attachment_ids"] = [file.id for file in written.files]
        if written.note:
            given["flags"] = [NOTE_FLAG]
        if written.reply_to:
            given["parent_id"] = written.reply_to
        key = letter.local_id if self._has("idempotency") else None
        self._is_answering.add(letter.local_id)
        try:
            return await self._api.messages.send(Send.model_validate(given), idempotency_key=key)
        finally:
            self._is_answering.discard(letter.local_id)

    async def _check(self, letter: Letter) -> None:
        await self._has_arrived(letter)

    async def _has_arrived(self, letter: Letter) -> bool:
        """Look for the message among the newest ones; it is confirmed if it is there for sure."""
        try:
            page = await self._api.messages.list(letter.conversation_id)
        except ApiError:
            return False
        message = recognised(letter, page.items, self._store)
        if message is not None:
            self._store.apply(changes.MessageAnswered(message, letter.local_id))
        self._store.apply(changes.MessagesAnswered(letter.conversation_id, page))
        return message is not None

    async def _pause(self, seconds: float) -> None:
        """Wait that long, or until the line is back."""
        waits = {asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(self._line_is_back.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    def _see(self, touched: Touched) -> None:
        """Cross out what an answer or an event has confirmed."""
        for letter in [letter for letter in self._letters.values() if letter.conversation_id in touched.threads]:
            if self._store.confirmed(letter.local_id):
                self._drop(letter)
                self._wake()

    def _wake(self) -> None:
        """Have those go on who wait for the line."""
        self._line_is_back.set()
        self._line_is_back = asyncio.Event()

    def _keep(self, letter: Letter) -> None:
        self._outbox.put(letter)
        self._letters[letter.local_id] = letter
        self._show(letter.local_id)

    def _become(
        self, local_id: str, state: Literal["sending", "failed", "unknown"], problem: str | None = None
    ) -> None:
        letter = replace(self._letters[local_id], state=state, problem=problem)
        with suppress(StateError):  # its text is down already; the worst is that the next console asks about it again
            self._outbox.put(letter)
        self._letters[local_id] = letter
        self._show(local_id)

    def _drop(self, letter: Letter) -> None:
        del self._letters[letter.local_id]
        self._send_at.pop(letter.local_id, None)
        if timer := self._timers.pop(letter.local_id, None):
            timer.cancel()
        with suppress(StateError):  # as above
            self._outbox.remove(letter.local_id)
        self._store.apply(changes.LocalGone(letter.conversation_id, letter.local_id))

    def _unhold(self) -> None:
        """Make drafts of all that is held: the last one first, each goes before what is there."""
        for letter in [letter for letter in reversed(self._letters.values()) if letter.state == "held"]:
            with suppress(StateError):  # the next console finds it in the outbox
                self._to_draft(letter)

    def _to_draft(self, letter: Letter) -> None:
        written, before = letter.written, self._drafts.get(letter.conversation_id, letter.written.note)
        if before:
            written = joined(
                written, Written(before.text, before.language, written.note, before.files, before.reply_to)
            )
        self._drafts.put(
            letter.conversation_id, written.note, Draft(written.text, written.language, written.files, written.reply_to)
        )
        self._drop(letter)

    def _show(self, local_id: str) -> None:
        self._store.apply(changes.LocalWritten(self._entry(self._letters[local_id])))

    def _entry(self, letter: Letter) -> Entry:
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

    def _held(self, conversation_id: str) -> list[Letter]:
        return [
            letter
            for letter in self._letters.values()
            if letter.state == "held" and letter.conversation_id == conversation_id
        ]

    def _is_repeatable(self, letter: Letter) -> bool:
        return self._has("idempotency") and self._now() - letter.at < KEY_LIVES

    def _has(self, feature: str) -> bool:
        return self._store.identity is not None and feature in self._store.identity.features
