"""Tidying up: state, owner, labels, priority; making, renaming, moving and deleting conversations."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.contract.inputs import CustomerInput
from console.screens.ask import Ask
from console.screens.confirm import Confirm
from console.screens.pick import Choice, Pick
from console.screens.verbs.asking import pick_one
from console.state.rows import Priority
from console.text.safe import SafeLine, block, line

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_TOP = "(top)"
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
    await screen.desk.set_status(row.id, "resolved" if is_open else "open")
    screen.say(line(f"{'Resolved' if is_open else 'Open again'}: {row.name}"))


async def _resolve_next(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    lines = [one.row for one in screen.conversations.lines]
    place = next((at for at, one in enumerate(lines) if one.id == row.id), -1)
    waiting = [one for one in (*lines[place + 1 :], *lines[: max(0, place)]) if one.waiting_since]
    await screen.desk.set_status(row.id, "resolved")
    if waiting:
        screen.open(waiting[0].id, focus=screen.pane != "tree")
    else:
        screen.say(SafeLine("Resolved. Nobody else waits here."))


async def _snooze(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    now = screen.clock().astimezone()
    times = _snooze_times(now)
    choices = [Choice(str(place), line(name), line(f"{at:%a %d %b %H:%M}")) for place, (name, at) in enumerate(times)]
    chosen = await pick_one(screen, line(f"Snooze {row.name}"), choices)
    if chosen is None:
        return
    _, until = times[int(chosen)]
    await screen.desk.set_status(row.id, "snoozed", until)
    screen.say(line(f"Snoozed to {until:%a %d %b %H:%M}: {row.name}"))


def _snooze_times(now: datetime) -> list[tuple[str, datetime]]:
    """When a person may mean: later, tonight, tomorrow, next week."""
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    monday = morning + timedelta(days=7 - now.weekday())
    times = [("in an hour", now + timedelta(hours=1)), ("in three hours", now + timedelta(hours=3))]
    if now.hour < 17:
        times.append(("this evening", now.replace(hour=18, minute=0, second=0, microsecond=0)))
    return [*times, ("tomorrow morning", morning + timedelta(days=1)), ("on Monday", monday)]


async def _assign(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    members = sorted(screen.store.members.values(), key=lambda member: member.name.casefold())
    choices = [Choice(member.id, member.name, member.about) for member in members]
    if row.assignee_id:
        choices.append(Choice("", SafeLine("nobody"), SafeLine("give it back")))
    chosen = await pick_one(screen, line(f"Assign {row.name}"), choices)
    if chosen is not None:
        await screen.desk.assign(row.id, chosen or None)


async def _take(screen: MainScreen) -> None:
    row, identity = screen.chosen, screen.store.identity
    if row and identity:
        is_mine = row.assignee_id == identity.member_id
        await screen.desk.assign(row.id, None if is_mine else identity.member_id)
        screen.say(line(f"{'Given back' if is_mine else 'Yours'}: {row.name}"))


async def _labels(screen: MainScreen) -> None:
    if row := screen.chosen:
        lines = screen.store.outline.lines("all", now=screen.clock())
        known = sorted({label for one in lines for label in one.row.labels} | set(row.labels))
        choices = [Choice(label, label) for label in known]
        asked = Pick(
            line(f"Labels of {row.name}"), choices, multiple=True, marked=row.labels, new=SafeLine("a new label")
        )
        if (labels := await screen.app.push_screen_wait(asked)) is not None:
            await screen.desk.set_labels(row.id, labels)


async def _priority(screen: MainScreen) -> None:
    if row := screen.chosen:
        choices = [Choice(name, SafeLine(name), SafeLine(about)) for name, about in _PRIORITIES]
        chosen = await pick_one(screen, line(f"Priority of {row.name}"), choices, marked=row.priority)
        if priority := next((name for name, _ in _PRIORITIES if name == chosen), None):
            await screen.desk.set_priority(row.id, priority)


async def _create(screen: MainScreen) -> None:
    asked = Ask(SafeLine("New conversation"), SafeLine("the customer's email, phone or name"))
    said = await screen.app.push_screen_wait(asked)
    if not said or not said.strip():
        return
    made = await screen.desk.create(None, _customer(said.strip()))
    _show(screen, made)


def _customer(said: str) -> CustomerInput:
    """Who is meant: an address, a number, else a name."""
    if "@" in said and " " not in said:
        return CustomerInput(email=said)
    if sum(one.isdigit() for one in said) >= 6 and not any(one.isalpha() for one in said):
        return CustomerInput(phone=said)
    return CustomerInput(name=said)


async def _create_sub(screen: MainScreen) -> None:
    if row := screen.chosen:
        said = await screen.app.push_screen_wait(Ask(line(f"New below {row.name}"), SafeLine("its name")))
        if said and said.strip():
            made = await screen.desk.create_sub(row.id, said.strip())
            screen.folded.discard(row.id)
            _show(screen, made)


def _show(screen: MainScreen, conversation_id: str) -> None:
    screen.show_lines()
    screen.open(conversation_id)
    if not screen.composer.shut:
        screen.go_to(screen.composer.field)


async def _rename(screen: MainScreen) -> None:
    if row := screen.chosen:
        said = await screen.app.push_screen_wait(Ask(SafeLine("Rename"), SafeLine("its new name"), value=row.name))
        if said and said.strip() and said.strip() != row.name:
            await screen.desk.rename(row.id, said.strip())


async def _move(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    outline = screen.store.outline
    lines = outline.lines("all", now=screen.clock())
    choices = [Choice(_TOP, SafeLine("the top level"), SafeLine(""))] if row.parent_id else []
    for one in lines:
        path = outline.path(one.row.id)
        if one.row.id != row.parent_id and all(step.id != row.id for step in path):
            choices.append(Choice(one.row.id, line(" › ".join(step.name for step in path)), one.row.last_text))
    chosen = await pick_one(screen, line(f"Move {row.name} below"), choices)
    if chosen is not None:
        await screen.desk.move(row.id, None if chosen == _TOP else chosen)


async def _delete(screen: MainScreen) -> None:
    if not (row := screen.chosen):
        return
    below = len(screen.store.outline.subtree(row.id)) - 1
    also = f" and {below} below it" if below else ""
    sure = Confirm(
        SafeLine("Delete for everyone"),
        block(f"{row.name}{also}, with all messages and files. This cannot be undone."),
        SafeLine("delete"),
        typed=row.name,
    )
    if await screen.app.push_screen_wait(sure):
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
    "conversation.create": _create,
    "conversation.create_sub": _create_sub,
    "conversation.rename": _rename,
    "conversation.move": _move,
    "conversation.delete": _delete,
}
