"""The gate: nothing that a person has not looked at leaves, and what was not sent is listed until they decide."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from console.contract.languages import Language
from console.lazily import lazily
from console.screens.verbs import keeping
from console.state.gate import Check
from console.state.rows import Written
from console.state.sending import Unsent
from console.text.safe import SafeLine, block, line, own

if TYPE_CHECKING:
    from console.screens import gate
    from console.screens.main import MainScreen
else:
    (gate,) = lazily("console.screens", "gate")


_PATIENCE = 3.0  # seconds
_UNREAD = 0.6
"""Seconds for which a question that comes up while a person types is not read: their next letters are no answer."""


@dataclass
class Looked:
    """What a person has seen, and was told."""

    at: dict[str, str] = field(default_factory=dict)
    """By conversation the newest message that was looked at; "" of an empty thread."""
    languages: dict[str, set[tuple[Language, Language]]] = field(default_factory=dict)
    """By conversation in which language they wrote to a customer of which other one, and meant it."""
    told: set[str] = field(default_factory=set)
    """Which unsent messages were spoken of."""
    entered: float = -1.0
    """When Enter sent something last, by the loop's clock."""
    is_there: bool = False
    """Whether there was a line when it was last looked at."""


def look(screen: MainScreen) -> None:
    """What stands in the open thread counts as seen, but for what came while something is being written."""
    id = screen.open_id
    if id is None:
        return
    is_writing = screen.pane == "composer" and not screen.composer.is_empty
    if id not in screen.looked.at or (screen.messages.is_following and not is_writing):
        look_again(screen)


def look_again(screen: MainScreen) -> None:
    """All that stands in the open thread is seen."""
    if screen.open_id is not None and (seen := screen.desk.seen(screen.open_id)) is not None:
        screen.looked.at[screen.open_id] = seen


def checked(screen: MainScreen, here: keeping.Place, written: Written) -> Check:
    """What the writer should see before this leaves."""
    check = screen.desk.check(here.conversation_id, written, screen.looked.at.get(here.conversation_id))
    if check.language in screen.looked.languages.get(here.conversation_id, ()):
        return replace(check, language=None)
    return check


async def ask(screen: MainScreen, here: keeping.Place, written: Written, check: Check) -> None:
    """Show what is new beside what is written, and send, edit or keep it as that is answered."""
    seen = screen.desk.seen(here.conversation_id)
    question = gate.Question(_to(screen, here.conversation_id), own(written.text), check, written.note, _files(written))
    decision = await screen.app.push_screen_wait(gate.Gate([question], unread=_UNREAD))
    if keeping.place(screen) != here:
        return
    if seen is not None:
        screen.looked.at[here.conversation_id] = seen  # it was shown
    if decision is None or decision.what == "edit":
        screen.go_to(screen.composer.field)
    elif decision.what == "keep":
        keeping.save(screen)
        screen.go_to(screen.messages)
        screen.say(SafeLine("Kept as a draft."))
    else:
        if check.language:
            screen.looked.languages.setdefault(here.conversation_id, set()).add(check.language)
        post(screen, here, written, seen)


def post(screen: MainScreen, here: keeping.Place, written: Written, seen: str | None) -> None:
    """Send what stands in the composer, which is empty then. Raises StateError, and then nothing is sent."""
    screen.desk.reply(here.conversation_id, written, seen)
    screen.looked.entered = asyncio.get_running_loop().time()
    screen.composer.clear()
    keeping.save(screen)
    screen.messages.to_newest()


def send_now(screen: MainScreen, local_id: str) -> Awaitable[None] | None:
    """Hold a message no longer; where its thread moved on, look first."""
    held = screen.desk.look_at(local_id)
    if held is not None and held.check.arrived:
        return look_at(screen, local_id)
    screen.desk.send_now(local_id)
    return None


async def look_at(screen: MainScreen, local_id: str) -> None:
    """Show one message that has not left, and do with it what is decided."""
    if one := screen.desk.look_at(local_id):
        decision = await screen.app.push_screen_wait(gate.Gate([_question(screen, one)], unread=_UNREAD))
        if decision is not None:
            await _carry_out(screen, decision, [one])


async def review(screen: MainScreen) -> None:
    """List what was not sent, with what happened since, until all is decided or left."""
    await _patiently(screen.desk.read_unsent())
    while unsent := screen.desk.unsent():
        decision = await screen.app.push_screen_wait(gate.Gate([_question(screen, one) for one in unsent]))
        if decision is None or not await _carry_out(screen, decision, unsent):
            return
        await _patiently(screen.desk.gone([one.local_id for one in unsent]))
    screen.say(SafeLine("Nothing is left unsent."))


