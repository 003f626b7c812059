"""The gate: what a person should see before what they wrote leaves, and what waits until they have."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

import pytest

from console.client.errors import Unreachable
from console.contract.events import MessageCreated
from console.contract.shapes import Customer, Message, Page
from console.state.arrival import UNDECIDED
from console.state.changes import ConversationsAnswered
from console.state.gate import arrived_since, wording
from console.state.reduce import row_of
from console.state.rows import Written
from console.text.language import surely
from tests.state.rooms import BARE, LOST, Room, room
from tests.state.values import at, conversation, message, settled, words

TURKISH = Customer(id="cus_deniz", name="Deniz", metadata={"language": "tr"})


def said(number: int, text: str, *, by: str = "customer") -> MessageCreated:
    """Somebody writes into `c`."""
    new = message(f"m{number}", number / 60, by=by, text=text)
    return MessageCreated(id=str(number), message=new, conversation=conversation("c", updated=number))


@pytest.mark.parametrize(("by", "stops"), [("customer", True), ("colleague", True), ("me", False)])
async def test_a_thread_that_moved_on_stops_a_message_just_before_it_leaves(
    tmp_path: Path, by: str, stops: bool
) -> None:
    async with room(tmp_path) as it:
        it.store.apply(said(1, "Hello?"))
        id = it.desk.reply("c", words("One moment"))
        it.store.apply(said(2, "I have another question", by=by))
        await it.clock.advance(5)
        if not stops:
            assert it.sent() == ["One moment"] and not it.desk.unsent()
            return
        assert it.sent() == [] and it.shown()[-1] == ("One moment", "stopped")
        (one,) = it.desk.unsent()
        assert (one.local_id, one.state) == (id, "stopped")
        assert [entry.bodies for entry in one.check.arrived] == [("I have another question",)]
        await it.desk.retry(id, it.desk.seen("c"))
        await settled()
        assert it.sent() == ["One moment"]


async def test_what_came_since_it_was_shown_stops_it_once_more(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.store.apply(said(1, "Hello?"))
        seen = it.desk.seen("c")
        it.store.apply(said(2, "Anybody?"))
        id = it.desk.reply("c", words("One moment"), seen)
        await settled()
        shown = it.desk.seen("c")
        it.store.apply(said(3, "Never mind, I found it."))
        await it.desk.retry(id, shown)
        await settled()
        (one,) = it.desk.unsent()
        assert [entry.bodies for entry in one.check.arrived] == [("Never mind, I found it.",)] and it.sent() == []


@pytest.mark.parametrize("line", ["live", "reconnecting"])
async def test_the_thread_is_read_before_a_message_leaves_whatever_is_said_of_the_line(
    tmp_path: Path, line: Literal["live", "reconnecting"]
) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.line(line)
        it.api.answers("newest", Page(items=(message("m9", 1, text="Wait!"),)))
        it.desk.reply("c", words("Gone already"))
        await settled()
        assert it.sent() == [] and it.shown() == [("Wait!", "sent"), ("Gone already", "stopped")]


async def test_a_thread_that_cannot_be_read_before_keeps_a_message_waiting(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.line("reconnecting")
        it.api.answers("newest", Unreachable("No line."), Page(items=()))
        it.desk.reply("c", words("Hello"))
        await settled()
        assert it.sent() == [] and it.shown() == [("Hello", "waiting")]
        it.line("live")
        await settled()
        assert it.sent() == ["Hello"]


async def test_what_waited_without_a_line_is_listed_and_never_flushed(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.api.answers("send", Unreachable("No line."))
        it.desk.reply("c", words("One"))
        await settled()
        it.line("offline")
        await settled()
        it.desk.reply("c", words("Two"))
        await it.clock.advance(600)
        it.line("live")
        await it.clock.advance(600)
        assert it.sent() == ["One"] and it.shown() == [("One", "waiting"), ("Two", "waiting")]
        assert [(one.written.text, one.state, bool(one.check)) for one in it.desk.unsent()] == [
            ("One", "waiting", False),
            ("Two", "waiting", False),
        ]
        for one in it.desk.unsent():
            await it.desk.retry(one.local_id)
        await settled()
        assert it.sent() == ["One", "One", "Two"] and not it.desk.unsent()


async def test_what_happened_meanwhile_is_read_for_what_waited(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.line("offline")
        it.desk.reply("c", words("One"))
        it.api.answers("messages", Page(items=(message("m9", 1, by="colleague", text="I took care of it"),)))
        it.line("live")
        await settled()
        (one,) = it.desk.unsent()
        assert [entry.bodies for entry in one.check.arrived] == [("I took care of it",)]


@pytest.mark.parametrize("features", [None, BARE], ids=["with keys", "without"])
async def test_what_was_on_its_way_when_the_line_was_lost_is_looked_for(
    tmp_path: Path, features: tuple[str, ...] | None
) -> None:
    async with room(tmp_path, hold=0.0, **({"features": features} if features else {})) as it:
        await it.desk.open("d")
        it.api.answers("send", LOST, LOST)
        it.api.answers("messages", *[Unreachable("No line.")] * (2 if features else 0))
        there, lost = it.desk.reply("c", words("There")), it.desk.reply("d", words("Lost"))
        await settled()
        it.line("offline")
        await it.clock.advance(60)
        it.api.answers("messages", Page(items=(message("m9", 0, by="me", text="There"),)))
        it.line("live")
        await it.clock.advance(5)
        assert it.shown() == [("There", "sent")] and it.store.confirmed(there) == "m9"
        (one,) = it.desk.unsent()
        assert (one.local_id, one.state, one.problem) == (lost, "failed", "It did not arrive.")
        assert sorted(it.sent()) == ["Lost", "There"]


async def test_a_message_that_arrives_late_is_recognised(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.api.answers("send", LOST)
        id = it.desk.reply("c", words("Once"))
        await it.clock.advance(10)
        assert it.shown() == [("Once", "failed")]
        late = message("m9", 0.1, by="me", text="Once")
        it.store.apply(MessageCreated(id="1", message=late, conversation=conversation("c")))
        assert it.shown() == [("Once", "sent")] and it.store.confirmed(id) == "m9" and not it.desk.unsent()


async def test_only_like_messages_that_nobody_can_tell_apart_are_asked_about(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.api.answers("send", LOST)
        twice: Page[Message] = Page(
            items=(message("m2", 0.2, by="me", text="OK"), message("m1", 0.1, by="me", text="OK"))
        )
        it.api.answers("messages", *[twice] * 4)
        id = it.desk.reply("c", words("OK"))
        await it.clock.advance(10)
        assert it.shown()[-1] == ("OK", "unknown") and it.entries()[-1].problem == UNDECIDED
        await it.desk.retry(id)  # that is for the person to say
        await settled()
        assert it.sent() == ["OK", "OK"]


async def test_one_that_may_lie_farther_back_than_is_read_is_asked_about(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.api.answers("send", LOST)
        full: list[Page[Message]] = [
            Page(items=(message(f"m{number}", 1, text="Hello?"),), next_cursor=str(number)) for number in range(20)
        ]
        it.api.answers("messages", *full, *full)
        it.desk.reply("c", words("OK"))
        await it.clock.advance(10)
        assert it.shown()[-1] == ("OK", "unknown") and it.entries()[-1].problem == UNDECIDED


async def test_two_like_ones_that_both_arrived_are_both_recognised(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0, features=BARE) as it:
        it.api.answers("send", LOST, LOST)
        nothing: Page[Message] = Page(items=())
        both: Page[Message] = Page(
            items=(message("m2", 0.2, by="me", text="OK"), message("m1", 0.1, by="me", text="OK"))
        )
        it.api.answers("messages", *[Unreachable("No line.")] * 3, *[both] * 9, nothing)
        first = it.desk.reply("c", words("OK"))
        await settled()
        it.line("offline")
        await settled()
        it.line("live")
        second = it.desk.reply("c", words("OK"))
        await settled()
        it.line("live")
        await it.clock.advance(10)
        assert (it.store.confirmed(first), it.store.confirmed(second)) == ("m1", "m2")
        assert it.shown() == [("OK", "sent"), ("OK", "sent")] and len(it.sent()) == 2


async def test_a_crash_leaves_what_was_stopped_in_its_composer_and_what_waited_in_the_list(tmp_path: Path) -> None:
    before = Room(tmp_path, hold=0.0)
    await before.desk.start()
    await before.desk.open("c")
    before.store.apply(said(1, "Hello?"))
    before.desk.reply("c", words("Stopped"), "")
    await settled()
    before.line("offline")
    before.desk.reply("d", words("Waiting"))
    before.crash()
    after = Room(tmp_path)
    await after.desk.start()
    draft = after.drafts.get("c", False)
    assert draft is not None and draft.text == "Stopped"
    assert [(one.written.text, one.state) for one in after.desk.unsent()] == [("Waiting", "waiting")]
    await after.desk.close()
    after.crash()
    await before.desk.close()


async def test_leaving_counts_what_is_held_or_on_its_way_and_can_wait_for_it(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        it.desk.reply("c", words("Held"))
        assert it.desk.leaving() == 1
        finishing = asyncio.create_task(it.desk.finish())
        await it.clock.advance(1)
        assert await finishing == 0 and it.sent() == ["Held"] and it.desk.leaving() == 0


@pytest.mark.parametrize(
    ("written", "language"),
    [
        (Written("Merhaba, nasıl yardımcı olabilirim?", "tr"), None),
        (Written("Hello, how are you today?", "tr"), ("en", "tr")),
        (Written("Tamam!", "tr"), None),  # a word says little
        (Written("Tamam!", "en"), ("en", "tr")),  # but is labelled so
        (Written("مرحبا كيف حالك اليوم", "tr"), ("ar", "tr")),
        (Written("Hello, how are you today?", "tr", note=True), None),  # colleagues read anything
        (Written("", "en"), None),
    ],
)
def test_another_language_than_the_customers_is_seen(written: Written, language: tuple[str, str] | None) -> None:
    row = row_of(conversation("c", customer=TURKISH))
    assert wording(written, row, knows_notes=True).language == language


def test_a_text_without_an_arabic_letter_is_not_arabic_whatever_its_label() -> None:
    row = row_of(conversation("c", customer=Customer(id="cus_layla", name="ليلى", metadata={"language": "ar"})))
    assert wording(Written("Omar writing something here", "ar"), row, knows_notes=True).language == ("en", "ar")
    assert wording(Written("OK", "ar"), row, knows_notes=True).language is None


def test_variables_that_nobody_filled_in_are_named_once() -> None:
    check = wording(Written("Dear {{customer.name}}, {{ x }} {{customer.name}} {a} {{}}", "en"), None, knows_notes=True)
    assert check.variables == ("{{customer.name}}", "{{ x }}")


def test_a_note_is_for_a_server_that_keeps_it() -> None:
    note = Written("Two left in stock", "en", note=True)
    assert wording(note, None, knows_notes=False).shows_note and not wording(note, None, knows_notes=True)


def test_a_sure_language_is_not_told_by_a_name() -> None:
    assert surely("Thanks Şükrü") is None and surely("OK") is None and surely("https://shop.example.com") is None


async def test_what_came_after_a_message_that_is_gone_is_told_by_its_time(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        it.store.apply(ConversationsAnswered((conversation("c"),), it.store.asking()))
        it.store.apply(said(60, "Old"))
        it.store.apply(said(180, "New"))
        thread = it.store.thread("c")
        assert [entry.bodies for entry in arrived_since(thread, "gone", at(2))] == [("New",)]
        assert len(arrived_since(thread, "", at(9))) == 2 and len(arrived_since(thread, None, at(9))) == 0


async def test_a_thread_that_moved_on_by_more_than_is_read_stops_it_whatever_our_clock_says(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.store.apply(said(1, "Hello?"))
        await it.clock.advance(3600)  # to the server it is an hour earlier
        since = tuple(message(f"m{number}", number / 60, text="And?") for number in range(30, 10, -1))
        it.api.answers("newest", Page(items=since, next_cursor="older"))
        it.desk.reply("c", words("One moment"))
        await settled()
        assert it.sent() == [] and len(it.desk.unsent()[0].check.arrived) == 20


async def test_what_would_overtake_an_earlier_one_is_seen(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.line("offline")
        it.desk.reply("c", words("First"))
        it.line("live")
        await settled()
        assert it.desk.check("c", words("Second"), it.desk.seen("c")).is_behind
        assert not it.desk.check("d", words("Elsewhere"), None).is_behind
        (one,) = it.desk.unsent()
        assert not one.check  # it stands in nobody's way but its own


async def test_the_clock_stands_while_a_person_is_asked_and_starts_anew(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        it.desk.reply("c", words("Held"))
        await it.clock.advance(4)
        it.desk.stop_the_clock()
        await it.clock.advance(60)
        assert it.shown() == [("Held", "held")]
        it.desk.start_the_clock()
        held = it.desk.held("c")
        assert held is not None and held.send_at == at(69 / 60)
        await it.clock.advance(4)
        assert it.sent() == []
        await it.clock.advance(2)
        assert it.sent() == ["Held"]


async def test_without_a_line_what_was_left_is_there_all_the_same(tmp_path: Path) -> None:
    before = Room(tmp_path)
    await before.desk.start()
    before.desk.reply("c", words("Held"))
    before.line("offline")
    before.desk.reply("d", words("Waiting", note=True))
    before.crash()
    after = Room(tmp_path)
    after.api.answers("list", Unreachable("No line."))
    with pytest.raises(Unreachable):
        await after.desk.start()
    assert [one.written.text for one in after.desk.unsent()] == ["Waiting"] and after.desk.back_in_drafts == 1
    assert after.desk.written_in() == {"c", "d"}
    await after.desk.close()
    after.crash()
    await before.desk.close()
