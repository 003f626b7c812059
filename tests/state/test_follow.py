"""Following a server: what is asked, when, and what is said of the line meanwhile."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from console.client.errors import (
    ApiError,
    Forbidden,
    NotFound,
    ServerFault,
    TimedOut,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from console.contract.events import MessageCreated, Resync
from console.contract.shapes import Conversation, Message, Page
from tests.state.towers import AWAY, BROKEN, Tower, open_line, told, tower
from tests.state.values import at, conversation, message, settled, words


async def test_events_reach_the_store_and_the_line_is_live(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        assert it.store.line.state == "connecting"
        it.api.answers("follow", [None, told("7"), open_line()])
        it.run()
        await it.clock.advance(1)
        row = it.store.row("c")
        assert row is not None and row.name == "Renamed"
        assert it.states() == ["live"] and it.store.line.latency_ms == 7


async def test_a_broken_line_goes_on_where_it_was(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("follow", [None, told("7"), told("8"), BROKEN], [told("9"), open_line()])
        it.run()
        await it.clock.advance(1)
        assert it.api.given("follow") == [None, "8"]
        assert it.states() == ["live", "reconnecting", "live"]
        assert it.store.last_event_id == "9"


async def test_what_was_read_before_the_line_opened_is_read_again_and_then_no_more(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        await it.desk.open("c")
        it.api.answers("list", *[Page(items=(conversation("c"),))] * 2)
        it.api.answers("follow", [None, told("7"), BROKEN], [None, open_line()])
        it.asked()
        it.run()
        await it.clock.advance(30)
        assert it.asked() == ["session", "list", "follow", "list", "messages", "members", "follow"]


async def test_a_line_on_which_nothing_happened_goes_on_where_it_began(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        await it.desk.open("c")
        broken = open_line()
        it.api.answers("follow", ["41", broken], ["41", BROKEN], [None, told("42"), BROKEN], [None, open_line()])
        it.run()
        await it.clock.advance(30)
        it.asked()
        broken.set_exception(BROKEN)
        await settled()
        await it.clock.advance(30)
        assert it.api.given("follow") == ["41", "41", "42"]
        assert it.asked() == ["follow"] * 3


async def test_a_server_that_says_no_place_is_read_again(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        await it.desk.open("c")
        it.api.answers("follow", [None, BROKEN], [None, open_line()])
        it.run()
        await it.clock.advance(30)
        assert it.api.given("follow") == [None, None]
        assert it.api.given("messages") == [("c", None)] * 3
        assert len(it.api.given("session")) == 1 and len(it.api.given("members")) == 1


async def test_a_resync_reads_what_is_on_screen_and_the_lists_and_goes_on_from_there(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("list", *[Page(items=(conversation("c", child_count=1), conversation("d")))] * 2)
        await it.desk.open("d")
        await it.desk.open("c")
        resync = open_line()
        it.api.answers("follow", [None, told("7"), resync, Resync(id="500"), BROKEN], [None, open_line()])
        it.run()
        await it.clock.advance(30)
        it.asked()
        it.api.answers(
            "list",
            Page(items=(conversation("c", child_count=1),), next_cursor="two"),
            Page(items=(conversation("d"),)),
            Page(items=(conversation("e", parent_id="c"),)),
        )
        resync.set_result(None)
        await settled()
        assert it.asked() == ["list", "messages"], "what is on screen comes first, side by side"
        await it.clock.advance(30)
        assert it.asked() == ["list", "list", "follow"], "one more page, and what is below"
        assert it.store.row("e") and it.store.last_event_id == "500"


@pytest.mark.parametrize("how", ["resync", "no place"])
async def test_a_thread_that_is_not_on_screen_is_not_relied_on_until_it_is_opened(tmp_path: Path, how: str) -> None:
    async with tower(tmp_path) as it:
        await it.desk.open("d")
        await it.desk.open("c")
        lost = open_line()
        first = [None, told("7"), lost] if how == "resync" else [None, lost]
        it.api.answers("follow", first, [None, *([Resync(id="9")] if how == "resync" else []), open_line()])
        it.run()
        await it.clock.advance(10)
        lost.set_exception(BROKEN)
        await it.clock.advance(10)
        assert it.store.line.state == "live"
        assert it.store.thread("d").is_loading and not it.store.thread("c").is_loading
        it.asked()
        await it.desk.open("d")
        assert not it.store.thread("d").is_loading and it.asked() == ["messages"]


async def test_what_a_broken_line_left_unread_is_read_when_it_is_back_and_no_page_twice(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        broken = open_line()
        it.api.answers("follow", [None, told("7"), broken], [None, open_line()])
        first = Page[Conversation](items=(conversation("a"),), next_cursor="two")
        second = Page[Conversation](items=(conversation("b"),), next_cursor="three")
        third = Page[Conversation](items=(conversation("z"),))
        it.api.answers("list", first, first, second, AWAY, first, third)
        it.run()
        await it.clock.advance(1)
        broken.set_exception(BROKEN)
        await it.clock.advance(1)
        assert [given.cursor for given in it.api.given("list")] == [None, None, "two", "three", None, "three"]
        assert it.store.row("z") and len(it.api.given("session")) == 1


async def test_what_cannot_be_read_though_there_is_a_line_is_asked_for_a_few_times(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("list", Page(items=()), *[ServerFault("Out of order.", status=500)] * 9)
        it.api.answers("follow", [None, told("7"), open_line()])
        it.run()
        await it.clock.advance(1000)
        assert len(it.api.given("list")) == 5 and it.store.line.state == "live"


async def test_the_gap_in_the_open_thread_is_filled_back_to_what_was_there(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("messages", page_of(1, 50))
        await it.desk.open("c")
        resync = open_line()
        it.api.answers("follow", [None, told("7"), resync, Resync(id="500"), open_line()])
        it.api.answers("messages", page_of(1, 50), page_of(200, 249), page_of(100, 199), page_of(40, 99))
        it.run()
        await it.clock.advance(30)
        resync.set_result(None)
        await settled()
        cursors = [cursor for _, cursor in it.api.given("messages")]
        assert cursors == [None, None, None, "before m0200", "before m0100"]
        assert [entry.id for entry in it.store.thread("c").entries] == [f"m{number:04}" for number in range(1, 250)]


async def test_a_gap_without_end_is_left_to_be_one(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("messages", page_of(1, 2))
        await it.desk.open("c")
        it.asked()
        it.api.answers("messages", *(page_of(at, at + 9) for at in range(5000, 4000, -10)))
        await it.desk.reload("c")
        assert len(it.asked()) == 11
        assert it.store.thread("c").entries[0].id == "m4900" and it.store.thread("c").has_older


def page_of(first: int, last: int) -> Page[Message]:
    """Messages by number, newest first, and that there are older ones."""
    items = tuple(message(f"m{number:04}", number) for number in range(last, first - 1, -1))
    return Page(items=items, next_cursor=f"before m{first:04}")


async def test_attempts_come_soon_then_slower(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("follow", [None, told("7"), BROKEN], *[[AWAY]] * 400)
        it.run()
        await it.clock.advance(10)
        assert len(it.api.given("follow")) == 12
        it.asked()
        await it.clock.advance(100)
        assert 25 <= len(it.asked()) <= 30
        await it.clock.advance(1000)
        assert len(it.asked()) == 200


async def test_no_two_consoles_come_back_at_once(tmp_path: Path) -> None:
    came: list[list[datetime]] = []
    for number in range(8):
        async with tower(tmp_path / str(number), chance=random.Random(number).random) as it:
            it.api.answers("follow", [None, told("7"), BROKEN], *[[AWAY]] * 9)
            it.run()
            times: list[datetime] = []
            for _ in range(100):
                await it.clock.advance(0.1)
                times += [it.clock.now()] * it.asked().count("follow")
            came.append(times[1:4])
    for attempt in zip(*came, strict=True):
        assert len(set(attempt)) > 2


async def test_the_line_says_since_when_it_is_broken_and_why(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("follow", [None, told("7"), BROKEN], *[[AWAY]] * 20, [None, open_line()])
        it.run()
        await it.clock.advance(0.1)
        assert (it.store.line.state, it.store.line.since) == ("reconnecting", at())
        assert it.store.line.problem == str(BROKEN)
        await it.clock.advance(6)
        assert (it.store.line.state, it.store.line.since) == ("offline", at())
        assert it.store.line.problem == str(AWAY) and it.store.line.latency_ms is None
        await it.clock.advance(60)
        assert it.store.line.state == "live" and it.store.line.since > at() and it.store.line.problem is None


async def test_a_console_that_starts_before_its_server_is_ready_when_that_is(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.session.get = refusing(it, it.api.session.get, AWAY, 3)  # type: ignore[method-assign]
        it.api.answers("list", Page(items=(conversation("a"),)), Page(items=(conversation("a"),)))
        it.api.answers("follow", [None, open_line()])
        it.run()
        await it.clock.advance(1)
        assert it.store.identity is None and it.store.line.state == "connecting" and it.store.line.problem
        await it.clock.advance(5)
        assert it.store.identity is not None and it.store.row("a") and it.store.line.state == "live"


def refusing(it: Tower, otherwise: Any, error: ApiError, times: int) -> Any:
    """A call that fails so many times."""
    left = [error] * times

    async def call() -> Any:
        if left:
            raise left.pop()
        return await otherwise()

    return call


async def test_a_refused_key_ends_it_with_the_servers_sentence(tmp_path: Path) -> None:
    for refusal in (
        Unauthorized("Unauthorized API key.", status=401),
        Forbidden("Missing permission: connect360:conversation:read", status=403),
    ):
        folder = tmp_path / type(refusal).__name__
        async with tower(folder) as it:
            it.api.answers("follow", [None, told("7"), refusal])
            await asyncio.wait_for(it.run(), 5)
            assert (it.store.line.state, it.store.line.problem) == ("refused", str(refusal))


async def test_a_server_that_ends_the_line_in_good_order_is_followed_again(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("follow", [None, told("7")], [told("8"), open_line()])
        it.run()
        await it.clock.advance(1)
        assert it.api.given("follow") == [None, "7"]
        assert it.states() == ["live", "reconnecting", "live"]


async def test_other_trouble_is_tried_again_too(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers(
            "follow",
            [ServerFault("Starting.", status=503)],
            [TimedOut("Silent.")],
            [NotFound("No procedure found.", status=404)],
            [None, open_line()],
        )
        it.run()
        await it.clock.advance(4)
        assert it.states() == ["connecting", "live"] and len(it.api.given("follow")) == 4


async def test_a_server_that_asks_to_wait_is_given_its_time(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("follow", [TooManyRequests("Slow down.", status=429, retry_after=20)], [None, open_line()])
        it.run()
        await it.clock.advance(20)
        assert len(it.api.given("follow")) == 1
        await it.clock.advance(5)
        assert it.store.line.state == "live"


async def test_what_waits_for_the_line_is_sent_when_it_is_back(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        back = open_line()
        it.api.answers("follow", [None, told("7"), BROKEN], [back, None, open_line()])
        it.api.answers("send", AWAY, AWAY, AWAY)
        it.run()
        await it.clock.advance(0.1)
        await it.desk.open("c")
        it.desk.reply("c", words("Hello"))
        await it.clock.advance(4)
        assert [entry.delivery for entry in it.store.thread("c").entries] == ["waiting"]
        sent = len(it.api.given("send"))
        back.set_result(None)
        await settled()
        assert len(it.api.given("send")) == sent + 1
        assert [entry.delivery for entry in it.store.thread("c").entries] == ["sent"]


async def test_what_was_opened_without_a_line_is_loaded_when_it_is_back(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        broken = open_line()
        it.api.answers("follow", [None, told("7"), broken], [None, open_line()])
        it.run()
        await it.clock.advance(1)
        broken.set_exception(BROKEN)
        it.api.answers("messages", AWAY)
        with pytest.raises(Unreachable):
            await it.desk.open("c")
        assert it.store.thread("c").is_loading
        await it.clock.advance(1)
        assert it.store.line.state == "live" and not it.store.thread("c").is_loading


async def test_an_event_that_comes_twice_is_one_message(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        await it.desk.open("c")
        said = MessageCreated(id="7", message=message("m1"), conversation=conversation("c", unread_count=1))
        it.api.answers("follow", [None, said, BROKEN], [said, said, open_line()])
        it.run()
        await it.clock.advance(1)
        assert [entry.id for entry in it.store.thread("c").entries] == ["m1"]
