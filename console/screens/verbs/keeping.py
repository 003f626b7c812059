"""Keeping what is written: one draft a conversation and kind, written down at each pause, there again on return."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from console.contract.languages import Language
from console.errors import StateError
from console.state.drafts import Draft
from console.state.rows import FileCard, Quote
from console.text.excerpt import excerpt
from console.text.safe import SafeLine, line, own
from console.values import dataclass

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_PAUSE = 0.4
"""Seconds without a key after which a draft is written down."""

_LATEST = 2.0
"""Seconds of writing without a pause after which it is written down all the same."""

INCOMPLETE = SafeLine("This draft is incomplete.")


@dataclass(frozen=True, slots=True)
class Place:
    """What is being written to: a conversation's reply, or its note."""

    conversation_id: str
    note: bool


def place(screen: MainScreen) -> Place | None:
    """Where what is written now belongs."""
    return Place(screen.open_id, screen.composer.note) if screen.open_id else None


def changed(screen: MainScreen) -> None:
    """What is written changed: it is kept at the next pause, or while there is none every now and then."""
    now = asyncio.get_running_loop().time()
    if screen.save_timer:
        screen.save_timer.stop()
    else:
        screen.unsaved_since = now
    pause = min(_PAUSE, max(0.0, screen.unsaved_since + _LATEST - now))
    screen.save_timer = screen.set_timer(pause, lambda: save(screen))


def save(screen: MainScreen) -> None:
    """Keep what is written where it belongs, if it changed since it was read. What cannot be kept is said."""
    if screen.save_timer:
        screen.save_timer.stop()
        screen.save_timer = None
    here, draft = place(screen), _draft(screen)
    if here is None or screen.composer.shut or draft == screen.kept:
        return
    try:
        there = screen.drafts.exchange(here.conversation_id, here.note, draft, screen.on_disk)
    except StateError as error:
        screen.say(line(str(error), 400), is_error=True)
        return
    screen.kept, screen.on_disk = draft, there
    if there != draft:
        resume(screen, here.conversation_id, note=here.note)
        screen.say(SafeLine("You wrote here in another console too: both texts are kept."))
    screen.show_keys()
    if drafted(screen) != screen.drafted:
        screen.show_lines()


def leave(screen: MainScreen) -> None:
    """Leave what is written to its conversation, with an empty composer."""
    from console.screens.verbs import drafting

    drafting.settle(screen)
    save(screen)
    screen.composer.clear()
    screen.composer.note, screen.composer.uploads = False, ()
    screen.kept = screen.on_disk = None


def resume(screen: MainScreen, conversation_id: str, *, note: bool | None = None) -> None:
    """Put what was being written for a conversation back into the composer: the reply, else the note."""
    if note is None:
        note = not kept(screen, conversation_id, False) and bool(kept(screen, conversation_id, True))
    composer = screen.composer
    composer.clear()
    composer.note, screen.on_disk = note, None
    composer.uploads = screen.desk.uploads.of(conversation_id, note)
    composer.language = _language_of(screen, conversation_id)
    if draft := kept(screen, conversation_id, note):
        screen.on_disk = draft
        composer.put(own(draft.text))
        composer.language, composer.files = draft.language, draft.files
        composer.quote = quote(screen, draft.reply_to)
        composer.incomplete = draft.incomplete
        composer.about = INCOMPLETE if draft.incomplete else SafeLine("")
    screen.kept = _draft(screen)


def drafted(screen: MainScreen) -> frozenset[str]:
    """The conversations in which something is begun or was not sent: a text, or a file that is not with it yet."""
    return screen.desk.written_in() | screen.desk.uploads.conversations()


def add_file(screen: MainScreen, to: Place, card: FileCard) -> None:
    """A file arrived: it goes with what it was meant for, wherever one is by now."""
    if place(screen) == to:
        screen.composer.files = (*screen.composer.files, card)
        save(screen)
        return
    language = _language_of(screen, to.conversation_id)
    draft = screen.drafts.get(to.conversation_id, to.note) or Draft("", language)
    screen.drafts.put(to.conversation_id, to.note, replace(draft, files=(*draft.files, card)))
    screen.show_lines()
    row = screen.store.row(to.conversation_id)
    screen.say(line(f"{card.name} is with the draft for {row.name if row else 'a conversation that is gone'}."))


def quote(screen: MainScreen, message_id: str | None) -> Quote | None:
    """The message that is replied to, as far as it is loaded."""
    if message_id is None or screen.open_id is None:
        return None
    if entry := screen.store.entry(screen.open_id, message_id):
        return Quote(entry.id, entry.sender, excerpt(entry.bodies[0], 120) if entry.bodies else SafeLine(""))
    return Quote(message_id, SafeLine("an earlier message"), SafeLine(""))


def _draft(screen: MainScreen) -> Draft | None:
    """What is written now; None when that is nothing."""
    composer = screen.composer
    if composer.is_empty:
        return None
    return Draft(
        text=composer.text,
        language=composer.language,
        files=composer.files,
        reply_to=composer.quote.id if composer.quote else None,
        incomplete=composer.incomplete or composer.drafting,
    )


def kept(screen: MainScreen, conversation_id: str, note: bool) -> Draft | None:
    """What is kept for a conversation. What cannot be read is said."""
    try:
        return screen.drafts.get(conversation_id, note)
    except StateError as error:
        screen.say(line(str(error), 400), is_error=True)
        return None


def _language_of(screen: MainScreen, conversation_id: str) -> Language:
    row = screen.store.row(conversation_id)
    return (row.customer.language if row and row.customer else None) or screen.language
