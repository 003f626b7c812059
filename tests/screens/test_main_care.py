"""Nothing written is lost, doubled or sent elsewhere, whatever one does meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.client.api import Api
from console.contract.inputs import CustomerInput, SaveArticle
from console.screens.ask import Ask
from console.screens.confirm import Confirm
from console.screens.sign_in import SignIn
from console.state.drafts import Draft
from tests.support.console import JANE, OpenConsole, console_on, conversation_with
from tests.support.server import RunningServer, running_server

DENIZ = CustomerInput(external_id="web-2", name="Deniz Yılmaz", email="deniz@example.com")
LONG = "A line that is longer than a screen shows. " * 70


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server whose agent writes slowly enough to be interrupted."""
    async with running_server(tmp_path / "slow", pace=0.3) as server:
        yield server


async def two_conversations(server: RunningServer) -> tuple[str, str]:
    """Jane's, which the agent has an answer to, and Deniz's, the newest."""
    async with Api(server.url, server.key("admin", "Tomás Rivera"), trpc_path="/api/trpc") as api:
        await api.directory.save_article(
            SaveArticle(
                name="Returns", content={"en": "A broken lamp can be returned within 30 days of the day it came."}
            )
        )
        jane = await conversation_with(api, JANE, "My lamp is broken. Can the broken lamp be returned?")
        return jane, await conversation_with(api, DENIZ, "Merhaba")


async def drafting(console: OpenConsole, conversation_id: str) -> None:
    """An AI draft is on its way into the composer of a conversation."""
    await console.until(lambda: len(console.names) == 2)
    console.main.open(conversation_id)
    await console.press("d")
    await console.until(lambda: console.main.streaming and console.main.composer.text)


