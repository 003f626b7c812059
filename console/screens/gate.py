"""Before a message leaves: what is new in its thread beside what was written, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console import themes
from console.contract.languages import Language
from console.screens.dialog import Dialog, KeyHint, StyleSheets, Words
from console.screens.listing import Listing, ListLine
from console.state.gate import Check
from console.text.bidi import visual
from console.text.language import is_rtl
from console.text.safe import SafeBlock, SafeLine, line
from console.text.width import cell_width, wrap
from console.values import dataclass
from console.widgets.spans import Role, Span, strip_of
from console.widgets.thread_lines import FILE_MARK, entry_lines

_MOST_ARRIVED = 20  # messages that are shown, the newest
_MOST_WRITTEN = 6  # rows that are shown: who wrote it knows it, and what is new should be seen beside it
_LANGUAGES: dict[Language, str] = {"en": "English", "ar": "Arabic", "tr": "Turkish"}


@dataclass(frozen=True, slots=True)
class Question:
    """A message that does not leave before somebody looked. `why`: what kept it, besides what `check` says."""

    to: SafeLine
    text: SafeBlock
    check: Check
    note: bool = False
    files: tuple[SafeLine, ...] = ()
    why: SafeLine = SafeLine("")
    local_id: str | None = None  # None of what is still in the composer
    seen: str | None = None  # the newest message of its thread when it was asked


class Decision(NamedTuple):
    """What was decided on which question; with "all" every one goes that nothing stands against."""

    question: Question
    what: Literal["send", "edit", "keep", "all"]


class Gate(Dialog[Decision | None]):
    """Answers what to do with one of the messages; None leaves everything as it is.

    Enter does nothing: who pressed it twice has not looked yet. Nor does a letter for so many seconds `unread`: whoever
    types on, while what was sent is asked about, has not read the question.
    """

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "gate.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "decide('send')", show=False),
        Binding("S", "decide('all')", show=False),
        Binding("e", "decide('edit')", show=False),
        Binding("d", "decide('keep')", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(self, questions: Sequence[Question], *, unread: float = 0.0) -> None:
        several = len(questions) > 1
        super().__init__(line(f"{len(questions)} messages were not sent" if several else "Before it leaves"))
        self._questions = questions
        self._is_list = several
        self._unread = unread

    def body(self) -> ComposeResult:
        """The list, if there are several; the one that is looked at: to whom, why, what is new, what was written."""
        if self._is_list:
            yield Listing(id="questions")
        yield Words(id="to", classes="-name")
        yield Words(id="why", classes="-waiting")
        yield Sheet(id="sheet")

    def on_mount(self) -> None:
        """Look at the first."""
        if self._unread:
            self.set_timer(self._unread, self._read)
        if self._is_list:
            self.query_one(Listing).show([_line(one) for one in self._questions])
        self._look()

    def _read(self) -> None:
        self._unread = 0.0
        self.show_keys()

    def keys(self) -> Sequence[KeyHint]:
        """Sending is offered where it would be right."""
        if self._unread:
            return [(SafeLine("esc"), SafeLine("leave it"))]
        hints = []
        if self._here.check.shows_note is False:
            hints.append(("s", "send" if not self._here.check else "send anyway"))
        if self._is_list and any(_is_clean(one) for one in self._questions):
            hints.append(("S", "send all that are unchanged"))
        hints += [("e", "edit"), ("d", "keep as draft"), ("esc", "leave it")]
        return [(SafeLine(keys), SafeLine(label)) for keys, label in hints]

    @property
    def _here(self) -> Question:
        listing = self.query(Listing)
        return self._questions[listing.first().pointer if listing else 0]

    def action_decide(self, what: Literal["send", "edit", "keep", "all"]) -> None:
        """Answer."""
        if self._unread:
            return
        if what == "send" and self._here.check.shows_note:
            return
        if what == "all" and not (self._is_list and any(_is_clean(one) for one in self._questions)):
            return
        self.dismiss(Decision(self._here, what))

    def action_move(self, rows: int) -> None:
        """Look at another one; where there is one alone, read on."""
        if self._is_list:
            self.query_one(Listing).move(rows)
            self._look()
        else:
            self.query_one(Sheet).scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        """Read on."""
        sheet = self.query_one(Sheet)
        sheet.scroll_relative(y=pages * max(1, sheet.size.height - 1), animate=False)

    def on_listing_clicked(self, event: Listing.Clicked) -> None:
        """A click looks at it."""
        event.stop()
        self._look()

    def _look(self) -> None:
        here = self._here
        self.query_one("#to", Words).say(here.to)
        self.query_one("#why", Words).say(SafeBlock("\n".join(reasons(here))))
        self.query_one(Sheet).show(here)
        self.show_keys()
        self.call_after_refresh(self._fit)

    def on_resize(self, event: Resize) -> None:
        """Other rows are left for it."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Give the sheet the rows that the others leave: what it is asked about and the keys are always there."""
        sheet, box = self.query_one(Sheet), self.query_one("#dialog")
        others = [one for one in box.children if one is not sheet]
        used = sum(one.outer_size.height + one.styles.margin.height for one in others)
        room = self.size.height - used - sheet.styles.margin.height - box.gutter.height
        sheet.styles.max_height = max(1, room)
        sheet.call_after_refresh(sheet.scroll_end, animate=False)


