"""Delivering messages: those of one conversation in their order, each until it arrived, was refused, or cannot be told.

Just before one leaves, it is seen whether the thread moved since its writer looked; then it waits for the person. Where
no answer came, a server that takes idempotency keys is asked again with the same key on a line that is back at once; of
another, and after a while, the thread is read. What waited without a line is left to the person.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from console.client.api import Api
from console.client.errors import ApiError, Forbidden, LineError, NotFound, TooManyRequests, Unauthorized
from console.contract.shapes import Message
from console.errors import Connect360Error
from console.state import changes, gate
from console.state.arrival import (
    NO_ANSWER,
    NOT_ARRIVED,
    UNDECIDED,
    Fate,
    Verdict,
    fate_of,
    is_open,
    reaches_back,
    verdict_on,
)
from console.state.changes import Touched
from console.state.letters import Letters
from console.state.outbox import Letter
from console.state.rows import Entry
from console.state.store import Store
from console.state.written import call_of

Sleep = Callable[[float], Awaitable[None]]

KEY_LIVES = timedelta(hours=23)
"""How long a server still knows an idempotency key, with an hour to spare (contract, 8)."""

NO_NOTES = "This server knows no internal notes, and a customer would read it. Keep the text elsewhere, or reply."

WAITED = "There was no line when it was to leave."

FAULT = (
    "The console failed while sending, so it may have arrived. Look at the thread, then send it again or take it back."
)

_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds between attempts, should nobody say that the line is back
_GRACE = 1.0  # seconds that closing waits for an answer that is on its way
_SETTLES = 3.0  # seconds after which a call that broke has surely had its effect, or never will
_NEWEST = 20  # messages that are read just before one leaves
_MOST_PAGES = 10  # of a thread, read to find a message in


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
        self._looks: dict[str, asyncio.Task[None]] = {}  # for those of unknown fate, by local id
        self._answering: set[str] = set()  # local ids whose answer is awaited right now
        self._untold: dict[str, datetime] = {}  # when an attempt got no answer, by local id
        self._line_is_back = asyncio.Event()
        self._is_offline = False
        self._unwatch = store.watch(self._see)

    def enqueue(self, letter: Letter) -> None:
        """Send it after those of its conversation that are on their way; without a line it waits for the person."""
        if self._is_offline:
            self._park(letter)
            return
        self._lanes.setdefault(letter.conversation_id, deque()).append(letter.local_id)
        if letter.conversation_id not in self._runners:
            lane = self._lanes[letter.conversation_id]
            runner = self._runners[letter.conversation_id] = asyncio.create_task(self._run(letter.conversation_id))
            runner.add_done_callback(lambda ended: self._give_up(ended, lane))

    def is_going(self, local_id: str) -> bool:
        """Whether it leaves by itself as soon as it can."""
        letter = self._letters.get(local_id)
        if letter is None or letter.state in ("held", "stopped", "failed") or self._is_offline:
            return False
        return any(local_id in lane for lane in self._lanes.values())

    async def gone(self, local_ids: Collection[str]) -> None:
        """Wait until none of these is going: each has gone, or has stopped."""
        while any(map(self.is_going, local_ids)):
            await self._touched()

    async def _touched(self) -> None:
        """Until the store changes."""
        touched = asyncio.Event()
        unwatch = self._store.watch(lambda _: touched.set())
        try:
            await touched.wait()
        finally:
            unwatch()

    def may_have_arrived(self, local_id: str) -> bool:
        """Whether the message left, or may have left, and nobody can have it back."""
        return local_id in self._answering or local_id in self._untold

    def is_repeatable(self, letter: Letter) -> bool:
        """Whether the server tells a second sending of this message from a second message."""
        return self._store.has("idempotency") and self._now() - letter.at < KEY_LIVES

    def resume(self) -> None:
        """The line is back: those that wait for it go on, those of unknown fate are looked for."""
        self._is_offline = False
        self._wake()
        for letter in self._letters.all("unknown"):
            if letter.problem != UNDECIDED:
                self.look_for(letter)
        waiting = {one.conversation_id for one in self._letters.all("waiting") if not self.is_going(one.local_id)}
        if waiting and "reading" not in self._looks:
            self._beside("reading", self.read_quietly(waiting))

    def hurry(self) -> None:
        """Have those go on at once who wait to try again."""
        self._wake()

    def look_for(self, letter: Letter) -> None:
        """Look what became of it, beside everything else."""
        if letter.local_id not in self._looks:
            self._beside(letter.local_id, self._settle(letter.local_id))

    def forget(self, letter: Letter) -> None:
        """It is in the book no longer: whoever waits for it goes on."""
        self._untold.pop(letter.local_id, None)
        self._wake()

    async def fate(self, letter: Letter) -> Fate:
        """Read what became of a letter; it is confirmed if it is there for sure. Raises ApiError."""
        messages: list[Message] = []
        unread, is_whole = 0, False
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._api.messages.list(letter.conversation_id, cursor=cursor)
            messages += page.items
            unread += page.left_out
            if cursor is None:
                self._store.apply(changes.MessagesAnswered(letter.conversation_id, page))
            cursor = page.next_cursor
            if is_whole := cursor is None or reaches_back(letter, messages):
                break
        fate = self._fate(letter, messages)
        if fate.message is not None:
            self._store.apply(changes.MessageAnswered(fate.message, letter.local_id))
        # It may be one that could not be read, or farther back than anybody would read.
        return fate._replace(is_absent=fate.is_absent and is_whole and not unread)

    async def close(self) -> None:
        """Wait a moment for answers that are on their way, and stop."""
        self._unwatch()
        answering = [self._runners[id] for id, lane in self._lanes.items() if lane and lane[0] in self._answering]
        if answering:
            await asyncio.wait(answering, timeout=_GRACE)
        tasks = [*self._runners.values(), *self._looks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # one conversation's lane

    async def _run(self, conversation_id: str) -> None:
        lane = self._lanes[conversation_id]
        try:
            while lane:
                await self._deliver(lane[0])
                lane.popleft()
        finally:
            del self._lanes[conversation_id], self._runners[conversation_id]

    async def _deliver(self, local_id: str) -> None:
        """Try until it has arrived, was refused, cannot be told, has no line, or is wanted no longer."""
        attempt = 0
        while (letter := self._letters.get(local_id)) and letter.state in ("waiting", "sending"):
            if self._is_offline:
                self._park(letter)
                return
            try:
                if not await self._may_leave(letter):
                    return
                message = await self._send(letter)
            except ApiError as error:
                wait = await self._after(error, letter)
                if wait is None:
                    return
                await self._pause(wait or _PAUSES[min(attempt, len(_PAUSES) - 1)])
                attempt += 1
            except Connect360Error as error:  # of ours, so it did not leave
                self._letters.become(local_id, "failed", str(error))
                return
            else:
                self._store.apply(changes.MessageAnswered(message, local_id))
                self._letters.drop(letter)
                return

    async def _may_leave(self, letter: Letter) -> bool:
        """The gate: whether nothing happened since the writer looked, and it is written down that it leaves now.

        Raises ApiError where that cannot be read; then nothing has left.
        """
        local_id, conversation_id = letter.local_id, letter.conversation_id
        if letter.written.note and not self._store.has("internal-notes"):
            self._letters.become(local_id, "failed", NO_NOTES)
            return False
        if local_id in self._untold and letter.state == "sending":  # it is asked for once more, and may be there
            if self.is_repeatable(letter):
                return True
            await self._lose_sight(local_id)  # the machine slept for longer than the server remembers
            return False
        # Even on a line that says it is live: one may be dead for half a minute before anybody knows.
        await self._read(conversation_id, _NEWEST)
        if (now := self._letters.get(local_id)) is None or now.state not in ("waiting", "sending"):
            return False
        if self.arrived(letter):
            self._letters.become(local_id, "stopped")
            return False
        newest = self._store.newest(conversation_id)
        return self._letters.become(local_id, "sending", after=newest.id if newest else "")

    def arrived(self, letter: Letter) -> tuple[Entry, ...]:
        """What others wrote since the writer of a letter looked."""
        thread = self._store.thread(letter.conversation_id)
        return gate.arrived_since(thread, letter.seen, letter.at, ours=self._store.confirmed_ids())

    async def _send(self, letter: Letter) -> Message:
        key = letter.local_id if self._store.has("idempotency") else None
        self._answering.add(letter.local_id)
        try:
            return await self._api.messages.send(call_of(letter.conversation_id, letter.written), idempotency_key=key)
        finally:
            self._answering.discard(letter.local_id)

    async def _after(self, error: ApiError, letter: Letter) -> float | None:
        """What to do after a call broke: seconds to wait, 0.0 for as long as usual, None for nothing more."""
        local_id = letter.local_id
        now = self._letters.get(local_id)
        if now is None:
            return None
        if now.state == "waiting":  # it was the reading before it that broke: nothing has left
            verdict = Verdict.REFUSED if verdict_on(error, repeatable=True) is Verdict.REFUSED else Verdict.AGAIN
        else:
            verdict = verdict_on(error, repeatable=self.is_repeatable(letter))
            if verdict is Verdict.REFUSED and local_id in self._untold and not isinstance(error, NotFound):
                verdict = Verdict.UNTOLD  # this attempt did not arrive, but one before it may have
        if verdict is Verdict.REFUSED:
            self._letters.become(local_id, "failed", str(error))
            return None
        if verdict is Verdict.UNTOLD:
            # What a broken line says of it, that it may have arrived, is over once the thread was read.
            await self._lose_sight(local_id, said="" if isinstance(error, LineError) else str(error))
            return None
        if verdict is Verdict.REPEAT:
            self._untold[local_id] = self._now()
        elif local_id not in self._untold and not self._letters.become(local_id, "waiting"):
            return None
        return (error.retry_after or 0.0) if isinstance(error, TooManyRequests) else 0.0

    def _park(self, letter: Letter) -> None:
        """There is no line: what never left waits for the person, what may have is looked for when it is back."""
        if letter.local_id in self._untold:
            self._letters.become(letter.local_id, "unknown", NO_ANSWER)
        else:
            self._letters.become(letter.local_id, "waiting", WAITED)

    def _give_up(self, ended: asyncio.Task[None], lane: deque[str]) -> None:
        """A lane that an error of ours ended must not say "sending" for ever, nor may nobody hear of it."""
        report(ended)
        if not ended.cancelled() and ended.exception() is not None:
            for local_id in lane:
                self._letters.become(local_id, "failed", FAULT)

    # what became of one

    async def _lose_sight(self, local_id: str, *, said: str = "") -> None:
        """It may have arrived, and must not be sent again: look for it."""
        self._untold[local_id] = self._now()
        self._letters.become(local_id, "unknown", NO_ANSWER)
        await self._settle(local_id, said=said)

    async def _settle(self, local_id: str, *, said: str = "") -> None:
        """Find out what became of a letter, once whatever was under way has had its effect."""
        attempt = 0
        while (letter := self._letters.get(local_id)) and letter.state == "unknown":
            began = self._now()
            try:
                fate = await self.fate(letter)
            except (Unauthorized, Forbidden, NotFound):
                return  # nor will the next look tell
            except ApiError as error:
                await self._pause(error.retry_after or _PAUSES[min(attempt, len(_PAUSES) - 1)])
                attempt += 1
                if self._is_offline:
                    return  # it is looked for again when the line is back
                continue
            if fate.message is not None:
                return
            if self._letters.get(local_id) is not letter:
                continue  # it is let go, or sent again: what was read says nothing of that
            settled = self._untold.setdefault(local_id, began) + timedelta(seconds=_SETTLES)
            if began < settled:
                await self._sleep((settled - began).total_seconds())
                continue
            self._untold.pop(local_id, None)
            if fate.is_absent:
                self._letters.become(local_id, "failed", f"{NOT_ARRIVED} {said}".strip())
            else:
                self._letters.become(local_id, "unknown", UNDECIDED)
                return

    def _fate(self, letter: Letter, messages: Iterable[Message]) -> Fate:
        rivals = [one for one in self._letters.unsent() if is_open(one) and self._is_beside(one, letter)]
        return fate_of(letter, rivals, messages, taken=self._store.confirmed_ids(), me=self._store.me)

    def _is_beside(self, one: Letter, letter: Letter) -> bool:
        return one.conversation_id == letter.conversation_id and (one is letter or one.after is not None)

    def _see(self, touched: Touched) -> None:
        """What was told not to have arrived may come late; where the line is lost, nothing is tried any more."""
        if touched.line and self._store.line.state == "offline" and not self._is_offline:
            self._is_offline = True
            self._wake()
        for letter in [one for one in self._letters.all("unknown", "failed") if is_open(one)]:
            if letter.conversation_id in touched.threads and letter.after is not None:
                messages = self._store.messages(letter.conversation_id)
                if (message := self._fate(letter, messages).message) is not None:
                    self._store.apply(changes.MessageAnswered(message, letter.local_id))

    # reading

    async def _read(self, conversation_id: str, limit: int = 50) -> None:
        """Have the newest messages of a thread. Raises ApiError, but not of one that is gone."""
        try:
            page = await self._api.messages.list(conversation_id, limit)
        except NotFound:
            self._store.apply(changes.ConversationGone(conversation_id))
        except Forbidden:
            return  # a key that may write and not read: the server decides
        else:
            self._store.apply(changes.MessagesAnswered(conversation_id, page))

    async def read_quietly(self, conversation_ids: Collection[str]) -> None:
        """Have the newest messages of these threads, of those that can be read now."""
        if self._is_offline:
            return
        for conversation_id in sorted(conversation_ids):
            with suppress(ApiError):  # it is read again before anything leaves
                await self._read(conversation_id)

    # waiting

    def _beside(self, name: str, doing: Coroutine[Any, Any, None]) -> None:
        task = self._looks[name] = asyncio.create_task(doing)
        task.add_done_callback(lambda _: self._looks.pop(name, None))
        task.add_done_callback(report)

    def _wake(self) -> None:
        self._line_is_back.set()
        self._line_is_back = asyncio.Event()

    async def _pause(self, seconds: float) -> None:
        """Wait that long, or until the line is back, or lost for longer; not at all without one."""
        if self._is_offline:
            return
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