async def test_a_draft_stays_with_its_conversation_when_one_moves_on(slow: RunningServer, tmp_path: Path) -> None:
    jane, deniz = await two_conversations(slow)
    async with console_on(slow, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        console.main.open(deniz)
        await console.press("r")
        await console.write("for Deniz")
        await drafting(console, jane)
        console.main.open(deniz)
        await console.pilot.pause()
        assert console.main.composer.text == "for Deniz"
        console.main.open(jane)
        assert console.main.composer.text.startswith("Thank")
        assert "incomplete" in console.main.composer.about


async def test_stopping_a_rewriting_brings_back_what_was_written(slow: RunningServer, tmp_path: Path) -> None:
    jane, _ = await two_conversations(slow)
    async with console_on(slow, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        console.main.open(jane)
        await console.press("r")
        written = "First sentence of mine. Second one. Third one."
        await console.write(written)
        await console.press("escape", "D")
        await console.pilot.pause()
        await console.write("shorten")
        await console.press("enter")
        await console.shows(Ask)
        await console.press("enter")
        await console.until(lambda: console.main.streaming and console.main.composer.text != written)
        await console.press("escape")
        await console.until(lambda: console.main.composer.text == written)


async def test_a_draft_as_a_whole_can_be_undone(server: RunningServer, tmp_path: Path) -> None:
    jane, _ = await two_conversations(server)
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        console.main.open(jane)
        await console.press("d")
        await console.until(lambda: console.main.composer.about)
        first = console.main.composer.text
        await console.press("ctrl+r")
        await console.until(lambda: not console.main.streaming and console.main.composer.about)
        assert console.main.composer.text == first, "a second answer stands in the place of the first"
        await console.press("f8", "f8")
        assert console.main.composer.text in ("", first)


async def test_a_note_is_no_place_for_an_agents_answer(server: RunningServer, tmp_path: Path) -> None:
    jane, _ = await two_conversations(server)
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        console.main.open(jane)
        await console.press("i")
        await console.write("between us")
        await console.press("ctrl+r")
        await console.until(lambda: not console.main.streaming and "30 days" in console.main.composer.text)
        assert not console.main.composer.note
        await console.press("escape", "i")
        assert console.main.composer.text == "between us"


async def test_a_long_text_of_ones_own_is_never_cut(server: RunningServer, tmp_path: Path) -> None:
    jane, deniz = await two_conversations(server)
    text = LONG + "\n" * 500 + "the end"
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        console.main.open(jane)
        await console.press("r")
        console.main.composer.put(text)  # type: ignore[arg-type]
        console.main.open(deniz)
        console.main.open(jane)
        assert console.main.composer.text == text


async def test_a_reply_is_taken_back_from_another_conversation_and_once(server: RunningServer, tmp_path: Path) -> None:
    jane, deniz = await two_conversations(server)
    async with console_on(server, tmp_path, hold_seconds=60) as console:
        await console.until(lambda: len(console.names) == 2)
        console.main.open(jane)
        await console.press("r")
        await console.write("Sorry")
        await console.press("enter", "shift+tab", "i")
        await console.write("a note")
        console.main.open(deniz)
        await console.until(lambda: "Jane Cooper" in console.main.hold)
        await console.press("u")
        await console.until(lambda: console.main.open_id == jane)
        assert console.main.composer.text == "Sorry" and not console.main.composer.note
        await console.press("escape", "i")
        assert console.main.composer.text == "a note"


async def test_what_cannot_be_written_down_is_there_when_one_comes_back(server: RunningServer, tmp_path: Path) -> None:
    jane, deniz = await two_conversations(server)
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.main.store.row(jane))
        console.main.open(deniz)
        other = sqlite3.connect(tmp_path / "state" / "console.sqlite", isolation_level=None)
        other.execute("begin immediate")
        await console.press("r")
        await console.write("Precious")
        await console.until(lambda: "Nothing was written" in console.said)
        console.main.open(jane)
        console.main.open(deniz)
        await console.press("r")
        assert console.main.composer.text == "Precious"
        other.close()
        await console.write(" words")
        await console.press("escape")
        assert console.main.drafts.all() == ((deniz, False, Draft("Precious words", "tr")),)


async def test_what_was_written_on_in_another_console_outlives_the_message(
    server: RunningServer, tmp_path: Path
) -> None:
    _, deniz = await two_conversations(server)
    async with console_on(server, tmp_path) as one, console_on(server, tmp_path) as two:
        await one.until(lambda: one.main.store.row(deniz))
        await two.until(lambda: two.main.store.row(deniz))
        one.main.open(deniz)
        await one.press("r")
        await one.write("Mine")
        await one.until(lambda: one.main.drafts.get(deniz, False))
        two.main.open(deniz)
        await two.press("r")
        await two.write(" and yours")
        await two.until(lambda: two.main.kept == Draft("Mine and yours", "tr"))
        await one.press("enter")
        await one.until(lambda: "another console" in one.said)
        assert one.main.composer.text == "Mine and yours"


async def test_resolving_can_be_undone(server: RunningServer, tmp_path: Path) -> None:
    jane, _ = await two_conversations(server)
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        console.main.open(jane)
        await console.press("e")
        await console.until(lambda: console.main.store.row(jane).status == "resolved")  # type: ignore[union-attr]
        await console.until(lambda: "u undo" in console.said)
        await console.press("u")
        await console.until(lambda: console.main.store.row(jane).status == "open")  # type: ignore[union-attr]


async def test_keys_that_come_at_once_mean_what_they_were_meant_for(server: RunningServer, tmp_path: Path) -> None:
    await two_conversations(server)
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        await console.pilot.press(*("space" if one == " " else one for one in "rHello dear"))
        await console.until(lambda: console.main.composer.text == "Hello dear")
        assert console.main.conversations.lines[0].row.status == "open"


async def test_what_was_written_for_a_deleted_conversation_is_offered(server: RunningServer, tmp_path: Path) -> None:
    jane, _ = await two_conversations(server)
    async with (
        Api(server.url, server.key("admin", "Tomás Rivera"), trpc_path="/api/trpc") as api,
        console_on(server, tmp_path) as console,
    ):
        await console.until(lambda: len(console.names) == 2)
        console.main.open(jane)
        await console.press("r")
        await console.write("half an answer")
        await api.conversations.delete(jane)
        await console.shows(Confirm)
        assert "half an answer" in console.app.export_screenshot().replace("&#160;", " ")


async def test_a_refused_key_asks_for_another_and_the_console_goes_on(server: RunningServer, tmp_path: Path) -> None:
    jane, _ = await two_conversations(server)
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        console.main.open(jane)
        await console.press("r")
        await console.write("kept")
        await console.press("escape", "f2")
        await console.shows(Ask)
        key = console.app.settings.api_key
        assert key is not None
        await asyncio.to_thread(server.revoke, key.get_secret_value())
        await console.shows(SignIn)
        console.app.exit()
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        console.main.open(jane)
        assert console.main.composer.text == "kept"
