"""The gate as a person meets it: at Enter, at the end of the hold, in the list of what was not sent, and on leaving."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.client.api import Api
from console.contract.inputs import CustomerInput, GetOrCreateConversation, SaveTemplate, Send
from console.screens.gate import Gate, reasons
from console.screens.leave import Leave
from console.screens.listing import Listing
from console.screens.verbs import gating
from console.state.rows import Written
from tests.support.console import JANE, OpenConsole, console_on, conversation_with
from tests.support.server import RunningServer

DENIZ = CustomerInput(external_id="web-2", name="Deniz", metadata={"language": "tr"})


async def say(api: Api, conversation_id: str, text: str, *, customer: bool = False) -> None:
    """A colleague, or the customer, writes."""
    sent = Send(conversation_id=conversation_id, content={"en": text}, sender="customer" if customer else None)
    await api.messages.send(sent if customer else Send(conversation_id=conversation_id, content={"en": text}))


async def opened(it: OpenConsole, api: Api, customer: CustomerInput = JANE) -> str:
    """The console with the conversation of a customer who waits, open and being written in."""
    id = await conversation_with(api, customer, "The lamp arrived broken.")
    await it.until(lambda: it.main.store.row(id))
    it.main.open(id)
    await it.until(lambda: it.entries)
    await it.press("r")
    return id


async def decide(it: OpenConsole, key: str) -> None:
    """Answer the gate, once it can have been read."""
    await it.until(lambda: isinstance(it.app.screen, Gate) and len(it.app.screen.keys()) > 1)
    await it.press(key)


def asked(it: OpenConsole) -> list[str]:
    """What the gate says."""
    gate = it.app.screen
    assert isinstance(gate, Gate)
    return [str(one) for one in reasons(gate._here)]


async def test_a_clean_message_costs_no_key(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path) as it:
        await opened(it, api)
        await it.write("Hello")
        await it.press("enter")
        await it.until(lambda: it.entries[-1].delivery == "sent" and it.bodies[-1] == "Hello")
        assert not isinstance(it.app.screen, Gate)


async def test_a_colleagues_answer_is_seen_before_mine_leaves(server: RunningServer, tmp_path: Path) -> None:
    omar = server.key("agent", "Omar Haddad")
    async with Api(server.url, omar) as colleague, console_on(server, tmp_path) as it:
        id = await opened(it, colleague)
        await it.write("Hello")
        await say(colleague, id, "I refunded you already.")
        await it.until(lambda: "I refunded you already." in it.bodies)
        await it.press("enter", "enter")  # a habit is harmless
        await it.shows(Gate)
        assert asked(it) == ["Omar Haddad wrote since you looked."]
        assert it.main.composer.text == "Hello"
        await decide(it, "e")
        await it.until(lambda: it.app.screen is it.main)
        assert it.main.composer.text == "Hello" and it.main.pane == "composer"
        await it.press("enter")  # it was seen
        await it.until(lambda: it.bodies[-1] == "Hello" and it.entries[-1].delivery == "sent")


@pytest.mark.parametrize(("key", "text", "sent"), [("s", "", True), ("d", "Hello", False), ("escape", "Hello", False)])
async def test_what_is_decided_is_done(server: RunningServer, tmp_path: Path, key: str, text: str, sent: bool) -> None:
    async with Api(server.url, server.key("agent", "Omar Haddad")) as colleague, console_on(server, tmp_path) as it:
        id = await opened(it, colleague)
        await it.write("Hello")
        await say(colleague, id, "Wait.", customer=True)
        await it.until(lambda: "Wait." in it.bodies)
        await it.press("enter")
        await it.shows(Gate)
        await decide(it, key)
        await it.until(lambda: it.app.screen is it.main)
        await it.until(lambda: ("Hello" in it.bodies) is sent and it.main.composer.text == text)
        draft = it.main.drafts.get(id, False)
        assert (draft.text if draft else "") == text
        assert it.main.pane == ("thread" if key == "d" else "composer")


async def test_another_language_is_asked_about_once_in_a_conversation(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path) as it:
        await opened(it, api, DENIZ)
        await it.write("Hello, how are you?")
        await it.press("enter")
        await it.shows(Gate)
        assert asked(it) == ["This is in English; the customer writes Turkish."]
        await decide(it, "s")
        await it.until(lambda: it.entries[-1].delivery == "sent" and it.bodies[-1] == "Hello, how are you?")
        await it.write("Is there more that you need?")
        await it.press("enter")
        await it.until(lambda: it.entries[-1].delivery == "sent" and it.bodies[-1] == "Is there more that you need?")


async def test_a_variable_that_nobody_filled_in_is_named(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path) as it:
        await api.directory.save_template(SaveTemplate(name="Hello", content={"en": "Your order {{order.number}}"}))
        await opened(it, api)
        await it.press("f4")
        await it.until(lambda: it.app.screen is not it.main)
        await it.pilot.pause()
        await it.press("enter")
        await it.until(lambda: "{{order.number}}" in it.main.composer.text)
        await it.press("enter")
        await it.shows(Gate)
        assert asked(it) == ["Not filled in: {{order.number}}"]


async def test_what_comes_while_it_is_held_stops_it_and_it_is_listed(server: RunningServer, tmp_path: Path) -> None:
    async with (
        Api(server.url, server.key("agent", "Omar Haddad")) as colleague,
        console_on(server, tmp_path, hold_seconds=1) as it,
    ):
        id = await opened(it, colleague)
        await it.write("Hello")
        await it.press("enter")
        await it.until(lambda: it.main.held)
        await say(colleague, id, "I refunded you already.")
        await it.until(lambda: it.main.unsent == 1)
        assert "Omar Haddad wrote since you looked. Enter looks." in it.said
        await it.press("shift+tab")
        await it.press("g", "o")
        await it.shows(Gate)
        await decide(it, "s")
        await it.until(lambda: it.bodies[-1] == "Hello" and it.entries[-1].delivery == "sent")
        await it.until(lambda: it.main.unsent == 0)


async def test_enter_on_what_is_held_looks_where_the_thread_moved_on(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path, hold_seconds=60) as it:
        id = await opened(it, api)
        await it.write("Hello")
        await it.press("enter")
        await it.until(lambda: it.main.held)
        await say(api, id, "And one more thing", customer=True)
        await it.until(lambda: "And one more thing" in it.bodies)
        it.main.looked.entered = -1.0  # a while ago
        await it.press("enter")
        await it.shows(Gate)
        await decide(it, "s")
        await it.until(lambda: it.bodies[-1] == "Hello" and it.entries[-1].delivery == "sent")


async def test_several_are_a_list_of_which_the_unchanged_go_at_once(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("agent", "Omar Haddad")) as api, console_on(server, tmp_path) as it:
        jane = await opened(it, api)
        other = await api.conversations.get_or_create(GetOrCreateConversation(customer=DENIZ))
        await it.until(lambda: it.main.store.row(other.id))
        await server.stop()
        await it.until(lambda: it.main.store.line.state == "offline", 20)
        await it.write("For Jane")
        await it.press("enter")
        it.main.open(other.id)
        await it.press("r")
        await it.write("Merhaba")
        await it.press("enter")
        await it.until(lambda: it.main.unsent == 2)
        await server.start()
        await say(api, jane, "I did it")
        await it.until(lambda: it.main.store.line.state == "live")
        await it.until(lambda: any(one.check.arrived for one in it.main.desk.unsent()))
        await it.press("enter")
        await it.shows(Gate)
        listed = [(str(one.about), str(one.end)) for one in it.app.screen.query_one(Listing).lines]
        assert listed == [("For Jane", "1 new"), ("Merhaba", "")]
        await decide(it, "S")
        await it.until(lambda: it.bodies == ["Merhaba"] and it.entries[0].delivery == "sent")
        await it.shows(Gate)  # the other one is still to be decided
        assert asked(it)[-1] == "Omar Haddad wrote since you looked."
        await decide(it, "d")
        await it.until(lambda: it.main.unsent == 0 and it.app.screen is it.main)
        draft = it.main.drafts.get(jane, False)
        assert draft is not None and draft.text == "For Jane"


@pytest.mark.parametrize("key", ["s", "d", "escape"])
async def test_leaving_while_something_is_held_asks(server: RunningServer, tmp_path: Path, key: str) -> None:
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path, hold_seconds=60) as it:
        id = await opened(it, api)
        await it.write("Hello")
        await it.press("enter")
        await it.until(lambda: it.main.held)
        await it.press("shift+tab", "q")
        await it.shows(Leave)
        await it.press(key)
        if key == "escape":
            await it.until(lambda: it.app.screen is it.main)
            assert it.main.held
            return
        await it.until(lambda: not it.app.is_running)
        page = await api.messages.list(id)
        assert [message.content["en"] for message in page.items][:1] == [
            "Hello" if key == "s" else "The lamp arrived broken."
        ]


async def test_a_second_console_of_a_profile_is_told_so(server: RunningServer, tmp_path: Path) -> None:
    async with console_on(server, tmp_path), console_on(server, tmp_path) as second:
        await second.until(lambda: "Another console" in second.said)


async def test_two_consoles_in_one_draft_keep_the_words_of_both(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path) as one:
        id = await opened(one, api)
        async with console_on(server, tmp_path) as two:
            await two.until(lambda: two.main.store.row(id))
            two.main.open(id)
            await two.press("r")
            await one.write("Mine")
            await one.until(lambda: one.main.drafts.get(id, False))
            await two.write("Yours")
            await two.press("enter")
            await two.until(lambda: "another console" in two.said)
            assert two.main.composer.text == "Mine\n\nYours" and two.bodies == ["The lamp arrived broken."]


async def test_a_key_that_bounces_sends_nothing_at_once(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path, hold_seconds=60) as it:
        await opened(it, api)
        await it.write("Hello")
        await it.press("enter")
        it.main.looked.entered = asyncio.get_running_loop().time() + 60  # however slow this machine is, it was just now
        await it.press("enter", "enter")
        assert it.main.held and it.entries[-1].delivery == "held"


async def test_what_may_be_sent_while_one_is_asked_about_leaving_waits(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path, hold_seconds=1) as it:
        id = await opened(it, api)
        await it.write("Hello")
        await it.press("enter")
        await it.until(lambda: it.main.held)
        await it.press("shift+tab", "q")
        await it.shows(Leave)
        later = asyncio.get_running_loop().time() + 1.5
        await it.until(lambda: asyncio.get_running_loop().time() > later)
        await it.press("d")
        await it.until(lambda: not it.app.is_running)
        assert len((await api.messages.list(id)).items) == 1


async def test_what_would_overtake_another_is_asked_about(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("agent", "Omar Haddad")) as api, console_on(server, tmp_path) as it:
        id = await opened(it, api)
        await it.write("Hello")
        await say(api, id, "Wait.", customer=True)
        await it.until(lambda: "Wait." in it.bodies)
        it.main.desk.reply(id, Written("First", "en"), "")
        await it.until(lambda: it.main.unsent == 1)
        await it.press("enter")
        await it.shows(Gate)
        assert "An earlier message of yours was not sent: this one would overtake it." in asked(it)


async def test_a_letter_typed_on_is_no_answer_to_what_nobody_can_have_read(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gating, "_UNREAD", 600.0)
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path) as it:
        await opened(it, api, DENIZ)
        await it.write("Hello, how are you?")
        await it.press("enter")
        await it.shows(Gate)
        before = len(it.entries)
        await it.press("s", "e", "d")
        assert isinstance(it.app.screen, Gate) and it.app.screen.keys() == [("esc", "leave it")]
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.main)
        assert it.main.composer.text == "Hello, how are you?" and len(it.entries) == before


async def test_how_what_is_held_is_taken_back_is_said_as_the_keys_are(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path, hold_seconds=60) as it:
        await opened(it, api)
        await it.write("Hello")
        await it.press("enter")
        await it.until(lambda: it.main.hold.endswith("s · Esc undo · Enter now"))
        await it.press("n")
        await it.until(lambda: it.main.hold.endswith("s · Esc then u undo"))
        await it.press("escape")
        await it.until(lambda: it.main.hold.endswith("s · u undo"))
        await it.press("u")
        await it.until(lambda: not it.main.hold and it.main.composer.text.startswith("Hello"))
