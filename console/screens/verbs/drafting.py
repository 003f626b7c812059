"""AI drafts: streamed into the composer, stopped and kept by Esc, never sent by themselves."""

from __future__ import annotations

import re
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from console.contract.ai import AiDelta, AiDone, AiError, AiRequest, Task
from console.errors import Connect360Error
from console.screens.ask import Ask
from console.screens.pick import Choice
from console.screens.verbs import answering, keeping, writing
from console.screens.verbs.asking import at_most, pick_one
from console.screens.verbs.paced import Paced
from console.text.safe import SafeBlock, SafeLine, Stream, line, own

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_LONGEST_TEXT, _LONGEST_INSTRUCTION, _LONGEST_TONE = 20_000, 2_000, 200
"""Characters that a request takes (contract, 7)."""

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


@dataclass
class Streaming:
    """A draft on its way into the composer: where it belongs, what stood there, what came."""

    place: keeping.Place
    original: str
    rewrites: bool
    is_answer: bool  # alone: nothing of a person's is in it
    said: SafeBlock = SafeBlock("")  # noqa: RUF009 (a NewType is a str)
    about: SafeLine = SafeLine("")  # noqa: RUF009
    is_done: bool = False
    shown: SafeBlock = SafeBlock("")  # noqa: RUF009
    stream: Stream = field(default_factory=Stream)
    came: list[str] = field(default_factory=list)  # since it was last drawn

    @property
    def whole(self) -> SafeBlock:
        """What the composer is to show: an answer stands below what was written, a rewriting in its place."""
        before = "" if self.rewrites else self.original.rstrip()
        return SafeBlock(f"{own(before)}\n{self.said}" if before else self.said)

    def end(self, text: str) -> None:
        """It is all there. What came and was not drawn yet is in it, with its marks: it is drawn no more."""
        self.came.clear()
        self.said, self.about = _with_sources(text)
        self.is_done = True

    def read(self) -> None:
        """Make safe what came."""
        if self.came:
            self.said = self.stream.feed("".join(self.came))
            self.came.clear()


async def _draft(screen: MainScreen) -> None:
    await _begin(screen, "reply")


async def _with_options(screen: MainScreen) -> None:
    """Ask how, and enter the composer only then: Esc leaves everything where it was."""
    row = screen.chosen
    if row is None:
        return
    choices = [Choice(task, SafeLine(label), SafeLine(about)) for task, label, about in _TASKS]
    # With nothing written there is nothing but an answer to ask for.
    chosen = await pick_one(screen, SafeLine("AI draft"), choices) if _is_begun(screen, row.id) else "reply"
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
    label, most = ("Tone", _LONGEST_TONE) if task == "tone" else ("Instruction, or nothing", _LONGEST_INSTRUCTION)
    asked = Ask(SafeLine("AI draft"), SafeLine(label), validate=at_most(most), ok_label=SafeLine("draft"))
    words = await screen.app.push_screen_wait(asked)
    if words is not None and screen.chosen and screen.chosen.id == row.id:
        await _begin(screen, task, agent=agent, words=words)


def _is_begun(screen: MainScreen, conversation_id: str) -> bool:
    """Whether something of a reply is written there, in the composer or put by."""
    if conversation_id == screen.open_id and not screen.composer.note:
        return bool(screen.composer.text.strip())
    draft = keeping.kept(screen, conversation_id, False)
    return draft is not None and bool(draft.text.strip())


def _enter(screen: MainScreen) -> None:
    """To the composer, and to the reply: an agent's answer is for the customer, not for a note."""
    if screen.pane != "composer" or screen.composer.note:
        writing.reply(screen)


