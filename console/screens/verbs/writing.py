"""Writing: replies and notes, their language and templates, and what may still be taken back."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from console.contract.content import text_in
from console.contract.languages import LANGUAGES
from console.lazily import lazily
from console.screens.verbs import gating, keeping
from console.screens.verbs.asking import pick_one
from console.screens.verbs.undoing import undo
from console.state.rows import Written
from console.text.excerpt import excerpt
from console.text.safe import SafeLine, line, own

if TYPE_CHECKING:
    from console.screens import pick
    from console.screens.main import MainScreen
else:
    (pick,) = lazily("console.screens", "pick")


_HASTE = 0.3
"""Seconds after Enter within which it does not mean "now"."""


def _write(screen: MainScreen, *, note: bool) -> None:
    chosen = screen.chosen
    if chosen and chosen.id != screen.open_id:
        screen.open(chosen.id, focus=False)
    if screen.open_id and screen.composer.note != note:
        open_id = screen.open_id
        keeping.leave(screen)
        keeping.resume(screen, open_id, note=note)
    screen.go_to(screen.composer.field)


def reply(screen: MainScreen) -> None:
    """Write to the customer."""
    _write(screen, note=False)


def _note(screen: MainScreen) -> None:
    """Write to colleagues."""
    _write(screen, note=True)


def _reply_to(screen: MainScreen) -> None:
    """Reply to a message; to a note with a note, for no customer may see what it quotes."""
    if entry := screen.messages.entry:
        _write(screen, note=entry.note)
        screen.composer.quote = keeping.quote(screen, entry.id)
        keeping.changed(screen)


# sending


def _send(screen: MainScreen) -> Awaitable[None] | None:
    """Send what is written; with nothing written, send now what is held, or look at what was not sent."""
    composer = screen.composer
    if composer.is_empty:
        if held := screen.held:
            # A key that bounces, or repeats on a slow line, is not a person who cannot wait.
            is_hasty = asyncio.get_running_loop().time() - screen.looked.entered < _HASTE
            return None if is_hasty else gating.send_now(screen, held.id)
        return gating.review(screen) if screen.unsent else None
    if screen.open_id is None:
        return None
    read = composer.text
    keeping.save(screen)
    if composer.text != read:
        return None  # another console wrote here too: it is to be read first
    written = Written(
        text=composer.text.strip(),
        language=composer.language,
        note=composer.note,
        files=composer.files,
        reply_to=composer.quote.id if composer.quote else None,
    )
    limit = screen.store.identity.limits.message_characters if screen.store.identity else None
    if limit and len(written.text) > limit:
        screen.say(line(f"That is {len(written.text):,} characters; a message takes {limit:,}."), is_error=True)
        return None
    here = keeping.Place(screen.open_id, composer.note)
    if check := gating.checked(screen, here, written):
        return gating.ask(screen, here, written, check)
    gating.post(screen, here, written, screen.looked.at.get(screen.open_id))
    return None


def _undo(screen: MainScreen) -> Awaitable[None] | None:
    """Take back what is held; else the last change of a conversation."""
    if screen.held:
        take_back(screen)
        return None
    return undo(screen) if screen.changes else None


def take_back(screen: MainScreen) -> None:
    """Take the held message back into the composer of its conversation, before what is there."""
    if held := screen.held:
        gating.edit(screen, held.id)


def show_hold(screen: MainScreen) -> None:
    """Say in the last line what is about to be sent, and how to take it back; counts down while there is such a one."""
    held = screen.held
    if held is None or held.send_at is None:
        screen.hold = SafeLine("")
        if screen.hold_timer:
            screen.hold_timer.stop()
            screen.hold_timer = None
        return
    left = max(0, math.ceil((held.send_at - screen.clock()).total_seconds()))
    is_here = held.conversation_id == screen.open_id
    how = "u undo"
    if screen.pane == "composer":  # where u is a letter
        how = "Esc undo · Enter now" if is_here and screen.composer.is_empty else "Esc then u undo"
    row = None if is_here else screen.store.row(held.conversation_id)
    screen.hold = line(f"sending{f' to {row.name}' if row else ''} in {left}s · {how}")
    if screen.hold_timer is None:
        screen.hold_timer = screen.set_interval(1, lambda: show_hold(screen))


def _retry(screen: MainScreen) -> Awaitable[None] | None:
    """Send a failed message again, look before one that was stopped; on any other, answer it."""
    entry = screen.messages.entry
    if entry and entry.delivery == "failed":
        return screen.desk.retry(entry.id)
    if entry and entry.delivery in ("stopped", "waiting", "unknown"):
        return gating.look_at(screen, entry.id)
    reply(screen)
    return None


def _discard(screen: MainScreen) -> None:
    """Take a message that was not sent back into the composer, before what is there."""
    if entry := screen.messages.entry:
        gating.edit(screen, entry.id)


def _newline(screen: MainScreen) -> None:
    field = screen.composer.field
    field.replace("\n", *sorted(field.selection))


def _undo_typing(screen: MainScreen) -> None:
    screen.composer.field.undo()


# language, templates


def _language(screen: MainScreen) -> None:
    composer = screen.composer
    composer.language = LANGUAGES[(LANGUAGES.index(composer.language) + 1) % len(LANGUAGES)]
    keeping.changed(screen)


async def _template(screen: MainScreen) -> None:
    typed, screen.slash_typed = screen.slash_typed, False
    if screen.pane != "composer":
        reply(screen)
    composer, to = screen.composer, keeping.place(screen)
    cards = await screen.desk.templates()
    choices = [pick.Choice(card.id, card.name, excerpt(text_in(card.texts, composer.language), 80)) for card in cards]
    chosen = await pick_one(screen, SafeLine("Template"), choices) if cards else None
    card = next((card for card in cards if card.id == chosen), None)
    if keeping.place(screen) != to:
        return
    if card:
        composer.field.insert(own(_filled(screen, text_in(card.texts, composer.language))))
    elif typed:
        composer.field.insert("/")
    elif not cards:
        screen.say(SafeLine("The workspace has no templates yet."))


def _filled(screen: MainScreen, text: str) -> str:
    """A template's text with what is known put in; what is not known stays visible as `{{…}}`."""
    row, identity = screen.row, screen.store.identity
    known = {
        "customer.name": row.customer.name if row and row.customer else None,
        "agent.name": identity.member if identity else None,
        "workspace.name": identity.workspace if identity else None,
    }
    for variable, value in known.items():
        if value:
            text = text.replace("{{" + variable + "}}", value).replace("{{ " + variable + " }}", value)
    return text


VERBS = {
    "composer.reply": reply,
    "composer.note": _note,
    "composer.newline": _newline,
    "composer.undo": _undo_typing,
    "composer.language": _language,
    "composer.template": _template,
    "message.send": _send,
    "message.undo": _undo,
    "message.retry": _retry,
    "message.discard": _discard,
    "message.reply_to": _reply_to,
}
