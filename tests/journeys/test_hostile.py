"""Whatever a customer sends, the bytes that reach the terminal hold no control that the console did not write."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from console.contract.content import is_blank
from console.demo.afternoon.visitor import HOSTILE as VISITOR
from console.server.store.engine import DATABASE
from tests.journeys.steps import ESCAPE, PAGE_UP, READING, customer_writes, find, write
from tests.journeys.workspace import Workspace
from tests.text.hostile import SHORT, SIZES, foreign

_MAY_BE_OURS = "\x1b[13;37H"
"""The one position that the hostile texts ask for, where the console may have a cell to draw."""


def swell(workspace: Workspace, conversation_id: str) -> None:
    """Make the conversation's newest message a megabyte on one line, as a server without our limits may have."""
    with closing(sqlite3.connect(workspace.directory / DATABASE)) as database, database:
        database.execute(
            "UPDATE messages SET content = ? WHERE rowid = "
            "(SELECT rowid FROM messages WHERE conversation_id = ? ORDER BY id DESC LIMIT 1)",
            (f'{{"en":"{SIZES["megabyte"]}"}}', conversation_id),
        )


async def test_no_control_of_theirs_reaches_the_terminal(workspace: Workspace, tmp_path: Path) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in SHORT.values()]
    texts = [f"{text}." if is_blank(text) else text for text in texts]  # a server takes no blank one
    mallory = await customer_writes(workspace, "Mallory", "the very first", *texts, VISITOR, "to be swollen")
    swell(workspace, mallory)
    await customer_writes(workspace, "Mallory \x1b[2J\x1b]0;owned\x07\u202e\x9b31m [red][@click=app.quit]", "hello")
    async with workspace.console(workspace.key("agent"), tmp_path / "state") as terminal:
        await find(terminal, "Mallory")
        await terminal.until("── new ──", timeout=20)
        terminal.send("G")
        await terminal.until("xxxxxxxxxx", timeout=20)
        terminal.send("M")
        await terminal.until("enter close")
        terminal.send(ESCAPE)
        await terminal.until(lambda shown: "enter close" not in shown.text())
        for _ in range(200):  # up through all of it, older pages too
            if "the very first" in terminal.text():
                break
            before = terminal.text()
            terminal.send(PAGE_UP)
            await terminal.until(lambda shown, before=before: shown.text() != before)  # type: ignore[misc]
        assert "the very first" in terminal.text()
        await write(terminal, "still here")
        terminal.send(ESCAPE)
        await terminal.until(READING)
        terminal.send("q")
        assert await terminal.wait() == 0
    assert [one for one in foreign(bytes(terminal.bytes)) if not one.startswith(_MAY_BE_OURS)] == []
