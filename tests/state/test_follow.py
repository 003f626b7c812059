"""Following a server: what is asked, when, and what is said of the line meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from console.client.errors import (
    ApiError,
    Dropped,
    Forbidden,
    NotFound,
    ServerFault,
    TimedOut,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from console.contract.events import ConversationUpdated, MessageCreated, Resync
from console.contract.shapes import Page
from console.state.database import Database
from console.state.desk import Desk
from console.state.drafts import Drafts
from console.state.follow import Follower
from console.state.outbox import Outbox
from console.state.rows import LineStatus
from console.state.store import Store
from tests.state.fake_api import FakeApi
from tests.state.values import FEATURES, Clock, at, conversation, message, session, settled, words

AWAY = Unreachable("The server cannot be reached. Check the address.")
BROKEN = Dropped("The line to the server broke.")


class Tower:
    """A follower on a fake server, with a clock of its own."""

    def __init__(self, folder: Path, features: tuple[str, ...]) -> None:
        self.api = FakeApi()
        self.api.answers("session", *[session(features)] * 9)
        self.clock = Clock()
        self.store = Store(self.clock.now())
        self.database = Database(folder / "console.sqlite", "default")
        self.drafts, self.outbox = Drafts(self.database), Outbox(self.database)
        around: dict[str, Any] = {"now": self.clock.now, "sleep": self.clock.sleep}
        self.desk = Desk(self.api.as_api(), self.store, self.drafts, self.outbox, hold_seconds=0, **around)
        self.follower = Follower(self.api.as_api(), self.store, self.desk, chance=lambda: 0.5, **around)
        self.lines: list[LineStatus] = []
        self.store.watch(lambda touched: self.lines.append(self.store.line) if touched.line else None)
        self.running: asyncio.Task[None] | None = None

    def run(self) -> asyncio.Task[None]:
        self.running = asyncio.create_task(self.follower.run())
        return self.running

    def states(self) -> list[str]:
        return [line.state for line in self.lines]


@asynccontextmanager
async def tower(folder: Path, features: tuple[str, ...] = FEATURES) -> AsyncIterator[Tower]:
    made = Tower(folder, features)
    try:
        yield made
    finally:
        if made.running is not None:
            made.running.cancel()
            await asyncio.gather(made.running, return_exceptions=True)
        await made.desk.close()
        made.outbox.close()
        made.database.close()


def open_line() -> asyncio.Future[Any]:
    """A line that stays open until the future is given a result, or an error."""
    return asyncio.get_running_loop().create_future()


def told(id: str, name: str = "Renamed") -> ConversationUpdated:
    return ConversationUpdated(id=id, conversation=conversation("c", updated=int(id), name=name))


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


async def test_the_first_connection_loads_again_and_one_that_goes_on_does_not(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        await it.desk.open("c")
        it.api.answers("follow", [None, told("7"), BROKEN], [None, open_line()])
        it.run()
        await it.clock.advance(30)
        assert it.api.given("messages") == [("c", None)] * 2
        assert len(it.api.given("session")) == 2  # at the start, and once the line was open


async def test_a_line_that_cannot_go_on_loads_again(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        await it.desk.open("c")
        it.api.answers("follow", [None, BROKEN], [None, open_line()])
        it.run()
        await it.clock.advance(30)
        assert it.api.given("follow") == [None, None]
        assert it.api.given("messages") == [("c", None)] * 3


async def test_a_resync_loads_again_and_goes_on_from_there(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        await it.desk.open("c")
        it.api.answers("follow", [None, told("7"), BROKEN], [Resync(id="500"), BROKEN], [None, open_line()])
        it.run()
        await it.clock.advance(30)
        assert it.api.given("follow") == [None, "7", "500"]
        assert len(it.api.given("messages")) >= 3
        assert it.store.line.state == "live"


async def test_loading_that_breaks_is_done_again_at_the_next_connection(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("list", Page(items=()), AWAY)
        broken = open_line()
        it.api.answers("follow", [None, told("7"), broken], [None, open_line()])
        it.run()
        await it.clock.advance(1)
        broken.set_exception(BROKEN)
        await it.clock.advance(1)
        assert len(it.api.given("session")) == 3


async def test_attempts_come_soon_then_slower_with_some_chance(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("session", *[session()] * 9)
        it.api.answers("follow", [None, told("7"), BROKEN], *[[AWAY]] * 400)
        it.run()
        await it.clock.advance(1)
        it.clock.asked.clear()
        await it.clock.advance(9)
        assert it.clock.asked[:4] == [1.0] * 4
        it.clock.asked.clear()
        await it.clock.advance(310)
        assert it.clock.asked[-1] == 5.0


async def test_no_two_consoles_come_back_at_once(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        chances = iter([0.0, 1.0, 0.25])
        it.follower = Follower(
            it.api.as_api(), it.store, it.desk, now=it.clock.now, sleep=it.clock.sleep, chance=lambda: next(chances)
        )
        it.api.answers("follow", [AWAY], [AWAY], [AWAY])
        it.run()
        for _ in range(3):
            await it.clock.advance(0.7)
        delays = [round(seconds, 3) for seconds in it.clock.asked if seconds > 0.05]
        assert delays == [0.2, 0.6, 0.9]


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
        assert it.states() == ["connecting", "connecting", "connecting", "live"]


async def test_a_server_that_asks_to_wait_is_given_its_time(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        it.api.answers("follow", [TooManyRequests("Slow down.", status=429, retry_after=20)], [None, open_line()])
        it.run()
        await it.clock.advance(19)
        assert len(it.api.given("follow")) == 1
        await it.clock.advance(2)
        assert it.store.line.state == "live"


async def test_what_waits_for_the_line_is_sent_when_it_is_back(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        back = open_line()
        it.api.answers("follow", [None, told("7"), BROKEN], [back, None, open_line()])
        it.api.answers("send", AWAY, AWAY, AWAY, AWAY)
        it.run()
        await it.clock.advance(0.1)
        await it.desk.open("c")
        it.desk.reply("c", words("Hello"))
        await it.clock.advance(8)
        assert [entry.delivery for entry in it.store.thread("c").entries] == ["sending"]
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


async def test_a_server_without_events_is_polled(tmp_path: Path) -> None:
    async with tower(tmp_path, features=("idempotency",)) as it:
        await it.desk.open("c")
        it.run()
        await it.clock.advance(0.1)
        assert it.states() == ["polling"]
        await it.clock.advance(2)
        it.api.calls.clear()
        await it.clock.advance(30)
        assert it.api.given("messages") == [("c", None)] * 6
        assert len(it.api.given("list")) == 2
        assert it.api.given("follow") == []


async def test_polling_brings_what_is_new_and_survives_a_broken_line(tmp_path: Path) -> None:
    async with tower(tmp_path, features=()) as it:
        await it.desk.open("c")
        it.run()
        await it.clock.advance(3)
        it.api.answers("messages", AWAY, Page(items=(message("m1"),)))
        await it.clock.advance(4)
        assert it.states() == ["polling", "reconnecting", "polling"]
        assert [entry.id for entry in it.store.thread("c").entries] == ["m1"]


async def test_an_event_that_comes_twice_is_one_message(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        await it.desk.open("c")
        said = MessageCreated(id="7", message=message("m1"), conversation=conversation("c", unread_count=1))
        it.api.answers("follow", [None, said, BROKEN], [said, said, open_line()])
        it.run()
        await it.clock.advance(1)
        assert [entry.id for entry in it.store.thread("c").entries] == ["m1"]
