"""The console in a real terminal on a server that has only what the product documents, first key to last."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from console.contract.permissions import DELETE
from tests.hosted.hosted import AGENT, AGENT_REPLY, Answers, Hosted, HostedProcess, hosted_process
from tests.journeys.steps import CTRL_F, ENTER, WRITING, leave_composer, write
from tests.support.terminal import CONNECT360, Terminal
from tests.support.waiting import answer_of
from tests.wire.node import Transformer

pytestmark = pytest.mark.asyncio(loop_scope="module")

POLLING = "◐ polling every"
JANE = "Jane Cooper"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def process() -> AsyncIterator[HostedProcess]:
    """One for all runs here: node takes its time to start."""
    async with hosted_process() as process:
        yield process


@dataclass(frozen=True)
class Place:
    """Where a run takes place: the stand-in, how its calls are found, a screen, and what the console keeps."""

    hosted: Hosted
    trpc_path: str
    columns: int
    rows: int
    folder: Path

    def console(self) -> Terminal:
        """The console, started anew."""
        environment = {
            "PLATO_API_KEY": self.hosted.key,
            "PLATO_BASE_URL": self.hosted.url,
            "CONNECT360_TRPC_PATH": self.trpc_path,
            "CONNECT360_STATE_DIR": str(self.folder / "state"),
            "CONNECT360_HOLD_SECONDS": "0",
        }
        terminal = Terminal(CONNECT360, columns=self.columns, rows=self.rows, env=environment)
        terminal.directory = self.folder / "files"
        return terminal


@pytest.mark.parametrize(
    ("path", "trpc_path", "transformer", "answers", "columns", "rows"),
    [
        ("/trpc", "auto", "plain", "id", 80, 24),
        ("/trpc", "auto", "superjson", "bare", 120, 40),
        ("/connect/v2/rpc", "connect/v2/rpc", "plain", "full", 120, 40),
        ("/connect/v2/rpc", "connect/v2/rpc", "superjson", "id", 80, 24),
    ],
)
async def test_the_main_job_with_what_is_documented(
    process: HostedProcess,
    tmp_path: Path,
    path: str,
    trpc_path: str,
    transformer: Transformer,
    answers: Answers,
    columns: int,
    rows: int,
) -> None:
    (files := tmp_path / "files").mkdir()
    (files / "invoice.txt").write_text("1 lamp")
    hosted = await process.serve(path, transformer, answers)
    place = Place(hosted, trpc_path, columns, rows, tmp_path)

    async with place.console() as maya:
        await _begin(maya)
        await leave_composer(maya)
        await _quit(maya)
    (made,) = (await hosted.stored()).conversations

    async with place.console() as maya:
        await maya.until(JANE, timeout=20)
        await maya.until(POLLING)
        maya.send(ENTER)
        await maya.until(f"─ {JANE} ")
        await write(maya, "Hello Jane.")
        maya.send(ENTER)
        await answer_of(hosted.stored, lambda stored: stored.texts(made["id"]) == ["Hello Jane."])
        await hosted.write(made["id"], "The lamp arrived broken.")
        await maya.until("The lamp arrived broken.")
        await _attach(maya, hosted)
        await leave_composer(maya)
        await _have_it_answered(maya)
        await _delete(maya, hosted)
        await _quit(maya)

    stored = await hosted.stored()
    assert stored.conversations == [] and stored.calls("send") == 2 and stored.calls("ai-stream") == 1


async def _begin(maya: Terminal) -> None:
    """A conversation with Jane, in whose composer one writes then."""
    await maya.until("server lists no", timeout=20)
    maya.send("c")
    await maya.until("email, phone or name")
    maya.send(JANE, ENTER)
    await maya.until("the website that it is on")
    maya.send("shop.example.com", ENTER)
    await maya.until(f"─ {JANE} ")
    await maya.until(WRITING)


async def _attach(maya: Terminal, hosted: Hosted) -> None:
    maya.send(CTRL_F)
    await maya.until("▌invoice.txt")
    maya.send(ENTER)
    await maya.until(lambda shown: "Attach a file" not in shown.text() and "invoice.txt" in shown.text())
    maya.send("This is the invoice.", ENTER)
    stored = await answer_of(hosted.stored, lambda stored: len(stored.messages) == 3)
    assert [file["name"] for file in stored.messages[-1]["attachments"]] == ["invoice.txt"]
    await maya.until(lambda shown: "not sent yet" not in shown.text())


async def _have_it_answered(maya: Terminal) -> None:
    """Nobody lists the agents, and what one says is posted: the person names it, and is warned."""
    maya.send("d")
    await maya.until("The id of the agent that answers")
    maya.send(AGENT, ENTER)
    await maya.until("This server posts AI answers")
    maya.send(ENTER)
    await maya.until("Support · AI")
    await maya.until(AGENT_REPLY)
    await leave_composer(maya)


async def _delete(maya: Terminal, hosted: Hosted) -> None:
    """Refused at first, then allowed."""
    await hosted.refuse(DELETE)
    await _ask_to_delete(maya)
    await maya.until(f"Refused: it needs {DELETE}.")
    maya.send("?")
    await maya.until("What is different on this server")
    maya.send("permissions")
    await maya.until(f"So far: {DELETE}")
    maya.send("\x1b")
    await maya.until(lambda shown: "› permissions" not in shown.text() and "esc back" not in shown.text())
    assert len((await hosted.stored()).conversations) == 1
    await hosted.allow(DELETE)
    await _ask_to_delete(maya)
    await maya.until("Deleted 1 conversation.")
    await maya.until("server lists no")


async def _ask_to_delete(maya: Terminal) -> None:
    maya.send("#")
    await maya.until("type the name")
    maya.send(JANE)
    await maya.until("enter delete")
    maya.send(ENTER)


async def _quit(maya: Terminal) -> None:
    maya.send("q")
    assert await maya.wait() == 0
