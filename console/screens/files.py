"""Choose a file, or where to save one: by walking folders, or by typing a path that completes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from console.screens.dialog import NOTHING, Dialog, Field, KeyHint, Prompted, StyleSheets, Words
from console.screens.file_names import common_beginning, free_name, saved_name, split_typed
from console.screens.folder import Folder, FolderEntry, read_folder, typed_path
from console.screens.listing import Listing, ListLine
from console.text.fold import fold
from console.text.safe import SafeLine, line
from console.text.width import cell_width, clusters

_KEYS_WALKING = (("enter", "open"), ("h", "up"), (".", "hidden"), ("/", "type"), ("esc", "back"))
_KEYS_TYPING = (("enter", "open"), ("tab", "complete"), ("↑↓", "move"), ("esc", "back"))
_KEYS_SAVING = (("enter", "save here"), ("tab", "complete"), ("↓", "folders"), ("esc", "back"))


class PathField(Field):
    """Where a path is typed; Backspace in an empty one goes a folder up."""

    class Emptied(Message):
        """Backspace, and nothing left to take away."""

    def action_delete_left(self) -> None:
        """A letter, else a folder."""
        if self.value:
            super().action_delete_left()
        else:
            self.post_message(self.Emptied())


class PlaceLine(Words):
    """A path in one row: of a long one the end is shown."""

    def _rows(self, width: int) -> list[str]:
        kept, used = "", 0
        if cell_width(self.text) <= width:
            return [self.text]
        for cluster, cells in reversed(clusters(self.text)):
            if used + cells > width - 1:
                break
            kept, used = cluster + kept, used + cells
        return ["…" + kept]


class FilePicker(Dialog[Path | None]):
    """Answers the true path of a file that is one, or None. With `save_as`, one where nothing is yet."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "files.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("g", "move(-1000000)", show=False),
        Binding("G", "move(1000000)", show=False),
        Binding("enter,l,right", "open", show=False),
        Binding("backspace,h,left", "up", show=False),
        Binding("full_stop", "toggle_hidden", show=False),
        # At once, before the next key is given to what has the focus: a path may come in one burst.
        Binding("slash", "type('/')", show=False, priority=True),
        Binding("tilde", "type('~')", show=False, priority=True),
        Binding("tab", "complete", show=False, priority=True),
    ]

    def __init__(
        self,
        start: Path,
        *,
        save_as: SafeLine | None = None,
        title: SafeLine | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(title or SafeLine("Attach a file" if save_as is None else "Save the file"))
        self._folder = Folder(typed_path(Path.cwd(), str(start)))
        self._at = self._folder.path  # where one is or is about to be: what is typed begins there
        self._reads: tuple[Path, str] | None = None  # a folder, and the part of the field that names it
        self._opens = False  # Enter was pressed, and waits for what is read
        self._is_begun = False  # the first "/" of the field began to type: by itself it names no folder yet
        self._saves = save_as is not None
        self._typed = saved_name(save_as) if save_as is not None else ""
        self._now = now
        self._hidden = False
        self._found: list[FolderEntry] = []

    def body(self) -> ComposeResult:
        """Where one is, what is typed, what lies there, and what is wrong."""
        yield PlaceLine(_place(self._folder.path), classes="-muted", id="place")
        yield Prompted(PathField(self._typed, placeholder=SafeLine("type a name or a path"), id="path"))
        yield Listing(id="entries")
        yield Words(classes="-danger", id="problem")

    def on_mount(self) -> None:
        """Read where to start; not before the first layout, whose measures Textual would keep."""
        self._listing.can_focus = True
        self.set_focus(self._field if self._saves else self._listing)
        self.call_after_refresh(self._go, self._folder.path)

    def keys(self) -> Sequence[KeyHint]:
        """Those of the list, or those of the field."""
        typing = self.is_mounted and self._field.has_focus
        now = (_KEYS_SAVING if self._saves else _KEYS_TYPING) if typing else _KEYS_WALKING
        return [(SafeLine(keys), SafeLine(label)) for keys, label in now]

    @property
    def _listing(self) -> Listing:
        return self.query_one(Listing)

    @property
    def _field(self) -> PathField:
        return self.query_one(PathField)

    def on_descendant_focus(self) -> None:
        """Other keys work now."""
        self.show_keys()

    # Walking

    def action_move(self, lines: int) -> None:
        """Point up or down; while saving, the field gives way to the folders."""
        if self._saves and self._field.has_focus:
            self._listing.focus()
        else:
            self._listing.move(lines)

    def action_page(self, pages: int) -> None:
        """Point a page up or down."""
        self._listing.page(pages)

    def action_open(self) -> None:
        """Enter the folder, or take the file, that is pointed at; not while another list is about to come."""
        if self._found and self._reads is None:
            self._open(self._found[self._listing.pointer])

    def action_up(self) -> None:
        """To the folder above, pointing at the one that was left."""
        here = self._at
        if here.parent != here:
            self._go(here.parent, point_at=here)

    def action_toggle_hidden(self) -> None:
        """Show the names that begin with a dot, or leave them out again."""
        self._hidden = not self._hidden
        self._list()

    def on_listing_clicked(self, event: Listing.Clicked) -> None:
        """A click on what is pointed at."""
        event.stop()
        self.action_open()

    def on_path_field_emptied(self, event: PathField.Emptied) -> None:
        """Backspace in the empty field."""
        event.stop()
        self.action_up()

    # Typing

    def action_type(self, first: str) -> None:
        """To the field, and at once: the next key that was typed is for it already."""
        if not self.query(PathField) or self.focused is self._field:
            raise SkipAction
        self.set_focus(self._field)
        if self._saves and first == "/":
            return
        self._is_begun = first == "/" and not self._field.value
        self._field.insert_text_at_cursor(first)

    def on_key(self, event: events.Key) -> None:
        """What was typed before anything had the focus."""
        if not event.is_printable or event.character is None:
            return
        if self.focused is self._field:
            self._field.insert_text_at_cursor(event.character)
        elif event.character in ("/", "~"):
            self.action_type(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Something pasted while walking is a path."""
        self.set_focus(self._field)
        self._field.on_paste(event)

    def action_complete(self) -> None:
        """As much of the name as is sure; from the list, begin to type."""
        field = self._field
        if not field.has_focus:
            self.set_focus(field)
            return
        _, name = self._split()
        begun = [entry for entry in self._found if entry.folded.startswith(fold(name))]
        if len(begun) == 1 and begun[0].kind == "folder":
            field.value = ""
            self._go(begun[0].path)
        elif begun:
            field.value = common_beginning([entry.name for entry in begun], name)
            field.cursor_position = len(field.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """A folder that is typed is entered as soon as it exists; the rest narrows the list."""
        event.stop()
        self._say(NOTHING)
        self._opens = False
        self._is_begun = self._is_begun and self._field.value.startswith("/")
        self._follow()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Save under this name, or open what is called so, else what is pointed at; once it was read."""
        event.stop()
        if self._reads is not None:
            self._opens = bool(self._field.value)
        else:
            self._submit()

    def _split(self) -> tuple[str, str]:
        """The folder's part of what is typed, and the rest."""
        folder, name = split_typed(self._field.value)
        return ("", name) if folder == "/" and self._is_begun else (folder, name)

    def _follow(self) -> None:
        """Read the folder that is typed, as it stands now; where none is, narrow the list."""
        folder, _ = self._split()
        if folder:
            self._go(typed_path(self._at, folder), typed=folder)
        elif self._folder.path != self._at or not (self._folder.is_there or self._folder.problem):
            self._go(self._at)  # what was read for it was given up
        else:
            self._list()

    def _submit(self) -> None:
        folder, name = self._split()
        if folder:
            self._listing.empty = NOTHING
            self._listing.show([])
            self._say(SafeLine("There is no such folder."))
        elif self._saves:
            self._save(name)
        elif same := [entry for entry in self._found if entry.name == name]:
            self._open(same[0])
        elif self._is_begun and name and not self._found:  # nothing here: it was meant from the top
            self._is_begun, self._opens = False, True
            self._follow()
        else:
            self.action_open()

    def action_back(self) -> None:
        """What is typed goes first; then the dialog."""
        if self._field.has_focus and self._field.value and not self._saves:
            self._field.value = ""
            self.set_focus(self._listing)
        else:
            self.dismiss(None)

    # What comes of it

    def _open(self, entry: FolderEntry) -> None:
        if entry.kind == "folder":
            if not self._saves:
                self._field.value = ""
            self._go(entry.path)
        elif entry.kind == "other":
            self._say(SafeLine("This is not a file that can be read."))
        elif self._saves:
            self._say(SafeLine("A file of this name is there already, and nothing is overwritten."))
        else:
            self.dismiss(entry.path)

    @work(exclusive=True, group="folder")
    async def _save(self, name: str) -> None:
        path = self._folder.path / name
        if not name or name in (".", ".."):
            self._say(SafeLine("The file needs a name."))
        elif await asyncio.to_thread(os.path.lexists, path):
            self._say(SafeLine("A file of this name is there already, and nothing is overwritten."))
        elif not await asyncio.to_thread(os.access, path.parent, os.W_OK | os.X_OK):
            self._say(SafeLine("You may not write into this folder."))
        else:
            self.dismiss(path)

    def _go(self, path: Path, *, point_at: Path | None = None, typed: str = "") -> None:
        """Read a folder and show it. `typed` is the part of the field that names it: it goes once the folder is there.

        The latest wins: what an earlier call still reads is not shown any more.
        """
        if self._reads == (path, typed):
            return
        self._reads = path, typed
        if not typed:
            self._at = path
        self._read(path, point_at, typed)

    @work(exclusive=True, group="folder")
    async def _read(self, path: Path, point_at: Path | None, typed: str) -> None:
        folder = await asyncio.to_thread(read_folder, path, self._now())
        self._reads = None
        field = self._field
        if not field.value.startswith(typed):  # another text stands there by now
            self._follow()
        elif typed and folder.problem is not None and not folder.is_there:
            self._found = []
            self._listing.empty = folder.problem
            self._listing.show([])
        else:
            self._enter(folder, point_at, typed)
        if self._opens and self._reads is None:
            self._opens = False
            self._submit()

    def _enter(self, folder: Folder, point_at: Path | None, typed: str) -> None:
        """Be in this folder. Of what is typed all but the part that named it stays, also what came since."""
        field = self._field
        is_first = not self._folder.is_there
        self._folder, self._at = folder, folder.path
        with field.prevent(Input.Changed):
            if typed:
                cursor = field.cursor_position
                field.value = field.value[len(typed) :]
                field.cursor_position = max(0, cursor - len(typed))
                self._is_begun = False
            if is_first and self._saves and field.value == self._typed:
                field.value = free_name(field.value, {entry.path.name for entry in folder.entries})
                field.cursor_position = len(field.value)
        self._say(NOTHING)
        if self._split()[0]:
            self._follow()
        else:
            self._list(point_at)

    def _list(self, point_at: Path | None = None) -> None:
        """The entries that are meant: all but hidden ones, or those whose name has what is typed in it."""
        wanted = "" if self._saves else fold(self._split()[1])
        hidden = self._hidden or wanted.startswith(".")
        found = [one for one in self._folder.entries if wanted in one.folded and (hidden or not one.is_hidden)]
        if wanted:
            found.sort(key=lambda entry: not entry.folded.startswith(wanted))
        self._found = found
        pointer = next((i for i, entry in enumerate(found) if entry.path == point_at), 0)
        self._listing.empty = self._folder.problem or SafeLine("Nothing is called so." if wanted else "Nothing here.")
        self._listing.show([_line(entry) for entry in found], pointer)
        self.query_one("#place", Words).say(_place(self._folder.path))

    def _say(self, problem: SafeLine) -> None:
        self.query_one("#problem", Words).say(problem)


def _line(entry: FolderEntry) -> ListLine:
    if entry.kind == "folder":
        return ListLine(SafeLine(f"{entry.name}/"), end=entry.age, role="accent")
    end = SafeLine(f"{entry.size}  {entry.age:>3}" if entry.size else entry.age)
    return ListLine(entry.name, end=end, role="text" if entry.kind == "file" else "muted")


def _place(path: Path) -> SafeLine:
    home = Path.home()
    shown = "~" / path.relative_to(home) if path.is_relative_to(home) else path
    return line(str(shown), 2_000)
