"""Sending to a server that takes no idempotency keys, or no notes, and on a disk that takes nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.client.errors import (
    ApiError,
    Dropped,
    NotUnderstood,
    ServerFault,
    Unreachable,
)
from console.contract.shapes import Attachment, Message, Page
from console.errors import Connect360Error, StateError
from console.state.changes import MessagesAnswered
from tests.state.rooms import BARE, LOST, Room, never, room
from tests.state.values import FEATURES, message, settled, words


async def test_without_keys_what_never_left_is_sent_again(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.api.answers("send", Unreachable("The server cannot be reached."))
        it.desk.reply("c", words("Once"))
        await settled()
        assert it.shown() == [("Once", "waiting")]
        it.desk.resume()
        await settled()
        assert it.shown() == [("Once", "sent")]
        assert [key for _, key in it.api.given("send")] == [None, None]


@pytest.mark.parametrize(
    "error",
    [
        LOST,
        Dropped("The line broke.", may_have_arrived=True),
        ServerFault("Bad gateway.", status=502),
        ServerFault("Gateway time-out.", status=504),
        NotUnderstood("HTML."),
    ],
)
async def test_without_keys_an_answer_that_is_lost_leaves_it_to_the_person(tmp_path: Path, error: ApiError) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.api.answers("send", error)
        id = it.desk.reply("c", words("Once"))
        await settled()
        assert it.shown() == [("Once", "unknown")]
        assert "may have arrived" in str(it.entries()[0].problem)
        it.desk.resume()
        await it.clock.advance(300)
        assert it.sent() == ["Once"]  # never twice by itself
        await it.desk.retry(id)
        await settled()
        assert it.sent() == ["Once", "Once"] and it.shown() == [("Once", "sent")]


async def test_without_keys_what_arrived_is_recognised(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        before = message("m1", -5, by="me", text="Once")  # the same words, long ago
        theirs = message("m2", 1, by="colleague", text="Once")
        arrived = message("m3", 1, by="me", text="Once ")
        it.store.apply(MessagesAnswered("c", Page(items=(before,))))
        it.api.answers("send", LOST)
        it.api.answers("messages", Page(items=(arrived, theirs, before)))
        it.desk.reply("c", words("Once"))
        await settled()
        assert [entry.id for entry in it.entries()] == ["m1", "m2", "m3"]
        assert it.outbox.take_over() == ()


async def test_without_keys_a_reply_is_recognised_where_no_message_tells_what_it_answers(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.api.answers("send", LOST)
        it.api.answers("messages", Page(items=(message("m1", 1, by="me", text="Once"),)))
        it.desk.reply("c", words("Once", reply_to="m0"))
        await settled()
        assert [entry.id for entry in it.entries()] == ["m1"]
        assert it.sent() == ["Once"]


async def test_without_keys_an_earlier_message_of_the_same_words_is_no_proof(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.desk.reply("c", words("OK"))
        await settled()
        (first,) = it.entries()
        known = message(first.id, 1, by="me", text="OK")
        it.api.answers("send", LOST)
        it.api.answers("messages", Page(items=(known,)))
        it.desk.reply("c", words("OK"))
        await settled()
        assert it.shown() == [("OK", "sent"), ("OK", "unknown")]


@pytest.mark.parametrize(
    "other",
    [
        message("m1", 1, by="me", text="Once", flags=("internal-note",)),
        message("m1", 1, by="me", text="Once", parent_id="m0"),
        message("m1", 1, by="me", text="Once", attachments=(Attachment(id="att_9", name="x", s3_key="x"),)),
        message("m1", 1, by="customer", text="Once"),
        message("m1", 1, by="me", text="Once more"),
    ],
)
async def test_without_keys_another_message_is_not_taken_for_ours(tmp_path: Path, other: Message) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.api.answers("send", LOST)
        it.api.answers("messages", Page(items=(other,)))
        it.desk.reply("c", words("Once"))
        await settled()
        assert it.shown()[-1] == ("Once", "unknown")


@pytest.mark.parametrize(("left_out", "state"), [(0, "failed"), (1, "unknown")])
async def test_what_could_not_be_read_may_be_ours(tmp_path: Path, left_out: int, state: str) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.api.answers("send", LOST)
        it.api.answers("messages", *[Page(items=(), left_out=left_out)] * 9)
        it.desk.reply("c", words("Once"))
        await settled()
        await it.clock.advance(120)
        assert it.shown() == [("Once", state)] and it.sent() == ["Once"]


async def test_trying_again_looks_first_whether_it_arrived(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.api.answers("send", LOST)
        it.api.answers("messages", LOST)
        id = it.desk.reply("c", words("Once"))
        await settled()
        it.api.answers("messages", Page(items=(message("m1", 1, by="me", text="Once"),)))
        await it.desk.retry(id)
        await settled()
        assert it.sent() == ["Once"] and it.shown() == [("Once", "sent")]


async def test_a_clock_that_is_fast_takes_nothing_for_read_that_was_not(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        await it.clock.advance(3600)  # to the server it is an hour earlier
        before, ours = message("m0", 0), message("m1", 1, by="me", text="Once")
        since = tuple(message(f"m{place}", place) for place in range(51, 1, -1))
        it.store.apply(MessagesAnswered("c", Page(items=(before,))))
        it.api.answers("send", LOST)
        it.api.answers("messages", Page(items=since, next_cursor="older"), Page(items=(ours, before)))
        it.desk.reply("c", words("Once"))
        await settled()
        assert it.outbox.take_over() == ()  # it was found


async def test_a_look_that_began_before_it_was_sent_again_says_nothing_of_it(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.api.answers("send", NotUnderstood("HTML."))
        it.api.answers("messages", LOST)
        id = it.desk.reply("c", words("Once"))
        await settled()
        it.line("offline")
        await it.clock.advance(10)
        look, answer = asyncio.get_running_loop().create_future(), never()
        it.api.answers("messages", look)
        it.line("live")
        await settled()
        it.api.answers("send", answer)
        await it.desk.retry(id)
        await settled()
        look.set_result(Page(items=()))
        await settled()
        assert it.shown() == [("Once", "sending")] and it.desk.take_back(id) is None
        answer.set_result(message("m1", 1, by="me", text="Once"))
        await settled()
        assert it.shown() == [("Once", "sent")]


async def test_a_note_never_goes_to_a_server_that_would_show_it(tmp_path: Path) -> None:
    async with room(tmp_path, features=BARE) as it:
        with pytest.raises(Connect360Error, match="no internal notes"):
            it.desk.reply("c", words("Secret", note=True))
        assert it.shown() == [] and it.sent() == []


async def test_a_note_left_over_does_not_go_to_such_a_server_either(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.api.answers("send", LOST)
        it.desk.reply("c", words("Secret", note=True))
        await settled()
    it = Room(tmp_path, features=tuple(feature for feature in FEATURES if feature != "internal-notes"))
    await it.desk.start()
    it.line("live")
    await it.clock.advance(5)
    (entry,) = it.entries()
    await it.desk.retry(entry.id)
    await settled()
    assert it.sent() == [] and it.shown() == [("Secret", "failed")]
    assert "no internal notes" in str(it.entries()[0].problem)
    await it.desk.close()
    it.crash()


async def test_what_cannot_be_written_down_is_not_sent(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.database.close()
        with pytest.raises(StateError, match=r"console\.sqlite"):
            it.desk.reply("c", words("Hello"))
        assert it.shown() == [] and it.sent() == []


async def test_what_was_not_there_is_not_said_to_have_perhaps_arrived(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        broke = "The line broke. It may have arrived all the same: look before you try again."
        it.api.answers("send", Dropped(broke, may_have_arrived=True), ServerFault("The server failed.", status=500))
        it.desk.reply("c", words("One"))
        it.desk.reply("d", words("Two"))
        await it.clock.advance(10)
        assert it.entries("c")[0].problem == "It did not arrive."
        assert it.entries("d")[0].problem == "It did not arrive. The server failed."
