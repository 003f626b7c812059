"""Writing: replies and notes, their drafts, files and templates, and what may still be taken back."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from console.contract.base import LANGUAGES
from console.contract.content import text_in
from console.screens.files import FilePicker
from console.screens.pick import Choice
from console.screens.verbs.asking import pick_one
from console.state.drafts import Draft
from console.state.rows import Quote, Written
from console.text.excerpt import excerpt
from console.text.safe import SafeBlock, SafeLine, block, line, name
from console.widgets.composer import Upload

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_PAUSE = 0.4
"""Seconds without a key after which a draft is written down."""


# drafts


def changed(screen: MainScreen) -> None:
    """What is written changed: it is kept at the next pause."""
    if screen.save_timer:
        screen.save_timer.stop()
    screen.save_timer = screen.set_timer(_PAUSE, lambda: save(screen))


def save(screen: MainScreen) -> None:
    """Keep what is written for the open conversation."""
    if screen.save_timer:
        screen.save_timer.stop()
        screen.save_timer = None
    composer = screen.composer
    if screen.open_id is None or composer.shut:
        return
    if composer.is_empty:
        screen.drafts.discard(screen.open_id, composer.note)
    else:
        draft = Draft(
            text=composer.text,
            language=composer.language,
            files=composer.files,
            reply_to=composer.quote.id if composer.quote else None,
            incomplete=composer.drafting,
        )
        screen.drafts.put(screen.open_id, composer.note, draft)
    if screen.drafts.conversations() != screen.drafted:
        screen.show_lines()


def close(screen: MainScreen) -> None:
    """Leave the open conversation; what is written stays with it."""
    if screen.draft_worker:
        screen.draft_worker.cancel()
    save(screen)
    screen.composer.clear()
    screen.composer.note = False


def resume(screen: MainScreen, conversation_id: str, *, note: bool | None = None) -> None:
    """Put what was being written for a conversation back into the composer: the reply, else the note."""
    if note is None:
        has_reply = screen.drafts.get(conversation_id, False) is not None
        note = not has_reply and screen.drafts.get(conversation_id, True) is not None
    composer = screen.composer
    composer.clear()
    composer.note = note
    row = screen.store.row(conversation_id)
    spoken = row.customer.language if row and row.customer else None
    composer.language = spoken or screen.language
    if draft := screen.drafts.get(conversation_id, note):
        composer.put(block(draft.text))
        composer.language, composer.files = draft.language, draft.files
        composer.quote = _quote(screen, draft.reply_to)
        composer.about = SafeLine("This draft is incomplete.") if draft.incomplete else SafeLine("")


def _quote(screen: MainScreen, message_id: str | None) -> Quote | None:
    """The message that is replied to, as far as it is loaded."""
    if message_id is None or screen.open_id is None:
        return None
    for entry in screen.store.thread(screen.open_id).entries:
        if entry.id == message_id:
            return Quote(entry.id, entry.sender, excerpt(entry.bodies[0], 120) if entry.bodies else SafeLine(""))
    return Quote(message_id, SafeLine("an earlier message"), SafeLine(""))


def _write(screen: MainScreen, *, note: bool) -> None:
    chosen = screen.chosen
    if chosen and chosen.id != screen.open_id:
        screen.open(chosen.id, focus=False)
    if screen.open_id and screen.composer.note != note:
        save(screen)
        resume(screen, screen.open_id, note=note)
    screen.go_to(screen.composer.field)


def reply(screen: MainScreen) -> None:
    """Write to the customer."""
    _write(screen, note=False)


def note(screen: MainScreen) -> None:
    """Write to colleagues."""
    _write(screen, note=True)


def _reply_to(screen: MainScreen) -> None:
    entry = screen.messages.entry
    reply(screen)
    if entry:
        screen.composer.quote = _quote(screen, entry.id)


# sending


def send(screen: MainScreen) -> None:
    """Send what is written; with nothing written, send now what is held."""
    composer = screen.composer
    if composer.is_empty:
        if screen.held:
            screen.desk.send_now(screen.held.id)
        return
    if composer.uploads:
        screen.say(SafeLine("A file is still on its way."))
        return
    if screen.open_id is None:
        return
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
        return
    screen.desk.reply(screen.open_id, written)
    composer.clear()
    save(screen)
    screen.messages.to_newest()


def _undo(screen: MainScreen) -> None:
    if screen.held:
        take_back(screen)


def take_back(screen: MainScreen) -> None:
    """Take the held message back into the composer, before what is there."""
    held = screen.held
    written = screen.desk.take_back(held.id) if held else None
    if written:
        _put_back(screen, written)


def _put_back(screen: MainScreen, written: Written) -> None:
    composer = screen.composer
    if screen.open_id and composer.note != written.note:
        save(screen)
        resume(screen, screen.open_id, note=written.note)
    rest = composer.text.strip()
    composer.put(block(f"{written.text}\n{rest}" if rest else written.text))
    composer.files = (*written.files, *composer.files)
    composer.language = written.language
    composer.quote = _quote(screen, written.reply_to)
    screen.go_to(composer.field)
    save(screen)


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
    how = "Esc undo · Enter now" if screen.pane == "composer" and screen.composer.is_empty else "u undo"
    screen.hold = line(f"sending in {left}s · {how}")
    if screen.hold_timer is None:
        screen.hold_timer = screen.set_interval(1, lambda: show_hold(screen))


async def _retry(screen: MainScreen) -> None:
    if entry := screen.messages.entry:
        await screen.desk.retry(entry.id)


def _discard(screen: MainScreen) -> None:
    entry = screen.messages.entry
    if entry and (written := screen.desk.discard(entry.id)):
        _put_back(screen, written)


def _newline(screen: MainScreen) -> None:
    field = screen.composer.field
    field.replace("\n", *sorted(field.selection))


# files, language, templates


async def _attach(screen: MainScreen) -> None:
    if screen.pane != "composer":
        reply(screen)
    identity = screen.store.identity
    most = identity.limits.files_per_upload if identity else 5
    composer, conversation_id = screen.composer, screen.open_id
    if len(composer.files) + len(composer.uploads) >= most:
        screen.say(line(f"A message takes {most} files."), is_error=True)
        return
    path = await screen.app.push_screen_wait(FilePicker(Path.cwd()))
    if path is None:
        return
    upload = Upload(name(path.name), 0, 1)
    composer.uploads = (*composer.uploads, upload)

    def progress(sent: int, total: int) -> None:
        nonlocal upload
        fresh = replace(upload, sent=sent, total=total)
        composer.uploads = tuple(fresh if one is upload else one for one in composer.uploads)
        upload = fresh

    try:
        card = await screen.desk.upload(path, progress)
    finally:
        composer.uploads = tuple(one for one in composer.uploads if one is not upload)
    if screen.open_id == conversation_id:
        composer.files = (*composer.files, card)
        save(screen)


def _detach(screen: MainScreen) -> None:
    screen.composer.files = screen.composer.files[:-1]
    changed(screen)


def _language(screen: MainScreen) -> None:
    composer = screen.composer
    composer.language = LANGUAGES[(LANGUAGES.index(composer.language) + 1) % len(LANGUAGES)]
    changed(screen)


async def _template(screen: MainScreen) -> None:
    if screen.pane != "composer":
        reply(screen)
    composer = screen.composer
    cards = await screen.desk.templates()
    if not cards:
        screen.say(SafeLine("The workspace has no templates yet."))
        return
    choices = [Choice(card.id, card.name, excerpt(text_in(card.texts, composer.language), 80)) for card in cards]
    chosen = await pick_one(screen, SafeLine("Template"), choices)
    if chosen is None:
        return
    card = next(card for card in cards if card.id == chosen)
    composer.field.insert(block(_filled(screen, text_in(card.texts, composer.language))))


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


def put_text(screen: MainScreen, text: SafeBlock) -> None:
    """Replace what is written."""
    screen.composer.put(text)
    changed(screen)


VERBS = {
    "composer.reply": reply,
    "composer.note": note,
    "composer.newline": _newline,
    "composer.attach": _attach,
    "composer.detach": _detach,
    "composer.language": _language,
    "composer.template": _template,
    "message.send": send,
    "message.undo": _undo,
    "message.retry": _retry,
    "message.discard": _discard,
    "message.reply_to": _reply_to,
}
