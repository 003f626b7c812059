"""The verbs that ask the server: loading, tidying, files. On a fake, for the answers that are hard to come by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from console.client.errors import ApiError, BadRequest, Forbidden, NotFound, TooManyRequests, Unauthorized, Unreachable
from console.contract.inputs import CustomerInput
from console.contract.shapes import Agent, Conversation, Deleted, Member, Page, Template
from console.state.database import Database
from console.state.desk import Desk
from console.state.drafts import Drafts
from console.state.loading import Loading
from console.state.outbox import Outbox
from console.state.rows import ConversationRow
from console.state.store import Store
from tests.state.fake_api import FakeApi
from tests.state.values import FEATURES, START, at, conversation, message, no_sleep, session, settled

GONE = NotFound("This conversation is gone.", status=404)


class Office:
    """A desk on a fake server."""

    def __init__(self, folder: Path) -> None:
        self.api = FakeApi()
        self.store = Store(START)
        self.database = Database(folder / "console.sqlite", "default")
        self.drafts, self.outbox = Drafts(self.database), Outbox(self.database)
        self.desk = Desk(self.api.as_api(), self.store, self.drafts, self.outbox, now=lambda: START, sleep=no_sleep)
        self.loading = Loading(self.api.as_api(), self.store, sleep=no_sleep)

    def row(self, id: str) -> ConversationRow:
        row = self.store.row(id)
        assert row is not None
        return row


@asynccontextmanager
async def office(folder: Path, *conversations: Conversation, **given: Any) -> AsyncIterator[Office]:
    made = Office(folder)
    made.api.answers("session", session(**given))
    made.api.answers("list", Page(items=conversations))
    await made.desk.start()
    try:
        yield made
    finally:
        await made.desk.close()
        made.outbox.close()
        made.database.close()


async def test_starting_asks_who_we_are_and_what_there_is(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("a")) as it:
        assert it.store.identity is not None and it.store.identity.member == "Maya Okafor"
        assert [row.id for row in it.store.outline.rows()] == ["a"]


async def test_a_start_that_is_refused_says_why(tmp_path: Path) -> None:
    it = Office(tmp_path)
    it.api.answers("session", Unauthorized("Unauthorized API key.", status=401))
    it.api.answers("list", Unauthorized("Unauthorized API key.", status=401))
    with pytest.raises(Unauthorized):
        await it.desk.start()
    await it.desk.start()
    assert it.store.identity is not None
    await it.desk.close()
    it.outbox.close()
    it.database.close()


async def test_a_server_with_nothing_but_what_is_documented_will_do(tmp_path: Path) -> None:
    it = Office(tmp_path)
    for name in ("session", "list", "get", "members", "agents", "templates"):
        it.api.answers(name, *[NotFound("No procedure found.", status=404)] * 9)
    await it.desk.start()
    await it.loading.walk(it.loading.sweep())
    assert it.store.identity is not None and not it.store.identity.features
    id = await it.desk.create("Lamp", CustomerInput(name="Jane"))
    await it.desk.open(id)
    await it.desk.refresh()
    assert not it.store.thread(id).is_loading and it.row(id).name == "Lamp"
    assert await it.desk.agents() == () and await it.desk.templates() == ()
    assert it.api.given("mark_read") == []
    await it.desk.close()
    it.outbox.close()
    it.database.close()


async def test_the_rest_is_every_page_and_every_level(tmp_path: Path) -> None:
    async with office(tmp_path) as it:
        it.api.answers(
            "list",
            Page(items=(conversation("a", child_count=1),), next_cursor="two"),
            TooManyRequests("Slow down.", status=429, retry_after=3),
            Page(items=(conversation("b"),)),
            Page(items=(conversation("a1", parent_id="a", child_count=1),)),
            Page(items=(conversation("a11", parent_id="a1"),)),
        )
        it.api.answers("members", (Member(id="mem_1", name="Omar"),))
        await it.loading.walk(it.loading.sweep())
        assert {row.id for row in it.store.outline.rows()} == {"a", "b", "a1", "a11"}
        asked = [(given.parent_id, given.cursor) for given in it.api.given("list")[1:]]
        assert asked == [(None, None), (None, "two"), (None, "two"), ("a", None), ("a1", None)]
        assert it.store.members["mem_1"].name == "Omar"


async def test_colleagues_that_are_not_shown_to_us_keep_nothing_else_from_being_read(tmp_path: Path) -> None:
    async with office(tmp_path) as it:
        it.api.answers("members", Forbidden("Missing permission.", status=403))
        it.api.answers("list", Page(items=(conversation("a"),)))
        await it.loading.walk(it.loading.sweep())
        assert it.store.row("a") and it.store.members == {}


async def test_what_is_listed_no_longer_is_asked_for_before_it_goes(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("gone"), conversation("moved"), conversation("there")) as it:
        it.api.answers("list", Page(items=(conversation("there"),)))
        it.api.answers("get", GONE, conversation("moved", updated=9, name="Moved"))
        await it.loading.walk(it.loading.sweep())
        assert {row.id: row.name for row in it.store.outline.rows()} == {"moved": "Moved", "there": "Jane Cooper"}


async def test_opening_marks_as_read(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("c", unread_count=2)) as it:
        it.api.answers("messages", Page(items=(message("m2", 2), message("m1", 1))))
        await it.desk.open("c")
        assert it.api.given("mark_read") == [("c", "m2")]
        assert it.row("c").unread == 0
        assert it.store.thread("c").first_unread == "m1"
        await it.desk.mark_read("c")
        assert len(it.api.given("mark_read")) == 1  # nothing is left to mark


@pytest.mark.parametrize(
    "given",
    [
        {"permissions": ("connect360:conversation:read",)},
        {"features": tuple(feature for feature in FEATURES if feature != "read-marks")},
    ],
)
async def test_who_may_not_or_cannot_mark_does_not_ask(tmp_path: Path, given: dict[str, Any]) -> None:
    async with office(tmp_path, conversation("c", unread_count=2), **given) as it:
        it.api.answers("messages", Page(items=(message("m1", 1),)))
        await it.desk.open("c")
        assert it.api.given("mark_read") == [] and it.row("c").unread == 2


async def test_passing_by_does_not_mark_as_read(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("c", unread_count=2), conversation("d")) as it:
        slow = asyncio.get_running_loop().create_future()
        it.api.answers("messages", slow)
        passing = asyncio.create_task(it.desk.open("c"))
        await settled()
        await it.desk.open("d")
        slow.set_result(Page(items=(message("m1", 1),)))
        await passing
        assert it.api.given("mark_read") == [] and it.desk.open_id == "d"


async def test_opening_what_is_gone_says_so_and_takes_it_away(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("c")) as it:
        it.api.answers("messages", GONE)
        with pytest.raises(NotFound):
            await it.desk.open("c")
        assert it.store.row("c") is None


async def test_opening_what_is_unknown_asks_for_it(tmp_path: Path) -> None:
    async with office(tmp_path) as it:
        it.api.answers("get", conversation("c", name="Found"))
        await it.desk.open("c")
        assert it.row("c").name == "Found"


async def test_older_messages_are_asked_for_once_at_a_time_until_there_are_none(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("c")) as it:
        it.api.answers("messages", Page(items=(message("m2", 2),), next_cursor="two"), Page(items=(message("m1", 1),)))
        await it.desk.open("c")
        await asyncio.gather(it.desk.older("c"), it.desk.older("c"))
        await it.desk.older("c")
        assert it.api.given("messages") == [("c", None), ("c", "two")]
        assert [entry.id for entry in it.store.thread("c").entries] == ["m1", "m2"]


async def test_sorting_shows_at_once_and_stays_when_taken(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("c", metadata={"plan": "gold"})) as it:
        taken = conversation("c", updated=1, metadata={"plan": "gold", "status": "resolved"})
        it.api.answers("update", taken)
        sorting = asyncio.create_task(it.desk.set_status("c", "resolved"))
        await asyncio.sleep(0)
        assert it.row("c").status == "resolved"
        await sorting
        assert it.row("c").metadata == {"plan": "gold", "status": "resolved"}
        (given,) = it.api.given("update")
        assert given.wire() == {"id": "c", "metadata": {"status": "resolved", "snoozedUntil": None}}


async def test_sorting_that_is_refused_is_undone(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("c", metadata={"labels": ["a"]})) as it:
        for refusal in (Forbidden("Missing permission.", status=403), Unreachable("No line.")):
            it.api.answers("update", refusal)
            with pytest.raises(ApiError):
                await it.desk.set_labels("c", ("a", "b"))
            assert it.row("c").labels == ("a",)


async def test_each_kind_of_sorting_writes_its_own_key(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("c")) as it:
        await it.desk.assign("c", "mem_omar")
        await it.desk.assign("c", None)
        await it.desk.set_labels("c", ("a", "b", "a"))
        await it.desk.set_labels("c", ())
        await it.desk.set_priority("c", "urgent")
        await it.desk.set_status("c", "snoozed", at(60))
        assert [given.metadata for given in it.api.given("update")] == [
            {"assigneeId": "mem_omar"},
            {"assigneeId": None},
            {"labels": ["a", "b"]},
            {"labels": None},
            {"priority": "urgent"},
            {"status": "snoozed", "snoozedUntil": "2026-11-17T15:00:00.000Z"},
        ]


async def test_two_changes_of_one_conversation_do_not_overtake_each_other(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("c"), conversation("d")) as it:
        slow = asyncio.get_running_loop().create_future()
        it.api.answers("update", slow)
        first = asyncio.create_task(it.desk.set_priority("c", "high"))
        second = asyncio.create_task(it.desk.set_priority("c", "low"))
        other = asyncio.create_task(it.desk.set_priority("d", "low"))
        await other
        assert [given.id for given in it.api.given("update")] == ["c", "d"]
        assert it.row("c").priority == "low"
        slow.set_result(conversation("c", updated=1, metadata={"priority": "high"}))
        await asyncio.gather(first, second)
        assert [given.id for given in it.api.given("update")] == ["c", "d", "c"]
        assert it.row("c").priority == "low"


async def test_making_and_moving_and_deleting(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("a"), conversation("b", parent_id="a")) as it:
        assert await it.desk.create_sub("a", "Returns") == "sub"
        assert [row.id for row in it.store.outline.path("sub")] == ["a", "sub"]
        await it.desk.rename("sub", "Refunds")
        await it.desk.move("sub", None)
        assert [given.wire() for given in it.api.given("update")] == [
            {"id": "sub", "name": "Refunds"},
            {"id": "sub", "parentId": None},
        ]
        it.api.answers("delete", Deleted(id="a", deleted=2), GONE, BadRequest("No.", status=400))
        assert await it.desk.delete("a") == 2
        assert it.store.row("b") is None
        assert await it.desk.delete("sub") == 0
        assert it.store.row("sub") is None


async def test_a_deletion_that_is_refused_deletes_nothing(tmp_path: Path) -> None:
    async with office(tmp_path, conversation("a")) as it:
        it.api.answers("delete", Forbidden("Missing permission: connect360:conversation:delete", status=403))
        with pytest.raises(Forbidden):
            await it.desk.delete("a")
        assert it.row("a")


async def test_the_directory_is_there_to_pick_from(tmp_path: Path) -> None:
    async with office(tmp_path) as it:
        it.api.answers("agents", (Agent(id="ag", name="Retriever", description="Finds"),))
        it.api.answers(
            "templates", (Template(id="t", name="Thanks", content={"en": "Hi"}, created_at=at(), updated_at=at()),)
        )
        assert [(agent.name, agent.about) for agent in await it.desk.agents()] == [("Retriever", "Finds")]
        assert [(template.name, template.texts) for template in await it.desk.templates()] == [("Thanks", {"en": "Hi"})]


async def test_a_file_goes_up_with_progress_and_comes_down(tmp_path: Path) -> None:
    async with office(tmp_path) as it:
        progress: list[tuple[int, int]] = []
        card = await it.desk.upload(tmp_path / "photo.jpg", lambda sent, total: progress.append((sent, total)))
        assert (card.name, card.size, progress) == ("photo.jpg", 3, [(3, 3)])
        await it.desk.download(card, tmp_path / "other.jpg")
        assert (tmp_path / "other.jpg").read_bytes() == b"abc"
