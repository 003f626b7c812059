"""Desk and Follower with the real server, over real sockets, which is killed and started again under them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.client.errors import Forbidden, NotFound
from console.contract.inputs import Send
from tests.state.values import words
from tests.support.headless import JANE, Console, console
from tests.support.server import RunningServer, running_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server with a workspace that is empty."""
    async with running_server(tmp_path / "server") as running:
        yield running


async def jane_writes(it: Console, id: str, text: str) -> None:
    """The customer says something."""
    await it.api.messages.send(
        Send.model_validate({"conversation_id": id, "content": {"en": text}, "sender": "customer", "customer": JANE})
    )


async def test_a_message_goes_out_and_comes_by_at_another_console(server: RunningServer, tmp_path: Path) -> None:
    maya, omar = server.key(), server.key(member="Omar Haddad")
    async with console(server.url, tmp_path / "a", maya) as one, console(server.url, tmp_path / "b", omar) as two:
        id = await one.desk.create("Order #1042", JANE)
        await jane_writes(one, id, "The lamp arrived broken")
        await two.until(lambda: two.store.row(id) and two.row(id).unread == 1)
        assert two.row(id).waiting_since is not None
        await two.desk.open(id)
        await one.desk.open(id)
        assert two.row(id).unread == 0 and two.store.thread(id).first_unread is not None
        one.desk.reply(id, words("A new one is on its way"))
        one.desk.reply(id, words("Two left in stock", note=True))
        assert set(one.deliveries(id)[1:]) == {"waiting"}
        await one.until(lambda: one.deliveries(id) == ["sent"] * 3)
        await two.until(lambda: len(two.texts(id)) == 3)
        assert (
            two.texts(id)
            == one.texts(id)
            == ["The lamp arrived broken", "A new one is on its way", "Two left in stock"]
        )
        assert [entry.mine for entry in two.store.thread(id).entries] == [False] * 3
        assert [entry.mine for entry in one.store.thread(id).entries] == [False, True, True]
        assert two.store.thread(id).entries[2].note
        await two.until(lambda: two.row(id).waiting_since is None)


async def test_tidying_up_is_seen_by_all(server: RunningServer, tmp_path: Path) -> None:
    maya, omar = server.key(role="admin"), server.key(member="Omar Haddad")
    async with console(server.url, tmp_path / "a", maya) as one, console(server.url, tmp_path / "b", omar) as two:
        top = await one.desk.create("Jane", JANE)
        below = await one.desk.create_sub(top, "Returns")
        await two.until(lambda: two.store.row(below))
        assert [row.name for row in two.store.outline.path(below)] == ["Jane", "Returns"]
        await one.desk.set_status(below, "resolved")
        await one.desk.set_labels(below, ("returns", "fragile"))
        await one.desk.set_priority(below, "high")
        await one.desk.assign(below, two.store.me)
        await one.desk.rename(below, "Refunds")
        await two.until(lambda: two.row(below).name == "Refunds")
        seen = two.row(below)
        assert (seen.status, seen.labels, seen.priority) == ("resolved", ("returns", "fragile"), "high")
        assert seen.assignee_id == two.store.me and seen.metadata == one.row(below).metadata
        await one.desk.set_labels(below, ())
        await one.desk.move(below, None)
        await two.until(lambda: two.row(below).parent_id is None)
        assert two.row(below).labels == ()
        assert await one.desk.delete(top) == 1
        await two.until(lambda: two.store.row(top) is None)
        with pytest.raises(Forbidden):
            await two.desk.delete(below)
        assert two.store.row(below)


async def test_a_refused_change_is_undone(server: RunningServer, tmp_path: Path) -> None:
    async with console(server.url, tmp_path / "a", server.key()) as one:
        id = await one.desk.create("Jane", JANE)
        async with console(server.url, tmp_path / "b", server.key("viewer", "Vera")) as viewer:
            await viewer.until(lambda: viewer.store.row(id))
            with pytest.raises(Forbidden):
                await viewer.desk.set_status(id, "resolved")
            assert viewer.row(id).status == "open"
            await viewer.desk.open(id)
            viewer.desk.reply(id, words("May I?"))
            await viewer.until(lambda: viewer.deliveries(id) == ["failed"])
            assert "Missing permission" in str(viewer.store.thread(id).entries[0].problem)


async def test_killing_the_server_loses_no_text_and_coming_back_is_quick(server: RunningServer, tmp_path: Path) -> None:
    async with console(server.url, tmp_path / "a", server.key()) as it:
        id = await it.desk.create("Jane", JANE)
        await it.desk.open(id)
        it.desk.reply(id, words("Before"))
        await it.until(lambda: it.deliveries(id) == ["sent"])
        await server.stop()
        await it.until(lambda: it.store.line.problem)
        assert it.store.line.state == "reconnecting"
        it.desk.reply(id, words("While it is away"))
        it.desk.reply(id, words("And a note", note=True))
        assert it.deliveries(id) == ["sent", "waiting", "waiting"]

        await server.start()
        began = time.perf_counter()
        await it.until(lambda: it.store.line.state == "live")
        assert time.perf_counter() - began < 1.5
        await it.until(lambda: it.deliveries(id) == ["sent"] * 3)
        assert it.texts(id) == ["Before", "While it is away", "And a note"]
        page = await it.api.messages.list(id)
        assert [message.content["en"] for message in reversed(page.items)] == it.texts(id)  # each of them once


