"""What the main screen says around its panes: titles, why a pane is empty, why the composer is shut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from console.actions import Action
from console.contract.permissions import ENGAGE, permits
from console.state.rows import ConversationRow, Identity
from console.text.safe import SafeLine, line
from console.widgets.pane_title import pane_title

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_LOADING = SafeLine("Loading…")
_UNKNOWN = {
    "internal-notes": "This server knows no internal notes: customers would read it.",
    "ai-drafts": "This server cannot draft. It can have an agent answer the customer at once.",
    "templates": "This server keeps no templates.",
}
"""By a feature that a server lacks, the sentence that says so."""


def nothing_yet(screen: MainScreen) -> None:
    """What the panes say before anything is known."""
    screen.query_one("#conversations").border_title = Content(screen.view.capitalize())
    screen.conversations.empty, screen.messages.empty = _LOADING, SafeLine("Nothing is open.")


def entitle(screen: MainScreen) -> None:
    """Give the panes their titles, as far as they are others: a new one has all of its pane drawn anew."""
    row, pane = screen.row, screen.query_one("#conversations")
    messages = screen.messages
    for one, title in (
        (pane, tree_title(screen, pane.outer_size.width)),
        (messages, thread_title(screen, row, messages.outer_size.width) if row else None),
    ):
        if one.border_title != (title.markup if title else None):
            one.border_title = title


def tree_title(screen: MainScreen, width: int) -> Content:
    """The view, and how many wait."""
    is_of_all = screen.view in ("inbox", "waiting", "all")  # else it would be said of those that are shown
    waiting = screen.store.outline.waiting_count(screen.clock()) if is_of_all else 0
    return pane_title(
        line(screen.view.capitalize() + (f" · {waiting} waiting" if waiting else "")), SafeLine(""), width
    )


def thread_title(screen: MainScreen, row: ConversationRow, width: int) -> Content:
    """Where the conversation stands; at the right what came below, else its channel and language."""
    path = " › ".join(step.name for step in screen.store.outline.path(row.id))
    if newer := screen.messages.newer:
        return pane_title(line(path), line(f"↓ {newer} new · G"), width, keeps_right=True)
    spoken = row.customer.language if row.customer else None
    return pane_title(line(path), line(" · ".join(fact for fact in (row.channel, spoken) if fact)), width)


def assignee_of(screen: MainScreen, row: ConversationRow | None) -> SafeLine | None:
    """Who a conversation is with, by name where it is known."""
    if row is None or row.assignee_id is None:
        return None
    colleague = screen.store.members.get(row.assignee_id)
    return colleague.name if colleague else line(row.assignee_id)


def known_of(screen: MainScreen, row: ConversationRow | None) -> int:
    """How many conversations are known of the same customer."""
    if row is None or row.customer is None or row.customer.id is None:
        return 0
    return screen.store.conversations_of(row.customer.id)


def why_shut(identity: Identity | None) -> SafeLine | None:
    """Why nobody may write here with this key."""
    if identity is None or permits(identity.permissions, ENGAGE):
        return None
    return line(f"You read here as {identity.role}. Writing needs the permission {ENGAGE}.")


def why_not_permitted(screen: MainScreen, action: Action) -> SafeLine:
    """Why an action is not this key's or this server's; of a key that no server has seen yet, nothing is said."""
    identity = screen.store.identity
    if identity is None:
        return SafeLine("Not yet: the server has not answered. It is tried again.")
    if action.feature and action.feature not in identity.features:
        return line(_UNKNOWN.get(action.feature, f"This server does not know this: {action.label}."))
    return line(f"The role {identity.role} may not do this: {action.label}.")


def refused(screen: MainScreen, permission: str | None) -> SafeLine | None:
    """When the server last refused what needs this permission, if it did and nothing was done by it since."""
    at = screen.store.refused.get(permission) if permission else None
    if at is None:
        return None
    here, today = at.astimezone(), screen.clock().astimezone().date()
    return line(f"refused {here:%H:%M}" if here.date() == today else f"refused {here:%a %H:%M}")


def why_no_conversations(screen: MainScreen) -> SafeLine:
    """Why the tree is empty."""
    if screen.store.identity is None:
        problem = screen.store.line.problem
        if problem is None:
            return _LOADING
        return line(f"{problem} It is tried again until it answers.{_kept_here(screen)}", 500)
    if screen.query_text:
        return line(f"Nothing matches “{screen.query_text}”.")
    if screen.store.is_documented_only and not len(screen.store.outline):
        begin, find = screen.keymap.shown("conversation.create"), screen.keymap.shown("conversation.find")
        return line(f"This server lists no conversations: {begin} begins one, {find} opens one by its id.")
    return SafeLine("Nothing here.")


def _kept_here(screen: MainScreen) -> str:
    """What is written and not lost, though no conversation can be shown that it belongs to."""
    kept = len(screen.desk.written_in())
    return f" What you wrote in {kept} conversation{'' if kept == 1 else 's'} is kept on this machine." if kept else ""


def why_no_messages(screen: MainScreen) -> SafeLine:
    """Why the thread is empty."""
    if screen.thread is None:
        return SafeLine("Enter opens a conversation." if len(screen.store.outline) else "Nothing is open.")
    if not screen.thread.is_loading:
        return SafeLine("No messages yet.")
    is_away = screen.store.line.state == "offline"
    return SafeLine("Not read yet. It is when the line is back." if is_away else "Loading…")
