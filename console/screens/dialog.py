"""What every dialog is made of: one box, words, a field to write in, and a quiet line of the keys that work now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import ClassVar, TypeVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

from console import themes
from console.text.bidi import visual
from console.text.safe import SafeBlock, SafeLine, line
from console.text.width import cell_width, clip, wrap

Answer = TypeVar("Answer")
KeyHint = tuple[SafeLine, SafeLine]
"""The keys, and what they do now."""

StyleSheets = str | PurePath | list[str | PurePath] | None
"""A screen's stylesheets, beside its module."""

LONGEST_FIELD = 4_000
NOTHING = SafeLine("")
_MOST_KEY_ROWS = 3


class Dialog(ModalScreen[Answer]):
    """A screen of one box. Enter does what is offered, Esc goes back without doing anything."""

    CSS_PATH: ClassVar[StyleSheets] = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-wide"), (110, "-broad")]  # noqa: RUF012 (not declared ClassVar)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-tall")]  # noqa: RUF012

    def __init__(self, heading: SafeLine) -> None:
        super().__init__()
        self.heading = heading
        self._is_answered = False

    def compose(self) -> ComposeResult:
        """The box, around what the dialog's own `body` gives."""
        with Vertical(id="dialog") as box:
            # Textual reads a bare str here as markup.
            box.border_title = Content(visual(self.heading) or " ")
            yield from self.body()
            yield KeyLine(self.keys())

    def body(self) -> ComposeResult:
        """What stands in the box, above the keys: nothing, unless a dialog says what."""
        return iter(())

    def keys(self) -> Sequence[KeyHint]:
        """The keys that work now."""
        return ((SafeLine("esc"), SafeLine("back")),)

    def show_keys(self) -> None:
        """Say again which keys work: what is offered has changed."""
        self.query_one(KeyLine).hints = tuple(self.keys())

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Answer, once: a second Enter that was on its way would close what lies below."""
        if self._is_answered:
            return AwaitComplete()
        self._is_answered = True
        return super().dismiss(result)

    def action_back(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


class Words(Widget):
    """Text to read, wrapped at words; a class such as `-muted` or `-danger` gives it a role's look."""

    def __init__(self, text: SafeLine | SafeBlock = NOTHING, *, id: str | None = None, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self._text: SafeLine | SafeBlock = text

    @property
    def text(self) -> SafeLine | SafeBlock:
        """What it says."""
        return self._text

    def say(self, text: SafeLine | SafeBlock) -> None:
        """Say this instead; nothing takes no room."""
        if text != self._text:
            self._text = text
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the text takes at this width."""
        return len(self._rows(width)) if self._text else 0

    def render(self) -> Content:
        """Content takes no markup from a str."""
        return Content("\n".join(visual(row) for row in self._rows(self.size.width)))

    def _rows(self, width: int) -> list[str]:
        return [row for part in self._text.split("\n") for row in wrap(part, max(1, width))]


class KeyLine(Widget):
    """`enter delete   esc back`: keys in the accent, the rest muted, wrapped between two keys."""

    def __init__(self, hints: Iterable[KeyHint]) -> None:
        super().__init__()
        self._hints = tuple(hints)

    @property
    def hints(self) -> tuple[KeyHint, ...]:
        """The keys that it shows."""
        return self._hints

    @hints.setter
    def hints(self, hints: tuple[KeyHint, ...]) -> None:
        if hints != self._hints:
            self._hints = hints
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the keys take at this width."""
        return len(self._rows(width))

    def render(self) -> Text:
        """One row or more."""
        worn = themes.styles(self.app.current_theme)
        rows = []
        for row in self._rows(self.size.width):
            shown = [Text.assemble((keys, worn.accent), " ", (label, worn.muted)) for keys, label in row]
            rows.append(Text("   ").join(shown))
        return Text("\n").join(rows)

    def _rows(self, width: int) -> list[list[KeyHint]]:
        rows: list[list[KeyHint]] = [[]]
        used = 0
        for keys, whole in self._hints:
            label = SafeLine(clip(whole, max(1, width - cell_width(keys) - 1)))
            cells = cell_width(keys) + 1 + cell_width(label)
            if rows[-1] and used + 3 + cells > width:
                rows.append([])
            used = used + 3 + cells if rows[-1] else cells
            rows[-1].append((keys, label))
        return rows[:_MOST_KEY_ROWS]


class Field(Input):
    """One line to write in, without a box. What is pasted is made safe, for it may come from anywhere."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: SafeLine = NOTHING,
        password: bool = False,
        select_on_focus: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            line(value, LONGEST_FIELD),
            placeholder=placeholder,
            password=password,
            select_on_focus=select_on_focus,
            max_length=LONGEST_FIELD,
            id=id,
            classes=classes,
        )
        self.cursor_blink = False

    def on_paste(self, event: events.Paste) -> None:
        """The first line that says anything."""
        event.stop()
        event.prevent_default()
        said = next((one.strip() for one in event.text.splitlines() if one.strip()), "")
        self.replace(line(said, LONGEST_FIELD), *sorted(self.selection))

    def action_paste(self) -> None:
        """From our own clipboard, made safe in the same way."""
        self.on_paste(events.Paste(self.app.clipboard))

    def action_copy(self) -> None:
        """A hidden text is not copied either."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """A hidden text is not cut either."""
        if not self.password:
            super().action_cut()


class Prompted(Horizontal):
    """The field behind its name, if it has one, and a `›`, which says without colour where to write."""

    def __init__(self, field: Field, label: SafeLine = NOTHING) -> None:
        named = (Words(label, classes="label"),) if label else ()
        super().__init__(*named, Words(SafeLine("›"), classes="prompt"), field)

    # Textual styles no sibling anew when `:focus-within` changes; a class it does.
    def on_descendant_focus(self) -> None:
        """Here is written now."""
        self.add_class("-focused")

    def on_descendant_blur(self) -> None:
        """Here no longer."""
        self.remove_class("-focused")