async def _patiently(doing: Awaitable[None]) -> None:
    """Wait for it, but no longer than a person who asked for a list."""
    with suppress(TimeoutError):
        await asyncio.wait_for(doing, _PATIENCE)


async def _carry_out(screen: MainScreen, decision: gate.Decision, shown: Sequence[Unsent]) -> bool:
    """Do what was decided; whether to go on with the others."""
    question = decision.question
    if question.local_id is None:
        return False
    match decision.what:
        case "send":
            screen.desk.send_now(question.local_id, question.seen)  # where it is held still
            await screen.desk.retry(question.local_id, question.seen)
        case "all":
            for one in shown:
                if not one.check:
                    await screen.desk.retry(one.local_id, screen.desk.seen(one.conversation_id))
        case "keep":
            keeping.save(screen)
            screen.desk.take_back(question.local_id)
            if screen.open_id:
                keeping.resume(screen, screen.open_id)
        case "edit":
            edit(screen, question.local_id)
            return False
    return True


def edit(screen: MainScreen, local_id: str) -> bool:
    """Take a message that has not left back into the composer of its conversation, before what is there."""
    entry = next((one for one in screen.desk.unsent() if one.local_id == local_id), None)
    held = screen.held
    conversation_id = entry.conversation_id if entry else held.conversation_id if held else None
    keeping.save(screen)
    written = screen.desk.take_back(local_id)  # the draft is both now
    if written is None or conversation_id is None:
        return False
    if conversation_id != screen.open_id:
        screen.open(conversation_id, focus=False)
    keeping.resume(screen, conversation_id, note=written.note)
    screen.go_to(screen.composer.field)
    return True


def tell(screen: MainScreen) -> None:
    """Say of what has stopped since: it is easily overlooked by who went on to something else."""
    unsent = screen.desk.unsent()
    is_there = screen.store.line.state in ("live", "polling")
    came_back, screen.looked.is_there = is_there and not screen.looked.is_there, is_there
    if came_back and (said := _on_return(screen, len(unsent))):
        screen.looked.told = {one.local_id for one in unsent}
        screen.unsent = len(unsent)
        screen.say(said)
        return
    news = [one for one in unsent if one.local_id not in screen.looked.told and one.state != "failed"]
    screen.looked.told = {one.local_id for one in unsent}
    screen.unsent = len(unsent)
    if news:
        question = _question(screen, news[-1])
        why = (
            "there was no line." if news[-1].state == "waiting" else (gate.reasons(question) or [line("it waits.")])[0]
        )
        key = "Enter" if screen.pane == "composer" else screen.keymap.shown("outbox.review")
        screen.say(line(f"Not sent to {question.to}: {why} {key} looks.", 400))


def _on_return(screen: MainScreen, unsent: int) -> SafeLine | None:
    """What waits for the person now that the line is there."""
    again, screen.desk.back_in_drafts = screen.desk.back_in_drafts, 0
    said = []
    if unsent:
        what = "A message was" if unsent == 1 else f"{unsent} messages were"
        key = "Enter" if screen.pane == "composer" and screen.composer.is_empty else None
        said.append(f"{what} not sent: {key or screen.keymap.shown('outbox.review')} looks.")
    if again:
        what = "What was held is" if again == 1 else f"{again} held messages are"
        said.append(f"{what} a draft again, not sent: {screen.keymap.shown('view.drafts')}.")
    return line(" ".join(said), 400) if said else None


def _question(screen: MainScreen, one: Unsent) -> gate.Question:
    return gate.Question(
        to=_to(screen, one.conversation_id),
        text=block(one.written.text),
        check=one.check,
        note=one.written.note,
        files=_files(one.written),
        why=_why(one),
        local_id=one.local_id,
        seen=screen.desk.seen(one.conversation_id),
    )


def _why(one: Unsent) -> SafeLine:
    if one.state == "waiting":
        return line(f"There was no line when it was to leave, at {one.at.astimezone():%H:%M}.")
    return line(one.problem or "", 400)


def _to(screen: MainScreen, conversation_id: str) -> SafeLine:
    path = screen.store.outline.path(conversation_id)
    return line(" › ".join(step.name for step in path)) if path else SafeLine("a conversation that is not loaded")


def _files(written: Written) -> tuple[SafeLine, ...]:
    return tuple(file.name for file in written.files)


VERBS = {"outbox.review": review}
