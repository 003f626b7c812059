"""The main job in a real terminal, keyboard only: see who waits, read, answer with a file and a draft, tidy up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest

from console.client.api import Api
from console.contract.inputs import ListConversations, SaveArticle
from console.contract.shapes import Message
from tests.journeys.steps import CTRL_F, CTRL_R, ENTER, WRITING, customer_writes, find, leave_composer, write
from tests.journeys.workspace import TOMAS, Workspace
from tests.support.terminal import Terminal


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
async def test_the_main_job(workspace: Workspace, tmp_path: Path, columns: int, rows: int) -> None:
    name = f"Jane {columns}"
    console = workspace.console(workspace.key("admin"), tmp_path / "maya", columns=columns, rows=rows, hold_seconds=60)
    console.directory = tmp_path / "files"
    console.directory.mkdir()
    (console.directory / "invoice.txt").write_text("1 lamp")
    article = SaveArticle(name="Returns", content={"en": "A broken lamp can be returned within 30 days."})
    jane = await customer_writes(workspace, name, "My lamp is broken. Can it be returned?")
    async with (
        Api(workspace.url, workspace.key("admin")) as api,
        console as maya,
        workspace.console(workspace.key("agent", TOMAS), tmp_path / "tomas") as tomas,
    ):
        await api.directory.save_article(article)
        await asyncio.gather(find(maya, name), find(tomas, name))
        await maya.until("My lamp is broken.")

        await _draft_with_a_file(maya)
        # What Tomás must see since tells that he would have seen the answer too: nothing goes out on one key.
        await customer_writes(workspace, name, "I would rather have a new one.")
        await tomas.until("I would rather have a new one.")
        assert "30 days" not in tomas.text()
        await maya.until("sending in 5")  # a second Enter at once would be a bouncing key
        maya.send(ENTER)
        await maya.until("Before it leaves")
        await maya.until(f"{name} wrote since you looked.")
        await maya.until("d keep as draft")
        maya.send("s")
        await tomas.until("Shall I?")
        await tomas.until("invoice.txt")
        await maya.until(lambda shown: "not sent yet" not in shown.text())
        answer = await _newest(api, jane)
        assert answer.content["en"].endswith(" Shall I?")
        assert [file.name for file in answer.attachments] == ["invoice.txt"]

        await _note(maya, tomas)
        assert (await _newest(api, jane)).is_note
        assert (await api.conversations.get(jane)).waiting_since is None

        await _begin_below(maya, name)
        (sub,) = (await api.conversations.list(ListConversations(parent_id=jane))).items
        assert sub.name == "Returns"

        maya.send("e")
        await maya.until("Resolved: Returns")
        assert (await api.conversations.get(sub.id)).metadata["status"] == "resolved"

        maya.send("#")
        await maya.until("To go on, type the name")
        maya.send("Return")
        await maya.until("› Return")
        assert "enter delete" not in maya.text(), "half a name is not enough"
        maya.send("s")
        await maya.until("enter delete")
        maya.send(ENTER)
        await maya.until(lambda shown: "type the name" not in shown.text() and "› Returns" not in shown.text())
        assert not (await api.conversations.list(ListConversations(parent_id=jane))).items
        maya.send("q")
        assert await maya.wait() == 0


async def _newest(api: Api, conversation_id: str) -> Message:
    return (await api.messages.list(conversation_id)).items[0]


async def _draft_with_a_file(maya: Terminal) -> None:
    """As far as a reply that is held."""
    maya.send("r")
    await maya.until(WRITING)
    maya.send(CTRL_F)
    await maya.until("Attach a file")
    await maya.until("▌invoice.txt")
    maya.send(ENTER)
    await maya.until(lambda shown: "Attach a file" not in shown.text() and "invoice.txt" in shown.text())
    maya.send(CTRL_R)
    await maya.until("within 30 days")
    await maya.until("from Returns")
    maya.send(" Shall I?")
    await maya.until("Shall I?")
    maya.send(ENTER)
    await maya.until("Enter now")


async def _note(maya: Terminal, tomas: Terminal) -> None:
    await leave_composer(maya)
    maya.send("i")
    await maya.until("only colleagues see this")
    maya.send("Two left on the shelf.", ENTER)
    await tomas.until("Two left on the shelf.")
    await maya.until("· note")


async def _begin_below(maya: Terminal, name: str) -> None:
    await leave_composer(maya)
    maya.send("C")
    await maya.until(f"New below {name}")
    maya.send("Returns", ENTER)
    await maya.until(f"{name} › Returns")
    await maya.until(lambda shown: "New below" not in shown.text())
    await leave_composer(maya)


async def test_a_colleague_sees_an_answer_within_a_second(workspace: Workspace, tmp_path: Path) -> None:
    hal = await customer_writes(workspace, "Hurried Hal", "Quick question!")
    async with (
        Api(workspace.url, workspace.key("agent")) as api,
        workspace.console(workspace.key("agent"), tmp_path / "maya") as maya,
        workspace.console(workspace.key("agent", TOMAS), tmp_path / "tomas") as tomas,
    ):
        await asyncio.gather(find(maya, "Hurried Hal"), find(tomas, "Hurried Hal"))
        seconds = []
        for turn in range(5):
            await write(maya, f"answer number {turn}")
            maya.send(ENTER)
            await tomas.until(f"answer number {turn}")
            seen = datetime.now(UTC)
            answer = await _newest(api, hal)
            assert answer.content["en"] == f"answer number {turn}"
            seconds.append((seen - answer.created_at).total_seconds())
            await leave_composer(maya)
        assert median(seconds) < 1.0, seconds  # since the server took it: how fast somebody types is not ours
