"""Finding in the open thread: what it says, a day of it, and text to take along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from console.client.errors import TooManyRequests
from console.screens.ask import Ask
from console.screens.verbs.asking import at_most
from console.text.days import day_of
from console.text.safe import SafeLine, line
from console.widgets.thread import Thread
from console.widgets.thread_lines import day_name
from console.widgets.thread_marks import row_of

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_LONGEST = 200
"""Characters that are looked for."""


async def _search(screen: MainScreen) -> None:
    """Mark what the loaded messages say of this, and go to the newest that does."""
    marking = screen.messages.marking
    ask = Ask(
        SafeLine("Search this thread"),
        SafeLine("What is looked for, in the messages that are loaded"),
        validate=at_most(_LONGEST),
        ok_label=SafeLine("search"),
    )
    said = await screen.app.push_screen_wait(ask)
    if said:
        marking.search(said)
        screen.messages.draw_entries()
        _go(screen, -1)


def _next(step: int) -> Callable[[MainScreen], None]:
    def go(screen: MainScreen) -> None:
        if screen.messages.marking.is_searching:
            _go(screen, step)
        else:
            screen.say(line(f"Nothing is looked for: {screen.keymap.shown('thread.search', 'thread')} searches."))

    return go


def _go(screen: MainScreen, step: int) -> None:
    thread = screen.messages
    entries = thread.layout_of_lines.entries
    here = thread.cursor_place
    found = thread.marking.next(len(entries) - 1 if here is None else here, step) if entries else None
    if found is None or (place := entries.find(found.key)) is None:
        where = "further up in what is loaded" if step < 0 else "further down"
        screen.say(line(f"Nothing says “{thread.marking.query}” {where}."))
        return
    thread.show_line(place, row_of(thread.layout_of_lines.lines(place), found.start))


def _select(screen: MainScreen) -> None:
    """Begin to select messages, or end it."""
    thread = screen.messages
    if thread.marking.is_by_message:
        thread.end_selection()
    elif entry := thread.entry:
        thread.marking.begin_with_message(entry)
        thread.draw_entries()
        screen.say(SafeLine("j and k select more, y copies, Esc ends."))


async def _to_day(screen: MainScreen) -> None:
    """Go to the first message of a day, loading older pages until it is there. Esc stops that."""
    today = screen.clock().astimezone().date()
    ask = Ask(
        SafeLine("Go to a day"),
        SafeLine("2026-03-14, 14 March, yesterday, monday, -7d"),
        validate=lambda said: None if day_of(said, today) else SafeLine("This is no day: write one as above."),
        ok_label=SafeLine("go"),
    )
    said, id = await screen.app.push_screen_wait(ask), screen.open_id
    day = day_of(said, today) if said else None
    if day is None or id is None:
        return
    thread = screen.messages
    thread.wanted_day = day
    try:
        is_there = await _load_back_to(screen, id, day, today)
    finally:
        thread.wanted_day = None
    if is_there:
        _show_day(screen, thread, day, today)


async def _load_back_to(screen: MainScreen, id: str, day: date, today: date) -> bool:
    """Have older pages until the oldest message is before this day; False where that was stopped."""
    while True:
        view, thread = screen.store.thread(id), screen.messages
        if screen.open_id != id or thread.wanted_day != day:
            return False
        oldest = view.entries[0].at.astimezone().date() if view.entries else today
        if not view.has_older or oldest < day:
            screen.thread = view
            return True
        screen.say(line(f"Reading back to {day_name(day, today)}, at {day_name(oldest, today)} now. Esc stops it."))
        try:
            await screen.desk.older_page(id)
        except TooManyRequests as error:
            screen.say(line(f"Stopped at {day_name(oldest, today)}. {error}", 400), is_error=True)
            return False


def _show_day(screen: MainScreen, thread: Thread, day: date, today: date) -> None:
    entries = thread.layout_of_lines.entries
    if not entries:
        return
    place = min(entries.place_of((datetime(day.year, day.month, day.day).astimezone(), "")), len(entries) - 1)
    thread.to_place(place)
    on = entries[place].at.astimezone().date()
    if place == 0 and on > day:
        screen.say(line(f"The thread begins on {day_name(on, today)}."))
    elif on != day:
        screen.say(line(f"Nothing was said on {day_name(day, today)}; this is {day_name(on, today)}."))
    else:
        screen.say(line(day_name(day, today)))


def stop(screen: MainScreen) -> bool:
    """End what is under way in the thread: reading back, a selection, a search; whether there was any."""
    thread = screen.messages
    if thread.wanted_day is not None:
        thread.wanted_day = None
        screen.say(SafeLine("Stopped."))
        return True
    if screen.pane != "thread" or not thread.marking.end():
        return False
    thread.draw_entries()
    return True


VERBS = {
    "thread.search": _search,
    "thread.next_match": _next(-1),
    "thread.previous_match": _next(1),
    "thread.select": _select,
    "thread.to_day": _to_day,
}
