"""AI drafts: streamed into the composer, stopped and kept by Esc, never sent by themselves."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from console.contract.ai import AiDelta, AiDone, AiError, AiRequest, Task
from console.errors import Connect360Error
from console.screens.ask import Ask
from console.screens.confirm import Confirm
from console.screens.pick import Choice
from console.screens.verbs import writing
from console.screens.verbs.asking import pick_one
from console.text.safe import SafeBlock, SafeLine, Stream, block, line

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_FRAME = 1 / 30
"""Seconds between two drawings of a stream."""

_SOURCES = re.compile(r"\n+(?:Sources|المصادر|Kaynaklar):\s*(.+)\Z", re.DOTALL)
_MARK = re.compile(r"\s?\[\d+\]")

_TASKS: tuple[tuple[Task, str, str], ...] = (
    ("reply", "Reply", "answer the customer's last message"),
    ("continue", "Continue", "go on from what is written"),
    ("shorten", "Shorten", "say what is written in fewer words"),
    ("lengthen", "Lengthen", "say what is written more fully"),
    ("simplify", "Simplify", "say what is written in plain words"),
    ("tone", "Tone", "say what is written in another tone"),
)


async def _draft(screen: MainScreen) -> None:
    await _begin(screen, "reply")


async def _with_options(screen: MainScreen) -> None:
    _enter(screen)
    tasks = [task for task in _TASKS if task[0] == "reply" or screen.composer.text.strip()]
    choices = [Choice(task, SafeLine(label), SafeLine(about)) for task, label, about in tasks]
    chosen = await pick_one(screen, SafeLine("AI draft"), choices)
    if chosen is None:
        return
    task = next(task for task, _, _ in _TASKS if task == chosen)
    agents = await screen.desk.agents()
    agent = agents[0].id if agents else None
    if len(agents) > 1:
        offered = [Choice(one.id, one.name, one.about) for one in agents]
        agent = await pick_one(screen, SafeLine("Which agent"), offered)
        if agent is None:
            return
    asked = SafeLine("Tone") if task == "tone" else SafeLine("Instruction, or nothing")
    words = await screen.app.push_screen_wait(Ask(SafeLine("AI draft"), asked))
    if words is None:
        return
    await _begin(screen, task, agent=agent, words=words.strip())


def _enter(screen: MainScreen) -> None:
    if screen.pane != "composer":
        writing.reply(screen)


async def _begin(screen: MainScreen, task: Task, *, agent: str | None = None, words: str = "") -> None:
    """Ask the agent, in a worker of its own that Esc can cancel."""
    _enter(screen)
    if agent is None:
        agents = await screen.desk.agents()
        if not agents:
            screen.say(SafeLine("The workspace has no AI agent."))
            return
        agent = agents[0].id
    composer, conversation_id = screen.composer, screen.open_id
    if conversation_id is None:
        return
    can_draft = screen.store.identity is not None and "ai-drafts" in screen.store.identity.features
    if not can_draft and not await screen.app.push_screen_wait(
        Confirm(
            SafeLine("This server posts AI answers"),
            block("It cannot draft: the answer goes to the customer as soon as it is written."),
            SafeLine("have it posted"),
        )
    ):
        return
    rewrites = task not in ("reply", "continue")
    request = AiRequest(
        agent_id=agent,
        conversation_id=conversation_id,
        **_extension(can_draft, task, composer.text, composer.language, words),
    )
    before = "" if rewrites else composer.text.rstrip()
    screen.draft_worker = screen.attempt(lambda: _stream(screen, request, before), group="ai")


def _extension(can_draft: bool, task: Task, text: str, language: str, words: str) -> dict[str, object]:
    """What only a server that can draft understands."""
    if not can_draft:
        return {}
    asked: dict[str, object] = {"mode": "draft", "task": task, "language": language}
    if text.strip():
        asked["text"] = text
    if words:
        asked["tone" if task == "tone" else "instruction"] = words
    return asked


async def _stream(screen: MainScreen, request: AiRequest, before: str) -> None:
    """Draw the answer into the composer as it comes; whatever ends it, what came stays."""
    composer = screen.composer
    kept = composer.text
    composer.drafting, composer.about = True, SafeLine("")
    screen.show_keys()
    clock = asyncio.get_running_loop().time
    stream, drawn, is_done = Stream(), 0.0, False
    said = SafeBlock("")
    try:
        async for event in screen.desk.ai(request):
            match event:
                case AiDelta():
                    said = stream.feed(event.delta)
                    if (now := clock()) - drawn >= _FRAME:
                        drawn = now
                        _draw(screen, before, said)
                case AiDone():
                    is_done = True
                    said, composer.about = _with_sources(event.text)
                case AiError():
                    raise Connect360Error(f"The AI draft ended: {event.error}")
    finally:
        composer.drafting = False
        if said:
            _draw(screen, before, said)
            if not is_done:
                composer.about = SafeLine("This draft is incomplete. Ctrl+U empties the line, Ctrl+Z takes steps back.")
        elif composer.text != kept:
            composer.put(block(kept))
        writing.save(screen)
        screen.show_keys()


def _draw(screen: MainScreen, before: str, said: SafeBlock) -> None:
    composer = screen.composer
    whole = SafeBlock(f"{before}\n{said}" if before else said)
    now = composer.text
    if now and whole.startswith(now):
        composer.add(SafeBlock(whole[len(now) :]))
    else:
        composer.put(whole)


def _with_sources(text: str) -> tuple[SafeBlock, SafeLine]:
    """The answer for the customer, and where it is from for the agent: marks like [1] are not for customers."""
    found = _SOURCES.search(text)
    if found is None:
        return block(text), SafeLine("")
    return block(_MARK.sub("", text[: found.start()])), line("from " + " ".join(found[1].split()), 300)


def stop(screen: MainScreen) -> bool:
    """Stop the draft that is being written and keep what came; False when there is none."""
    if not screen.composer.drafting or screen.draft_worker is None:
        return False
    screen.draft_worker.cancel()
    return True


VERBS = {"ai.draft": _draft, "ai.options": _with_options}
