"""The hour itself: the agent at work, the console killed at random moments of it, and what is true ever after."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from console.client.api import Api
from tests.journeys.steps import LIVE, customer_writes
from tests.journeys.workspace import Workspace
from tests.support.hour.agent import FILE, NAMES, Agent, Word
from tests.support.hour.places import Places, everywhere, on_disk
from tests.support.waiting import eventually

HOLD_SECONDS = 1.0
_LONGEST = 6.0  # seconds of work before a kill


@dataclass
class Figures:
    """What was seen."""

    kills: int = 0
    steps: int = 0
    words: int = 0
    sent: int = 0
    taken_back: int = 0
    uploads: int = 0
    unfinished: int = 0  # words that were being typed at a kill, and were on no disk yet
    decided: int = 0  # messages that the person was asked about


async def play(
    workspace: Workspace, folder: Path, *, kills: int, seed: int, on_kill: Callable[[Figures], None] = lambda _: None
) -> Figures:
    """Kill the console so many times and check what is left. Raises AssertionError for anything lost, or sent twice."""
    random, figures = Random(seed), Figures()
    state, files = folder / "state", folder / "files"
    files.mkdir()
    (files / FILE).write_bytes(b"\xff\xd8\xff" + random.randbytes(40_000))
    conversations = {name: await customer_writes(workspace, f"{name} {seed}", "Hello?") for name in NAMES}
    key = workspace.key("agent")
    agent: Agent | None = None
    async with Api(workspace.url, workspace.key("admin")) as api:
        for number in range(kills + 1):
            console = workspace.console(key, state, hold_seconds=HOLD_SECONDS)
            console.directory = files
            async with console as terminal:
                agent = agent or Agent(random, state / "console.sqlite", conversations, terminal)
                agent.begin(terminal)
                await terminal.until(LIVE, timeout=30)
                await eventually(lambda: _is_settled(agent.database), timeout=30)  # noqa: B023
                check(agent, await everywhere(agent.database, api, list(conversations.values())), figures)
                figures.decided += sum(map(len, on_disk(agent.database).outbox.values()))
                await agent.decide()
                await eventually(lambda: not on_disk(agent.database).outbox, timeout=30)  # noqa: B023
                check(agent, await everywhere(agent.database, api, list(conversations.values())), figures)
                if number == kills:
                    break
                await _work(agent, random.uniform(0, _LONGEST))
                terminal.kill(signal.SIGKILL)
                await terminal.wait()
            figures.kills += 1
            figures.steps, figures.words, figures.sent = agent.steps, agent.typed, agent.sent
            figures.taken_back, figures.uploads = agent.taken_back, agent.uploads
            lost = [word.text for word in agent.words if word.down and not _is_anywhere(word, agent.database)]
            there = await everywhere(agent.database, api, list(conversations.values()))
            assert all(there.sent(text) for text in lost), f"lost at kill {number}: {lost}"
            on_kill(figures)
    return figures


def check(agent: Agent, places: Places, figures: Figures) -> None:
    """Every word is where it was, no message is there twice, and nothing went that nobody sent."""
    for word in list(agent.words):
        sent, kept = places.sent(word.text), places.kept(word.text)
        where = f"{word}: {sent} times on the server, kept in {kept}; {places.outbox} {places.drafts}"
        assert sent + len(kept) <= 1, f"it is there twice: {where}"
        if not sent and not kept:
            assert not word.down, f"it is lost: {where}"
            agent.words.remove(word)
            figures.unfinished += 1
            continue
        assert word.entered or word.unsure or not sent, f"nobody sent it: {where}"
        assert kept in ([], [word.conversation]), f"it is elsewhere: {where}"
        is_draft = any(word.text in text for texts in places.drafts.values() for text in texts)
        word.down, word.unsure, word.entered = True, False, not is_draft


async def _work(agent: Agent, seconds: float) -> None:
    """Work for so long, and be interrupted in the middle of whatever is done then."""
    working = asyncio.create_task(_go_on(agent))
    await asyncio.wait({working}, timeout=seconds)
    if working.done():
        working.result()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _go_on(agent: Agent) -> None:
    while True:
        await agent.step()


def _is_anywhere(word: Word, database: Path) -> bool:
    return bool(on_disk(database).kept(word.text))


def _is_settled(database: Path) -> bool:
    """Whether the console knows what became of all that it left."""
    return not {"sending", "unknown"} & {state for one in on_disk(database).outbox.values() for state, _ in one}
