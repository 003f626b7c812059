"""The line is cut at any byte of an exchange and let go again: nothing is lost, doubled or shown otherwise than it is.

All places of every exchange: `python -m tests.benchmarks.cuts`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import pytest

from tests.support.cuts.sends import cut_sends, recorded_send
from tests.support.cuts.stage import Tally, faults, staged
from tests.support.cuts.sweeps import SWEEPS, swept

PLACES = 50


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", SWEEPS)
async def test_a_cut_costs_nothing_but_time(tmp_path: Path, name: str, seed: int) -> None:
    _, tally = await swept(name, tmp_path, lambda exchange: Random(seed).sample(faults(exchange), PLACES))
    assert tally.wrong == []
    assert tally.outcomes.total() == PLACES


@pytest.mark.parametrize("name", ["send", "send without keys"])
async def test_nor_does_a_silence(tmp_path: Path, name: str) -> None:
    _, tally = await swept(
        name, tmp_path, lambda exchange: Random(3).sample(faults(exchange, ["silence"]), 8), timeout=0.5
    )
    assert tally.wrong == []
    assert tally.outcomes.total() == 8


async def test_nor_does_a_cut_of_a_slow_line(tmp_path: Path) -> None:
    tally = Tally()
    async with staged(tmp_path) as stage:
        some = Random(4).sample(faults(await recorded_send(stage)), 16)
        async with stage.lanes(4) as lanes:
            for lane in lanes:
                lane.delay, lane.rate = 0.005, 50_000
                lane.mend()
            await asyncio.gather(*(cut_sends(lane, some[number::4], tally) for number, lane in enumerate(lanes)))
    assert tally.wrong == []
    assert tally.outcomes.total() == 16
