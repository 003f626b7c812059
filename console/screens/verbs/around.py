"""The console itself: help, palette, theme, one step back, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console import themes
from console.actions import ACTIONS
from console.config import save_settings
from console.screens import captions
from console.screens.differences import differences
from console.screens.help import Help
from console.screens.leave import Leave
from console.screens.pick import Choice
from console.screens.verbs import drafting, finding, keeping, moving, writing
from console.screens.verbs.asking import pick_one
from console.text.safe import SafeLine, line

if TYPE_CHECKING:
    from console.screens.main import MainScreen


def _help(screen: MainScreen) -> None:
    sections: dict[str, list[tuple[SafeLine, SafeLine]]] = {}
    situation = screen.situation
    for action in ACTIONS:
        if action.is_permitted(situation):
            keys = " ".join(screen.keymap.shown_all(action.id))
            when = captions.refused(screen, action.permission)
            meaning = line(f"{action.meaning} · {when}" if when else action.meaning)
            sections.setdefault(action.section, []).append((line(keys), meaning))
    order = ("Everywhere", "Views", "Conversations", "Thread", "Composer")
    about = [differences(screen)] if screen.store.is_documented_only else []
    screen.app.push_screen(Help([(SafeLine(name), sections[name]) for name in order if name in sections], about))


async def _palette(screen: MainScreen) -> None:
    """What is not permitted is not there; what cannot be done now says why when it is chosen."""
    situation, choices = screen.situation, []
    for action in ACTIONS:
        if action.is_permitted(situation):
            about = " · ".join(filter(None, (captions.refused(screen, action.permission), action.id)))
            keys = line(screen.keymap.shown(action.id))
            choices.append(Choice(action.id, line(action.meaning), line(about), keys))
    if chosen := await pick_one(screen, SafeLine("Commands"), choices):
        screen.perform(chosen)


async def _theme(screen: MainScreen) -> None:
    names = list(themes.themes())
    choices = [Choice(name, line(name), SafeLine("")) for name in names]
    chosen = await pick_one(screen, SafeLine("Theme"), choices, marked=screen.app.theme)
    if chosen is not None:
        screen.app.theme = chosen
        if screen.remembers:
            save_settings(theme=chosen)


def _repaint(screen: MainScreen) -> None:
    screen.app.refresh(repaint=True, layout=True)
    screen.afresh()


def _back(screen: MainScreen) -> None:
    """One step back: out of a draft, a held message, the composer, the filter, the thread. Nothing is discarded."""
    if drafting.stop(screen) or finding.stop(screen):
        return
    if screen.pane == "composer":
        if screen.composer.is_empty and screen.held:
            writing.take_back(screen)
            return
        keeping.save(screen)
        screen.go_to(screen.messages)
    elif screen.pane == "customer":
        screen.go_to(screen.messages)
    elif screen.query_text or screen.focused is screen.filter:
        moving.close_filter(screen)
        screen.go_to(screen.conversations)
    else:
        screen.go_to(screen.conversations)


async def _quit(screen: MainScreen) -> None:
    """Leave; while something is about to be sent, or a file goes up, ask first."""
    count, files = screen.desk.leaving(), screen.desk.uploads.under_way
    if count or files:
        screen.desk.stop_the_clock()
        answer = await screen.app.push_screen_wait(Leave(count, files))
        if answer is None:
            screen.desk.start_the_clock()
            return
        if answer == "send" and (left := await screen.desk.finish()):
            what = "A message was" if left == 1 else f"{left} messages were"
            screen.say(line(f"{what} not sent. {screen.keymap.shown('outbox.review')} looks; q leaves all the same."))
            return
    screen.app.exit()


VERBS = {
    "app.help": _help,
    "app.palette": _palette,
    "app.theme": _theme,
    "app.repaint": _repaint,
    "app.back": _back,
    "app.quit": _quit,
}
