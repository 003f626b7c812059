"""A message whose sending is cut: it arrives once or is plainly not sent, and its text is always somewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence

from console.contract.inputs import CustomerInput
from console.state.arrival import NO_ANSWER
from console.state.delivery import WAITED
from console.state.sending import Unsent
from tests.state.values import words
from tests.support.cuts.stage import Lane, Stage, Tally
from tests.support.faulty_line import Exchange, Fault

REQUEST = b"POST /api/trpc/v1.connect.send "
_TRIES = 3
_AT_ONCE = 40  # messages in one conversation: fewer than a page of it


async def recorded_send(stage: Stage) -> Exchange:
    """An exchange in which nothing breaks."""
    async with stage.lanes(1) as (lane,):
        id = await begun(lane)
        exchange = lane.line.expect(request=REQUEST)
        lane.it.desk.reply(id, words(text_of(0)))
        await lane.until(lambda: lane.it.deliveries(id) == ["sent"])
        return exchange


async def cut_sends(lane: Lane, faults: Sequence[Fault], tally: Tally) -> None:
    """Send a message for each fault, and look."""
    for first in range(0, len(faults), _AT_ONCE):
        some = faults[first : first + _AT_ONCE]
        await _cut(lane, some, [text_of(first + number) for number in range(len(some))], tally)


async def cut_twins(lane: Lane, faults: Sequence[Fault], tally: Tally) -> None:
    """Send the same words for each fault, and look."""
    for first in range(0, len(faults), _AT_ONCE):
        some = faults[first : first + _AT_ONCE]
        await _cut(lane, some, [text_of(0)] * len(some), tally)


async def _cut(lane: Lane, faults: Sequence[Fault], texts: Sequence[str], tally: Tally) -> None:
    """One conversation's."""
    id = await begun(lane)
    for number, (fault, text) in enumerate(zip(faults, texts, strict=True)):
        before = texts[:number].count(text)
        exchange = lane.line.expect(fault, REQUEST)
        local_id = lane.it.desk.reply(id, words(text))
        await lane.strike(exchange)
        # Twice is no harm for a moment: the thread was read, and which message is ours is not known before the answer.
        tally.check(lane.it.texts(id).count(text) > before, f"{fault}: when the line broke its text was lost")
        tally.outcomes[await delivered(lane, id, local_id, text, f"{fault}", tally, before)] += 1
    await check_all(lane, id, texts, f"{faults[0]} and on", tally)


async def begun(lane: Lane) -> str:
    """A new conversation, open."""
    mark = f"web-{time.monotonic_ns()}"
    id = await lane.it.desk.create("Lamps", CustomerInput(external_id=mark, name="Jane Cooper"))
    await lane.it.desk.open(id)
    await lane.until(lambda: lane.it.store.row(id) and not lane.it.store.thread(id).is_loading)
    return id


def text_of(number: int) -> str:
    """A text that nothing else is like, as long as any other."""
    return f"Your lamp number {number:06} is on its way"


async def delivered(lane: Lane, id: str, local_id: str, text: str, where: str, tally: Tally, before: int = 0) -> str:
    """How a message ended, once it is known; one that was not sent is sent again, and must arrive then.

    `before` is how many messages of these words there are already.
    """
    try:
        await lane.until(lambda: lane.is_live and _is_settled(lane, local_id))
    except TimeoutError:
        tally.check(False, f"{where}: nothing is known of it after a long while: {_problem(lane, local_id)}")
        return "stuck"
    left = _left(lane, local_id)
    shown = [entry.delivery for entry in lane.it.store.thread(id).entries if "".join(entry.bodies) == text]
    tally.check(len(shown) == before + 1, f"{where}: its text is shown {len(shown) - before} times")
    if left is None:
        tally.check(set(shown) == {"sent"}, f"{where}: shown as {shown}")
        return "sent"
    page = await lane.direct.messages.list(id, limit=100)
    there = sum(message.content.get("en") == text for message in page.items) - before
    tally.check(there == 0, f"{where}: it is {left.state} ({left.problem}), and there {there} times")
    tally.check(left.state != "failed" or left.problem, f"{where}: it failed, and nothing says why")
    tally.check(left.state != "unknown", f"{where}: the person is asked, and could not know better: {left.problem}")
    state, problem = left.state, left.problem
    for _ in range(_TRIES):  # where the clock runs ahead of a busy machine, the line is given up once more meanwhile
        await lane.it.desk.retry(local_id)
        try:
            await lane.until(lambda: not _is_going(lane) and (lane.is_live or not _left(lane, local_id)))
        except TimeoutError:
            break
        if (left := _left(lane, local_id)) is None or left.problem != WAITED:
            break
    tally.check(left is None, f"{where}: trying again did not send it: {_problem(lane, local_id)}")
    return f"{state}, then sent: {lane.plain(problem or 'nothing says why')}"


async def check_all(lane: Lane, id: str, texts: Sequence[str], where: str, tally: Tally) -> None:
    """All of them are there once, in their order, and what is shown is what another console reads."""
    true = await lane.anew(id)
    for wrong in await lane.shows(true):
        tally.check(False, f"{where}: {wrong}")
    await lane.restart()
    tally.check(not lane.it.desk.unsent(), f"{where}: the next console finds {lane.it.desk.unsent()}")
    tally.check(not lane.it.drafts.conversations(), f"{where}: the next console finds a draft")
    page = await lane.direct.messages.list(id, limit=100)
    there = [message.content.get("en") for message in reversed(page.items)]
    tally.check(there == [*texts], f"{where}: there are {there}")


def _is_settled(lane: Lane, local_id: str) -> bool:
    """Whether nothing more happens to it by itself."""
    if lane.it.store.confirmed(local_id):
        return not _is_going(lane)
    left = _left(lane, local_id)
    return left is not None and left.problem != NO_ANSWER


def _left(lane: Lane, local_id: str) -> Unsent | None:
    """What was not sent of it, or nobody knows."""
    return {one.local_id: one for one in lane.it.desk.unsent()}.get(local_id)


def _is_going(lane: Lane) -> bool:
    return lane.it.desk.leaving() > 0


def _problem(lane: Lane, local_id: str) -> str:
    left = _left(lane, local_id)
    return f"{left.state}: {left.problem}" if left else f"line {lane.it.store.line.state}, on its way"
