"""Everything a person can do, said once: id, label, keys, where, permission, when.

Keys, footer, palette, help and README are made from this table. Nothing of Textual is known here; the verbs that carry
the actions out are in `console.screens.verbs`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from console.contract.permissions import DELETE, ENGAGE, Permission, permits
from console.state.rows import ConversationRow, Entry
from console.values import dataclass

Pane = Literal["tree", "thread", "composer", "customer"]
LISTS: tuple[Pane, ...] = ("tree", "thread", "customer")
EVERYWHERE: tuple[Pane, ...] = ("tree", "thread", "composer", "customer")


@dataclass(frozen=True, slots=True)
class Transfers:
    """What goes up and down, as far as keys act on it."""

    can_take_off: bool = False  # a file or a quote of what is written
    has_failed: bool = False  # a file of what is written was not uploaded
    is_saving: bool = False
    not_yet: str | None = None  # why what is written must wait for a file


@dataclass(frozen=True, slots=True)
class Situation:
    """What an action's availability is judged by."""

    pane: Pane = "tree"
    permissions: frozenset[str] = frozenset()
    features: frozenset[str] = frozenset()
    conversation: ConversationRow | None = None  # what a conversation's actions act on
    is_empty: bool = False  # no conversation is known, though the server answers
    is_open: bool = False  # a conversation stands in the thread pane
    entry: Entry | None = None  # the message under the thread's cursor
    has_text: bool = False
    held: Entry | None = None  # a message that may still be taken back
    unsent: int = 0  # messages that do not leave by themselves
    can_undo: bool = False  # the last change of a conversation
    is_drafting: bool = False
    transfers: Transfers = Transfers()


When = Callable[[Situation], str | None]
"""None: now. A sentence: not now, and why."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do. `keys` are the framework's names; two with a space are pressed in turn."""

    id: str
    label: str  # in the footer: a word or two
    meaning: str  # in help, palette and README
    keys: tuple[str, ...]
    panes: tuple[Pane, ...]
    section: Literal["Everywhere", "Views", "Conversations", "Thread", "Composer"]
    permission: Permission | None = None
    feature: str | None = None
    when: When = lambda _: None
    in_footer: bool = False

    def is_permitted(self, situation: Situation) -> bool:
        """Whether this key on this server may ever do it; what is not permitted is not offered."""
        if self.feature and self.feature not in situation.features:
            return False
        return self.permission is None or permits(situation.permissions, self.permission)

    def refusal(self, situation: Situation) -> str | None:
        """Why it cannot be done now, or None."""
        return self.when(situation)


_DRAFTING = "The draft is still being written: Esc stops it."


def _conversation(now: Situation) -> str | None:
    return None if now.conversation else "Choose a conversation first."


def _open(now: Situation) -> str | None:
    return None if now.is_open else "Open a conversation first."


def _message(now: Situation) -> str | None:
    return None if now.entry else "Go to a message first: Tab to the thread, then j and k."


def _file(now: Situation) -> str | None:
    if problem := _message(now):
        return problem
    return None if now.entry and now.entry.files else "This message has no file."


def _saving(now: Situation) -> str | None:
    return None if now.transfers.is_saving else "No file is being saved."


def _failed_files(now: Situation) -> str | None:
    return None if now.transfers.has_failed else "No file failed here."


def _attached(now: Situation) -> str | None:
    return None if now.transfers.can_take_off else "There is no file and no quote to take off."


def _writable(now: Situation) -> str | None:
    if problem := _open(now):
        return problem
    return _DRAFTING if now.is_drafting else None


def _written(now: Situation) -> str | None:
    if problem := _writable(now):
        return problem
    if now.has_text:
        return now.transfers.not_yet
    return None if now.held or now.unsent else now.transfers.not_yet or "Nothing is written yet."


def _undoable(now: Situation) -> str | None:
    if now.is_drafting:
        return _DRAFTING
    return None if now.held or now.can_undo else "There is nothing to undo."


