"""Sends whose answer is lost, or which are lost themselves, to a server that cannot tell one from its repetition."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from console.client.api import Api
from console.contract.inputs import CustomerInput, Send
from tests.hosted.hosted import Hosted
from tests.state.values import words
from tests.support.fast_clock import FastClock
from tests.support.faulty_line import Fault, FaultyLine, Place, faulty_line
from tests.support.headless import Console

_REQUEST = b"POST /trpc/v1.connect.send "
_SPEED = 30.0
_PATIENCE = 20.0
_CONVERSATIONS = 10
_LIKE = ("OK", "Thank you", "On its way")
"""What people write again and again."""


@dataclass
class Figures:
    """What became of the sends."""

    sends: int = 0
    arrived: int = 0  # and the console found that out by itself
    absent: int = 0  # plainly not sent, and sent again by the person
    asked: int = 0  # the person was asked, for nobody could know
    twins: int = 0  # like ones that the same member sent from elsewhere at that moment
    merged: int = 0  # of these, where the other one alone arrived, and was taken for ours: it says the same
    wrong: list[str] = field(default_factory=list)


async def play(hosted: Hosted, sends: int, seed: int) -> Figures:
    """So many sends, one after another, each cut at a place of its own."""
    random, figures = Random(seed), Figures()
    with tempfile.TemporaryDirectory() as name:
        async with faulty_line(hosted.url) as line, Api(hosted.url, hosted.key) as elsewhere:
            it = Console(line.url, hosted.key, Path(name), clock=FastClock(_SPEED))
            following = asyncio.create_task(it.follower.run())
            try:
                await it.until(lambda: it.store.line.state == "polling")
                ids = [
                    await it.desk.create(f"Lamp {number}", CustomerInput(external_id=f"{seed}-{number}"))
                    for number in range(_CONVERSATIONS)
                ]
                wanted: dict[str, Counter[str]] = {id: Counter() for id in ids}
                twins: dict[str, Counter[str]] = {id: Counter() for id in ids}
                size = await _measured(it, line, ids[0])
                wanted[ids[0]]["Measured"] += 1
                for number in range(sends):
                    id = random.choice(ids)
                    text = random.choice(_LIKE) if random.random() < 0.4 else f"Lamp number {number} is on its way"
                    twin = random.random() < 0.1
                    await _send(it, line, id, text, random, size, figures, elsewhere if twin else None)
                    wanted[id][text] += 1 + twin
                    twins[id][text] += twin
                stored = await hosted.stored()
                for id in ids:
                    there = Counter(stored.texts(id))
                    fewer = wanted[id] - there
                    figures.merged += fewer.total()
                    if there - wanted[id] or fewer - twins[id]:
                        figures.wrong.append(f"more: {there - wanted[id]}, fewer: {fewer}")
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
                await it.close()
    return figures


async def _measured(it: Console, line: FaultyLine, id: str) -> tuple[int, int]:
    """The bytes of a send and of its answer."""
    await it.desk.open(id)
    exchange = line.expect(request=_REQUEST)
    it.desk.reply(id, words("Measured"))
    await it.until(lambda: it.deliveries(id) == ["sent"])
    return len(exchange.onward), len(exchange.back)


async def _send(
    it: Console,
    line: FaultyLine,
    id: str,
    text: str,
    random: Random,
    size: tuple[int, int],
    figures: Figures,
    elsewhere: Api | None,
) -> None:
    """One send that is cut somewhere; what was not sent, the person sends again."""
    figures.sends += 1
    await it.desk.open(id)
    # Most of all at the end of the request and in the answer, where nobody knows whether it arrived.
    place = (
        Place("back", random.randint(0, size[1] - 1))
        if random.random() < 0.7
        else Place("onward", random.randint(size[0] * 3 // 4, size[0]))
    )
    exchange = line.expect(Fault(random.choice(("cut", "reset", "close", "truncate")), place), _REQUEST)
    local_id = it.desk.reply(id, words(text))
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            await exchange.struck.wait()
    if elsewhere is not None:
        await elsewhere.messages.send(Send(conversation_id=id, content={"en": text}))
        figures.twins += 1
    line.mend()
    await it.until(lambda: _is_known(it, local_id), _PATIENCE)
    left = next((one for one in it.desk.unsent() if one.local_id == local_id), None)
    if left is None:
        figures.arrived += 1
        return
    if left.state == "unknown":
        figures.asked += 1
        if elsewhere is None:
            figures.wrong.append(f"asked about {text!r}, which stands there once at most")
        await _decide(it, id, local_id, text)
        return
    figures.absent += 1
    await it.desk.retry(local_id)
    await it.until(lambda: it.store.confirmed(local_id), _PATIENCE)


async def _decide(it: Console, id: str, local_id: str, text: str) -> None:
    """What a person does who knows what they sent from elsewhere: of two like ones one is this."""
    page = await it.api.messages.list(id)
    if [message.content.get("en") for message in page.items[:2]] == [text, text]:
        it.desk.discard(local_id)
    else:
        await it.desk.retry(local_id)
        await it.until(lambda: it.store.confirmed(local_id), _PATIENCE)


def _is_known(it: Console, local_id: str) -> bool:
    """Whether nothing more happens to it by itself."""
    if it.store.confirmed(local_id):
        return True
    left = next((one for one in it.desk.unsent() if one.local_id == local_id), None)
    return left is not None and not (left.state == "unknown" and "looked for" in (left.problem or ""))