async def test_what_happened_while_the_line_was_broken_is_there_afterwards(
    server: RunningServer, tmp_path: Path
) -> None:
    maya, omar = server.key(), server.key(member="Omar Haddad")
    async with console(server.url, tmp_path / "a", maya) as one:
        id = await one.desk.create("Jane", JANE)
        await one.desk.open(id)
        await one.until(lambda: one.store.last_event_id)
        await server.stop()
        await one.until(lambda: one.store.line.state != "live")
        await server.start()
        async with console(server.url, tmp_path / "b", omar) as two:
            await jane_writes(two, id, "Is anybody there?")
        await one.until(lambda: one.texts(id) == ["Is anybody there?"])
        assert one.row(id).unread == 1


async def test_a_console_that_ends_while_the_server_is_away_finds_its_text_again(
    server: RunningServer, tmp_path: Path
) -> None:
    key = server.key()
    async with console(server.url, tmp_path / "a", key, hold=60.0) as it:
        id = await it.desk.create("Jane", JANE)
        await it.desk.open(id)
        it.desk.reply(id, words("Held back"))
        await server.stop()
        it.desk.reply(id, words("A note", note=True))
        await it.until(lambda: it.deliveries(id) == ["held", "waiting"])
    await server.start()
    async with console(server.url, tmp_path / "a", key) as again:
        draft = again.drafts.get(id, False)
        assert draft is not None and draft.text == "Held back"
        await again.desk.open(id)
        (left,) = again.desk.unsent()  # it never left: a person decides whether it still should
        assert (left.written.text, left.state) == ("A note", "waiting") and not left.check
        await again.desk.retry(left.local_id)
        await again.until(lambda: again.texts(id) == ["A note"] and again.deliveries(id) == ["sent"])


async def test_a_revoked_key_is_told_within_a_moment(server: RunningServer, tmp_path: Path) -> None:
    key = server.key()
    async with console(server.url, tmp_path / "a", key) as it:
        await asyncio.to_thread(server.revoke, key)
        await it.until(lambda: it.store.line.state == "refused", 5.0)
        assert "Unauthorized API key." in str(it.store.line.problem)


async def test_a_wrong_key_is_refused_at_once(server: RunningServer, tmp_path: Path) -> None:
    async with console(server.url, tmp_path / "a", "plato_wrong") as it:
        assert it.store.line.state == "refused" and it.store.identity is None


async def test_a_file_goes_along_and_comes_down_again(server: RunningServer, tmp_path: Path) -> None:
    photo = tmp_path / "photo of a lamp.txt"
    photo.write_text("A lamp, broken.")
    async with console(server.url, tmp_path / "a", server.key()) as it:
        id = await it.desk.create("Jane", JANE)
        await it.desk.open(id)
        card = await it.desk.upload(photo, None)
        it.desk.reply(id, words("", files=(card,)))
        await it.until(lambda: it.deliveries(id) == ["sent"])
        (file,) = it.store.thread(id).entries[0].files
        await it.desk.download(file, tmp_path / "saved.txt")
        assert (tmp_path / "saved.txt").read_bytes() == photo.read_bytes()


async def test_a_long_thread_is_read_page_by_page(server: RunningServer, tmp_path: Path) -> None:
    async with console(server.url, tmp_path / "a", server.key()) as it:
        id = await it.desk.create("Jane", JANE)
        sends = [Send.model_validate({"conversation_id": id, "content": {"en": f"{number}"}}) for number in range(60)]
        sent = await asyncio.gather(*(it.api.messages.send(send) for send in sends))
        newest_last = sorted(sent, key=lambda message: (message.created_at, message.id))
        await it.desk.open(id)
        assert [entry.id for entry in it.store.thread(id).entries] == [message.id for message in newest_last[10:]]
        assert it.store.thread(id).has_older
        await it.desk.older(id)
        await it.desk.older(id)
        assert [entry.id for entry in it.store.thread(id).entries] == [message.id for message in newest_last]
        assert not it.store.thread(id).has_older


async def test_opening_what_was_deleted_says_so(server: RunningServer, tmp_path: Path) -> None:
    async with console(server.url, tmp_path / "a", server.key("admin")) as it:
        id = await it.desk.create("Jane", JANE)
        await it.api.conversations.delete(id)
        with pytest.raises(NotFound):
            await it.desk.open(id)
        await it.until(lambda: it.store.row(id) is None)
