"""The text that is being written: a field that repaints what changed, and that a stream may grow in.

The framework's TextArea draws itself whole at every letter and every step of its cursor. Here a row is a value, its
look, and the rows are drawn whose look is another than it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text
from textual import events
from textual.document._document import Selection
from textual.geometry import Region, Size
from textual.reactive import Reactive, reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import TextArea

from console.text.safe import SafeBlock, own

Place = tuple[int, int]
"""A line of the document, and a character in it."""


class Look(NamedTuple):
    """What a row of the field shows: columns are of its own text, None where there is no such thing in it."""

    text: str
    selected: tuple[int, int] | None = None
    is_empty_and_selected: bool = False
    cursor: int | None = None
    brackets: tuple[int, ...] = ()
    is_last: bool = True  # of its line: after it the cursor may stand


class ComposerText(TextArea):
    """The text itself. Keys that mean an action are left to the screen; what is pasted is made safe first."""

    selection: Reactive[Selection] = reactive(Selection(), init=False, always_update=True, repaint=False)
    _is_styled = False
    _looks: tuple[int, Sequence[Look | None]] = 0, ()

    def __init__(self, is_action: Callable[[events.Key], bool], *, id: str | None = None) -> None:
        super().__init__(soft_wrap=True, compact=True, highlight_cursor_line=False, id=id)
        self.cursor_blink = False
        self._is_action = is_action
        for habit in ("ctrl+a", "ctrl+z"):  # of tmux, screen and the shell: no duty here
            self._bindings.key_to_bindings.pop(habit, None)

    def grow(self, text: SafeBlock) -> None:
        """Add to the end, the cursor with it. It is no step to undo: what streams is put in as a whole in the end."""
        end = self.document.end
        grown = self.document.replace_range(end, end, text)
        self.wrapped_document.wrap_range(end, end, grown.end_location)
        self._line_cache.clear()
        self._refresh_size()
        self.selection = Selection.cursor(grown.end_location)

    async def _on_key(self, event: events.Key) -> None:
        if self._is_action(event):
            # The framework's handlers run along the class's bases: without this TextArea would insert the key as well.
            event.prevent_default()
            return
        await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        await super()._on_paste(events.Paste(own(event.text)))
        event.prevent_default()
        event.stop()

    # what changed

    def _refresh_size(self) -> None:
        """A text that has the room it may have, and goes on, scrolls in it: nothing is laid out anew."""
        virtual = Size(0, self.wrapped_document.height)
        if self.show_vertical_scrollbar and min(virtual.height, self.virtual_size.height) > self.size.height:
            self.set_reactive(ScrollView.virtual_size, virtual)
            self._refresh_scrollbars()
        else:
            super()._refresh_size()

    def _watch_selection(self, previous_selection: Selection, selection: Selection) -> None:
        super()._watch_selection(previous_selection, selection)
        if self.is_mounted:
            self._refresh_changed()

    def _rewrap_and_refresh_virtual_size(self) -> None:
        super()._rewrap_and_refresh_virtual_size()
        self._refresh_changed()
        self.refresh()

    def _refresh_changed(self) -> None:
        """Have those rows drawn that look otherwise than when this was last asked."""
        (top_before, before), top = self._looks, self.scroll_offset.y
        now = [self.look(top + row) for row in range(self.size.height)]
        self._looks = top, now
        for row, look in enumerate(now):
            if top != top_before or row >= len(before) or look != before[row]:
                self.refresh(Region(0, row, self.size.width, 1))

    def look(self, y: int) -> Look | None:
        """What the row at `y` of the wrapped text shows; None below its end."""
        wrapped, here = self.wrapped_document, self.wrapped_document._offset_to_line_info
        if y >= len(here):
            return None
        index, section = here[y]
        line, breaks = self.document.get_line(index), wrapped.get_offsets(index)
        start = breaks[section - 1] if section else 0
        is_last = section >= len(breaks)
        end = len(line) if is_last else breaks[section]
        text = line[start:end]

        def within(place: Place | None) -> int | None:
            is_here = place is not None and place[0] == index and start <= place[1] < end + is_last
            return place[1] - start if place is not None and is_here else None

        first, last = sorted(self.selection)
        selected, is_empty_and_selected = None, False
        if first != last and first[0] <= index <= last[0]:
            left = max(first[1] if first[0] == index else 0, start)
            right = min(last[1] if last[0] == index else len(line), end)
            selected = (left - start, right - start) if left < right else None
            is_empty_and_selected = not line and index != self.selection.end[0]
        cursor = within(self.selection.end) if self._draw_cursor else None
        brackets: tuple[int | None, ...] = ()
        if self._has_cursor and self._matching_bracket_location is not None and first == last:
            brackets = within(self.selection.end), within(self._matching_bracket_location)
        found = tuple(one for one in brackets if one is not None)
        return Look(text, selected, is_empty_and_selected, cursor, found, is_last)

    # drawing

    def notify_style_update(self) -> None:
        self._is_styled = False
        super().notify_style_update()

    def _set_theme(self, theme: str) -> None:
        self._is_styled = False
        super()._set_theme(theme)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Some rows. The styles of cursor and selection are looked up when they may be others, not for each frame."""
        if not self._is_styled and self._theme:
            self._theme.apply_css(self)
            self._is_styled = True
        return super(TextArea, self).render_lines(crop)

    def _render_line(self, y: int) -> Strip:
        """A row from its look: the framework lays out the whole of a line for each of its rows."""
        theme = self._theme
        base = (theme.base_style if theme else None) or self.rich_style
        look = self.look(y + self.scroll_offset.y)
        if look is None:
            return Strip.blank(self.size.width, base)
        strip = Strip(self._drawn(look).render(self.app.console))
        width = self.scrollable_content_region.size.width
        return strip.extend_cell_length(width, theme.base_style if theme else None).apply_style(base)

    def _drawn(self, look: Look) -> Text:
        theme = self._theme
        chosen = (theme.selection_style if theme else None) or Style()
        if look.is_empty_and_selected and chosen.bgcolor:
            drawn = Text("▌", end="")
            drawn.stylize(Style(color=chosen.bgcolor))
        else:
            drawn = Text(look.text + " " * look.is_last, end="")  # the cursor may stand behind the end
        if look.selected:
            drawn.stylize(chosen, *look.selected)
        for column in look.brackets:
            drawn.stylize((theme.bracket_matching_style if theme else None) or Style(), column, column + 1)
        if look.cursor is not None:
            drawn.stylize((theme.cursor_style if theme else None) or Style(), look.cursor, look.cursor + 1)
        return drawn
