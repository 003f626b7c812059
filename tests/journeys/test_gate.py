"""Two people in one thread: what the other wrote is seen before mine leaves, and both see both in one order."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.client.api import Api
from tests.journeys.steps import ENTER, WRITING, customer_writes, find, write
from tests.journeys.workspace import TOMAS, Workspace
from tests.support.terminal import Terminal

ASKED, STOPPED = "Before it leaves", "stopped: look first"


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
async def test_a_colleague_answers_while_i_write_and_i_see_it_before_mine_leaves(
    workspace: Workspace, tmp_path: Path, columns: int, rows: int
) -> None:
    name = f"Gate {columns}"
    jane = await customer_writes(workspace, name, "Can I send it back?")
    async with (
        Api(workspace.url, workspace.key("admin")) as api,
        workspace.console(workspace.key("agent"), tmp_path / "maya", columns=columns, rows=rows) as maya,
        workspace.console(workspace.key("agent", TOMAS), tmp_path / "tomas") as tomas,
    ):
        await asyncio.gather(find(maya, name), find(tomas, name))
        await write(maya, "A new one is on its way.")
        await write(tomas, "I refunded you already.")
        tomas.send(ENTER)
        await maya.until("I refunded you already.")
        maya.send(ENTER)
        await maya.until(ASKED)
        await maya.until("Tomás Rivera wrote since you looked.")
        assert await _texts(api, jane) == ["Can I send it back?", "I refunded you already."]
        await maya.until("d keep as draft")
        maya.send("d")
        await maya.until("Kept as a draft.")
        assert await _texts(api, jane) == ["Can I send it back?", "I refunded you already."]


async def test_two_send_at_the_same_moment_and_both_see_both_in_the_servers_order(
    workspace: Workspace, tmp_path: Path
) -> None:
    name = "Twice at once"
    jane = await customer_writes(workspace, name, "Hello?")
    async with (
        Api(workspace.url, workspace.key("admin")) as api,
        workspace.console(workspace.key("agent"), tmp_path / "maya") as maya,
        workspace.console(workspace.key("agent", TOMAS), tmp_path / "tomas") as tomas,
    ):
        await asyncio.gather(find(maya, name), find(tomas, name))
        for number in range(5):
            mine, theirs = f"mine number {number}", f"theirs number {number}"
            await asyncio.gather(_type(maya, mine), _type(tomas, theirs))
            for terminal in (maya, tomas):
                terminal.send(ENTER)
            await asyncio.gather(_gone(maya, mine), _gone(tomas, theirs))
            order = (await _texts(api, jane))[-2:]
            assert sorted(order) == [mine, theirs]
            for terminal in (maya, tomas):
                await terminal.until(lambda shown: _thread(shown, mine, theirs) == order)  # noqa: B023


async def _type(terminal: Terminal, text: str) -> None:
    """Write, in the composer already or not."""
    if WRITING in terminal.text():
        terminal.send(text)
        await terminal.until(text)
    else:
        await write(terminal, text)


async def _gone(terminal: Terminal, text: str) -> None:
    """Until the message was sent; who is a moment later is shown the other's first, and sends it all the same."""
    await terminal.until(lambda shown: ASKED in shown.text() or STOPPED in shown.text() or _is_sent(shown, text))
    if STOPPED in terminal.text():
        terminal.send(ENTER)
        await terminal.until(ASKED)
    if ASKED in terminal.text():
        await terminal.until("d keep as draft")
        terminal.send("s")
        await terminal.until(lambda shown: _is_sent(shown, text))


def _is_sent(shown: Terminal, text: str) -> bool:
    unsent = ("sending", "waiting to", STOPPED, ASKED)
    return bool(_thread(shown, text)) and not any(one in shown.text() for one in unsent)


def _thread(shown: Terminal, *texts: str) -> list[str]:
    """Those of the texts that the thread shows, from its top to the composer."""
    rows = [shown.row(number) for number in range(3, 36)]
    places = {text: max((at for at, row in enumerate(rows) if text in row), default=-1) for text in texts}
    return sorted((text for text in texts if places[text] >= 0), key=lambda text: places[text])


async def _texts(api: Api, conversation_id: str) -> list[str]:
    page = await api.messages.list(conversation_id)
    return [str(message.content["en"]) for message in reversed(page.items)]