async def _begin(screen: MainScreen, task: Task, *, agent: str | None = None, words: str = "") -> None:
    """Ask the agent, in a worker of its own that Esc can cancel."""
    before = screen.focused or screen.conversations
    _enter(screen)
    composer, here = screen.composer, keeping.place(screen)
    can_draft = screen.store.has("ai-drafts")
    if not can_draft and screen.draft_worker and screen.draft_worker.is_running:
        screen.say(SafeLine("The agent has not done answering yet."))
        return
    agent = agent or await answering.agent_of(screen)
    if agent is None or not (can_draft or await answering.may_post(screen)):
        screen.go_to(before)
        return
    if here is None or keeping.place(screen) != here or composer.drafting:
        return
    if not can_draft:
        screen.draft_worker = screen.attempt(lambda: answering.post(screen, agent, here.conversation_id), group="ai")
        return
    if len(composer.text) > _LONGEST_TEXT:
        screen.say(line(f"An agent takes {_LONGEST_TEXT:,} characters of text."), is_error=True)
        return
    is_again = bool(composer.text) and composer.text == screen.drafted_text  # nothing of a person's is in it
    text = "" if is_again else composer.text
    asked = _extension(task, text, composer.language, words)
    request = AiRequest(agent_id=agent, conversation_id=here.conversation_id, **asked)
    rewrites = is_again or task not in ("reply", "continue")
    is_answer = is_again or not composer.text.strip()
    streaming = Streaming(here, composer.text, rewrites, is_answer)
    screen.draft_worker = screen.attempt(lambda: _stream(screen, request, streaming), group="ai")


def _extension(task: Task, text: str, language: str, words: str) -> dict[str, Any]:
    """What only a server that can draft understands."""
    asked = {"mode": "draft", "task": task, "language": language}
    if text.strip():
        asked["text"] = text
    if words:
        asked["tone" if task == "tone" else "instruction"] = words
    return asked


async def _stream(screen: MainScreen, request: AiRequest, streaming: Streaming) -> None:
    """Draw the answer into the composer as it comes, at the frame's pace."""
    composer, length = screen.composer, 0
    drawing = Paced(screen, lambda: _draw(screen, streaming))
    screen.streaming = streaming
    composer.drafting, composer.about = True, SafeLine("")
    screen.show_keys()
    try:
        async with aclosing(screen.desk.ai(request)) as answer:
            async for event in answer:
                match event:
                    case AiDelta():
                        length += len(event.delta)
                        if length > _LONGEST_TEXT:
                            raise Connect360Error("The AI draft was stopped: it is longer than a message may be.")
                        streaming.came.append(event.delta)
                        drawing.want()
                    case AiDone():
                        streaming.end(event.text)
                    case AiError():
                        raise Connect360Error(f"The AI draft ended: {event.error}")
    finally:
        drawing.stop()
        if screen.streaming is streaming:
            settle(screen)
            keeping.save(screen)
        screen.show_keys()


def settle(screen: MainScreen) -> None:
    """End the draft that is being written, as far as it came. Undoing takes it off again."""
    streaming, screen.streaming = screen.streaming, None
    if streaming is None:
        return
    if screen.draft_worker:
        screen.draft_worker.cancel()
    if not streaming.is_done:
        streaming.read()
        streaming.said = _without_marks(streaming.said)
    composer = screen.composer
    composer.drafting = False
    composer.put(own(streaming.original))
    if streaming.is_done or (streaming.said and not streaming.rewrites):
        composer.replace(streaming.whole)
        composer.incomplete = not streaming.is_done
        composer.about = streaming.about if streaming.is_done else keeping.INCOMPLETE
        screen.drafted_text = composer.text if streaming.is_answer else ""
    elif streaming.rewrites:
        composer.about = SafeLine("Stopped. This is what you wrote.")


def _draw(screen: MainScreen, streaming: Streaming) -> None:
    """Show what came since. A mark that waited for what follows may stand otherwise now: then all is put in anew."""
    if screen.streaming is not streaming:
        return
    streaming.read()
    before, whole = streaming.shown, streaming.whole
    streaming.shown = whole
    if before and whole.startswith(before):
        screen.composer.add(SafeBlock(whole[len(before) :]))
    else:
        screen.composer.put(whole)


def _with_sources(text: str) -> tuple[SafeBlock, SafeLine]:
    """The answer for the customer, and where it is from for the agent: marks like [1] are not for customers."""
    found = _SOURCES.search(text)
    if found is None:
        return own(text), SafeLine("")
    return _without_marks(text), line("from " + " ".join(_MARK.sub("", found[1]).split()), 300)


def _without_marks(text: str) -> SafeBlock:
    """Only the answer."""
    return own(_MARK.sub("", _SOURCES.sub("", text)))


def stop(screen: MainScreen) -> bool:
    """Stop the draft that is being written and keep what came; False when there is none."""
    if screen.streaming is None:
        return False
    settle(screen)
    keeping.save(screen)
    screen.show_keys()
    return True


VERBS = {"ai.draft": _draft, "ai.options": _with_options}
