"""What is said of the line while nobody says anything, and a machine that slept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from console.contract.shapes import Page
from tests.state.towers import AWAY, BROKEN, open_line, told, tower
from tests.state.values import START, message, settled

HOURS = 3 * 3600


async def test_after_a_sleep_the_line_is_made_anew_at_once_and_goes_on_where_it_was(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("follow", [None, told("7"), open_line()], [None, told("8"), open_line()])
        it.run()
        await it.clock.advance(60)
        heard = it.clock.now()
        await it.clock.machine_slept(HOURS)
        await it.clock.advance(2.1)
        assert it.api.given("follow") == [None, "7"]
        assert it.states() == ["live", "reconnecting", "live"]
        broken = next(line for line in it.lines if line.state == "reconnecting")
        assert broken.as_of is not None and heard - broken.as_of <= timedelta(seconds=60)
        assert it.store.line.as_of is None and it.store.line.problem is None


async def test_a_sleep_ends_a_wait_and_a_call_under_way(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("follow", [None, told("7"), BROKEN], *[[AWAY]] * 60, [open_line()], [None, open_line()])
        it.run()
        await it.clock.advance(200)  # by now an attempt hangs
        attempts = len(it.api.given("follow"))
        await it.clock.machine_slept(HOURS)
        await it.clock.advance(2.1)
        assert len(it.api.given("follow")) > attempts


async def test_a_polled_server_is_asked_at_once_after_a_sleep(tmp_path: Path) -> None:
    async with tower(tmp_path, ("idempotency",)) as it:
        await it.desk.open("c")
        it.run()
        await it.clock.advance(1200)
        it.asked()
        it.api.answers("messages", Page(items=(message("m1"),)))
        await it.clock.machine_slept(HOURS)
        await it.clock.advance(2.1)
        assert it.asked()[:2] == ["list", "messages"]
        assert it.states()[-3:] == ["polling", "reconnecting", "polling"]


async def test_time_that_only_passes_is_no_sleep(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("follow", [None, told("7"), open_line()])
        it.run()
        await it.clock.advance(3600)
        await it.clock.machine_slept(20)  # less than a line may be silent
        await it.clock.machine_slept(-HOURS)  # the clock was put back
        await it.clock.advance(60)
        assert it.states() == ["live"] and len(it.api.given("follow")) == 1


async def test_an_attempt_that_hangs_does_not_keep_it_from_being_said_that_there_is_no_line(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("follow", [None, told("7"), BROKEN], [open_line()])
        it.run()
        await it.clock.advance(4)
        assert it.store.line.state == "reconnecting"
        await it.clock.advance(4)
        line = it.store.line
        assert (line.state, line.since, line.as_of, line.problem) == ("offline", START, START, str(BROKEN))


async def test_what_is_said_of_an_idle_line_does_not_change(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        alive = [open_line() for _ in range(20)]
        it.api.answers("follow", [None, told("7"), *(step for one in alive for step in (one, None)), open_line()])
        it.run()
        await settled()
        it.lines.clear()
        for ping in alive:
            ping.set_result(None)
            await it.clock.advance(15)
        assert it.lines == []
