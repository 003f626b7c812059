"""The main screen: tree, thread, composer and customer. It owns what they bind to, and brings keys to verbs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import var  # a `reactive` of a screen would have all of it drawn anew
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import Worker

from console.actions import BY_ID, Situation, footer_actions
from console.contract.languages import Language
from console.errors import Connect360Error
from console.keymap import Keymap
from console.lazily import lazily
from console.screens import captions
from console.screens.dialog import Field
from console.screens.panes import PanesScreen
from console.screens.verbs.measuring import Measured
from console.state.rows import ConversationRow, Entry, Identity, LineStatus, ThreadView
from console.state.views import View
from console.text.safe import SafeLine, line
from console.widgets.composer import Composer
from console.widgets.customer_pane import CustomerPane
from console.widgets.footer import KeyFooter
from console.widgets.thread import Thread
from console.widgets.top_bar import TopBar
from console.widgets.tree import ConversationTree

if TYPE_CHECKING:
    from console.screens.verbs import answering, attaching, drafting, gating, keeping, reading, table, undoing, writing
    from console.state.changes import Touched
    from console.state.desk import Desk
    from console.state.drafts import Draft, Drafts
    from console.state.store import Store
else:
    answering, attaching, drafting, gating, keeping, reading, table, writing = lazily(
        "console.screens.verbs", "answering attaching drafting gating keeping reading table writing"
    )

_EDITING = frozenset({"left", "right", "home", "end", "ctrl+u", "ctrl+d", "space"})
"""Keys that stay the filter's own while one types in it."""


