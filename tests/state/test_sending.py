"""Messages on their way: held, in order, and never lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.client.errors import (
    ApiError,
    BadRequest,
    Forbidden,
    NotFound,
    ServerFault,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from console.contract.events import MessageCreated
from console.contract.shapes import Page
from console.state.database import Database
from console.state.drafts import Draft, Drafts
from tests.state.rooms import BARE, LOST, PHOTO, Room, never, room
from tests.state.values import at, conversation, message, settled, words


async def test_a_reply_is_held_and_then_sent(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        id = it.desk.reply("c", words("Hello"))
        (entry,) = it.entries()
        assert (entry.id, entry.delivery, entry.mine, entry.send_at) == (id, "held", True, at(5 / 60))
        held = it.desk.held("c")
        assert held is not None and held.id == id
        await it.clock.advance(4.9)
        assert it.sent() == []
        await it.clock.advance(0.2)
        assert it.shown() == [("Hello", "sent")]
        assert it.desk.held("c") is None
        assert not it.entries()[0].id.startswith("local_")


async def test_a_note_goes_at_once_past_what_is_held(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        it.desk.reply("c", words("Later"))
        it.desk.reply("c", words("Now", note=True))
        await settled()
        assert it.sent() == ["Now"]
        (given, _), *_ = it.api.given("send")
        assert given.flags == ["internal-note"]
        assert it.shown() == [("Now", "sent"), ("Later", "held")]


async def test_a_message_is_sent_whole(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        id = it.desk.reply("c", words("See this", files=(PHOTO,), reply_to="m0"))
        await settled()
        ((given, key),) = it.api.given("send")
        assert given.wire() == {
            "conversationId": "c",
            "content": {"en": "See this"},
            "attachmentIds": ["att_1"],
            "parentId": "m0",
        }
        assert key == id


async def test_a_held_one_is_taken_back_and_is_the_draft_again(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        it.drafts.put("c", False, Draft("Hello\n", "en"))
        written = words("Hello", files=(PHOTO,))
        id = it.desk.reply("c", written)
        assert it.drafts.get("c", False) is None
        assert it.desk.take_back(id) == written
        assert it.desk.take_back(id) is None
        assert it.drafts.get("c", False) == Draft("Hello", "en", (PHOTO,))
        await it.clock.advance(60)
        assert it.sent() == [] and it.shown() == []


async def test_sent_now_takes_along_those_written_before_it(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        it.desk.reply("c", words("One"))
        await it.clock.advance(1)
        two = it.desk.reply("c", words("Two"))
        it.desk.reply("c", words("Three"))
        it.desk.send_now(two)
        it.desk.send_now(two)
        await settled()
        assert it.sent() == ["One", "Two"]
        assert it.desk.take_back(two) is None
        await it.clock.advance(5)
        assert it.sent() == ["One", "Two", "Three"]


async def test_a_conversations_messages_wait_for_each_other_and_others_do_not(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        answer = never()
        it.api.answers("send", answer)
        it.desk.reply("c", words("One"))
        it.desk.reply("c", words("Two"))
        it.desk.reply("d", words("Elsewhere"))
        await settled()
        assert it.sent() == ["One", "Elsewhere"]
        answer.set_result(message("m1", 1, by="me", text="One"))
        await settled()
        assert it.sent() == ["One", "Elsewhere", "Two"]
        assert it.shown() == [("One", "sent"), ("Two", "sent")]


@pytest.mark.parametrize(
    "error",
    [
        BadRequest("The text is too long. Shorten it.", status=400),
        Forbidden("Missing permission: connect360:conversation:engage", status=403),
        NotFound("This conversation is gone.", status=404),
        ServerFault("The server failed. Try again later.", status=500),
    ],
)
async def test_a_failed_send_keeps_its_text(tmp_path: Path, error: ApiError) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.api.answers("send", error)
        id = it.desk.reply("c", words("Precious"))
        it.desk.reply("c", words("Next"))
        await settled()
        assert it.shown() == [("Next", "sent"), ("Precious", "failed")]
        assert it.entries()[-1].problem == str(error)
        await it.desk.retry(id)
        await settled()
        assert it.shown() == [("Next", "sent"), ("Precious", "sent")]
        assert [key for _, key in it.api.given("send")][::2] == [id, id]


async def test_a_failed_one_can_be_discarded_and_read_once_more(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        answer = never()
        it.api.answers("send", answer)
        id = it.desk.reply("c", words("Precious"))
        await settled()
        assert it.desk.discard(id) is None  # it is on its way
        answer.set_exception(BadRequest("No.", status=400))
        await settled()
        assert it.desk.discard(id) == words("Precious")
        assert it.desk.discard(id) is None
        assert it.shown() == []
        await it.desk.retry(id)
        await settled()
        assert it.sent() == ["Precious"]


async def test_with_keys_a_lost_answer_is_asked_for_again_when_the_line_is_back(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.api.answers("send", LOST, ServerFault("Starting.", status=503))
        id = it.desk.reply("c", words("Once"))
        it.desk.reply("c", words("Twice"))
        await settled()
        assert it.shown() == [("Once", "sending"), ("Twice", "waiting")]
        it.desk.resume()
        await settled()
        assert it.sent() == ["Once", "Once"]
        it.desk.resume()
        await settled()
        assert it.shown() == [("Once", "sent"), ("Twice", "sent")]
        assert [key for _, key in it.api.given("send")][:3] == [id, id, id]


async def test_what_waits_for_the_line_can_be_let_go_unless_it_may_have_arrived(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.api.answers("send", Unreachable("No line."), LOST)
        first, second = it.desk.reply("c", words("First")), it.desk.reply("c", words("Second"))
        await settled()
        assert it.desk.discard(second) == words("Second")  # it was never tried
        assert it.desk.discard(first) == words("First")  # it never left
        third = it.desk.reply("c", words("Third"))
        it.desk.resume()
        await settled()
        assert it.desk.discard(third) is None
        assert it.shown() == [("Third", "sending")]


async def test_waiting_for_the_line_asks_again_by_itself_too(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.api.answers("send", LOST, LOST, LOST)
        it.desk.reply("c", words("Once"))
        await it.clock.advance(0.9)
        assert it.sent() == ["Once"]
        await it.clock.advance(0.2)
        assert it.sent() == ["Once"] * 2
        await it.clock.advance(6)
        assert it.shown() == [("Once", "sent")]


async def test_a_server_that_asks_to_wait_is_given_its_time(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.api.answers("send", TooManyRequests("Slow down.", status=429, retry_after=30))
        it.desk.reply("c", words("Patience"))
        await it.clock.advance(29)
        assert it.sent() == ["Patience"]
        await it.clock.advance(2)
        assert it.shown() == [("Patience", "sent")]


async def test_an_event_confirms_what_waits_for_its_answer(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.api.answers("send", LOST)
        id = it.desk.reply("c", words("Once"))
        it.desk.reply("c", words("Next"))
        await settled()
        arrived = message("m9", 0.5, by="me", text="Once")
        it.store.apply(MessageCreated(id="1", message=arrived, conversation=conversation("c"), idempotency_key=id))
        await settled()
        assert it.shown() == [("Once", "sent"), ("Next", "sent")]
        assert it.sent() == ["Once", "Next"]
        assert it.outbox.take_over() == ()


async def test_closing_makes_drafts_of_what_is_held(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        it.desk.reply("c", words("Hello"))
        it.desk.reply("c", words("And more"))
        it.drafts.put("c", False, Draft("Begun", "en"))
    database = Database(tmp_path / "console.sqlite", "default")
    assert Drafts(database).get("c", False) == Draft("Hello\n\nAnd more\n\nBegun", "en")
    database.close()


async def test_closing_waits_a_moment_for_an_answer(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        answer = never()
        it.api.answers("send", answer)
        it.desk.reply("c", words("Note", note=True))
        await settled()
        asyncio.get_running_loop().call_later(0.05, answer.set_result, message("m1", 1, by="me", text="Note"))
        await it.desk.close()
        assert it.shown() == [("Note", "sent")]


async def test_a_crash_loses_no_text(tmp_path: Path) -> None:
    before = Room(tmp_path)
    await before.desk.start()
    before.desk.reply("held", words("Held"))
    lost = never()
    before.api.answers("send", lost, BadRequest("No.", status=400))
    sending = before.desk.reply("left", words("On its way", note=True))
    before.desk.reply("failed", words("Refused", note=True))
    await settled()
    before.crash()

    after = Room(tmp_path)
    await after.desk.start()
    await settled()
    assert after.drafts.get("held", False) == Draft("Held", "en")
    assert after.shown("left") == [("On its way", "unknown")]
    after.line("live")
    await after.clock.advance(5)
    assert after.shown("left") == [("On its way", "failed")] and after.sent() == []  # it is not there, which was read
    assert str(after.entries("left")[0].problem) == "It did not arrive."
    await after.desk.retry(sending)
    await settled()
    assert [key for _, key in after.api.given("send")] == [sending]  # the same key: it cannot become two
    assert after.shown("left") == [("On its way", "sent")]
    assert after.shown("failed") == [("Refused", "failed")]
    await after.desk.close()
    after.crash()
    lost.cancel()
    await before.desk.close()


async def test_after_a_crash_a_server_without_keys_leaves_it_to_the_person(tmp_path: Path) -> None:
    async with room(tmp_path, features=BARE, hold=0.0) as it:
        lost = never()
        it.api.answers("send", lost)
        it.desk.reply("c", words("On its way"))
        await settled()
        lost.cancel()
    it = Room(tmp_path, features=BARE)
    await it.desk.start()
    await settled()
    assert it.sent() == [] and it.shown() == [("On its way", "unknown")]
    await it.desk.close()
    it.crash()


async def test_a_key_that_the_server_may_have_forgotten_is_not_relied_on(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        lost = never()
        it.api.answers("send", lost)
        it.desk.reply("c", words("Yesterday"))
        await settled()
        lost.cancel()
    it = Room(tmp_path)
    await it.clock.advance(24 * 3600)
    await it.desk.start()
    await settled()
    assert it.sent() == [] and it.shown() == [("Yesterday", "unknown")]
    await it.desk.close()
    it.crash()


async def test_a_key_is_not_relied_on_after_a_day_of_sleep_either(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.api.answers("send", LOST)
        it.desk.reply("c", words("Yesterday"))
        await settled()
        await it.clock.machine_slept(24 * 3600)
        await it.clock.advance(60)
        assert it.sent() == ["Yesterday"] and it.shown() == [("Yesterday", "failed")]
        assert "did not arrive" in str(it.entries()[0].problem)  # which was read


@pytest.mark.parametrize(
    "error",
    [
        Unauthorized("The key is revoked.", status=401),
        Forbidden("Missing permission: connect360:conversation:engage", status=403),
        ServerFault("The server failed.", status=500),
    ],
)
async def test_a_refusal_does_not_say_that_the_attempt_before_it_did_not_arrive(
    tmp_path: Path, error: ApiError
) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.api.answers("send", LOST, error)
        it.api.answers("messages", error)
        it.desk.reply("c", words("Once"))
        await it.clock.advance(1.5)
        assert it.sent() == ["Once"] * 2 and it.shown() == [("Once", "unknown")]
        it.api.answers("messages", Page(items=(message("m1", 1, by="me", text="Once"),)))
        it.line("live")
        await it.clock.advance(5)
        assert it.shown() == [("Once", "sent")]