class Sheet(ScrollView, can_focus=False):
    """What came, as the thread shows it, and below it what was written."""

    DEFAULT_CSS = """
    Sheet { height: auto; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._question: Question | None = None
        self._rows: list[Sequence[Span]] = []

    def show(self, question: Question) -> None:
        """Show this one, with its end in sight: the newest message and what was written."""
        self._question = question
        self._lay_out()
        self.call_after_refresh(self.scroll_end, animate=False)

    def on_resize(self, event: Resize) -> None:
        """Wrap anew."""
        self._lay_out()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as it takes."""
        return len(sheet_rows(self._question, width)) if self._question else 0

    def render_line(self, y: int) -> Strip:
        """One row of it."""
        place = y + self.scroll_offset.y
        spans = self._rows[place] if place < len(self._rows) else ()
        return strip_of(spans, themes.styles(self.app.current_theme), self.size.width, self.rich_style)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width or self.size.width
        if self._question is not None and width:
            self._rows = sheet_rows(self._question, width)
            self.virtual_size = Size(width, len(self._rows))
        self.refresh(layout=True)


def sheet_rows(question: Question, width: int) -> list[Sequence[Span]]:
    """What came and what was written, in rows of `width` cells."""
    rows: list[Sequence[Span]] = []
    for entry in question.check.arrived[-_MOST_ARRIVED:]:
        rows += [one.spans for one in entry_lines(entry, width)]
    role: Role = "note" if question.note else "text"
    rows.append([("You wrote" + (", for colleagues alone" if question.note else ""), "muted")])
    measure = width - 3
    said = [(row, is_rtl(part)) for part in question.text.split("\n") for row in wrap(part, measure) or [""]]
    for row, right in said[:_MOST_WRITTEN]:
        rows.append([("  " + " " * (measure - cell_width(row) if right else 0) + visual(row), role)])
    if len(said) > _MOST_WRITTEN:
        rows.append([(f"  … and {len(said) - _MOST_WRITTEN} lines more", "muted")])
    rows += [[(f"  {FILE_MARK} ", "accent"), (visual(file), "text")] for file in question.files]
    return rows


def reasons(question: Question) -> list[SafeLine]:
    """Why it has not left, a sentence each."""
    check = question.check
    found = [question.why] if question.why else []
    if check.arrived:
        names = list(dict.fromkeys(entry.sender for entry in check.arrived))
        who = " and ".join(names[:2]) if len(names) < 3 else f"{names[0]} and {len(names) - 1} others"
        found.append(line(f"{who} wrote since you looked."))
    if check.is_behind:
        found.append(line("An earlier message of yours was not sent: this one would overtake it."))
    if check.variables:
        found.append(line(f"Not filled in: {', '.join(check.variables)}"))
    if check.language:
        used, spoken = check.language
        found.append(line(f"This is in {_LANGUAGES[used]}; the customer writes {_LANGUAGES[spoken]}."))
    if check.shows_note:
        found.append(line("This server knows no notes: the customer would read it."))
    return found


def _is_clean(question: Question) -> bool:
    return not question.check


def _line(question: Question) -> ListLine:
    """To whom and how it begins; at the right end whether there is something to look at. Why is said below the list."""
    said = question.text.strip() or ", ".join(question.files)
    new = len(question.check.arrived)
    return ListLine(question.to, line(said), line(f"{new} new" if new else "look" if question.check else ""))
