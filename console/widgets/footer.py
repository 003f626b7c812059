"""The last line: the keys that matter here, and at its right what just happened or is about to.

A sentence that is longer begins in a row above it, for as long as it is said.
"""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from console import themes
from console.text.safe import SafeLine
from console.text.width import cell_width, wrap
from console.values import dataclass
from console.widgets.spans import Role, Span, shown, spread, strip_of, width_of


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for a person; an error stays longer."""

    text: SafeLine
    is_error: bool = False


class KeyFooter(Widget):
    """Shows `keys` (key, label) and what is being said."""

    DEFAULT_CSS = """
    KeyFooter { height: auto; width: 1fr; }
    """

    keys: reactive[tuple[tuple[str, str], ...]] = reactive(())
    notice: reactive[Notice | None] = reactive(None)
    hold: reactive[SafeLine] = reactive(SafeLine(""))  # what is about to be sent
    busy: reactive[SafeLine] = reactive(SafeLine(""))  # what takes its time, while nothing else is said
    pending: reactive[SafeLine] = reactive(SafeLine(""))  # keys pressed that wait for their next

    def watch_notice(self) -> None:
        self._fit()

    def watch_hold(self) -> None:
        self._fit()

    def watch_pending(self) -> None:
        self._fit()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One row, or two."""
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        lines = self._lines(self.size.width)[-max(1, self.size.height) :]
        spans = lines[y] if y < len(lines) else []
        return strip_of(spans, themes.styles(self.app.current_theme), self.size.width, self.rich_style)

    def _lines(self, width: int) -> list[list[Span]]:
        return footer_lines(self.keys, self.notice, self.hold, self.pending, width, busy=self.busy)

    def _fit(self) -> None:
        """Take another row or give it back; nothing is laid out anew otherwise."""
        if self.size.width and len(self._lines(self.size.width)) != self.size.height:
            self.refresh(layout=True)


def footer_lines(
    keys: tuple[tuple[str, str], ...],
    notice: Notice | None,
    hold: SafeLine,
    pending: SafeLine,
    width: int,
    *,
    busy: SafeLine = SafeLine(""),  # noqa: B008 (a NewType is a str)
) -> list[list[Span]]:
    """The last line, and above it the beginning of a sentence that is too long for it."""
    is_said = notice is not None and not pending and (notice.is_error or not hold)
    first = wrap(notice.text, width - 2)[0] if notice and is_said else ""
    if notice is None or not is_said or len(first) == len(notice.text):
        return [footer_line(keys, notice, hold, pending, width, busy=busy)]
    above: Span = (shown(SafeLine(first), width - 2), "danger" if notice.is_error else "text")
    rest = Notice(SafeLine(notice.text[len(first) :].lstrip()), notice.is_error)
    return [spread([], [above, (" ", "text")], width), footer_line(keys, rest, hold, pending, width, busy=busy)]


def footer_line(
    keys: tuple[tuple[str, str], ...],
    notice: Notice | None,
    hold: SafeLine,
    pending: SafeLine,
    width: int,
    *,
    busy: SafeLine = SafeLine(""),  # noqa: B008 (a NewType is a str)
) -> list[Span]:
    """The line in `width` cells; what is said has the first right to the room."""
    right: list[Span] = []
    if pending:
        right = [(pending + " …", "accent")]
    elif hold and not (notice and notice.is_error):
        right = [(shown(hold, width - 2), "waiting")]
    elif notice:
        role: Role = "danger" if notice.is_error else "text"
        right = [(shown(notice.text, width - 2), role)]
    elif busy:
        right = [(shown(busy, width - 2), "muted")]
    right.append((" ", "text"))
    room = width - width_of(right) - 1
    left: list[Span] = [(" ", "text")]
    last = keys[-1:]  # how to see all the others: it goes last
    room -= sum(cell_width(key) + cell_width(label) + 3 for key, label in last)
    if room < 0:
        return spread([], right, width)
    for key, label in keys[:-1]:
        room -= cell_width(key) + cell_width(label) + 3
        if room < 0:
            break
        left += [(key, "accent"), (f" {label}  ", "muted")]
    left += [one for key, label in last for one in ((key, "accent"), (f" {label}", "muted"))]
    return spread(left, right, width)
