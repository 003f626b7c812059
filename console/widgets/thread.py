"""The thread pane: the messages that are seen drawn line by line, a cursor by message, the newest followed from below.

Where messages stand is `thread_layout`'s, what is marked in them `thread_marks`'. Nothing here looks at all messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console import themes
from console.state.entries import Entries, Key
from console.state.rows import Entry, ThreadView
from console.text.safe import SafeLine
from console.widgets.spans import shown, strip_of
from console.widgets.thread_layout import Stand, ThreadLayout, came_after, key_of, line_in
from console.widgets.thread_lines import ThreadLine
from console.widgets.thread_marking import Marking
from console.widgets.thread_marks import Selection, Spot, spot

_NEAR_TOP = 8
"""Lines from the top at which older messages are asked for."""


class Thread(ScrollView, can_focus=True):
    """Shows `view`. Older messages arrive above without moving what is read; newer ones are followed from below."""

    ALLOW_SELECT = False  # text is selected as it is read, not as it is drawn
    DEFAULT_CSS = """
    Thread { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    """

    view: reactive[ThreadView | None] = reactive(None, repaint=False)
    empty: reactive[SafeLine] = reactive(SafeLine(""), repaint=False)
    now: reactive[datetime] = reactive(lambda: datetime.now(UTC), repaint=False)
    cursor_id: reactive[str | None] = reactive(None, repaint=False)
    newer: reactive[int] = reactive(0, repaint=False)  # messages below that were not seen yet

    @dataclass
    class OlderWanted(Message):
        """The person came near the oldest message that is loaded."""

        conversation_id: str

    @dataclass
    class Moved(Message):
        """The cursor stands on another message, or on none."""

        entry: Entry | None

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.layout_of_lines = ThreadLayout()
        self._rows: list[tuple[int, ThreadLine]] = []  # of the screen, each with its message's place
        self._cursor: Key | None = None  # what finds the message under the cursor
        self._follows = True
        self.marking = Marking(self.layout_of_lines)
        self.wanted_day: date | None = None  # that older messages are read back to
        self._is_drawing = False  # a selection, by mouse

    @property
    def entry(self) -> Entry | None:
        """The message under the cursor."""
        place = self.cursor_place
        return None if place is None else self._entries[place]

    @property
    def cursor_place(self) -> int | None:
        """Where the message under the cursor stands."""
        if self.cursor_id is None:
            return None
        if self._cursor is None or self._cursor[1] != self.cursor_id:
            said = next((entry for entry in reversed(self._entries) if entry.id == self.cursor_id), None)
            self._cursor = key_of(said) if said else None
        return self._entries.find(self._cursor) if self._cursor else None

    @property
    def _entries(self) -> Entries:
        return self.layout_of_lines.entries

    @property
    def is_following(self) -> bool:
        """Whether the newest message is on screen and the next one will be."""
        return self._follows

    def step(self, by: int, *, customers_only: bool = False) -> None:
        """Put the cursor on the next or previous message; past the last one the newest is followed."""
        here = self.cursor_place
        if here is None:
            places = range(len(self._entries) - 1, -1, -1)
        else:
            places = range(here + 1, len(self._entries)) if by > 0 else range(here - 1, -1, -1)
        for place in places:
            if not customers_only or self._entries[place].who == "customer":
                self.put_cursor(place)
                return

    def put_cursor(self, place: int) -> None:
        """Put the cursor on the message at this place."""
        self._cursor = key_of(self._entries[place])
        self.cursor_id = self._cursor[1]

    def to_oldest(self) -> None:
        """Go to the oldest message that is loaded."""
        if self._entries:
            self.put_cursor(0)
            self._stand(Stand(0, self.layout_of_lines.rules(0)))
        self._want_older()

    def to_newest(self) -> None:
        """Go to the newest message, and follow from there."""
        if self._entries:
            self.put_cursor(len(self._entries) - 1)
        self._to_end()

    def to_place(self, place: int, row: int | None = None) -> None:
        """Go to the message at this place; its head stands in this row, by default as high as what is above it lets."""
        self._set_cursor(place)
        self._stand(Stand(place, self.layout_of_lines.rules(place) if row is None else row))
        self._want_older()

    def show_line(self, place: int, line: int) -> None:
        """Put the cursor on a message and bring one of its lines into sight."""
        rules = self.layout_of_lines.rules(place)
        row = self.layout_of_lines.heights.top(place) + line - self.scroll_offset.y
        if not 0 <= row < self._height:
            self._stand(Stand(place, self._height // 2 - line + rules))
        self._set_cursor(place)
        self.draw_entries()

    def end_selection(self) -> None:
        """Nothing is selected any more."""
        self.marking.select(None)
        self.draw_entries()

    def by_page(self, pages: int) -> None:
        """Scroll by pages, one line of which stays."""
        self._to_line(self.scroll_offset.y + pages * max(1, self._height - 1))
        if pages < 0:
            self._want_older()

    def next_language(self) -> bool:
        """Show the message under the cursor in the next of its languages; False when it has one alone."""
        entry = self.entry
        if entry is None or not self.layout_of_lines.next_body(entry):
            return False
        self._draw_again()
        return True

    def watch_view(self, before: ThreadView | None, after: ThreadView | None) -> None:
        layout = self.layout_of_lines
        if before is None or after is None or before.conversation_id != after.conversation_id:
            layout.reset(after)
            self.marking.end()
            self._follows, self._cursor = True, None
            self.cursor_id, self.newer = None, 0
            self._to_end()
            return
        filled = bool(not before.entries and after.entries)
        held, last = self._hold(), before.entries[-1].at if before.entries else None
        changed = layout.take(after)
        if filled:
            self._to_first_unread()
            if self.has_focus and self.cursor_id is None:
                # Without scrolling: where one begins to read was just decided.
                self._begin_to_read()
        elif self._follows:
            self._to_end()
        else:
            self._stand(layout.again(held))
            self.newer += sum(came_after(one, last) for one in changed)
        if self.cursor_id and self.cursor_place is None:
            self.cursor_id = None
        self.post_message(self.Moved(self.entry))

    def watch_cursor_id(self, before: str | None, after: str | None) -> None:
        place = self.cursor_place
        if place is not None:
            self._see(place)
            self._want_older()
        if self.marking.is_by_message and (entry := self.entry):
            self.marking.draw_to_message(entry)
            self.draw_entries()
        self.draw_entries(before, after)
        self.post_message(self.Moved(self.entry))

    def watch_newer(self) -> None:
        self.post_message(self.Moved(self.entry))

    def watch_empty(self) -> None:
        self.refresh()

    def watch_now(self, before: datetime, after: datetime) -> None:
        self.layout_of_lines.turn_day(after.astimezone().date())
        if before.astimezone().date() != after.astimezone().date():
            self._draw_again()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Somebody scrolled: what comes into sight is laid out, which may change where it stands."""
        self._to_line(round(new_value))
        if new_value < old_value:
            self._want_older()

    def render_line(self, y: int) -> Strip:
        styles = themes.styles(self.app.current_theme)
        width, ground = self._width, self.rich_style
        if not self._entries and y == 1:
            return strip_of([("  " + shown(self.empty, width - 3), "muted")], styles, width, ground)
        if y >= len(self._rows):
            return Strip.blank(width, ground)
        place, line = self._rows[y]
        strip = strip_of(line.spans, styles, width, ground, styles.selection if self._is_marked(line) else None)
        for start, stop, is_current in self.marking.columns(place, line):
            found = styles.accent + styles.selection + Style(underline=True, reverse=is_current)
            before, marked, after = strip.divide([start, stop, width])
            strip = Strip.join([before, marked.apply_style(found), after])
        if (picked := self.marking.picked(place, line)) is not None:
            before, marked, after = strip.divide([*picked, width])
            strip = Strip.join([before, marked.apply_style(styles.selection + Style(reverse=True)), after])
        return strip

    def on_focus(self) -> None:
        if self.cursor_id is None and (place := self._newest_of_customer()) is not None:
            self.put_cursor(place)
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        if self._width <= 0:
            return
        held, follows = self._hold(), self._follows
        self.layout_of_lines.resize(self._width)
        if follows:
            self._to_end()
        else:
            self._stand(self.layout_of_lines.again(held))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button == 1 and (there := self._spot(event)):
            self.marking.select(Selection(there, there))
            self._is_drawing = True
            self.capture_mouse()
            self.draw_entries()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if not self._is_drawing:
            return
        row = event.y - self.gutter.top
        if not 0 <= row < self._height:
            self._to_line(self.scroll_offset.y + (1 if row > 0 else -1))
        if there := self._spot(event):
            self.marking.draw_to(there)
            self.draw_entries()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if not self._is_drawing:
            return
        self._is_drawing = False
        self.release_mouse()
        drawn = self.marking.selection
        if drawn is not None and drawn.begun == drawn.drawn:
            self.end_selection()
        if drawn is not None and (place := self._entries.find(drawn.drawn.key)) is not None:
            self._set_cursor(place)

    def _spot(self, event: events.MouseEvent) -> Spot | None:
        """The text below the mouse, or next to it."""
        if not self._rows:
            return None
        place, line = self._rows[max(0, min(event.y - self.gutter.top, len(self._rows) - 1))]
        return spot(self.layout_of_lines, place, line, event.x - self.gutter.left)

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height

    # where the screen stands

    def _hold(self) -> list[tuple[Key, int]]:
        return self.layout_of_lines.hold(self.scroll_offset.y, self._height)

    def _draw_again(self) -> None:
        self._stand(self.layout_of_lines.again(self._hold()))

    def _to_line(self, line: int) -> None:
        if self._entries and self._width > 0:
            self._stand(self.layout_of_lines.stand(max(0, min(line, self.max_scroll_y))))

    def _to_end(self) -> None:
        self.newer = 0
        if self._width > 0:
            self._show(self.layout_of_lines.end(self._height))
        self._follows = True

    def _stand(self, stand: Stand | None) -> None:
        """Show the screen on which a message stands there; None where nothing stands any more."""
        if self._width <= 0:
            return
        self._show(self.layout_of_lines.settle(stand, self._height) if stand else 0)
        self._follows = self.scroll_offset.y >= self.max_scroll_y
        if self._follows:
            self.newer = 0

    def _show(self, line: int) -> None:
        """Show the settled screen that begins with this line. What changed is drawn, and no layout is asked for."""
        before, self._rows = self._rows, self.layout_of_lines.window(line, self._height)
        size = Size(self._width, self.layout_of_lines.heights.total)
        if size != self.virtual_size:
            self.set_reactive(Thread.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
            self.vertical_scrollbar.window_size = self._height
        self.set_reactive(Thread.scroll_y, float(line))
        self.set_reactive(Thread.scroll_target_y, float(line))
        self.vertical_scrollbar.position = line
        self.marking.moved()
        self._draw_rows([y for y in range(self._height) if line_in(before, y) is not line_in(self._rows, y)])

    def draw_entries(self, *ids: str | None) -> None:
        """Draw these messages anew: what is marked in them changed. Without any, all that is on the screen."""
        self._draw_rows([y for y, (_, line) in enumerate(self._rows) if not ids or line.entry in ids])

    def _draw_rows(self, rows: list[int]) -> None:
        regions: list[Region] = []
        for y in rows:
            if regions and regions[-1].bottom == y:
                regions[-1] = regions[-1].grow((0, 0, 1, 0))
            else:
                regions.append(Region(0, y, self._width, 1))
        if regions:
            self.refresh(*regions)

    def _is_marked(self, line: ThreadLine) -> bool:
        return self.has_focus and line.entry is not None and line.entry == self.cursor_id and bool(line.spans)

    def _set_cursor(self, place: int) -> None:
        """Put the cursor on a message without scrolling to it."""
        before, self._cursor = self.cursor_id, key_of(self._entries[place])
        self.set_reactive(Thread.cursor_id, self._cursor[1])
        self.draw_entries(before, self.cursor_id)
        self.post_message(self.Moved(self.entry))

    def _see(self, place: int) -> None:
        """Scroll as little as shows the message: its end, but its head above all; with the last one, the end."""
        layout, y, height = self.layout_of_lines, self.scroll_offset.y, self._height
        if self._width <= 0:
            return
        if place == len(self._entries) - 1:
            self._show(layout.end(height))
            self._follows, self.newer = True, 0
            return
        lines, rules = len(layout.lines(place)), layout.rules(place)
        row = layout.head(place) - y
        bottom = row - rules + lines
        if row < 0 or bottom > height:
            self._stand(Stand(place, 0 if row < 0 else max(0, height - lines + rules)))

    def _want_older(self) -> None:
        """Ask for older messages near the top of those that are loaded."""
        if self.scroll_offset.y <= _NEAR_TOP and self.view and self.view.has_older:
            self.post_message(self.OlderWanted(self.view.conversation_id))

    def _newest_of_customer(self) -> int | None:
        """Where what one most likely means to answer stands."""
        places = range(len(self._entries) - 1, -1, -1)
        said = (place for place in places if self._entries[place].who == "customer")
        return next(said, len(self._entries) - 1 if self._entries else None)

    def _to_first_unread(self) -> None:
        """To the bottom, unless what is new would then begin above the screen."""
        self._to_end()
        first = self._first_unread()
        if first is not None and self.layout_of_lines.head(first) - 1 < self.scroll_offset.y:
            self._stand(Stand(first, 2))

    def _first_unread(self) -> int | None:
        wanted = self.view.first_unread if self.view else None
        if wanted is None:
            return None
        places = range(len(self._entries) - 1, -1, -1)
        return next((place for place in places if self._entries[place].id == wanted), None)

    def _begin_to_read(self) -> None:
        place = self._newest_of_customer() if self._follows else self._first_unread()
        if place is not None:
            self._set_cursor(place)
