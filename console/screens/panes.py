"""The main screen's panes, by name."""

from __future__ import annotations

from console.screens.dialog import Field
from console.screens.work import WorkScreen
from console.widgets.composer import Composer
from console.widgets.customer_pane import CustomerPane
from console.widgets.thread import Thread
from console.widgets.tree import ConversationTree


class PanesScreen(WorkScreen):
    """What the main screen has of this."""

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
