"""The main screen on a real server: finding, reading, answering."""

from __future__ import annotations

from pathlib import Path

from console.client.api import Api
from console.contract.inputs import CustomerInput
from tests.support.console import JANE, console_on, conversation_with
from tests.support.server import RunningServer


async def test_who_waits_is_found_opened_and_read(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, "The lamp arrived broken.", "Can I send it back?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names == ["Jane Cooper"])
        assert console.main.conversations.lines[0].row.unread == 2
        await console.press("enter")
        await console.until(lambda: console.bodies == ["The lamp arrived broken.", "Can I send it back?"])
        assert console.main.pane == "thread"
        await console.until(lambda: console.main.conversations.lines[0].row.unread == 0)


async def test_drawing_waits_a_moment_for_the_first_conversations_and_no_longer(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.main.is_begun and not console.main.app._batch_count)
        assert not console.main.has_lines.is_set()
        await conversation_with(api, JANE, "The lamp arrived broken.")
        await console.until(console.main.has_lines.is_set)
        assert console.names == ["Jane Cooper"]


async def test_drawing_all_anew_takes_no_word_back(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, "The lamp arrived broken.")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("e")
        await console.until(lambda: console.main.notice is not None and "undo" in console.main.notice.text)
        said = console.main.notice
        await console.press("ctrl+l")
        assert console.main.notice is said


async def test_a_reply_reaches_the_server_and_the_customer_waits_no_more(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("r")
        await console.write("A new one is on its way.")
        await console.press("enter")
        await console.until(lambda: [entry.delivery for entry in console.entries] == ["sent", "sent"])
        assert console.main.composer.text == ""
        await console.until(lambda: console.main.conversations.lines[0].row.waiting_since is None)
    newest = (await api.messages.list(jane)).items[0]
    assert newest.content == {"en": "A new one is on its way."}
    assert newest.sender.name == "Maya Okafor"


async def test_a_held_reply_is_taken_back_into_the_composer_by_escape(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path, hold_seconds=60) as console:
        await console.until(lambda: console.names)
        await console.press("r")
        await console.write("Too soon")
        await console.press("enter")
        await console.until(lambda: console.main.held is not None)
        assert "Esc undo" in console.main.hold
        await console.press("escape")
        await console.until(lambda: console.main.composer.text == "Too soon")
        assert console.main.held is None
    assert len((await api.messages.list(jane)).items) == 1


async def test_enter_in_the_empty_composer_sends_a_held_reply_now(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path, hold_seconds=60) as console:
        await console.until(lambda: console.names)
        await console.press("r")
        await console.write("Now")
        await console.press("enter")
        console.main.looked.entered = -1.0  # a while ago
        await console.press("enter")
        await console.until(lambda: [entry.delivery for entry in console.entries] == ["sent", "sent"])
    assert (await api.messages.list(jane)).items[0].content == {"en": "Now"}


async def test_a_note_goes_as_a_note(server: RunningServer, api: Api, tmp_path: Path) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path, hold_seconds=60) as console:
        await console.until(lambda: console.names)
        await console.press("i")
        await console.write("Two left in stock")
        assert console.main.composer.has_class("-note")
        await console.press("enter")
        await console.until(lambda: len(console.entries) == 2 and console.entries[1].delivery == "sent")
        assert console.entries[1].note
    assert (await api.messages.list(jane)).items[0].flags == ("internal-note",)


async def test_what_is_written_is_there_again_after_the_console_ended(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("r")
        await console.write("Half a sent")
        console.app.exit()
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("r")
        await console.until(lambda: console.main.composer.text == "Half a sent")


async def test_a_reply_and_a_note_are_drafted_apart(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("r")
        await console.write("to her")
        await console.press("escape", "i")
        assert console.main.composer.text == ""
        await console.write("to us")
        await console.press("escape", "r")
        assert console.main.composer.text == "to her"
        await console.press("escape", "i")
        assert console.main.composer.text == "to us"


async def test_drafts_stay_with_their_conversations(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, "Hello?")
    await conversation_with(api, CustomerInput(name="Deniz Yılmaz", email="deniz@example.com"), "Merhaba")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        await console.press("r")
        await console.write("for Deniz")
        await console.press("escape", "h", "j", "r")
        assert console.main.row is not None and console.main.row.name == "Jane Cooper"
        assert console.main.composer.text == ""
        await console.press("escape", "h", "k", "r")
        assert console.main.composer.text == "for Deniz"
        assert console.main.drafted == {console.main.open_id}


async def test_a_viewer_is_told_why_the_composer_is_shut(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path, role="viewer") as console:
        await console.until(lambda: console.names)
        await console.press("enter")
        await console.until(lambda: console.bodies == ["Hello?"])
        assert "connect360:conversation:engage" in (console.main.composer.shut or "")
        await console.press("r")
        assert console.main.pane == "thread"
        assert console.said == "The role viewer may not do this: reply."


async def test_what_others_do_appears_by_itself(server: RunningServer, api: Api, tmp_path: Path) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    async with (
        console_on(server, tmp_path) as mine,
        console_on(server, tmp_path / "two", member="Aylin Demir") as hers,
    ):
        await mine.until(lambda: mine.names)
        await hers.until(lambda: hers.names)
        await hers.press("enter")
        await hers.until(lambda: hers.bodies == ["Hello?"])
        await mine.press("r")
        await mine.write("Hi Jane")
        await mine.press("enter")
        await hers.until(lambda: hers.bodies == ["Hello?", "Hi Jane"])
        await api.conversations.delete(jane)
        await hers.until(lambda: hers.main.open_id is None)
        assert hers.said == "The conversation was deleted."


async def test_a_server_that_dies_costs_no_word_and_no_restart(server: RunningServer, api: Api, tmp_path: Path) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("r")
        await console.write("written while it was there")
        await server.stop()
        await console.until(lambda: console.main.status and console.main.status.state in ("reconnecting", "offline"))
        await console.press("enter")
        await console.until(lambda: len(console.entries) == 2)
        await server.start()
        await console.until(lambda: console.main.status and console.main.status.state == "live")
        await console.until(lambda: [entry.delivery for entry in console.entries] == ["sent", "sent"])
    said = [message.content["en"] for message in (await api.messages.list(jane)).items]
    assert said == ["written while it was there", "Hello?"]
