"""Delivering messages: those of one conversation in their order, each until it arrived, was refused, or cannot be told.

Where no answer came, a server that takes idempotency keys is asked again with the same key; of another it is read
whether the message arrived, and where that cannot be told the person is asked.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from console.client.api import Api
from console.client.errors import ApiError, TooManyRequests
from console.contract.inputs import Send
from console.contract.shapes import NOTE_FLAG, Message
from console.errors import Connect360Error
from console.state import changes
from console.state.arrival import NO_ANSWER, Verdict, recognised, verdict_on
from console.state.letters import Letters
from console.state.outbox import Letter
from console.state.rows import Written
from console.state.store import Store

Sleep = Callable[[float], Awaitable[None]]

KEY_LIVES = timedelta(hours=23)
"""How long a server still knows an idempotency key, with an hour to spare (contract, 8)."""

NO_NOTES = "This server knows no internal notes, and a customer would read it. Keep the text elsewhere, or reply."

FAULT = (
    "The console failed while sending, so it may have arrived. Look at the thread, then send it again or take it back."
)

_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds between attempts, should nobody say that the line is back
_GRACE = 1.0  # seconds that closing waits for an answer that is on its way


class Delivery:
    """A lane for each conversation, in which the first message goes and the others wait."""

    def __init__(self, api: Api, store: Store, letters: Letters, *, now: Callable[[], datetime], sleep: Sleep) -> None:
        self._api = api
        self._store = store
        self._letters = letters
        self._now = now
        self._sleep = sleep
        self._lanes: dict[str, deque[str]] = {}  # by conversation, local ids, the next one first
        self._runners: dict[str, asyncio.Task[None]] = {}
        self._checks: set[asyncio.Task[bool]] = set()
        self._answering: set[str] = set()  # local ids whose answer is awaited right now
        self._untold: set[str] = set()  # local ids for which an attempt was made that got no answer
        self._line_is_back = asyncio.Event()

    def enqueue(self, letter: Letter, *, may_have_arrived: bool = False) -> None:
        """Send it after those of its conversation that are on their way."""
        if may_have_arrived:
            self._untold.add(letter.local_id)
        self._lanes.setdefault(letter.conversation_id, deque()).append(letter.local_id)
        if letter.conversation_id not in self._runners:
            lane = self._lanes[letter.conversation_id]
            runner = self._runners[letter.conversation_id] = asyncio.create_task(self._run(letter.conversation_id))
            runner.add_done_callback(lambda ended: self._give_up(ended, lane))

    def may_have_arrived(self, local_id: str) -> bool:
        """Whether the message left, or may have left, and nobody can have it back."""
        return local_id in self._answering or local_id in self._untold

    def is_repeatable(self, letter: Letter) -> bool:
        """Whether the server tells a second sending of this message from a second message."""
        return self._store.has("idempotency") and self._now() - letter.at < KEY_LIVES

    def wake(self) -> None:
        """Have those go on who wait for the line."""
        self._line_is_back.set()
        self._line_is_back = asyncio.Event()

    def forget(self, letter: Letter) -> None:
        """It is in the book no longer: whoever waits for it goes on."""
        self._untold.discard(letter.local_id)
        self.wake()

    def look_for(self, letter: Letter) -> None:
        """Look whether it has arrived, beside everything else."""
        check = asyncio.create_task(self.has_arrived(letter))
        self._checks.add(check)
        check.add_done_callback(self._checks.discard)
        check.add_done_callback(report)

    async def has_arrived(self, letter: Letter) -> bool:
        """Look for the message among the newest ones; it is confirmed if it is there for sure."""
        try:
            page = await self._api.messages.list(letter.conversation_id)
        except Connect360Error:
            return False
        message = recognised(letter, page.items, self._store)
        if message is not None:
            self._store.apply(changes.MessageAnswered(message, letter.local_id))
        self._store.apply(changes.MessagesAnswered(letter.conversation_id, page))
        return message is not None

    async def close(self) -> None:
        """Wait a moment for answers that are on their way, and stop."""
        answering = [self._runners[id] for id, lane in self._lanes.items() if lane and lane[0] in self._answering]
        if answering:
            await asyncio.wait(answering, timeout=_GRACE)
        tasks = [*self._runners.values(), *self._checks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, conversation_id: str) -> None:
        lane = self._lanes[conversation_id]
        try:
            while lane:
                await self._deliver(lane[0])
                lane.popleft()
        finally:
            del self._lanes[conversation_id], self._runners[conversation_id]

    async def _deliver(self, local_id: str) -> None:
        """Try until it has arrived, was refused, cannot be told, or is wanted no longer."""
        attempt = 0
        while (letter := self._letters.get(local_id)) and letter.state == "sending":
            if letter.written.note and not self._store.has("internal-notes"):
                self._letters.become(local_id, "failed", NO_NOTES)
                return
            try:
                message = await self._send(letter)
            except ApiError as error:
                verdict = verdict_on(error, repeatable=self.is_repeatable(letter))
                if verdict is Verdict.REFUSED:
                    self._letters.become(local_id, "failed", str(error))
                    return
                if verdict is Verdict.UNTOLD:
                    self._letters.become(local_id, "unknown", NO_ANSWER)
                    await self.has_arrived(letter)
                    return
                if verdict is Verdict.REPEAT:
                    self._untold.add(local_id)
                asked = error.retry_after if isinstance(error, TooManyRequests) else None
                await self._pause(asked or _PAUSES[min(attempt, len(_PAUSES) - 1)])
                attempt += 1
            except Connect360Error as error:  # of ours, so it did not leave
                self._letters.become(local_id, "failed", str(error))
                return
            else:
                self._store.apply(changes.MessageAnswered(message, local_id))
                self._letters.drop(letter)
                return

    def _give_up(self, ended: asyncio.Task[None], lane: deque[str]) -> None:
        """A lane that an error of ours ended must not say "sending" for ever, nor may nobody hear of it."""
        report(ended)
        if not ended.cancelled() and ended.exception() is not None:
            for local_id in lane:
                self._letters.become(local_id, "failed", FAULT)

    async def _send(self, letter: Letter) -> Message:
        key = letter.local_id if self._store.has("idempotency") else None
        self._answering.add(letter.local_id)
        try:
            return await self._api.messages.send(_given(letter.conversation_id, letter.written), idempotency_key=key)
        finally:
            self._answering.discard(letter.local_id)

    async def _pause(self, seconds: float) -> None:
        """Wait that long, or until the line is back."""
        waits = {asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(self._line_is_back.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


def report(ended: asyncio.Task[Any]) -> None:
    """Tell the loop's exception handler at once of a task that nobody awaits and that an error ended."""
    if not ended.cancelled() and (error := ended.exception()) is not None:
        told = {"message": "a task of the desk ended", "exception": error, "task": ended}
        ended.get_loop().call_exception_handler(told)


def _given(conversation_id: str, written: Written) -> Send:
    """The call that sends it; what there is none of is left out."""
    given: dict[str, object] = {"conversation_id": conversation_id}
    if written.text:
        given["content"] = {written.language: written.text}
    if written.files:
        given["attachment_ids"] = [file.id for file in written.files]
    if written.note:
        given["flags"] = [NOTE_FLAG]
    if written.reply_to:
        given["parent_id"] = written.reply_to
    return Send.model_validate(given)
