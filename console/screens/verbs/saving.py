"""Saving: files of messages that come down into a folder of the person's, and can be stopped while they do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from console.lazily import lazily
from console.screens.verbs.asking import pick_one, start_folder
from console.text.safe import SafeLine, line, name
from console.text.size import size
from console.widgets.footer import KeyFooter

if TYPE_CHECKING:
    from console.screens import files, pick
    from console.screens.main import MainScreen
else:
    files, pick = lazily("console.screens", "files pick")


def watch(screen: MainScreen) -> None:
    """Show in the last line what is being saved, and say what became of it."""
    screen.desk.downloads.save_key = screen.keymap.shown("message.save_file", "thread")
    screen.desk.downloads.watch(partial(_show, screen), lambda said, failed: screen.say(said, is_error=failed))


async def _save_file(screen: MainScreen) -> None:
    entry = screen.messages.entry
    if not entry or not entry.files:
        return
    file = entry.files[0]
    if len(entry.files) > 1:
        choices = [pick.Choice(one.id, one.name, size(one.size)) for one in entry.files]
        picked = await pick_one(screen, SafeLine("Which file"), choices)
        if picked is None:
            return
        file = next((one for one in entry.files if one.id == picked), file)
    path = await screen.app.push_screen_wait(files.FilePicker(start_folder(), save_as=file.name))
    if path is None:
        return
    if any(one.to == path for one in screen.desk.downloads.under_way):
        screen.say(line(f"{name(path.name)} is being saved already."))
        return
    screen.desk.downloads.begin(file, path)


def _stop(screen: MainScreen) -> None:
    if stopped := screen.desk.downloads.stop():
        screen.say(line(f"Stopped. Nothing of {name(stopped.to.name)} was kept."))


def _show(screen: MainScreen) -> None:
    if not screen.is_running:
        return
    footer, under_way = screen.query_one(KeyFooter), screen.desk.downloads.under_way
    if not under_way:
        footer.busy = SafeLine("")
    else:
        newest = under_way[-1]
        far = size(newest.received) if newest.percent is None else f"{newest.percent} %"
        others = f" and {len(under_way) - 1} more" if len(under_way) > 1 else ""
        stop = screen.keymap.shown("message.stop_saving")
        footer.busy = line(f"saving {name(newest.to.name)} {far}{others} · {stop} stops")
    screen.show_keys()


VERBS = {"message.save_file": _save_file, "message.stop_saving": _stop}
