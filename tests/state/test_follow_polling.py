"""Following a server that tells nothing by itself: what is asked, how often, and what is found."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from console.client.errors import ApiError, NotFound, NotUnderstood, ServerFault, TimedOut, TooManyRequests
from console.contract.inputs import ListConversations
from console.contract.shapes import Conversation, Message, Page
from console.state.changes import ConversationsAnswered
from tests.state.towers import AWAY, Tower, open_line, tower
from tests.state.values import at, conversation, message, settled, words

BARE = ("idempotency",)
NO_SUCH = NotFound("No procedure found.", status=404)
GONE = NotFound("This conversation is gone.", status=404)


class Workspace:
    """What a server without events has; `lists` is whether it has the extensions that read conversations."""

    def __init__(self, it: Tower, *, lists: bool) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.threads: dict[str, tuple[Message, ...]] = {}
        self.is_away = False
        self._serve(it, "list", self._list if lists else lambda _: NO_SUCH)
        self._serve(it, "get", self._get if lists else lambda _: NO_SUCH)
        self._serve(it, "messages", self._messages)

    def has(self, *conversations: Conversation) -> None:
        """It has these, instead of those of the same ids."""
        self.conversations |= {one.id: one for one in conversations}

    def _serve(self, it: Tower, name: str, answer: Callable[[Any], Any]) -> None:
        it.api.always(name, lambda given: AWAY if self.is_away else answer(given))

    def _list(self, given: ListConversations) -> Any:
        if given.parent_id not in {None, *self.conversations}:
            return GONE
        below = [one for one in self.conversations.values() if one.parent_id == given.parent_id]
        below.sort(key=lambda one: one.last_message.created_at if one.last_message else one.created_at, reverse=True)
        start = int(given.cursor or 0)
        return Page[Conversation](
            items=tuple(below[start : start + given.limit]),
            next_cursor=str(start + given.limit) if len(below) > start + given.limit else None,
        )

    def _get(self, id: str) -> Any:
        return self.conversations.get(id, GONE)

    def _messages(self, given: tuple[str, str | None]) -> Any:
        id, _ = given
        if id not in self.conversations:
            return GONE
        return Page[Message](items=tuple(reversed(self.threads.get(id, ()))))


@asynccontextmanager
async def polled(folder: Path, *, lists: bool = True, **given: Any) -> AsyncIterator[tuple[Tower, Workspace]]:
    """A tower that has polled for a minute a workspace in which `c` is open, `d` beside it and `e` below that."""
    async with tower(folder, BARE, **given) as it:
        workspace = Workspace(it, lists=lists)
        workspace.has(conversation("c"), conversation("d", child_count=1), conversation("e", parent_id="d"))
        if not lists:
            known = tuple(workspace.conversations.values())
            it.store.apply(ConversationsAnswered(known, it.store.asking()))
        await it.desk.open("c")
        it.run()
        await it.clock.advance(60)
        it.asked()
        yield it, workspace


async def test_a_server_without_events_is_polled_and_all_of_it_is_read_at_the_start(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, _):
        assert it.states() == ["polling"] and it.api.given("follow") == []
        assert {row.id for row in it.store.outline.rows()} == {"c", "d", "e"}


async def test_the_open_thread_is_asked_for_often_and_the_rest_seldom(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, _):
        await it.clock.advance(60)
        asked = Counter(it.asked())
        assert 10 <= asked["messages"] <= 12 and 5 <= asked["list"] <= 7
        assert set(asked) == {"messages", "list"}


async def test_while_nothing_happens_it_is_asked_ever_seldomer_and_what_is_said_of_it_is_true(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, _):
        assert it.store.line.every == 5
        await it.clock.advance(600)
        it.asked()
        await it.clock.advance(600)
        asked = Counter(it.asked())
        assert it.store.line.every == 30 and it.store.line.as_of is None
        assert 18 <= asked["messages"] <= 20 and asked["list"] <= 10
        assert [line.every for line in it.lines] == [2, 5, 10, 30], "and it is said only when it changes"


@pytest.mark.parametrize("stirring", ["key", "opened", "sent", "found"])
async def test_what_happens_makes_it_quick_again(tmp_path: Path, stirring: str) -> None:
    async with polled(tmp_path) as (it, workspace):
        await it.clock.advance(900)
        assert it.store.line.every == 30
        match stirring:
            case "key":
                it.follower.stir()
            case "opened":
                await it.desk.open("d")
            case "sent":
                it.desk.reply("c", words("Hello"))
            case "found":
                workspace.threads["c"] = (message("m1"),)
                await it.clock.advance(31)
        await settled()
        assert it.store.line.every == 2
        it.asked()
        await it.clock.advance(10)
        assert Counter(it.asked())["messages"] == 5


async def test_a_thread_that_is_opened_is_asked_for_at_once_and_not_twice(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, _):
        await it.clock.advance(900)
        it.asked()
        await it.desk.open("d")
        await settled()
        assert it.asked().count("messages") == 1
        await it.clock.advance(2.1)
        assert it.api.given("messages") == [("d", None)]


@pytest.mark.parametrize(("given", "every"), [({}, 5), ({"is_metered": True}, 20)])
async def test_a_metered_line_is_asked_less(tmp_path: Path, given: dict[str, Any], every: float) -> None:
    async with polled(tmp_path, **given) as (it, _):
        await it.clock.advance(30)
        assert it.store.line.every == every


async def test_a_slow_line_is_asked_less(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, _):
        it.api.latency_ms = 900
        it.follower.stir()
        await it.clock.advance(100)
        it.follower.stir()
        await settled()
        assert it.store.line.every == 20


async def test_polls_find_what_events_would_have_told(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, workspace):
        workspace.has(
            conversation("c", metadata={"status": "resolved", "assigneeId": "mem_omar"}, updated=1),
            conversation("d", name="Renamed", child_count=1, updated=1),
            conversation("e", parent_id="d", minutes=2),
            conversation("new", minutes=3),
            conversation("below", parent_id="e"),
        )
        workspace.has(conversation("e", parent_id="d", minutes=2, child_count=1))
        workspace.threads["c"] = (message("m1"),)
        await it.clock.advance(180)
        rows = {row.id: row for row in it.store.outline.rows()}
        assert set(rows) == {"c", "d", "e", "new", "below"}
        assert (rows["c"].status, rows["c"].assignee_id, rows["d"].name) == ("resolved", "mem_omar", "Renamed")
        assert rows["e"].at == at(2) and rows["new"].at == at(3)
        assert [entry.id for entry in it.store.thread("c").entries] == ["m1"]
        workspace.has(conversation("e", minutes=2, updated=4))  # moved to the top
        workspace.has(conversation("d", name="Renamed", updated=4))
        del workspace.conversations["new"], workspace.conversations["below"]
        await it.clock.advance(180)
        rows = {row.id: row for row in it.store.outline.rows()}
        assert set(rows) == {"c", "d", "e"} and rows["e"].parent_id is None


async def test_the_open_thread_that_is_deleted_goes(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, workspace):
        del workspace.conversations["c"]
        await it.clock.advance(6)
        assert it.store.is_gone("c") and it.states() == ["polling"]
        it.asked()
        await it.clock.advance(60)
        assert "messages" not in it.asked()


async def test_of_a_server_that_lists_none_every_known_thread_is_asked_for(tmp_path: Path) -> None:
    async with polled(tmp_path, lists=False) as (it, workspace):
        assert it.states() == ["polling"]
        await it.clock.advance(60)
        asked = Counter(id for id, _ in it.api.given("messages"))
        assert asked["c"] >= 10 and 2 <= asked["d"] <= 4 and 2 <= asked["e"] <= 4
        await it.desk.open("e")
        await it.desk.open("c")
        workspace.threads["e"] = (message("m1", conversation_id="e"),)
        await it.clock.advance(60)
        assert [entry.id for entry in it.store.thread("e").entries] == ["m1"]
        del workspace.conversations["d"]
        await it.clock.advance(60)
        assert it.store.is_gone("d")


async def test_of_a_server_that_lists_none_all_that_is_known_is_read_at_the_start(tmp_path: Path) -> None:
    async with tower(tmp_path, BARE) as it:
        workspace = Workspace(it, lists=False)
        known = tuple(conversation(f"c{number:03}", minutes=number) for number in range(120))
        workspace.has(*known)
        it.store.apply(ConversationsAnswered(known, it.store.asking()))
        it.run()
        await it.clock.advance(6)
        asked = [id for id, _ in it.api.given("messages")]
        assert {"c119", "c020"} <= set(asked) and "c019" not in asked[:100]


async def test_a_server_that_lists_none_and_knows_none_is_still_watched(tmp_path: Path) -> None:
    async with tower(tmp_path, BARE) as it:
        workspace = Workspace(it, lists=False)
        it.run()
        await it.clock.advance(60)
        assert it.states() == ["polling"]
        workspace.is_away = True
        await it.clock.advance(60)
        assert it.states() == ["polling", "reconnecting", "offline"]


async def test_a_broken_line_is_noticed_by_the_next_poll_and_what_is_on_screen_comes_first(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, workspace):
        workspace.is_away = True
        await it.clock.advance(6)
        assert it.states() == ["polling", "reconnecting"]
        heard = it.store.line.as_of
        assert heard is not None and 0 < (it.clock.now() - heard).total_seconds() <= 6
        workspace.threads["c"] = (message("m1"),)
        workspace.is_away = False
        it.asked()
        await it.clock.advance(1.5)
        assert it.states() == ["polling", "reconnecting", "polling"] and it.store.line.as_of is None
        assert it.asked()[:2] == ["list", "messages"]
        assert [entry.id for entry in it.store.thread("c").entries] == ["m1"]


async def test_after_a_long_time_away_all_of_it_is_read_again_at_once(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, workspace):
        workspace.is_away = True
        await it.clock.advance(1000)
        assert it.states()[-1] == "offline"
        workspace.has(conversation("e", parent_id="d", name="Renamed", updated=20))
        workspace.is_away = False
        await it.clock.advance(10)
        row = it.store.row("e")
        assert it.store.line.state == "polling" and row is not None and row.name == "Renamed"


async def test_a_server_that_asks_to_wait_is_waited_for_and_it_is_said_how_old_all_is(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, _):
        it.api.answers("messages", TooManyRequests("Slow down.", status=429, retry_after=120))
        await it.clock.advance(6)
        it.asked()
        await it.clock.advance(110)
        assert it.asked() == [] and it.store.line.state == "polling"
        as_of = it.store.line.as_of
        assert as_of is not None and (it.clock.now() - as_of).total_seconds() > 100
        await it.clock.advance(30)
        assert it.asked() and it.store.line.as_of is None
        assert it.states() == ["polling"]


async def test_an_answer_that_does_not_come_is_said_to_be_late(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, _):
        slow = open_line()
        it.api.answers("messages", slow)
        await it.clock.advance(20)
        assert it.store.line.state == "polling" and it.store.line.as_of is not None
        slow.set_result(Page(items=()))
        await settled()
        assert it.store.line.as_of is None


@pytest.mark.parametrize("error", [ServerFault("Out of order.", status=500), NotUnderstood("What?")])
async def test_a_page_that_cannot_be_read_ends_no_polling(tmp_path: Path, error: ApiError) -> None:
    async with polled(tmp_path) as (it, _):
        broken = Counter[str | None]()

        def answer(given: ListConversations) -> Any:
            broken[given.parent_id] += 1
            return error if given.parent_id == "d" else Page[Conversation](items=(conversation("d", child_count=1),))

        it.api.always("list", answer)
        await it.clock.advance(600)
        assert it.states() == ["polling"] and broken["d"] > 1


async def test_events_that_something_on_the_way_holds_back_are_polled_for_until_they_come(tmp_path: Path) -> None:
    async with tower(tmp_path) as it:
        await it.desk.open("c")
        silent = TimedOut("Silent.")
        it.api.answers("follow", [None, silent], [silent], [silent], [None, silent], [None, None, open_line()])
        it.api.answers("follow", [None, None, open_line()])
        it.run()
        await it.clock.advance(60)
        assert it.states()[-1] == "polling"
        await it.clock.advance(200)
        assert it.states()[-1] == "polling" and len(it.api.given("follow")) == 4
        await it.clock.advance(100)
        assert it.states()[-2:] == ["polling", "live"] and len(it.api.given("follow")) == 6


async def test_an_end_leaves_nothing_running(tmp_path: Path) -> None:
    async with polled(tmp_path) as (it, _):
        assert it.running is not None
        it.api.answers("messages", open_line())
        await it.clock.advance(6)
        it.running.cancel()
        await asyncio.gather(it.running, return_exceptions=True)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not others