def _unsent(now: Situation) -> str | None:
    if now.is_drafting:
        return _DRAFTING
    if now.entry and now.entry.delivery in ("waiting", "stopped", "failed", "unknown"):
        return None
    return "Go to a message that was not sent first."


def _left(now: Situation) -> str | None:
    return None if now.unsent else "Nothing is left unsent."


def _answerable(now: Situation) -> str | None:
    if problem := _message(now) or _writable(now):
        return problem
    return None if now.entry and now.entry.delivery == "sent" else "This message was not sent yet."


def _action(
    id: str,
    label: str,
    meaning: str,
    keys: str,
    panes: tuple[Pane, ...],
    section: Literal["Everywhere", "Views", "Conversations", "Thread", "Composer"],
    *,
    permission: Permission | None = None,
    feature: str | None = None,
    when: When = lambda _: None,
    footer: bool = False,
) -> Action:
    sequences = tuple(key.replace("_then_", " ") for key in keys.split())
    return Action(id, label, meaning, sequences, panes, section, permission, feature, when, footer)


_TREE: tuple[Pane, ...] = ("tree",)
_THREAD: tuple[Pane, ...] = ("thread",)
_COMPOSER: tuple[Pane, ...] = ("composer",)

ACTIONS: tuple[Action, ...] = (
    # what the footer shows stands first, in its order
    _action("composer.reply", "reply", "Write a reply", "r", LISTS, "Thread",
            permission=ENGAGE, when=_writable, footer=True),
    _action("composer.note", "note", "Write a note for colleagues alone", "i", LISTS, "Thread",
            permission=ENGAGE, feature="internal-notes", when=_writable, footer=True),
    _action("ai.draft", "AI draft", "Have an AI draft an answer", "d ctrl+r",
            EVERYWHERE, "Thread", permission=ENGAGE, when=_writable, footer=True),
    _action("conversation.resolve", "resolve", "Resolve it, or open it again", "e", LISTS,
            "Conversations", permission=ENGAGE, when=_conversation, footer=True),
    _action("message.send", "send", "Send; again: send what is held now", "enter", _COMPOSER,
            "Composer", permission=ENGAGE, when=_written, footer=True),
    _action("composer.retry_files", "retry files", "Upload the files again that failed", "f5", EVERYWHERE, "Composer",
            permission=ENGAGE, when=_failed_files, footer=True),
    _action("composer.detach", "take off", "Take off the last file, or the quote", "ctrl+x",
            _COMPOSER, "Composer", permission=ENGAGE, when=_attached, footer=True),
    _action("composer.newline", "line", "Begin a new line", "shift+enter ctrl+j", _COMPOSER, "Composer",
            permission=ENGAGE, footer=True),
    _action("composer.attach", "attach", "Attach a file", "ctrl+f", EVERYWHERE, "Composer",
            permission=ENGAGE, when=_writable, footer=True),
    _action("tree.filter", "search", "Show only what matches", "slash backslash", ("tree", "customer"),
            "Conversations", footer=True),
    _action("thread.search", "search", "Search the loaded messages", "slash", _THREAD, "Thread", when=_open,
            footer=True),
    # everywhere
    _action("app.help", "keys", "Show all keys", "question_mark f1", EVERYWHERE, "Everywhere", footer=True),
    _action("app.palette", "commands", "Find a command by its name", "ctrl+p colon", EVERYWHERE, "Everywhere"),
    _action("app.back", "back", "One step back; nothing is lost", "escape", EVERYWHERE, "Everywhere"),
    _action("pane.next", "next pane", "Go to the next pane", "tab", EVERYWHERE, "Everywhere"),
    _action("pane.previous", "previous pane", "Go to the previous pane", "shift+tab", EVERYWHERE, "Everywhere"),
    _action("message.undo", "undo", "Undo what is held, or the last change", "u", LISTS, "Everywhere",
            permission=ENGAGE, when=_undoable),
    _action("app.theme", "theme", "Choose a theme", "f9", EVERYWHERE, "Everywhere"),
    _action("app.repaint", "repaint", "Draw the whole screen anew", "ctrl+l", EVERYWHERE, "Everywhere"),
    _action("app.measure", "line", "Show what the line to the terminal takes", "g_then_b", LISTS, "Everywhere"),
    _action("app.quit", "close", "Quit; drafts are kept", "q", LISTS, "Everywhere"),
    # views
    _action("view.inbox", "inbox", "Inbox: what is open", "g_then_i", LISTS, "Views"),
    _action("view.mine", "mine", "Mine: what is assigned to me", "g_then_m", LISTS, "Views"),
    _action("view.unassigned", "unassigned", "Unassigned: what nobody took", "g_then_u", LISTS, "Views"),
    _action("view.waiting", "waiting", "Waiting: the longest first", "g_then_w", LISTS, "Views"),
    _action("view.drafts", "drafts", "Drafts: written and not sent", "g_then_d", LISTS, "Views"),
    _action("outbox.review", "not sent", "What was not sent: decide on it", "g_then_o", LISTS, "Views", when=_left),
    _action("view.all", "all", "All of them, resolved too", "g_then_a", LISTS, "Views"),
    # conversations
    _action("tree.down", "down", "Next conversation", "j down", _TREE, "Conversations"),
    _action("tree.up", "up", "Previous conversation", "k up", _TREE, "Conversations"),
    _action("tree.top", "top", "First conversation", "g_then_g home", _TREE, "Conversations"),
    _action("tree.bottom", "bottom", "Last conversation", "G end", _TREE, "Conversations"),
    _action("tree.page_down", "page down", "A page down", "pagedown ctrl+d", _TREE, "Conversations"),
    _action("tree.page_up", "page up", "A page up", "pageup ctrl+u", _TREE, "Conversations"),
    _action("conversation.open", "open", "Open the conversation", "enter l right", _TREE, "Conversations"),
    _action("tree.fold", "fold", "Fold or unfold", "space z", _TREE, "Conversations"),
    _action("tree.parent", "parent", "Fold, or go up to the parent", "h left", _TREE, "Conversations"),
    _action("tree.next_unread", "next unread", "Open the next unread one", "J", LISTS, "Conversations"),
    _action("tree.previous_unread", "previous unread", "Open the previous unread one", "K", LISTS,
            "Conversations"),
    _action("conversation.resolve_next", "resolve, next", "Resolve; open the next that waits", "E", LISTS,
            "Conversations", permission=ENGAGE, when=_conversation),
    _action("conversation.snooze", "snooze", "Snooze it until a time", "s", LISTS, "Conversations",
            permission=ENGAGE, when=_conversation),
    _action("conversation.assign", "assign", "Assign it to a colleague", "a", LISTS, "Conversations",
            permission=ENGAGE, when=_conversation),
    _action("conversation.take", "take", "Take it, or give it back", "A", LISTS, "Conversations",
            permission=ENGAGE, when=_conversation),
    _action("conversation.labels", "labels", "Set its labels", "t", LISTS, "Conversations",
            permission=ENGAGE, when=_conversation),
    _action("conversation.priority", "priority", "Set its priority", "p", LISTS, "Conversations",
            permission=ENGAGE, when=_conversation),
    _action("conversation.create", "new", "New conversation with a customer", "c", LISTS, "Conversations",
            permission=ENGAGE),
    _action("conversation.create_sub", "new below", "New conversation below this one", "C", LISTS, "Conversations",
            permission=ENGAGE, when=_conversation),
    _action("conversation.find", "open by id", "Open a conversation by its id", "O", LISTS, "Conversations"),
    _action("conversation.rename", "rename", "Rename the conversation", "f2", LISTS, "Conversations",
            permission=ENGAGE, when=_conversation),
    _action("conversation.move", "move", "Move it below another, or up", "m", LISTS, "Conversations",
            permission=ENGAGE, when=_conversation),
    _action("conversation.delete", "delete", "Delete it; asks for its name", "number_sign", LISTS,
            "Conversations", permission=DELETE, when=_conversation),
    # thread
    _action("thread.down", "down", "Next message", "j down", _THREAD, "Thread"),
    _action("thread.up", "up", "Previous message", "k up", _THREAD, "Thread"),
    _action("thread.next_customer", "next customer", "The customer's next message", "right_square_bracket", _THREAD,
            "Thread"),
    _action("thread.previous_customer", "previous customer", "The customer's previous message", "left_square_bracket",
            _THREAD, "Thread"),
    _action("thread.top", "oldest", "The oldest message loaded", "g_then_g home", _THREAD, "Thread"),
    _action("thread.bottom", "newest", "The newest message; follow", "G end", _THREAD, "Thread"),
    _action("thread.to_day", "go to a day", "Go to a day, however far back", "g_then_t", _THREAD, "Thread", when=_open),
    _action("thread.next_match", "next match", "The next match, further up", "n", _THREAD, "Thread"),
    _action("thread.previous_match", "previous match", "The match before, further down", "N", _THREAD, "Thread"),
    _action("thread.select", "select", "Select messages: j k more, y copies", "V", _THREAD, "Thread", when=_message),
    _action("thread.page_down", "page down", "A page down", "pagedown", (*_THREAD, "composer"), "Thread"),
    _action("thread.page_up", "page up", "A page up", "pageup", (*_THREAD, "composer"), "Thread"),
    _action("thread.leave", "back", "Back to the conversations", "h left", ("thread", "customer"), "Thread"),
    _action("message.reply_to", "reply to this", "Reply to this message", "R", _THREAD, "Thread",
            permission=ENGAGE, when=_answerable),
    _action("message.retry", "answer", "Reply; a failed message: send it again", "enter", _THREAD, "Thread",
            permission=ENGAGE, when=_writable),
    _action("message.discard", "edit", "Take a failed message back", "backspace", _THREAD,
            "Thread", permission=ENGAGE, when=_unsent),
    _action("ai.options", "draft with", "An AI draft with task, tone, orders", "D", LISTS, "Thread",
            permission=ENGAGE, feature="ai-drafts", when=_writable),
    _action("message.copy", "copy", "Copy the message", "y", _THREAD, "Thread", when=_message),
    _action("thread.copy", "copy thread", "Copy the thread", "Y", _THREAD, "Thread", when=_open),
    _action("message.link", "link", "Show a link of it, whole", "o", _THREAD, "Thread", when=_message),
    _action("message.save_file", "save file", "Save a file of the message", "w", _THREAD, "Thread", when=_file),
    _action("message.stop_saving", "stop saving", "Stop the file that is being saved", "W", LISTS, "Thread",
            when=_saving),
    _action("thread.language", "language", "Show it in another language", "L", _THREAD, "Thread",
            when=_message),
    _action("message.details", "details", "All about the message, raw text too", "M", _THREAD, "Thread",
            when=_message),
    _action("pane.customer", "customer", "Show or hide the customer", "H", LISTS, "Thread"),
    # composer
    _action("composer.language", "language", "Language of what is written", "f3", _COMPOSER, "Composer",
            permission=ENGAGE),
    _action("composer.template", "template", "Insert a template; / at the start too", "f4", EVERYWHERE,
            "Composer", permission=ENGAGE, feature="templates", when=_writable),
    _action("composer.undo", "undo typing", "Undo typing; a draft as a whole", "ctrl+underscore f8", _COMPOSER,
            "Composer", permission=ENGAGE),
)  # fmt: skip

_TO_BEGIN = frozenset({"conversation.create", "conversation.find"})
"""What the footer offers first where there is no conversation yet."""

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


def footer_actions(situation: Situation) -> tuple[Action, ...]:
    """What the footer offers here: what is permitted and can be done in this pane now."""
    offered = (
        action
        for action in ACTIONS
        if (action.in_footer or (situation.is_empty and action.id in _TO_BEGIN))
        and situation.pane in action.panes
        and action.is_permitted(situation)
        and action.refusal(situation) is None
    )
    return tuple(sorted(offered, key=lambda action: action.in_footer))
