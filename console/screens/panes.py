"""The main screen's panes, by name."""

from __future__ import annotations

from textual.geometry import Size

from console.actions import Pane
from console.screens.dialog import Field
from console.screens.work import WorkScreen
from console.widgets.composer import Composer, ComposerText
from console.widgets.customer_pane import CustomerPane
from console.widgets.thread import Thread
from console.widgets.tree import ConversationTree

WIDE, NARROW = 120, 80
"""Columns from which three panes stand beside each other, and below which one pane does alone."""

HIGH = 32
"""Rows below which the composer grows less."""


class PanesScreen(WorkScreen):
    """What the main screen has of this."""

    def __init__(self) -> None:
        super().__init__()
        self.is_choosing = True  # a conversation, not writing in one

    def fit(self, size: Size) -> None:
        """Say which panes there is room for, and on a narrow screen which one shows."""
        is_narrow = size.width < NARROW
        self.set_class(size.width >= WIDE, "-wide")
        self.set_class(is_narrow, "-narrow")
        self.set_class(is_narrow and self.is_choosing, "-choosing")
        self.set_class(size.height < HIGH, "-low")

    def _screen_resized(self, size: Size) -> None:
        """Be laid out and drawn once, as the panes will stand: else all is drawn three times, and two are wrong."""
        if size == self._size:
            return
        self.fit(size)
        with self.app.batch_update():
            super()._screen_resized(size)
            for pane in (self.conversations, self.messages, self.composer, self.customer):
                pane.on_resize()
            self.show_around()

    def on_screen_resume(self) -> None:
        """What stood above has closed, and the window may have another size by now."""
        if self.stack_updates:  # not the first time, when there are no panes yet
            self._screen_resized(self.app.size)

    @property
    def pane(self) -> Pane:
        """The pane that has the focus."""
        focused = self.focused
        if isinstance(focused, ComposerText):
            return "composer"
        if isinstance(focused, Thread):
            return "thread"
        return "customer" if isinstance(focused, CustomerPane) else "tree"

    def show_around(self) -> None:
        """Show what stands around the panes."""

    @property
    def conversations(self) -> ConversationTree:
        """The conversation tree."""
        return self.query_one("#tree", ConversationTree)

    @property
    def messages(self) -> Thread:
        """The thread pane."""
        return self.query_one("#thread", Thread)

    @property
    def composer(self) -> Composer:
        """The composer."""
        return self.query_one("#composer", Composer)

    @property
    def customer(self) -> CustomerPane:
        """The customer pane."""
        return self.query_one("#customer", CustomerPane)

    @property
    def filter(self) -> Field:
        """The tree's filter."""
        return self.query_one("#filter", Field)
