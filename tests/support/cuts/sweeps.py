"""The sweeps by name: what is recorded, and how it is cut at many places side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.cuts.sends import cut_sends, cut_twins, recorded_send
from tests.support.cuts.stage import Lane, Stage, Tally, staged
from tests.support.cuts.streams import cut_streams, recorded_stream, stream_lanes
from tests.support.cuts.uploads import cut_uploads, recorded_upload
from tests.support.faulty_line import Exchange, Fault

LANES = 8
STREAMS = 25
_IN_A_WORKSPACE = 40 * STREAMS  # each time leaves conversations behind, which are all looked at each time

Choice = Callable[[Exchange], Sequence[Fault]]
"""Which faults of a recorded exchange are played."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One exchange, on a server that lacks some features."""

    record: Callable[[Stage], Awaitable[Exchange]]
    play: Callable[[Stage, Sequence[Fault], Tally], Awaitable[None]]
    without: tuple[str, ...] = ()


async def swept(name: str, folder: Path, choice: Choice, *, timeout: float = 15.0) -> tuple[Exchange, Tally]:
    """Record an exchange, play the chosen faults, and tell what was seen. `folder` is empty or yet to be made."""
    sweep, tally = SWEEPS[name], Tally()
    async with staged(folder, without=sweep.without, timeout=timeout) as stage:
        exchange = await sweep.record(stage)
        await sweep.play(stage, choice(exchange), tally)
    return exchange, tally


def _in_lanes(
    play: Callable[[Lane, Sequence[Fault], Tally], Awaitable[None]],
) -> Callable[[Stage, Sequence[Fault], Tally], Awaitable[None]]:
    async def played(stage: Stage, faults: Sequence[Fault], tally: Tally) -> None:
        async with stage.lanes(min(LANES, len(faults))) as lanes:
            parts = [faults[number :: len(lanes)] for number in range(len(lanes))]
            await asyncio.gather(*(play(lane, part, tally) for lane, part in zip(lanes, parts, strict=True)))

    return played


async def _in_streams(stage: Stage, faults: Sequence[Fault], tally: Tally) -> None:
    for first in range(0, len(faults), _IN_A_WORKSPACE):
        some = faults[first : first + _IN_A_WORKSPACE]
        async with stream_lanes(stage, min(STREAMS, len(some))) as lanes:
            await cut_streams(lanes, some, tally)


SWEEPS = {
    "send": Sweep(recorded_send, _in_lanes(cut_sends)),
    "send without keys": Sweep(recorded_send, _in_lanes(cut_sends), without=("idempotency",)),
    "twins without keys": Sweep(recorded_send, _in_lanes(cut_twins), without=("idempotency",)),
    "send while polling": Sweep(recorded_send, _in_lanes(cut_sends), without=("idempotency", "events")),
    "upload": Sweep(recorded_upload, _in_lanes(cut_uploads)),
    "stream": Sweep(recorded_stream, _in_streams),
}
