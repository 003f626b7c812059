"""A person who types faster than the console draws, as over a slow line: keys mean what they were meant for."""

from __future__ import annotations

from pathlib import Path

from console.client.api import Api
from tests.journeys.steps import ENTER, customer_writes, find, leave_composer
from tests.journeys.workspace import Workspace


async def test_a_reply_typed_at_once_is_text_and_no_orders(workspace: Workspace, tmp_path: Path) -> None:
    conversation = await customer_writes(workspace, "Hasty", "Are you there?")
    async with workspace.console(workspace.key("admin"), tmp_path / "state") as terminal:
        await find(terminal, "Hasty")
        await terminal.until("Are you there?")
        terminal.send("rPlease take a seat")
        await terminal.until("Please take a seat")
        await leave_composer(terminal)
    async with Api(workspace.url, workspace.key("admin")) as api:
        assert (await api.conversations.get(conversation)).metadata == {}


async def test_a_dialog_answered_twice_closes_once(workspace: Workspace, tmp_path: Path) -> None:
    await customer_writes(workspace, "Twice", "Are you there?")
    async with workspace.console(workspace.key("admin"), tmp_path / "state") as terminal:
        await find(terminal, "Twice")
        terminal.send("C")
        await terminal.until("New below Twice")
        terminal.send("Order", ENTER, ENTER)
        await terminal.until("Twice › Order")
        await terminal.until("Northwind Trading")