class MainScreen(PanesScreen):
    """Where the work is done. Values flow down by binding, messages come up, verbs act through the Desk."""

    CSS_PATH = "main.tcss"
    AUTO_FOCUS = "#tree"

    thread: var[ThreadView | None] = var(None, init=False)
    row: var[ConversationRow | None] = var(None, init=False)
    identity: var[Identity | None] = var(None, init=False)
    status: var[LineStatus | None] = var(None, init=False)
    now: var[datetime] = var(lambda: datetime.now(UTC), init=False)
    drafted: var[frozenset[str]] = var(frozenset(), init=False)
    open_id: var[str | None] = var(None, init=False)
    shut: var[SafeLine | None] = var(None, init=False)
    pending: var[SafeLine] = var(SafeLine(""), init=False)
    hold: var[SafeLine] = var(SafeLine(""), init=False)
    assignee: var[SafeLine | None] = var(None, init=False)
    unsent: var[int] = var(0, init=False)
    known: var[int] = var(0, init=False)
    place: var[SafeLine] = var(SafeLine("inbox"), init=False)
    is_spare: var[bool] = var(False, init=False)
    """Whether the line to the terminal is slow, and ornament is left out."""
    line_measured: var[SafeLine] = var(SafeLine(""), init=False)

    def __init__(
        self,
        keymap: Keymap,
        *,
        clock: Callable[[], datetime],
        profile: str = "",
        remembers: bool = True,
        language: Language = "en",
        agent: str = "",
        website: str = "",
        measured: Callable[[], Measured] = Measured,
        afresh: Callable[[], None] = lambda: None,
        draw_soon: Callable[[], None] = lambda: None,
        keys_wait: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        super().__init__()
        self.measured, self.afresh, self.draw_soon = measured, afresh, draw_soon  # what only the app can
        self.keys_wait = keys_wait
        self.remembers = remembers  # choices, in the person's settings
        self.language = language  # of what is written to a customer whose own is not known
        self.website = website  # that new conversations are on, where the server lists none
        self.keymap, self.clock = keymap, clock
        self.has_lines = asyncio.Event()  # the tree has, once there are conversations
        self.is_begun = False  # until then there is nothing to show, and nobody to ask
        self.view: View = "inbox"
        self.folded: set[str] = set()
        self.query_text = ""
        self.before_search: str | None = None  # the conversation that the tree's cursor goes back to
        self._profile, self._agent = line(profile), agent
        self._stale: Touched | None = None
        self._reading: Worker[None] | None = None
        self.own_deletions: set[str] = set()
        self.changes: list[undoing.Change] = []  # of conversations, which can be taken back
        self.kept: Draft | None = None  # what is written, as it was last read or written down
        self.on_disk: Draft | None = None  # as it stood on disk then
        self.streaming: drafting.Streaming | None = None
        self.drafted_text = ""  # an AI's answer as it stands in the composer, untouched
        self.slash_typed = False
        self.save_timer: Timer | None = None
        self.unsaved_since = 0.0  # of the loop's clock
        self.hold_timer: Timer | None = None
        self.draft_worker: Worker[None] | None = None
        self.measuring: Timer | None = None

    def compose(self) -> ComposeResult:
        self.fit(self.app.size)  # before the first layout, or all is laid out twice
        yield TopBar().data_bind(
            MainScreen.identity,
            MainScreen.status,
            MainScreen.place,
            MainScreen.now,
            MainScreen.unsent,
            measured=MainScreen.line_measured,
        )
        with Horizontal(id="panes"):
            with Vertical(id="conversations"):
                yield Field(id="filter", classes="gone", placeholder=SafeLine("name, customer, last words"))
                yield ConversationTree(id="tree").data_bind(
                    MainScreen.open_id, MainScreen.now, MainScreen.is_spare, drafts=MainScreen.drafted
                )
            with Vertical(id="conversation"):
                yield Thread(id="thread", classes="-alone").data_bind(MainScreen.now, view=MainScreen.thread)
                yield Composer(self.is_action, id="composer").data_bind(MainScreen.shut, target=MainScreen.row)
            yield CustomerPane(id="customer").data_bind(MainScreen.row, MainScreen.assignee, count=MainScreen.known)
        yield KeyFooter().data_bind(MainScreen.notice, MainScreen.pending, MainScreen.hold)

    def on_mount(self) -> None:
        self.query_one(TopBar).profile = self._profile
        self.now = self.clock()
        captions.nothing_yet(self)
        self.set_interval(60, self._tick)

    def begin(self, store: Store, desk: Desk, drafts: Drafts) -> None:
        """Show what is known, and ask for what is wanted: the panes have stood empty until now."""
        self.store, self.desk, self.drafts = store, desk, drafts
        self.agent, self.looked = answering.Agent(self._agent), gating.Looked()
        self.is_begun = True
        self._unwatch = store.watch(self._store_changed)
        attaching.watch(self)
        if desk.is_second:
            self.say(SafeLine("Another console of yours is open and keeps what it wrote. This one sends too."))
        self._bring_up_to_date()

    def on_unmount(self) -> None:
        if self.is_begun:
            self._unwatch()

    def keep(self) -> None:
        """Write down at once what is written; the program is about to end."""
        if self.is_begun and self.is_mounted and self.query(Composer):
            drafting.settle(self)
            keeping.save(self)

    # the panes

    @property
    def chosen(self) -> ConversationRow | None:
        """The conversation that actions act on: under the tree's cursor, else the open one."""
        chosen = self.conversations.cursor_id if self.pane == "tree" else self.open_id
        return self.store.row(chosen) if chosen else None

    @property
    def situation(self) -> Situation:
        """What actions are judged by now."""
        identity, chosen = self.store.identity, self.chosen
        return Situation(
            pane=self.pane,
            permissions=identity.permissions if identity else frozenset(),
            features=identity.features if identity else frozenset(),
            conversation=chosen,
            is_empty=identity is not None and not len(self.store.outline),
            is_open=chosen is not None,
            entry=self.messages.entry,
            has_text=not self.composer.is_empty,
            held=self.held,
            unsent=self.unsent,
            can_undo=bool(self.changes),
            is_drafting=self.streaming is not None,
            transfers=attaching.transfers(self),
        )

    @property
    def held(self) -> Entry | None:
        """The newest message that may still be taken back, wherever it goes."""
        return self.desk.held(self.open_id) or self.desk.held(None)

    # keys and verbs

    def is_action(self, event: events.Key) -> bool:
        """Whether a key means an action in the composer, which then does not insert it."""
        if event.is_printable and event.key != "slash":
            return False
        if event.key == "slash":
            return self.composer.is_empty and BY_ID["composer.template"].is_permitted(self.situation)
        return self.keymap.press("composer", event.key, None).action is not None

    def on_key(self, event: events.Key) -> None:
        if isinstance(self.focused, Input) and event.key in _EDITING:
            return
        if self.pane == "composer" and event.key == "slash":
            event.stop()
            self.slash_typed = True
            self.perform("composer.template")
            return
        before, self.pending = str(self.pending), SafeLine("")
        pressed = self.keymap.press(self.pane, event.key, event.character, before or None)
        if pressed.pending:
            self.pending = SafeLine(pressed.pending)
        elif pressed.action:
            self.perform(pressed.action)
        else:
            return
        event.stop()
        event.prevent_default()

    def perform(self, action_id: str) -> None:
        """Carry an action out, or say why it cannot be."""
        action, situation = BY_ID[action_id], self.situation
        if not action.is_permitted(situation):
            self.say(captions.why_not_permitted(self, action), is_error=True)
            return
        if refusal := action.refusal(situation):
            self.say(line(refusal))
            return
        if action_id != "app.repaint":  # which changes nothing, a word and what it offers to undo included
            self.notice = None
        try:
            doing = table.VERBS[action_id](self)
        except Connect360Error as error:
            self.say(line(str(error), 400), is_error=True)
            return
        if doing is not None:
            self.attempt(lambda: doing, group=action_id, exclusive=False)

    # the store

    def _store_changed(self, touched: Touched) -> None:
        """Many changes of one moment are shown once."""
        if self._stale is None:
            self.call_next(self._bring_up_to_date)
        self._stale = touched | self._stale if self._stale else touched

    def _bring_up_to_date(self) -> None:
        touched, self._stale = self._stale, None
        if not self.is_running:
            return
        store = self.store
        self.identity, self.status = store.identity, store.line
        self.has_met = store.identity is not None
        gating.tell(self)
        if touched and store.identity and not (touched.rows or touched.threads or touched.outline or touched.identity):
            return
        self.shut = captions.why_shut(store.identity)
        if self.open_id:
            self.row, self.thread = store.row(self.open_id), store.thread(self.open_id)
            if self.row is None:
                reading.lost(self, self.open_id)
            elif self.row.unread and not (self._reading and self._reading.is_running):
                self._mark_read(self.open_id)
        gating.look(self)
        self.show_lines()

    def _mark_read(self, conversation_id: str) -> None:
        """What arrives in a thread counts as read when it is on screen, before somebody."""
        is_shown = self.messages.size.height and not self.has_class("-choosing")
        if self.messages.is_following and is_shown and self.app.app_focus:
            self._reading = self.attempt(lambda: self.desk.mark_read(conversation_id), group="read", exclusive=False)

    def show_lines(self) -> None:
        """Have the tree show what is asked for now: the view, what is folded, the filter."""
        me = self.store.identity.member_id if self.store.identity else None
        self.drafted = keeping.drafted(self)
        shown = self.store.outline.shown
        shown.ask(self.view, folded=self.folded, query=self.query_text, now=self.clock(), me=me, drafts=self.drafted)
        self.place = SafeLine(self.view)
        self.conversations.empty = captions.why_no_conversations(self)
        self.conversations.show(shown)
        if len(self.store.outline):
            self.has_lines.set()
        self.show_around()

    def show_around(self) -> None:
        """What follows from the open conversation: titles, assignee, what is held, the footer's keys."""
        if not self.is_begun:
            return
        captions.entitle(self)
        self.messages.set_class(self.row is None, "-alone")
        self.messages.empty = captions.why_no_messages(self)
        self.assignee, self.known = captions.assignee_of(self, self.row), captions.known_of(self, self.row)
        writing.show_hold(self)
        self.show_keys()

    def show_keys(self) -> None:
        """The footer's keys: what is permitted and possible here, and whether they act on the tree's cursor."""
        if self.is_running and self.is_begun:
            keys = tuple((self.keymap.shown(one.id, self.pane), one.label) for one in footer_actions(self.situation))
            self.query_one(KeyFooter).keys = keys
            self.conversations.has_keys = self.focused in (self.conversations, self.filter)

    def _tick(self) -> None:
        self.now = self.clock()
        if self.is_begun:
            self.show_lines()

    # opening

    def open(self, conversation_id: str, *, focus: bool = True) -> None:
        """Open a conversation, and unfold what it lies in. Where one pane stands alone it is the thread then."""
        self.before_search = conversation_id
        if conversation_id != self.open_id:
            keeping.leave(self)
            self.open_id = conversation_id
            self.looked.at.pop(conversation_id, None)
            self.row, self.thread = self.store.row(conversation_id), self.store.thread(conversation_id)
            keeping.resume(self, conversation_id)
            self.attempt(lambda: self.desk.open(conversation_id), group="open")
        if hidden_by := self.folded & {row.id for row in self.store.outline.path(conversation_id)[:-1]}:
            self.folded -= hidden_by
            self.show_lines()
        self.conversations.move_to(conversation_id)
        self.show_around()
        if focus or self.has_class("-narrow"):
            self.go_to(self.messages)

    def go_to(self, widget: Widget) -> None:
        """Focus a pane; on a narrow screen it is the one that shows."""
        self.is_choosing = widget in (self.conversations, self.filter)
        self.fit(self.size)
        if widget is not self.customer:
            self.remove_class("-customer-asked")
        # At once, not by a message: the next key that was typed is for this pane already.
        self.set_focus(widget)

    @on(ConversationTree.Opened)
    def _opened(self, event: ConversationTree.Opened) -> None:
        self.open(event.conversation_id)

    @on(ConversationTree.Moved)
    def _moved(self) -> None:
        self.show_keys()

    @on(Thread.Moved)
    def _message_moved(self) -> None:
        if self.is_begun:  # what looks is imported after the first frame
            gating.look(self)
            self.show_around()

    @on(Thread.OlderWanted)
    def _older_wanted(self, event: Thread.OlderWanted) -> None:
        self.attempt(lambda: self.desk.older(event.conversation_id), group="older")

    @on(Composer.Changed)
    def _text_changed(self) -> None:
        if self.is_begun and not self.streaming:
            if not self.composer.text:  # there is nothing that it could be said of
                self.composer.about, self.composer.incomplete = SafeLine(""), False
            keeping.changed(self)
            writing.show_hold(self)
        self.show_keys()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        held = self.conversations.cursor_id
        self.query_text = event.value
        self.show_lines()
        if self.query_text and self.conversations.cursor_id != held:
            self.conversations.move(0)  # not to some line: what is found first is what one looked for
        self.draw_soon()  # for the framework's turn may be far off

    def on_descendant_focus(self) -> None:
        if self.is_begun:
            gating.look(self)
            writing.show_hold(self)
            self.show_keys()
