"""Moving about: conversations, messages, panes and views."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widget import Widget

from console.screens.verbs import reading
from console.state.views import View
from console.text.safe import SafeLine

if TYPE_CHECKING:
    from console.screens.main import MainScreen

Move = Callable[["MainScreen"], None]


def _tree_by(lines: int = 0, pages: int = 0) -> Move:
    def move(screen: MainScreen) -> None:
        tree = screen.conversations
        tree.move_by(lines + pages * tree.page)

    return move


def _top(screen: MainScreen) -> None:
    screen.conversations.move(0)


def _bottom(screen: MainScreen) -> None:
    screen.conversations.move(len(screen.conversations.lines) - 1)


def _open(screen: MainScreen) -> None:
    screen.conversations.open()


def _fold(screen: MainScreen) -> None:
    """Fold or unfold; on a conversation with nothing below, what it lies in."""
    tree = screen.conversations
    under = tree.under
    if under is None:
        return
    if under.has_children:
        screen.folded ^= {under.row.id}
    elif under.row.parent_id:
        screen.folded.add(under.row.parent_id)
        tree.move_to(under.row.parent_id)
    screen.show_lines()


def _parent(screen: MainScreen) -> None:
    """Fold what is open, else go up."""
    tree = screen.conversations
    under = tree.under
    if under is None:
        return
    if under.has_children and not under.folded_away:
        screen.folded.add(under.row.id)
        screen.show_lines()
    elif under.row.parent_id:
        tree.move_to(under.row.parent_id)


def _unread_by(step: int) -> Move:
    def go(screen: MainScreen) -> None:
        lines = screen.conversations.lines
        here = None if screen.pane == "tree" else lines.place(screen.open_id)
        here = screen.conversations.cursor if here is None else here
        following = lines.find(here, step, unread=True, but=screen.open_id or "")
        if following is None:
            screen.say(SafeLine("Nothing unread further down." if step > 0 else "Nothing unread further up."))
            return
        screen.open(following, focus=screen.pane != "tree")

    return go


def _view(view: View) -> Move:
    def show(screen: MainScreen) -> None:
        screen.view = view
        screen.show_lines()
        screen.conversations.move(0)
        screen.go_to(screen.conversations)
        if view == "drafts":
            screen.attempt(lambda: reading.offer_stranded(screen), group="rescue")

    return show


def _filter(screen: MainScreen) -> None:
    if not screen.query_text:
        screen.before_search = screen.conversations.cursor_id
    screen.filter.remove_class("gone")
    screen.go_to(screen.filter)


def close_filter(screen: MainScreen) -> None:
    """Show all conversations again, with the cursor where it was before, or on what was opened since.

    At once, not by a message: the next key is for the conversation under the cursor already.
    """
    screen.filter.value = screen.query_text = ""
    screen.filter.add_class("gone")
    screen.show_lines()
    for back in (screen.before_search, screen.open_id):
        if back and screen.conversations.move_to(back):
            return


def _pane_by(step: int) -> Move:
    def go(screen: MainScreen) -> None:
        panes: list[Widget] = [screen.conversations, screen.messages]
        if not screen.composer.field.disabled and screen.open_id:
            panes.append(screen.composer.field)
        if screen.customer.display:
            panes.append(screen.customer)
        here = next((place for place, pane in enumerate(panes) if pane is screen.focused), 0)
        screen.go_to(panes[(here + step) % len(panes)])

    return go


def _message_by(step: int, *, customers_only: bool = False) -> Move:
    def move(screen: MainScreen) -> None:
        screen.messages.step(step, customers_only=customers_only)

    return move


def _page_by(pages: int) -> Move:
    def move(screen: MainScreen) -> None:
        screen.messages.by_page(pages)

    return move


def _oldest(screen: MainScreen) -> None:
    screen.messages.to_oldest()


def _newest(screen: MainScreen) -> None:
    screen.messages.to_newest()


def _leave(screen: MainScreen) -> None:
    screen.go_to(screen.conversations)


def _customer(screen: MainScreen) -> None:
    """Show or hide it; where there is little room it takes the place of the others, and the focus."""
    if screen.has_class("-wide"):
        screen.toggle_class("-customer-hidden")
        if screen.pane == "customer":
            screen.go_to(screen.messages)
    elif screen.has_class("-customer-asked"):
        screen.go_to(screen.messages)
    else:
        screen.add_class("-customer-asked")
        screen.set_focus(screen.customer)


VERBS = {
    "tree.down": _tree_by(lines=1),
    "tree.up": _tree_by(lines=-1),
    "tree.top": _top,
    "tree.bottom": _bottom,
    "tree.page_down": _tree_by(pages=1),
    "tree.page_up": _tree_by(pages=-1),
    "tree.fold": _fold,
    "tree.parent": _parent,
    "tree.next_unread": _unread_by(1),
    "tree.previous_unread": _unread_by(-1),
    "tree.filter": _filter,
    "conversation.open": _open,
    "view.inbox": _view("inbox"),
    "view.mine": _view("mine"),
    "view.unassigned": _view("unassigned"),
    "view.waiting": _view("waiting"),
    "view.drafts": _view("drafts"),
    "view.all": _view("all"),
    "pane.next": _pane_by(1),
    "pane.previous": _pane_by(-1),
    "pane.customer": _customer,
    "thread.down": _message_by(1),
    "thread.up": _message_by(-1),
    "thread.next_customer": _message_by(1, customers_only=True),
    "thread.previous_customer": _message_by(-1, customers_only=True),
    "thread.top": _oldest,
    "thread.bottom": _newest,
    "thread.page_down": _page_by(1),
    "thread.page_up": _page_by(-1),
    "thread.leave": _leave,
}
