"""The thread pane: messages drawn line by line, a cursor by message, the newest followed from the bottom alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console import themes
from console.state.rows import Entry, ThreadView
from console.text.safe import SafeLine
from console.widgets.spans import shown, strip_of
from console.widgets.thread_lines import ThreadLayout, ThreadLine

_NEAR_TOP = 8
"""Lines from the top at which older messages are asked for."""


class Thread(ScrollView, can_focus=True):
    """Shows `view`. Older messages arrive above without moving what is read; newer ones are followed from below."""

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

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._layout_of_lines = ThreadLayout()
        self._lines: list[ThreadLine] = []
        self._tops: dict[str, int] = {}
        self._bodies: dict[str, int] = {}
        self._follows = True

    @property
    def entry(self) -> Entry | None:
        """The message under the cursor."""
        return next((entry for entry in self._entries if entry.id == self.cursor_id), None)

    @property
    def _entries(self) -> tuple[Entry, ...]:
        return self.view.entries if self.view else ()

    @property
    def is_following(self) -> bool:
        """Whether the newest message is on screen and the next one will be."""
        return self._follows

    def step(self, by: int, *, customers_only: bool = False) -> None:
        """Put the cursor on the next or previous message; past the last one the newest is followed."""
        ids = [entry.id for entry in self._entries if not customers_only or entry.who == "customer"]
        if not ids:
            return
        if self.cursor_id is None:
            self.cursor_id = ids[-1]
        elif self.cursor_id in ids:
            self.cursor_id = ids[max(0, min(len(ids) - 1, ids.index(self.cursor_id) + by))]
        else:
            here = self._tops.get(self.cursor_id, 0)
            beyond = [one for one in ids if (self._tops[one] > here) == (by > 0)]
            if beyond:
                self.cursor_id = beyond[0] if by > 0 else beyond[-1]

    def to_oldest(self) -> None:
        """Go to the oldest message that is loaded."""
        if self._entries:
            self.cursor_id = self._entries[0].id
        self.scroll_to(y=0, animate=False, immediate=True)
        self._want_older()

    def to_newest(self) -> None:
        """Go to the newest message, and follow from there."""
        if self._entries:
            self.cursor_id = self._entries[-1].id
        self._to_end()

    def by_page(self, pages: int) -> None:
        """Scroll by pages, one line of which stays."""
        rows = max(1, self.scrollable_content_region.height - 1)
        self.scroll_to(y=self.scroll_offset.y + pages * rows, animate=False, immediate=True)
        self._follows = self.scroll_offset.y >= self.max_scroll_y
        if pages < 0:
            self._want_older()

    def next_language(self) -> bool:
        """Show the message under the cursor in the next of its languages; False when it has one alone."""
        entry = self.entry
        if entry is None or len(entry.bodies) < 2:
            return False
        self._bodies[entry.id] = (self._bodies.get(entry.id, 0) + 1) % len(entry.bodies)
        self._arrange()
        return True

    def watch_view(self, before: ThreadView | None, after: ThreadView | None) -> None:
        opened = before is None or after is None or before.conversation_id != after.conversation_id
        filled = bool(not opened and before and not before.entries and after and after.entries)
        if opened:
            self._bodies, self._follows = {}, True
            self.cursor_id, self.newer = None, 0
            self._arrange()
            self._to_end()
            return
        anchor = self._anchor()
        self._arrange()
        if filled:
            self._to_first_unread()
            if self.has_focus and self.cursor_id is None:
                # Without scrolling: where one begins to read was just decided.
                begin: str | None = self._newest_of_customer()
                if not self._follows and self.view:
                    begin = self.view.first_unread
                self.set_reactive(Thread.cursor_id, begin)
                self.refresh()
        elif self._follows:
            self._to_end()
        else:
            self._restore(anchor)
            had = {entry.id for entry in before.entries} if before else set()
            last = before.entries[-1].at if before and before.entries else None
            self.newer += sum(1 for entry in self._entries if entry.id not in had and (not last or entry.at >= last))
        if self.cursor_id and self.cursor_id not in self._tops:
            self.cursor_id = None
        self.post_message(self.Moved(self.entry))

    def watch_cursor_id(self) -> None:
        self.refresh()
        if self.cursor_id in self._tops:
            self._see(self.cursor_id)
            self._want_older()
        self.post_message(self.Moved(self.entry))

    def watch_newer(self) -> None:
        self.post_message(self.Moved(self.entry))

    def watch_empty(self) -> None:
        self.refresh()

    def watch_now(self, before: datetime, after: datetime) -> None:
        if before.astimezone().date() != after.astimezone().date():
            self._arrange()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._follows = round(new_value) >= self.max_scroll_y
        if self._follows:
            self.newer = 0
        if new_value < old_value:
            self._want_older()

    def render_line(self, y: int) -> Strip:
        styles = themes.styles(self.app.current_theme)
        width = self.scrollable_content_region.width
        ground = self.rich_style
        place = y + self.scroll_offset.y
        if not self._lines and y == 1:
            return strip_of([("  " + shown(self.empty, width - 3), "muted")], styles, width, ground)
        if place >= len(self._lines):
            return Strip.blank(width, ground)
        line = self._lines[place]
        marked = self.has_focus and line.entry is not None and line.entry == self.cursor_id and bool(line.spans)
        return strip_of(line.spans, styles, width, ground, styles.selection if marked else None)

    def on_focus(self) -> None:
        if self.cursor_id is None:
            self.cursor_id = self._newest_of_customer()
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        anchor = self._anchor()
        follows = self._follows
        self._arrange()
        if follows:
            self._to_end()
        else:
            self._restore(anchor)

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.scroll_offset.y
        if place < len(self._lines) and (entry := self._lines[place].entry):
            self.cursor_id = entry

    def _arrange(self) -> None:
        """Lay the lines out anew; unchanged messages keep theirs."""
        width = self.scrollable_content_region.width
        if width <= 0:
            return
        today = self.now.astimezone().date()
        self._lines = (
            self._layout_of_lines.lines(self.view, width=width, today=today, bodies=self._bodies) if self.view else []
        )
        self._tops = {}
        for place, line in enumerate(self._lines):
            if line.entry is not None:
                self._tops.setdefault(line.entry, place)
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def _want_older(self) -> None:
        """Ask for older messages near the top of those that are loaded."""
        if self.scroll_offset.y <= _NEAR_TOP and self.view and self.view.has_older:
            self.post_message(self.OlderWanted(self.view.conversation_id))

    def _newest_of_customer(self) -> str | None:
        """What one most likely means to answer."""
        said = [entry.id for entry in self._entries if entry.who == "customer"]
        return said[-1] if said else self._entries[-1].id if self._entries else None

    def _anchor(self) -> tuple[str, int] | None:
        """The message at the top of the screen and which of its lines stands there."""
        top = self.scroll_offset.y
        for line in self._lines[top:]:
            if line.entry is not None:
                return line.entry, top - self._tops[line.entry]
        return None

    def _restore(self, anchor: tuple[str, int] | None) -> None:
        if anchor and anchor[0] in self._tops:
            self.scroll_to(y=self._tops[anchor[0]] + anchor[1], animate=False, immediate=True, force=True)

    def _to_end(self) -> None:
        self.newer = 0
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)
        self._follows = True

    def _to_first_unread(self) -> None:
        """To the bottom, unless what is new would then begin above the screen."""
        first = self._tops.get(self.view.first_unread) if self.view and self.view.first_unread else None
        self._to_end()
        if first is not None and first - 1 < self.scroll_offset.y:
            self.scroll_to(y=max(0, first - 2), animate=False, immediate=True, force=True)
            self._follows = False

    def _see(self, entry_id: str) -> None:
        """Scroll as little as shows the message: its end, but its head above all."""
        top = self._tops[entry_id]
        bottom = top + sum(1 for line in self._lines[top:] if line.entry == entry_id)
        height = self.scrollable_content_region.height
        y = self.scroll_offset.y
        if bottom > y + height:
            y = bottom - height
        if top < y:
            y = top
        if entry_id == self._entries[-1].id:
            y = self.max_scroll_y
        self.scroll_to(y=y, animate=False, immediate=True)
