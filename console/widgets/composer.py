"""The composer: a reply or a note being written, its files, and an AI draft that streams into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static, TextArea

from console.contract.languages import Language
from console.state.rows import ConversationRow, FileCard, Quote
from console.text.bidi import visual
from console.text.safe import SafeBlock, SafeLine, line
from console.text.size import size
from console.text.width import cell_width, wrap
from console.widgets.composer_text import ComposerText as ComposerText
from console.widgets.pane_title import pane_title
from console.widgets.thread_lines import FILE_MARK

if TYPE_CHECKING:
    from console.state.uploads import Upload


class Composer(Vertical):
    """Where a person writes. `shut` says why nobody may write here."""

    DEFAULT_CSS = """
    Composer { height: auto; }
    Composer ComposerText { height: auto; min-height: 2; max-height: 8; border: none; padding: 0; }
    Composer Static { height: auto; }
    Composer .gone { display: none; }
    Composer.-idle { display: none; }
    """

    target: reactive[ConversationRow | None] = reactive(None)
    shut: reactive[SafeLine | None] = reactive(None)
    note: reactive[bool] = reactive(False, toggle_class="-note")
    language: reactive[Language] = reactive("en")
    files: reactive[tuple[FileCard, ...]] = reactive(())
    uploads: reactive[tuple[Upload, ...]] = reactive(())
    quote: reactive[Quote | None] = reactive(None)
    drafting: reactive[bool] = reactive(False, toggle_class="-drafting")
    about: reactive[SafeLine] = reactive(SafeLine(""))  # where a draft comes from, or that it is incomplete

    class Changed(Message):
        """What is written changed."""

    def __init__(self, is_action: Callable[[events.Key], bool], *, id: str | None = None) -> None:
        super().__init__(id=id, classes="-idle")
        self.incomplete = False  # an AI's answer in it broke off
        self.retry_key, self.off_key = "F5", "Ctrl+X"  # of files that failed, and of the last one
        self._rows: dict[str, tuple[str, str]] = {}
        self._is_action = is_action

    def compose(self) -> ComposeResult:
        yield Static(id="quote", classes="gone", markup=False)
        yield ComposerText(self._is_action, id="text")
        yield Static(id="files", classes="gone", markup=False)
        yield Static(id="uploads", classes="gone", markup=False)
        yield Static(id="failed", classes="gone", markup=False)
        yield Static(id="about", classes="gone", markup=False)
        yield Static(id="shut", classes="gone", markup=False)

    @property
    def field(self) -> ComposerText:
        """The text field."""
        return self.query_one("#text", ComposerText)

    @property
    def text(self) -> str:
        """What is written."""
        return self.field.text

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that could be sent."""
        return not self.text.strip() and not self.files

    @property
    def last_upload(self) -> Upload | None:
        """The file that stands last of those that are not there yet: one that failed, if any did."""
        return max(self.uploads, key=lambda one: (one.problem is not None, one.id), default=None)

    @property
    def not_yet(self) -> SafeLine | None:
        """Why what is written cannot be sent yet, as far as its files go."""
        if not self.uploads:
            return None
        if any(one.problem for one in self.uploads):
            return line(f"A file was not uploaded: {self.retry_key} tries it again, {self.off_key} takes it off.")
        return line(f"A file is still on its way: wait for it, or {self.off_key} takes it off.")

    def put(self, text: SafeBlock) -> None:
        """Replace what is written, the cursor at its end."""
        self.field.load_text(text)
        self.field.move_cursor(self.field.document.end)

    def add(self, text: SafeBlock) -> None:
        """Add to the end of what is written, as an AI draft does while it streams."""
        self.field.grow(text)

    def replace(self, text: SafeBlock) -> None:
        """Replace what is written in one step that can be undone."""
        self.field.replace(text, (0, 0), self.field.document.end)
        self.field.move_cursor(self.field.document.end)

    def clear(self) -> None:
        """Empty it."""
        self.put(SafeBlock(""))
        self.files, self.quote, self.about, self.incomplete = (), None, SafeLine(""), False

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    def on_resize(self) -> None:
        self._title()
        for row, (text, hint) in self._rows.items():
            if text:
                self._row(row, text, hint)
        self.call_after_refresh(self.field.scroll_cursor_visible)

    def watch_target(self, target: ConversationRow | None) -> None:
        self.set_class(target is None, "-idle")
        self._title()

    def watch_note(self) -> None:
        self._title()

    def watch_language(self) -> None:
        self._title()

    def watch_drafting(self, drafting: bool) -> None:
        if self.is_mounted:
            self.field.read_only = drafting
        self._title()

    def watch_shut(self, reason: SafeLine | None) -> None:
        self._row("#shut", reason or "")
        self.field.set_class(reason is not None, "gone")
        self.field.disabled = reason is not None
        self._title()

    def watch_quote(self, quote: Quote | None) -> None:
        self._row("#quote", f"↳ {quote.sender}: {quote.text}" if quote else "")

    def watch_files(self, files: tuple[FileCard, ...]) -> None:
        self._row("#files", "\n".join(f"{FILE_MARK} {file.name} {size(file.size)}" for file in files))

    def watch_uploads(self) -> None:
        self._row("#uploads", "\n".join(_on_its_way(one) for one in self.uploads if one.problem is None))
        failed = [f"{FILE_MARK} {one.name} failed: {one.problem}" for one in self.uploads if one.problem]
        hint = f"{self.retry_key} again · {self.off_key} off" if failed else ""
        self._row("#failed", "\n".join(failed), hint)

    def watch_about(self, about: SafeLine) -> None:
        self._row("#about", about)

    def _row(self, row: str, text: str, hint: str = "") -> None:
        """Say this in a row; the hint, what to do, stands at its end or below it, whole."""
        self._rows[row] = text, hint
        shown = self.query_one(row, Static)
        width = self.content_size.width or 60  # before the first layout
        beside = text.replace("\n", "   ")
        if row == "#files" and cell_width(beside) <= width:
            text = beside
        parts = [visual(part) for whole in text.split("\n") for part in wrap(whole, width)]
        if hint and cell_width(f"{parts[-1]} · {hint}") <= width:
            parts[-1] += f" · {hint}"
        elif hint:
            parts += wrap(hint, width)
        # The same height needs no new layout: a progress is told ten times a second.
        shown.update(Content("\n".join(parts)), layout=len(parts) != shown.size.height)
        shown.set_class(not text, "gone")

    def _title(self) -> None:
        if not self.is_mounted:
            return
        target = self.target
        if target is None:
            self.border_title = None
            return
        if self.shut:
            left = line("read only")
        elif self.note:
            left = line("note · only colleagues see this")
        else:
            via = f" via {target.channel}" if target.channel else ""
            left = line(f"to {target.customer.name if target.customer else target.name}{via}")
        if self.drafting:
            left = line(f"AI draft · Esc stops it · {left}")
        right = line("" if self.shut else self.language)
        self.border_title = pane_title(left, right, self.outer_size.width, keeps_right=True)


def _on_its_way(upload: Upload) -> str:
    """A file's row while it goes: percents and bytes."""
    mark = f"{FILE_MARK} {upload.name}"
    if not upload.total:
        return f"{mark} waits to go"
    if upload.sent >= upload.total:
        return f"{mark} {size(upload.total)} · waiting for the server"
    return f"{mark} {upload.percent} % · {size(upload.sent)} of {size(upload.total)}"
