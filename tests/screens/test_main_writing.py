"""Files, AI drafts, templates and hostile text on the main screen, on a real server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.client.api import Api
from console.contract.content import is_blank
from console.contract.inputs import CustomerInput, SaveArticle, SaveTemplate, Send
from console.screens.files import FilePicker
from console.screens.pick import Pick
from console.screens.too_small import TooSmall
from tests.support.console import JANE, console_on, conversation_with
from tests.support.server import RunningServer, running_server
from tests.text.hostile import HOSTILE


async def test_a_file_is_attached_and_sent_with_the_reply(
    server: RunningServer, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jane = await conversation_with(api, JANE, "Where is my invoice?")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "invoice.txt").write_text("1 lamp")
    monkeypatch.chdir(tmp_path / "files")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("r")
        await console.write("Here it is")
        await console.press("ctrl+f")
        await console.shows(FilePicker)
        await console.until(lambda: "invoice.txt" in console.app.export_screenshot())
        await console.press("enter")
        await console.until(lambda: [file.name for file in console.main.composer.files] == ["invoice.txt"])
        await console.press("enter")
        await console.until(lambda: [entry.delivery for entry in console.entries] == ["sent", "sent"])
        assert [file.name for file in console.entries[1].files] == ["invoice.txt"]
    (attachment,) = (await api.messages.list(jane)).items[0].attachments
    await api.files.download(attachment.s3_key, tmp_path / "again.txt")
    assert (tmp_path / "again.txt").read_text() == "1 lamp"


async def test_an_ai_draft_streams_into_the_composer_and_is_not_sent(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    await api.directory.save_article(
        SaveArticle(name="Returns", content={"en": "A broken lamp can be returned within 30 days."})
    )
    jane = await conversation_with(api, JANE, "My lamp is broken. Can it be returned?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("d")
        await console.until(lambda: console.main.composer.about)
        composer = console.main.composer
        assert "30 days" in composer.text
        assert "[1]" not in composer.text and "Returns" in composer.about
        assert not composer.drafting
    assert len((await api.messages.list(jane)).items) == 1


async def test_escape_stops_a_draft_and_keeps_what_came(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path / "slow", pace=0.3) as server,
        Api(server.url, server.key("admin"), trpc_path="/api/trpc") as api,
    ):
        await api.directory.save_article(
            SaveArticle(
                name="Returns", content={"en": "A broken lamp can be returned within 30 days of the day it came."}
            )
        )
        await conversation_with(api, JANE, "My lamp is broken. Can the broken lamp be returned?")
        async with console_on(server, tmp_path) as console:
            await console.until(lambda: console.names)
            composer = console.main.composer
            await console.press("d")
            await console.until(lambda: composer.drafting and composer.text)
            await console.press("escape")
            await console.until(lambda: not composer.drafting)
            assert composer.text and "incomplete" in composer.about
            assert console.main.pane == "composer"


async def test_a_template_is_filled_with_what_is_known(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await api.directory.save_template(
        SaveTemplate(name="Greeting", content={"en": "Dear {{customer.name}}, about {{order}}:"})
    )
    await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("r", "slash")
        await console.shows(Pick)
        await console.press("enter")
        await console.until(lambda: console.main.composer.text == "Dear Jane Cooper, about {{order}}:")


async def test_hostile_names_and_messages_neither_end_nor_drive_the_console(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    texts = [text[:5_000].encode("utf-8", "replace").decode() for text in HOSTILE.values()]
    plain = [text[:120].replace("\0", "") for text in texts]  # no server takes a NUL in a name
    names = [CustomerInput(external_id=f"hostile-{place}", name=name) for place, name in enumerate(plain)]
    await asyncio.gather(*(conversation_with(api, customer) for customer in names))
    jane = await conversation_with(api, JANE, *(text for text in texts if not is_blank(text)))
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == len(HOSTILE) + 1)
        console.main.open(jane)
        await console.until(lambda: len(console.bodies) >= 50)
        for key in ("g", "g", "pagedown", "pagedown", "G", "pageup", "M", "escape", "h", "G", "enter"):
            await console.press(key)
            await console.pilot.pause()
            assert not set(console.app.export_screenshot()) & {"\x1b", "\x9b", "\x07", "\x90", "\x9d"}
        assert console.app.is_running


async def test_a_long_thread_loads_older_messages_without_moving_what_is_read(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE)
    async with Api(server.url, server.key("agent"), trpc_path="/api/trpc") as own:  # what one wrote is not unread
        for number in range(70):
            await own.messages.send(Send(conversation_id=jane, content={"en": f"message {number}"}))
    async with console_on(server, tmp_path, size=(80, 24)) as console:
        await console.until(lambda: console.names)
        await console.press("enter")
        await console.until(lambda: len(console.bodies) >= 50)
        newest = len(console.bodies)
        await console.press("g", "g")
        await console.until(lambda: len(console.bodies) > newest)
        assert console.main.messages.cursor_id is not None
        first = next(entry for entry in console.entries if entry.id == console.main.messages.cursor_id)
        assert first.bodies[0] == f"message {70 - newest}", "what was read stays under the cursor"


async def test_newer_messages_are_counted_while_one_reads_above(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE, *(f"message {number}" for number in range(30)))
    async with console_on(server, tmp_path, size=(80, 24)) as console:
        await console.until(lambda: console.names)
        await console.press("enter")
        await console.until(lambda: len(console.bodies) == 30)
        await console.press("g", "g")
        above = console.main.messages.scroll_offset.y
        await api.messages.send(Send(conversation_id=jane, content={"en": "new one"}, sender="customer"))
        await console.until(lambda: console.main.messages.newer == 1)
        assert console.main.messages.scroll_offset.y == above
        await console.press("G")
        assert console.main.messages.newer == 0


@pytest.mark.parametrize("size", [(39, 24), (80, 9)])
async def test_a_terminal_too_small_says_so_and_recovers(
    server: RunningServer, api: Api, tmp_path: Path, size: tuple[int, int]
) -> None:
    await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path, size=(80, 24)) as console:
        await console.until(lambda: console.names)
        await console.press("r")
        await console.write("kept")
        await console.pilot.resize_terminal(*size)
        await console.shows(TooSmall)
        await console.pilot.resize_terminal(80, 24)
        await console.until(lambda: not isinstance(console.app.screen, TooSmall))
        assert console.main.composer.text == "kept"


async def test_below_eighty_columns_one_pane_shows_at_a_time(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path, size=(60, 20)) as console:
        await console.until(lambda: console.names)
        assert console.main.conversations.size.width > 50 and console.main.messages.size.width == 0
        await console.press("enter")
        await console.until(lambda: console.bodies == ["Hello?"])
        await console.until(lambda: console.main.messages.size.width > 50)
        assert console.main.conversations.size.width == 0
        await console.press("escape")
        await console.until(lambda: console.main.conversations.size.width > 50)
