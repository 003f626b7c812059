"""Values of the wire, made short, and a clock that moves when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from console.contract.shapes import (
    Conversation,
    Customer,
    LastMessage,
    Member,
    Message,
    Role,
    Sender,
    Session,
    Workspace,
)
from console.state.changes import Touched
from console.state.rows import Written
from console.state.store import Store

START = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
ME = "mem_maya"
AGENT = ("connect360:conversation:read", "connect360:conversation:engage", "connect360:conversation:delete")
FEATURES = ("events", "idempotency", "internal-notes", "read-marks", "ai-drafts", "templates")


def at(minutes: float = 0) -> datetime:
    """That many minutes after the tests' start."""
    return START + timedelta(minutes=minutes)


def conversation(id: str, *, minutes: float = 0, updated: float | None = None, **given: Any) -> Conversation:
    """A conversation with Jane, whose newest message is of `minutes`, changed last at `updated`."""
    given = {"customer": Customer(id="cus_jane", name="Jane Cooper"), "metadata": {}} | given
    last = LastMessage(id=f"msg_{id}", sender_kind="customer", text="Where is my lamp?", created_at=at(minutes))
    return Conversation(
        id=id,
        **({"last_message": last} | given),
        created_at=at(-10_000),
        updated_at=at(minutes if updated is None else updated),
    )


def message(id: str, minutes: float = 0, *, text: str = "Hello", by: str = "customer", **given: Any) -> Message:
    """A message in the conversation `c` by the customer, by `me`, or by another colleague."""
    senders = {
        "customer": Sender(kind="customer", id="cus_jane", name="Jane Cooper"),
        "me": Sender(kind="member", id=ME, name="Maya Okafor"),
        "colleague": Sender(kind="member", id="mem_omar", name="Omar"),
    }
    fields = {"conversation_id": "c", "content": {"en": text} if text else {}} | given
    return Message(id=id, sender=senders[by], created_at=at(minutes), **fields)


def session(features: tuple[str, ...] = FEATURES, permissions: tuple[str, ...] = AGENT) -> Session:
    """Maya's, on a server that can do all of this."""
    return Session(
        workspace=Workspace(id="ws_1", name="Northwind"),
        member=Member(id=ME, name="Maya Okafor"),
        role=Role(id="role_agent", name="agent"),
        permissions=permissions,
        features=features,
    )


def words(text: str, **given: Any) -> Written:
    """What a person wrote, in English."""
    return Written(text=text, language="en", **given)


class Clock:
    """A time of day that moves only by `advance`, and the sleep that goes with it."""

    def __init__(self) -> None:
        self.at = START
        self.asked: list[float] = []  # how long was slept, each time
        self._waits: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """The time of day."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Until the clock was moved on by that much."""
        self.asked.append(seconds)
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waits.append((self.at + timedelta(seconds=seconds), woken))
        await woken

    async def machine_slept(self, seconds: float) -> None:
        """Time passes that no sleep counts: all that wait have as long to wait as before."""
        self.at += timedelta(seconds=seconds)
        self._waits = [(due + timedelta(seconds=seconds), woken) for due, woken in self._waits]
        await settled()

    async def advance(self, seconds: float) -> None:
        """Move on, waking those whose time comes in its order, and let them do what they can."""
        end = self.at + timedelta(seconds=seconds)
        await settled()
        while due := sorted((wait for wait in self._waits if wait[0] <= end), key=lambda wait: wait[0]):
            self.at, woken = due[0]
            self._waits.remove(due[0])
            if not woken.done():
                woken.set_result(None)
            await settled()
        self.at = end


async def no_sleep(seconds: float) -> None:
    """A sleep for those who need not wait."""
    await asyncio.sleep(0)


async def settled(turns: int = 30) -> None:
    """Let every task that can go on do so."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def until(store: Store, claim: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until the claim holds, asking again whenever something was touched."""
    if claim():
        return
    touched = asyncio.Event()

    def listener(_: Touched) -> None:
        touched.set()

    unwatch = store.watch(listener)
    try:
        async with asyncio.timeout(seconds):
            while not claim():
                await touched.wait()
                touched.clear()
    finally:
        unwatch()
