"""Attaching: files that go up for what is being written, and come off it again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from console.screens.files import FilePicker
from console.screens.verbs import keeping, writing
from console.screens.verbs.asking import start_folder
from console.state.rows import FileCard
from console.text.safe import line, name
from console.widgets.composer import Upload

if TYPE_CHECKING:
    from console.screens.main import MainScreen


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
    path = await screen.app.push_screen_wait(FilePicker(start_folder()))
    if path is not None:
        keeping.add_file(screen, to, await _uploaded(screen, to, path))


async def _uploaded(screen: MainScreen, to: keeping.Place, path: Path) -> FileCard:
    """Upload a file and show how far it is while its conversation is open."""
    upload = Upload(name(path.name), 0, 1)

    def show(now: Upload | None) -> None:
        nonlocal upload
        others = tuple(one for one in screen.uploads.get(to, ()) if one is not upload)
        screen.uploads[to] = (*others, now) if now else others
        upload = now or upload
        if keeping.place(screen) == to:
            screen.composer.uploads = screen.uploads[to]

    show(upload)
    try:
        return await screen.desk.upload(path, lambda sent, total: show(replace(upload, sent=sent, total=total)))
    finally:
        show(None)


def _detach(screen: MainScreen) -> None:
    """Take the last file off again; with no file, the quote."""
    composer = screen.composer
    if composer.files:
        composer.files = composer.files[:-1]
    else:
        composer.quote = None
    keeping.changed(screen)


VERBS = {"composer.attach": _attach, "composer.detach": _detach}
