"""Attaching: files that go up for what is being written, come off it again, and are tried anew when they failed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from console.actions import Transfers
from console.lazily import lazily
from console.screens.verbs import keeping, saving, writing
from console.screens.verbs.asking import start_folder
from console.state.rows import FileCard
from console.state.uploads import Upload
from console.text.safe import line

if TYPE_CHECKING:
    from console.screens import files
    from console.screens.main import MainScreen
else:
    (files,) = lazily("console.screens", "files")


def watch(screen: MainScreen) -> None:
    """Show what goes up and down, as it goes; what arrives is with the draft that it was meant for."""
    keys, composer = screen.keymap, screen.composer
    composer.retry_key = keys.shown("composer.retry_files", "composer")
    composer.off_key = keys.shown("composer.detach", "composer")
    screen.desk.uploads.watch(partial(_show, screen), partial(_ended, screen))
    saving.watch(screen)


def transfers(screen: MainScreen) -> Transfers:
    """What keys can act on now."""
    composer = screen.composer
    return Transfers(
        can_take_off=bool(composer.files or composer.uploads or composer.quote),
        has_failed=any(one.problem for one in composer.uploads),
        is_saving=bool(screen.desk.downloads.under_way),
        not_yet=composer.not_yet,
    )


def _show(screen: MainScreen) -> None:
    if not screen.is_running:
        return
    if here := keeping.place(screen):
        screen.composer.uploads = screen.desk.uploads.of(here.conversation_id, here.note)
    screen.show_keys()
    if keeping.drafted(screen) != screen.drafted:
        screen.show_lines()


def _ended(screen: MainScreen, upload: Upload, card: FileCard | None) -> None:
    to = keeping.Place(upload.conversation_id, upload.note)
    if not screen.is_running:
        return
    if screen.store.is_gone(to.conversation_id):
        screen.desk.uploads.take_off(upload)
        screen.say(line(f"{upload.name} was for a conversation that is deleted."))
    elif card is not None:
        keeping.add_file(screen, to, card)
    elif keeping.place(screen) == to:
        screen.say(line(f"{upload.name} was not uploaded: {upload.problem}.", 400), is_error=True)
    else:
        row = screen.store.row(to.conversation_id)
        of = f" for {row.name}" if row else ""
        screen.say(line(f"{upload.name}{of} was not uploaded: {upload.problem}.", 400), is_error=True)


async def _attach(screen: MainScreen) -> None:
    if screen.pane != "composer":
        writing.reply(screen)
    identity, composer, to = screen.store.identity, screen.composer, keeping.place(screen)
    most = identity.limits.files_per_upload if identity else 5
    if to is None:
        return
    if len(composer.files) + len(composer.uploads) >= most:
        screen.say(line(f"A message takes {most} files."), is_error=True)
        return
    path = await screen.app.push_screen_wait(files.FilePicker(start_folder()))
    if path is not None:
        screen.desk.uploads.begin(to.conversation_id, to.note, path)


def _detach(screen: MainScreen) -> None:
    """Take off what stands last: a file that failed, one on its way, one that is there; with no file, the quote."""
    composer = screen.composer
    if upload := composer.last_upload:
        screen.desk.uploads.take_off(upload)
        return
    if composer.files:
        composer.files = composer.files[:-1]
    else:
        composer.quote = None
    keeping.changed(screen)
    screen.show_keys()


def _retry(screen: MainScreen) -> None:
    if here := keeping.place(screen):
        screen.desk.uploads.retry(here.conversation_id, here.note)


VERBS = {"composer.attach": _attach, "composer.detach": _detach, "composer.retry_files": _retry}
