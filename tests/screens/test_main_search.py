"""Searching the tree, and coming back from it: keys never act on a conversation that one does not see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from console.client.api import Api
from console.contract.inputs import CustomerInput
from console.widgets.tree_lines import CURSOR_MARK
from tests.support.console import JANE, OpenConsole, console_on, conversation_with
from tests.support.server import RunningServer

GRACE = CustomerInput(external_id="web-3", name="Grace Obi", email="grace@example.com")
DENIZ = CustomerInput(external_id="web-2", name="Deniz Yılmaz", email="deniz@example.com")


async def three(api: Api) -> tuple[str, str, str]:
    """Deniz, Grace and Jane, who stands at the top."""
    deniz = await conversation_with(api, DENIZ, "Merhaba")
    grace = await conversation_with(api, GRACE, "Good morning")
    return deniz, grace, await conversation_with(api, JANE, "Hello?")


@asynccontextmanager
async def console_of_three(
    server: RunningServer, api: Api, tmp_path: Path
) -> AsyncIterator[tuple[OpenConsole, tuple[str, str, str]]]:
    """A console that shows them, and their ids."""
    ids = await three(api)
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 3)
        yield console, ids


def cursor_row(console: OpenConsole) -> str:
    """The tree's line under the cursor, as it is drawn."""
    tree = console.main.conversations
    return tree.render_line(tree.cursor - tree.scroll_offset.y).text


@pytest.mark.parametrize("typed", ["zzzz", "Gra"])
async def test_escape_from_a_search_goes_back_to_where_it_began(
    server: RunningServer, api: Api, tmp_path: Path, typed: str
) -> None:
    async with console_of_three(server, api, tmp_path) as (console, (deniz, *others)):
        await console.press("end", "enter", "h", "slash", *typed)
        await console.pilot.pause()
        await console.pilot.press("escape", "e")  # at once, as a slow line brings them
        await console.until(lambda: "Resolved: Deniz" in console.said)
        assert [(await api.conversations.get(id)).metadata.get("status", "open") for id in others] == ["open", "open"]
        assert console.main.open_id == deniz


async def test_a_search_from_a_row_that_is_not_open_goes_back_to_that_row(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    async with console_of_three(server, api, tmp_path) as (console, (_, grace, _)):
        await console.press("end", "enter", "h", "k", "slash", *"Jane", "escape")
        assert console.main.conversations.cursor_id == grace


async def test_of_what_is_found_the_first_is_under_the_cursor_unless_it_stands_on_one(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    async with console_of_three(server, api, tmp_path) as (console, (deniz, _, jane)):
        await console.press("end", "slash", "o")
        await console.until(lambda: len(console.names) == 3 and console.main.query_text == "o")
        assert console.main.conversations.cursor_id == deniz
        await console.press("o")
        await console.until(lambda: len(console.names) == 2)
        assert console.main.conversations.cursor_id == jane


async def test_what_was_opened_from_a_search_stays_under_the_cursor(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    async with console_of_three(server, api, tmp_path) as (console, (_, grace, _)):
        await console.press("slash", *"Grac")
        await console.until(lambda: console.names == ["Grace Obi"])
        await console.press("enter")
        await console.until(lambda: console.main.open_id == grace)
        await console.press("escape")
        assert len(console.names) == 3
        assert console.main.conversations.cursor_id == grace


async def test_a_cursor_beside_the_open_row_is_seen_without_any_colour(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    async with console_of_three(server, api, tmp_path) as (console, _):
        await console.press("enter", "h", "j")
        await console.pilot.pause()
        assert cursor_row(console).startswith(CURSOR_MARK)
        await console.press("slash", *"Deniz")
        await console.until(lambda: console.names == ["Deniz Yılmaz"])
        assert cursor_row(console).startswith(CURSOR_MARK), "Enter would open it"
        await console.press("escape", "tab")
        await console.until(lambda: CURSOR_MARK not in cursor_row(console))  # keys are for the open one
