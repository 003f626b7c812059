"""Tidying up: state, owner, labels, priority; renaming, moving and deleting conversations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.screens.ask import Ask
from console.screens.confirm import Confirm
from console.screens.pick import Choice, Pick
from console.screens.verbs.asking import named, pick_one
from console.screens.verbs.undoing import change
from console.state.rows import ConversationRow, Priority, Status
from console.state.triage import labels_of
from console.text.language import is_rtl
from console.text.safe import SafeLine, block, line

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_TOP, _NOW = "(top)", "(now)"
_SLICE = 500  # conversations looked at before others have their turn
_PRIORITIES: tuple[tuple[Priority, str], ...] = (
    ("urgent", "before everything else"),
    ("high", "before the rest"),
    ("normal", "in its turn"),
    ("low", "when there is time"),
)


async def _resolve(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    is_open = row.status == "open"
    await _set_status(screen, row, "resolved" if is_open else "open")
    screen.say(line(f"{'Resolved' if is_open else 'Open again'}: {row.name} · u undo"))


async def _resolve_next(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    lines = screen.conversations.lines
    place = lines.place(row.id)
    after = None if place is None else lines.find(place, 1, waiting=True)
    waiting = after or lines.find(-1, 1, waiting=True, but=row.id)
    if waiting:  # at once: the next key is for that one already
        screen.open(waiting, focus=screen.pane != "tree")
    await _set_status(screen, row, "resolved")
    nobody = "" if waiting else " Nobody else waits here."
    screen.say(line(f"Resolved: {row.name} · u undo.{nobody}"))


async def _set_status(screen: MainScreen, row: ConversationRow, status: Status, until: datetime | None = None) -> None:
    desk = screen.desk
    made = desk.set_status(row.id, status, until)
    await change(screen, row, made, lambda: desk.set_status(row.id, row.status, row.snoozed_until))


async def _snooze(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    now = screen.clock().astimezone()
    times = _snooze_times(now)
    choices = [Choice(str(place), line(name), line(f"{at:%a %d %b %H:%M}")) for place, (name, at) in enumerate(times)]
    if row.status == "snoozed":
        choices.insert(0, Choice(_NOW, SafeLine("no longer"), SafeLine("back to the inbox")))
    chosen = await pick_one(screen, line(f"Snooze {row.name}"), choices)
    if chosen is None:
        return
    if chosen == _NOW:
        await _set_status(screen, row, "open")
        screen.say(line(f"Open again: {row.name} · u undo"))
        return
    _, until = times[int(chosen)]
    await _set_status(screen, row, "snoozed", until)
    screen.say(line(f"Snoozed to {until:%a %d %b %H:%M}: {row.name} · u undo"))


def _snooze_times(now: datetime) -> list[tuple[str, datetime]]:
    """When a person may mean: later, tonight, tomorrow, next week."""
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    monday = morning + timedelta(days=7 - now.weekday())
    times = [("in an hour", now + timedelta(hours=1)), ("in three hours", now + timedelta(hours=3))]
    if now.hour < 17:
        times.append(("this evening", now.replace(hour=18, minute=0, second=0, microsecond=0)))
    times.append(("tomorrow morning", morning + timedelta(days=1)))
    return times if now.weekday() == 6 else [*times, ("on Monday", monday)]


async def _assign(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    members = sorted(screen.store.members.values(), key=lambda member: member.name.casefold())
    choices = [Choice(member.id, member.name, member.about) for member in members]
    if row.assignee_id:
        choices.append(Choice("", SafeLine("nobody"), SafeLine("give it back")))
    if not choices:
        screen.say(SafeLine("This server lists no colleagues, and none wrote yet in what was read here."))
        return
    chosen = await pick_one(screen, line(f"Assign {row.name}"), choices, marked=row.assignee_id)
    if chosen is not None:
        await _assign_to(screen, row, chosen or None)
        whose = next((f"Now {choice.label}’s" for choice in choices if choice.id == chosen != ""), "Nobody’s now")
        screen.say(line(f"{whose}: {row.name} · u undo"))


async def _assign_to(screen: MainScreen, row: ConversationRow, member_id: str | None) -> None:
    made = screen.desk.assign(row.id, member_id)
    await change(screen, row, made, lambda: screen.desk.assign(row.id, row.assignee_id))


async def _take(screen: MainScreen) -> None:
    row, me = screen.chosen, screen.store.me
    if me is None:
        screen.say(SafeLine("This server does not say who you are. It is known once you sent a message."))
    elif row:
        is_mine = row.assignee_id == me
        await _assign_to(screen, row, None if is_mine else me)
        screen.say(line(f"{'Given back' if is_mine else 'Yours'}: {row.name} · u undo"))


async def _labels(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    marked = labels_of(row.metadata)  # as the server has them: what is shown may be cut
    known = sorted({label async for one in _every_row(screen) for label in labels_of(one.metadata)} | set(marked))
    choices = [Choice(label, line(label)) for label in known]
    asked = Pick(line(f"Labels of {row.name}"), choices, multiple=True, marked=marked, new=SafeLine("a new label"))
    chosen = await screen.app.push_screen_wait(asked)
    now = screen.store.row(row.id)
    if chosen is None or now is None:
        return
    # What a colleague changed meanwhile stays: only what was changed here is.
    before = labels_of(now.metadata)
    kept = [label for label in before if label in chosen or label not in marked]
    labels = tuple(dict.fromkeys([*kept, *(one for one in chosen if one not in marked)]))
    await change(screen, row, screen.desk.set_labels(row.id, labels), lambda: screen.desk.set_labels(row.id, before))
    screen.say(line(f"Labels of {row.name} · u undo: {', '.join(labels) or 'none'}"))


async def _priority(screen: MainScreen) -> None:
    if row := screen.chosen:
        choices = [Choice(name, SafeLine(name), SafeLine(about)) for name, about in _PRIORITIES]
        chosen = await pick_one(screen, line(f"Priority of {row.name}"), choices, marked=row.priority)
        if priority := next((name for name, _ in _PRIORITIES if name == chosen), None):
            made = screen.desk.set_priority(row.id, priority)
            await change(screen, row, made, lambda: screen.desk.set_priority(row.id, row.priority))
            screen.say(line(f"{priority.capitalize()} priority: {row.name} · u undo"))


async def _rename(screen: MainScreen) -> None:
    if row := screen.chosen:
        asked = Ask(SafeLine("Rename"), SafeLine("its new name"), value=row.name, validate=named)
        said = await screen.app.push_screen_wait(asked)
        if said and said != row.name:
            await screen.desk.rename(row.id, said)
            screen.say(line(f"Renamed: {said}"))


async def _move(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    choices = [Choice(_TOP, SafeLine("the top level"), SafeLine(""))] if row.parent_id else []
    async for one in _every_row(screen):
        path = screen.store.outline.path(one.id)
        if one.id != row.parent_id and all(step.id != row.id for step in path):
            choices.append(Choice(one.id, line(" › ".join(step.name for step in path)), one.last_text))
    chosen = await pick_one(screen, line(f"Move {row.name} below"), choices)
    if chosen is not None:
        made = screen.desk.move(row.id, None if chosen == _TOP else chosen)
        await change(screen, row, made, lambda: screen.desk.move(row.id, row.parent_id))
        screen.say(line(f"Moved: {row.name} · u undo"))


async def _every_row(screen: MainScreen) -> AsyncIterator[ConversationRow]:
    """The rows of all conversations as they stand, a few at a time, so that a large workspace stops nobody."""
    for place, id in enumerate(tuple(screen.store.outline.walk())):
        if row := screen.store.row(id):
            yield row
        if place % _SLICE == _SLICE - 1:
            await asyncio.sleep(0)


async def _delete(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    below = len(screen.store.outline.subtree(row.id)) - 1
    also = f"This, {below} below it" if below else "This"
    # A name that an agent's keyboard may not have: the customer's address does as well.
    email = row.customer.email if row.customer and is_rtl(row.name) else None
    sure = Confirm(
        SafeLine("Delete for everyone"),
        block(f"{row.name}\n\n{also} and all messages and files go. It cannot be undone."),
        SafeLine("delete"),
        typed=email or row.name,
    )
    if await screen.app.push_screen_wait(sure):
        screen.own_deletions |= set(screen.store.outline.subtree(row.id))
        count = await screen.desk.delete(row.id)
        screen.say(line(f"Deleted {count} conversation{'' if count == 1 else 's'}."))


VERBS = {
    "conversation.resolve": _resolve,
    "conversation.resolve_next": _resolve_next,
    "conversation.snooze": _snooze,
    "conversation.assign": _assign,
    "conversation.take": _take,
    "conversation.labels": _labels,
    "conversation.priority": _priority,
    "conversation.rename": _rename,
    "conversation.move": _move,
    "conversation.delete": _delete,
}
