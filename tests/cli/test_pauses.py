"""What is done in the pauses between keys."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from itertools import count, repeat
from weakref import ref

import pytest

from console.cli import pauses
from tests.support.waiting import eventually


class _Loop:
    """Refers to itself: only the collector finds that nobody needs it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Other tests' collector."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    assert gc.get_threshold() == before and gc.isenabled()


def _passes(number: int) -> None:
    for _ in range(number):
        gc.collect(1)


async def _is_found(lost: ref[_Loop]) -> bool:
    for _ in range(30):
        if lost() is None:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_nothing_is_looked_for_before_a_start_is_over() -> None:
    gc.disable()
    pausing = asyncio.create_task(pauses.take(lambda: 0, 0.05, 0.01))
    await asyncio.sleep(0)
    assert not gc.isenabled()
    await eventually(lambda: gc.isenabled() and gc.get_freeze_count() > 0)
    pausing.cancel()
    await asyncio.gather(pausing, return_exceptions=True)


async def test_a_full_look_never_comes_while_something_is_made() -> None:
    full = 0

    def looked(phase: str, info: dict[str, int]) -> None:
        nonlocal full
        full += phase == "start" and info["generation"] == 2

    gc.freeze()
    gc.collect()  # what was there is not what decides then
    pausing = asyncio.create_task(pauses.take(lambda: 0, 0, 60))
    await asyncio.sleep(0.01)
    gc.callbacks.append(looked)
    try:
        made: list[list[None]] = [[] for _ in range(200_000)]
    finally:
        gc.callbacks.remove(looked)
    assert made and full == 0
    pausing.cancel()
    await asyncio.gather(pausing, return_exceptions=True)


@pytest.mark.parametrize(("typed", "passes", "is_found"), [(False, 5, True), (True, 5, False), (True, 150, True)])
async def test_all_is_looked_through_in_a_pause_or_when_there_is_much(typed: bool, passes: int, is_found: bool) -> None:
    keys = count() if typed else repeat(0)
    pausing = asyncio.create_task(pauses.take(lambda: next(keys), 0, 0.03))
    await asyncio.sleep(0.01)
    loop = _Loop()
    lost = ref(loop)
    _passes(2)  # by then it is among what is old
    del loop
    _passes(passes)
    assert await _is_found(lost) == is_found
    pausing.cancel()
    await asyncio.gather(pausing, return_exceptions=True)
