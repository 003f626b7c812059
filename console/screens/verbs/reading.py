"""Reading: copying, links and all that is known of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.contract.content import text_of
from console.screens.confirm import Confirm
from console.screens.pick import Choice
from console.screens.verbs import keeping
from console.screens.verbs.asking import pick_one
from console.state.rows import Entry
from console.text.link import links_in
from console.text.safe import SafeLine, block, line, own

if TYPE_CHECKING:
    from console.screens.main import MainScreen


def _copy(screen: MainScreen) -> None:
    if text := screen.messages.marking.text:
        screen.app.copy_to_clipboard(text)
        screen.messages.end_selection()
        screen.say(SafeLine("Copied what was selected."))
    elif entry := screen.messages.entry:
        screen.app.copy_to_clipboard("\n\n".join(entry.bodies))
        screen.say(SafeLine("Copied the message."))


def _copy_thread(screen: MainScreen) -> None:
    if screen.thread:
        screen.app.copy_to_clipboard("\n\n".join(_said(entry) for entry in screen.thread.entries))
        screen.say(line(f"Copied {len(screen.thread.entries)} messages."))


def _said(entry: Entry) -> str:
    note = " (note)" if entry.note else ""
    files = "\n".join(f"[{file.name}]" for file in entry.files)
    said = "\n".join(part for part in (*entry.bodies[:1], files) if part)
    return f"{entry.at.astimezone():%Y-%m-%d %H:%M} {entry.sender}{note}\n{said}"


async def _link(screen: MainScreen) -> None:
    """Links are text here: the whole address and its host are shown, and copied when that is wanted."""
    entry = screen.messages.entry
    found = list(dict.fromkeys(links_in("\n".join(entry.bodies)))) if entry else []
    if not found:
        screen.say(SafeLine("This message has no link."))
        return
    chosen = found[0]
    if len(found) > 1:
        choices = [Choice(str(place), one.shown) for place, one in enumerate(found)]
        picked = await pick_one(screen, SafeLine("Which link"), choices)
        if picked is None:
            return
        chosen = found[int(picked)]
    about = [chosen.shown, "", f"{chosen.scheme} to {chosen.host}", *chosen.warnings]
    if await screen.app.push_screen_wait(
        Confirm(SafeLine("A link of theirs"), block("\n".join(about)), SafeLine("copy it"))
    ):
        screen.app.copy_to_clipboard(chosen.shown)
        screen.say(SafeLine("Copied the link."))


def _language(screen: MainScreen) -> None:
    if not screen.messages.next_language():
        screen.say(SafeLine("This message is in one language."))


async def _details(screen: MainScreen) -> None:
    if entry := screen.messages.entry:
        message = screen.store.message(entry.conversation_id, entry.id)
        raw = {language: text_of(said) for language, said in message.content.items()} if message else {}
        facts = [
            f"from       {entry.sender} ({entry.who})",
            f"at         {entry.at.astimezone():%A %d %B %Y %H:%M:%S}",
            f"id         {entry.id}",
            f"languages  {', '.join(entry.languages) or 'none'}",
            f"state      {entry.delivery}",
            "",
            "as it came, escaped:",
            *(f"{language}: {ascii(text) if entry.cleaned else text}" for language, text in raw.items()),
        ]
        await screen.app.push_screen_wait(Confirm(SafeLine("Message"), block("\n".join(facts)), SafeLine("close")))


def lost(screen: MainScreen, open_id: str) -> None:
    """The open conversation was deleted: here, or by somebody else, who did not know what was being written."""
    keeping.leave(screen)
    screen.open_id, screen.thread, screen.row = None, None, None
    screen.go_to(screen.conversations)
    if open_id in screen.own_deletions:
        return
    screen.say(SafeLine("The conversation was deleted."))
    screen.attempt(lambda: offer_stranded(screen), group="rescue")


async def offer_stranded(screen: MainScreen) -> None:
    """Offer what was written for conversations that are deleted: no list shows it any more."""
    for orphan in screen.desk.orphans():
        said = SafeLine("The conversation that this was for is deleted. You had written:")
        body = block(f"{said}\n\n{orphan.written.text}")
        if await screen.app.push_screen_wait(Confirm(SafeLine("What you wrote"), body, SafeLine("copy it"))):
            screen.app.copy_to_clipboard(own(orphan.written.text))
            screen.desk.forget(orphan)
            screen.say(SafeLine("Copied what you wrote."))


VERBS = {
    "message.copy": _copy,
    "thread.copy": _copy_thread,
    "message.link": _link,
    "thread.language": _language,
    "message.details": _details,
}
