"""A stream of events that is cut: whatever was told, and whatever was not, what is shown in the end is what is so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from console.client.api import Api
from console.contract.inputs import (
    CreateSubConversation,
    CustomerInput,
    GetOrCreateConversation,
    Send,
    UpdateConversation,
)
from console.contract.shapes import NOTE_FLAG
from tests.support.cuts.stage import Lane, Stage, Tally
from tests.support.cuts.views import differences, view
from tests.support.faulty_line import Exchange, Fault

REQUEST = b"GET /api/trpc/v1.connect.events"
EVENTS = 30
END = "That is all"
_FIRST = 10_000  # so that all numbers have as many digits, and an offset means the same each time


@asynccontextmanager
async def stream_lanes(stage: Stage, count: int) -> AsyncIterator[list[Lane]]:
    """Lanes in one workspace, and one lane more that is never cut."""
    async with stage.lanes(count + 1, together=True, numbered_from=_FIRST) as lanes:
        yield lanes


async def recorded_stream(stage: Stage) -> Exchange:
    """An exchange in which nothing breaks."""
    async with stream_lanes(stage, 1) as lanes:
        (exchange,) = await _played(lanes, [None], 0, Tally())
        return exchange


async def cut_streams(lanes: Sequence[Lane], faults: Sequence[Fault], tally: Tally) -> None:
    """Tell `EVENTS` events to consoles whose streams are cut, a fault each, and look. The last lane is never cut."""
    for first in range(0, len(faults), len(lanes) - 1):
        some = faults[first : first + len(lanes) - 1]
        await _played([*lanes[: len(some)], lanes[-1]], some, first, tally)


async def happen(lane: Lane, top: str) -> None:
    """`EVENTS` events that are told and two that are not: by a customer, a colleague, and this member elsewhere."""
    colleague, us = lane.direct, lane.it.api
    sub = await colleague.conversations.create_sub(CreateSubConversation(parent_id=top, name="Returns"))
    for number in range(6):
        await _say(colleague, top, f"Where is lamp {number}?", sender="customer")
        await _say(colleague, top, f"Lamp {number} is on its way")
    await _say(colleague, top, "Two left in stock", flags=[NOTE_FLAG])
    await _say(us, top, "A new one is on its way")
    await colleague.conversations.update(UpdateConversation(id=top, name="Six lamps"))
    triage = {"status": "resolved", "priority": "high", "labels": ["lamps"]}
    await colleague.conversations.update(UpdateConversation(id=top, metadata=triage))
    for number in range(3):
        asked = await _say(colleague, sub.id, f"May I return lamp {number}?", sender="customer")
    await us.conversations.mark_read(sub.id, asked)
    mistake = await colleague.conversations.create_sub(CreateSubConversation(parent_id=top, name="Mistake"))
    await _say(colleague, mistake.id, "Nobody will ever read this")
    await colleague.conversations.delete(mistake.id)
    await colleague.conversations.update(UpdateConversation(id=sub.id, parent_id=None))
    await _say(colleague, sub.id, "You may", parent_id=asked)
    await _say(colleague, sub.id, "Thank you", sender="customer")
    # A customer's is the last word everywhere: from others' a console that came late could not learn the language.
    await _say(colleague, top, END, sender="customer")


async def _say(api: Api, id: str, text: str, **more: object) -> str:
    return (await api.messages.send(Send.model_validate({"conversation_id": id, "content": {"en": text}} | more))).id


async def _played(lanes: Sequence[Lane], faults: Sequence[Fault | None], number: int, tally: Tally) -> list[Exchange]:
    """One time: the lines stand still, events happen, the lines move and break, and move again."""
    *cut, witness = lanes
    customer = CustomerInput(external_id=f"web-{number:06}", name="Jane Cooper")
    top = (await witness.direct.conversations.get_or_create(GetOrCreateConversation(customer=customer))).id
    await asyncio.gather(*(_opened(lane, top) for lane in lanes))
    exchanges = []
    for lane, fault in zip(cut, faults, strict=True):
        lane.line.stall()
        exchanges.append(lane.line.expect(fault, REQUEST))
        lane.line.reset()
    await asyncio.gather(*(exchange.begun.wait() for exchange in exchanges))

    await happen(witness, top)
    await witness.until(lambda: witness.it.texts(top)[-1:] == [END])
    last = witness.it.store.last_event_id
    for lane in cut:
        lane.line.mend()
    there = await asyncio.gather(
        *(_caught_up(lane, exchange, last) for lane, exchange in zip(cut, exchanges, strict=True))
    )
    true = await witness.anew(top)
    for lane, fault, is_there in zip(lanes, [*faults, None], [*there, True], strict=True):
        wrong = [*differences(view(lane.it, [top]), true)]
        tally.check(
            is_there, f"{fault}: it came to {lane.it.store.last_event_id} of {last}, {lane.it.store.line.state}"
        )
        for one in wrong:
            tally.check(False, f"{fault}: {one}")
        tally.outcomes["the same" if is_there and not wrong else "another"] += fault is not None
    return exchanges


async def _opened(lane: Lane, id: str) -> None:
    """Wait until a console knows this conversation, and open it."""
    await lane.until(lambda: lane.is_live and lane.it.store.row(id) is not None)
    await lane.it.desk.open(id)


async def _caught_up(lane: Lane, exchange: Exchange, last: str | None) -> bool:
    """Let the line be cut and let it go; whether the console hears all of it then."""
    if exchange.fault is not None:
        await lane.strike(exchange)
    try:
        await lane.until(lambda: lane.is_live and lane.it.store.last_event_id == last)
    except TimeoutError:
        return False
    return True
