"""The main job in a real terminal, keyboard only: see who waits, read, answer with a file and a draft, tidy up."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.client.api import Api
from console.client.errors import Forbidden
from console.contract.errors import missing_permission
from console.contract.inputs import (
    CreateSubConversation,
    CustomerInput,
    GetOrCreateConversation,
    ListConversations,
    SaveArticle,
    Send,
    UpdateConversation,
)
from console.contract.permissions import DELETE, ENGAGE
from tests.journeys.workspace import TOMAS, Workspace
from tests.support.terminal import Terminal

ESCAPE, ENTER, CTRL_F, CTRL_R = "\x1b", "\r", "\x06", "\x12"
LIVE = "● live"


async def customer_writes(workspace: Workspace, name: str, text: str) -> str:
    """A customer of this name waits for an answer; the conversation's id."""
    async with Api(workspace.url, workspace.key("admin")) as api:
        who = CustomerInput(external_id=name, name=name, metadata={"language": "en"})
        conversation = await api.conversations.get_or_create(GetOrCreateConversation(customer=who))
        await api.messages.send(Send(conversation_id=conversation.id, content={"en": text}, sender="customer"))
        return conversation.id


async def find(terminal: Terminal, name: str) -> None:
    """Open who waits under this name, from the console's first screen."""
    await terminal.until(LIVE, timeout=20)
    await terminal.until(name)
    terminal.send("gw")
    await terminal.until("▸ waiting")
    terminal.send("/")
    await terminal.until("name, customer")
    terminal.send(name)
    await terminal.until(lambda shown: name in shown.row(2) and name in shown.row(3))
    terminal.send(ENTER)
    await terminal.until("r reply")
    terminal.send(ENTER)
    await terminal.until(f"to {name}")


async def leave_composer(terminal: Terminal) -> None:
    """Esc, and wait until letters are keys again: one right behind Esc would be Alt and that letter."""
    await terminal.until("Shift+Enter")
    terminal.send(ESCAPE)
    await terminal.until("r reply")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
async def test_the_main_job(workspace: Workspace, tmp_path: Path, columns: int, rows: int) -> None:
    name = f"Jane {columns}"
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "invoice.txt").write_text("1 lamp")
    async with Api(workspace.url, workspace.key("admin")) as api:
        await api.directory.save_article(
            SaveArticle(name="Returns", content={"en": "A broken lamp can be returned within 30 days."})
        )
        jane = await customer_writes(workspace, name, "My lamp is broken. Can it be returned?")
        console, colleague = (
            workspace.console(workspace.key("admin"), tmp_path / "maya", columns=columns, rows=rows, hold_seconds=60),
            workspace.console(workspace.key("agent", TOMAS), tmp_path / "tomas"),
        )
        console.directory = tmp_path / "files"
        async with console as maya, colleague as tomas:
            await asyncio.gather(find(maya, name), find(tomas, name))
            await maya.until("My lamp is broken.")

            maya.send("r")
            await maya.until("Shift+Enter")
            maya.send(CTRL_F)
            await maya.until("Attach a file")
            await maya.until("▌invoice.txt")
            maya.send(ENTER)
            await maya.until(lambda shown: "Attach a file" not in shown.text() and "invoice.txt" in shown.text())

            maya.send(CTRL_R)
            await maya.until("within 30 days")
            await maya.until("from [1]")
            maya.send(" Shall I?")
            await maya.until("Shall I?")
            maya.send(ENTER)
            await maya.until("Enter now")
            assert "30 days" not in tomas.text()
            maya.send(ENTER)
            await tomas.until("Shall I?", timeout=3)
            await tomas.until("invoice.txt")
            await maya.until(lambda shown: "not sent yet" not in shown.text())
            (answer, _) = (await api.messages.list(jane)).items
            assert answer.content["en"].endswith(" Shall I?")
            assert [file.name for file in answer.attachments] == ["invoice.txt"]

            await leave_composer(maya)
            maya.send("i")
            await maya.until("only colleagues see this")
            maya.send("Two left on the shelf.", ENTER)
            await tomas.until("Two left on the shelf.", timeout=3)
            note = (await api.messages.list(jane)).items[0]
            assert note.is_note

            await leave_composer(maya)
            maya.send("C")
            await maya.until(f"New below {name}")
            maya.send("Returns", ENTER)
            await maya.until(f"{name} › Returns")
            (sub,) = (await api.conversations.list(ListConversations(parent_id=jane))).items
            assert sub.name == "Returns"

            await leave_composer(maya)
            maya.send("e")
            await maya.until("Resolved: Returns")
            assert (await api.conversations.get(sub.id)).metadata["status"] == "resolved"

            maya.send("#")
            await maya.until("To go on, type the name")
            maya.send("Return", ENTER)
            assert (await api.conversations.get(sub.id)).id == sub.id, "half a name deletes nothing"
            maya.send("s", ENTER)
            await maya.until("eleted")
            assert not (await api.conversations.list(ListConversations(parent_id=jane))).items
            maya.send("q")
            assert await maya.wait() == 0
