"""A person who types faster than the console draws, as over a slow line: keys mean what they were meant for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from console.client.api import Api
from tests.journeys.steps import BACKSPACE, END, ENTER, LEFT, LIVE, customer_writes, find, leave_composer
from tests.journeys.workspace import Workspace
from tests.support.terminal import CONNECT360, Terminal


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


@asynccontextmanager
async def asked_for_a_name_below(workspace: Workspace, state: Path, customer: str) -> AsyncIterator[Terminal]:
    """A console that asks what a new conversation below this customer's is called."""
    await customer_writes(workspace, customer, "Are you there?")
    async with workspace.console(workspace.key("admin"), state) as terminal:
        await find(terminal, customer)
        terminal.send("C")
        await terminal.until(f"New below {customer}")
        yield terminal


async def test_a_dialog_answered_twice_closes_once(workspace: Workspace, tmp_path: Path) -> None:
    async with asked_for_a_name_below(workspace, tmp_path / "state", "Twice") as terminal:
        terminal.send("Order", ENTER, ENTER)
        await terminal.until("Twice › Order")
        await terminal.until("Northwind Trading")


async def test_what_is_typed_while_it_is_made_is_written_there(workspace: Workspace, tmp_path: Path) -> None:
    async with asked_for_a_name_below(workspace, tmp_path / "state", "Eager") as terminal:
        terminal.send("Order", ENTER, "We have it.")
        await terminal.until("Eager › Order")
        await terminal.until("We have it.")
        await leave_composer(terminal)


async def test_what_is_typed_while_it_is_found_is_for_what_is_found(workspace: Workspace, tmp_path: Path) -> None:
    found = await customer_writes(workspace, "Found", "Are you there?")
    await customer_writes(workspace, "Other", "Are you there?")
    async with workspace.console(workspace.key("admin"), tmp_path / "state") as terminal:
        await find(terminal, "Other")
        terminal.send("O", found, ENTER, "rWe have it.")
        await terminal.until("─ to Found ")
        await terminal.until("We have it.")
        await leave_composer(terminal)


async def test_what_is_taken_back_at_once_is_the_letter_before_it(workspace: Workspace, tmp_path: Path) -> None:
    async with asked_for_a_name_below(workspace, tmp_path / "state", "Nervous") as terminal:
        terminal.send("Ordre", BACKSPACE, BACKSPACE, "er 7", LEFT, "1", END, "3", ENTER)
        await terminal.until("Nervous › Order 173")
        terminal.send("rPleese", BACKSPACE, BACKSPACE, BACKSPACE, "ase waitt", LEFT, BACKSPACE, END, ".")
        await terminal.until("Please wait.")
        await leave_composer(terminal)


async def test_a_field_emptied_and_filled_at_once_holds_what_was_typed(home: Path) -> None:
    async with Terminal(CONNECT360, columns=80, rows=24) as terminal:
        await terminal.until("sign in")
        terminal.send("\x15http://longer.example")
        await terminal.until("› http://longer.example")


async def test_a_letter_is_drawn_when_it_comes_or_goes_and_not_at_the_frameworks_next_turn(home: Path) -> None:
    letters = "http://longer.example"
    env = {"TEXTUAL_FPS": "1"}  # a turn a second: without their own drawing, these letters would take twenty
    async with Terminal(CONNECT360, columns=80, rows=24, env=env) as terminal, asyncio.timeout(15):
        await terminal.until("sign in")
        terminal.send("\x15")  # what stands in the field goes
        await terminal.until(lambda shown: "https" not in shown.text())
        for end in range(1, len(letters) + 1):
            terminal.send(letters[end - 1])
            await terminal.until(f"› {letters[:end]} ")
        for end in range(len(letters) - 1, 0, -1):
            terminal.send(BACKSPACE)
            await terminal.until(lambda shown, end=end: f"› {letters[: end + 1]}" not in shown.text())  # type: ignore[misc]


async def test_what_a_filter_finds_is_drawn_when_a_letter_comes_and_when_it_goes(
    workspace: Workspace, tmp_path: Path
) -> None:
    for name in ("Xaver", "Xavia"):
        await customer_writes(workspace, name, "Are you there?")
    async with workspace.console(workspace.key("admin"), tmp_path / "state", TEXTUAL_FPS="1") as terminal:
        await terminal.until(LIVE, timeout=20)
        terminal.send("/xav")
        await terminal.until(lambda shown: "Xavia" in shown.text() and "Xaver" in shown.text())
        async with asyncio.timeout(6):  # with a turn a second for each it would be fifteen
            for _ in range(15):
                terminal.send("i")
                await terminal.until(lambda shown: "Xaver" not in shown.text())
                terminal.send(BACKSPACE)
                await terminal.until(lambda shown: "Xaver" in shown.text())


async def test_what_is_typed_on_after_an_answer_is_for_the_console(workspace: Workspace, tmp_path: Path) -> None:
    await customer_writes(workspace, "Brisk", "Are you there?")
    async with workspace.console(workspace.key("admin"), tmp_path / "state") as terminal:
        await find(terminal, "Brisk")
        for question, key in (("phig", "a"), ("tvip", "p"), ("plow", "t")):
            terminal.send(question, ENTER, key)
            await terminal.until({"a": "Assign Brisk", "p": "Priority of Brisk", "t": "Labels of Brisk"}[key])
            terminal.send("\x1b")
            await terminal.until(lambda shown: " of Brisk " not in shown.text() and "Assign Br" not in shown.text())


async def test_what_is_typed_behind_a_command_is_for_what_it_asks(workspace: Workspace, tmp_path: Path) -> None:
    await customer_writes(workspace, "Swift", "Are you there?")
    async with workspace.console(workspace.key("admin"), tmp_path / "state") as terminal:
        await find(terminal, "Swift")
        terminal.send(":its priority", ENTER, "hig", ENTER, "a")
        await terminal.until("Assign Swift")
        await terminal.until("priority  high")
