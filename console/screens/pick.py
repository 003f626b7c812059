"""Pick one, or several, of a list by typing a part of its name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from console.screens.dialog import NOTHING, Dialog, Field, KeyHint, Prompted, StyleSheets
from console.screens.listing import Listing, ListLine
from console.text.fold import fold
from console.text.safe import SafeLine, line
from console.values import dataclass

_MARKED, _UNMARKED = "●", "○"


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be picked: its id comes back, the rest is shown."""

    id: str
    label: SafeLine
    about: SafeLine = NOTHING
    keys: SafeLine = NOTHING


class Pick(Dialog[tuple[str, ...] | None]):
    """Answers the ids in the order of the choices: one, or with `multiple` all that are marked; None on Esc.

    With `new`, what was typed may be picked too when no choice is called so; its id is then the text itself.
    """

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "pick.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("tab", "mark", show=False, priority=True),
    ]

    def __init__(
        self,
        title: SafeLine,
        choices: Sequence[Choice],
        *,
        multiple: bool = False,
        marked: Collection[str] = (),
        new: SafeLine | None = None,
    ) -> None:
        super().__init__(title)
        self._choices = list(choices)
        self._folded = [fold(f"{choice.label} {choice.about}") for choice in choices]
        self._multiple = multiple
        self._marked = set(marked)
        self._new = new
        self._found: list[Choice] = []

    def body(self) -> ComposeResult:
        """Where to type, and what is left of the list."""
        yield Prompted(Field(placeholder=SafeLine("type to filter"), id="filter"))
        yield Listing(empty=SafeLine("Nothing is called so."), id="choices")

    def on_mount(self) -> None:
        """Point at what is in force now."""
        self._filter("")
        self._listing.floor = len(self._choices)
        first = next((i for i, choice in enumerate(self._found) if choice.id in self._marked), 0)
        self._listing.show(self._lines(), first)

    def keys(self) -> Sequence[KeyHint]:
        """Tab only where several can be marked."""
        mark = ((SafeLine("tab"), SafeLine("mark")),) if self._multiple else ()
        done = SafeLine("done") if self._multiple else SafeLine("choose")
        return (SafeLine("enter"), done), *mark, (SafeLine("↑↓"), SafeLine("move")), (SafeLine("esc"), SafeLine("back"))

    @property
    def _listing(self) -> Listing:
        return self.query_one(Listing)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The list follows every letter."""
        event.stop()
        self._filter(event.value)
        self._listing.show(self._lines())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what is pointed at, or all that is marked."""
        event.stop()
        self._choose(typed=bool(event.value.strip()))

    def on_listing_clicked(self, event: Listing.Clicked) -> None:
        """A click does what Tab does where several can be marked, else what Enter does."""
        event.stop()
        if self._multiple:
            self.action_mark()
        else:
            self._choose(typed=True)

    def action_move(self, lines: int) -> None:
        """Point up or down."""
        self._listing.move(lines)

    def action_page(self, pages: int) -> None:
        """Point a page up or down."""
        self._listing.page(pages)

    def action_mark(self) -> None:
        """Mark what is pointed at, or unmark it; what was typed to find it has served."""
        if not self._multiple or not self._found:
            return
        index = self._listing.pointer
        choice = self._found[index]
        self._marked ^= {choice.id}
        if choice.id in self._marked:
            self._keep(choice)
        field = self.query_one(Field)
        if field.value:
            field.value = ""
        else:
            self._listing.replace(index, self._line(choice))
            self._listing.move(1)

    def _choose(self, *, typed: bool) -> None:
        pointed = self._found[self._listing.pointer] if self._found else None
        if not self._multiple:
            if pointed is not None:
                self.dismiss((pointed.id,))
            return
        # What was looked for by name is meant, though Tab was not pressed.
        if typed and pointed is not None:
            self._marked.add(pointed.id)
            self._keep(pointed)
        if not typed or pointed is not None:
            self.dismiss(tuple(choice.id for choice in self._choices if choice.id in self._marked))

    def _keep(self, choice: Choice) -> None:
        """A new one is a choice like the others from now on."""
        if all(choice.id != other.id for other in self._choices):
            self._choices.append(Choice(choice.id, choice.label))
            self._folded.append(fold(choice.label))

    def _filter(self, typed: str) -> None:
        words = fold(typed).split()
        found = [i for i, folded in enumerate(self._folded) if all(word in folded for word in words)]
        if words:
            found.sort(key=lambda i: not self._folded[i].startswith(words[0]))
        self._found = [self._choices[i] for i in found]
        name = typed.strip()
        if self._new is not None and name and all(fold(name) != fold(choice.label) for choice in self._choices):
            self._found.append(Choice(name, line(name), about=self._new))

    def _lines(self) -> list[ListLine]:
        return [self._line(choice) for choice in self._found]

    def _line(self, choice: Choice) -> ListLine:
        mark = (_MARKED if choice.id in self._marked else _UNMARKED) if self._multiple else ""
        if not self._multiple and self._marked:
            mark = _MARKED if choice.id in self._marked else " "
        return ListLine(choice.label, choice.about, choice.keys, mark)
