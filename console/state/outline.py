"""The hierarchy of conversations. Pure: rows in, and the lines of the view that is shown (`shown`) out.

Below each conversation its children are kept sorted by the newest activity of all that is below them, so a change costs
the way from its row to the top and not the number of conversations.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

from console.state.nodes import Node, encoded, key_of, seconds_of
from console.state.order import is_below
from console.state.rows import ConversationRow
from console.state.shown import Shown
from console.state.views import Facts, facts_of, haystack_of

T = TypeVar("T", bound=Any)

_AT_ONCE = 2_000  # in about a millisecond
_NEVER = datetime.min.replace(tzinfo=UTC)  # before which nothing snoozed is due


class Outline:
    """All known conversations, each below its parent, or at the top until its parent is known."""

    def __init__(self, row_of: Callable[[str], ConversationRow] | None = None, *, at_once: int = _AT_ONCE) -> None:
        """`row_of` finds the row of a conversation that was put here; without it the rows are kept here.

        `at_once` is how many conversations are looked through for a screen of lines.
        """
        self._own: dict[str, ConversationRow] = {}
        self._row_of = row_of or self._own.__getitem__
        self._keeps = row_of is None
        self._nodes: dict[str, Node] = {}
        self._top: list[Node] = []
        self._wants: dict[str, str] = {}  # of those at the top that name a parent, which
        self._wanted_by: dict[str, dict[str, None]] = defaultdict(dict)  # the same, by that parent
        self._circled: dict[str, None] = {}  # of those, whose parent is known and stands below them
        self._facts: dict[Facts, Facts] = {}  # each of these once: a hundred thousand have the same few
        self._snoozed: list[tuple[datetime, str]] = []  # until when, sorted
        self._waiting = 0  # in how many open ones somebody waits
        self._waiting_later: list[datetime] = []  # until when the snoozed ones are put off in which somebody does
        self.shown = Shown(self._nodes, self._snoozed, self._facts, self._row_of, at_once)

    def __len__(self) -> int:
        return len(self._nodes)

    def __contains__(self, id: object) -> bool:
        return id in self._nodes

    def put(self, row: ConversationRow) -> None:
        """Take a row, new or changed."""
        if self._keeps:
            self._own[row.id] = row
        facts, node = self._shared(facts_of(row)), self._nodes.get(row.id)
        if node is None:
            node = self._nodes[row.id] = Node(row.id, facts, row.at.timestamp())
            self._count(node, 1)
            self._stand(node, row.parent_id)
            for id in tuple(self._wanted_by.get(row.id, ())):
                self._move(self._nodes[id], row.id)
        else:
            self._count(node, -1)
            node.facts, node.at = facts, row.at.timestamp()
            self._count(node, 1)
            if self._parent_id(node) != row.parent_id:
                self._move(node, row.parent_id)
        node.since = seconds_of(row.waiting_since)
        node.words = encoded(haystack_of(row))
        self._lift(node)
        self.shown.judge(node)

    def remove(self, id: str) -> None:
        """Let a row go; what was below it stands at the top."""
        node = self._nodes[id]
        while node.below:
            child = node.below.pop()
            self.shown.leave(child)
            child.above = None
            insort(self._top, child, key=key_of)
            self._want(child, id)
            self.shown.stand(child)
        node.below = None
        for waiting in self._wanted_by.get(id, ()):
            self._circled.pop(waiting, None)
        self.shown.drop(node)
        self._leave(node)
        self._count(node, -1)
        del self._nodes[id]
        self._own.pop(id, None)

    def ids(self) -> Iterator[str]:
        """Every conversation, in no order."""
        return iter(self._nodes)

    def newest_ids(self) -> list[str]:
        """Every conversation, those first in which something was said last."""
        return [node.id for node in sorted(self._nodes.values(), key=lambda node: node.at, reverse=True)]

    def rows(self) -> tuple[ConversationRow, ...]:
        """Every row, in no order. They are made for it, so ask for no more than is needed."""
        return tuple(self._row_of(id) for id in self._nodes)

    def walk(self) -> Iterator[str]:
        """Every conversation, each before those below it, newest activity first."""
        stack = self._top[::-1]
        while stack:
            node = stack.pop()
            yield node.id
            stack.extend(reversed(node.below or ()))

    def path(self, id: str) -> tuple[ConversationRow, ...]:
        """The row and those above it, the top one first; nothing of an unknown one."""
        rows = []
        node = self._nodes.get(id)
        while node is not None:
            rows.append(self._row_of(node.id))
            node = node.above
        return tuple(reversed(rows))

    def children(self, id: str | None) -> tuple[ConversationRow, ...]:
        """The rows right below, newest activity first; None asks for the top."""
        node = self._nodes.get(id) if id is not None else None
        below = self._top if id is None else node.below if node else None
        return tuple(self._row_of(child.id) for child in below or ())

    def subtree(self, id: str) -> list[str]:
        """The id and all known ones below it, also where the id itself is not known."""
        found = {id: None}
        walked = [id]
        for one in walked:  # grows while it is walked
            node = self._nodes.get(one)
            below = [child.id for child in (node.below or ())] if node else []
            news = [child for child in (*below, *self._wanted_by.get(one, ())) if child not in found]
            found |= dict.fromkeys(news)
            walked += news
        return walked

    def waiting_count(self, now: datetime | None = None) -> int:
        """How many conversations somebody waits in: those of the view "waiting"."""
        return self._waiting + bisect_right(self._waiting_later, now or _NEVER)

    def _shared(self, facts: Facts) -> Facts:
        return facts if facts.snoozed_until else self._facts.setdefault(facts, facts)

    def _count(self, node: Node, by: int) -> None:
        """Take what its facts say into the counts, or out of them."""
        facts = node.facts
        if facts.status == "open" and facts.is_waiting:
            self._waiting += by
        if facts.status == "snoozed" and facts.snoozed_until is not None:
            _keep(self._snoozed, (facts.snoozed_until, node.id), by)
            if facts.is_waiting:
                _keep(self._waiting_later, facts.snoozed_until, by)

    def _parent_id(self, node: Node) -> str | None:
        """The parent that its row names."""
        return self._wants.get(node.id) or (node.above.id if node.above else None)

    def _siblings(self, node: Node) -> list[Node]:
        if node.above is None:
            return self._top
        if node.above.below is None:
            node.above.below = []
        return node.above.below

    def _stand(self, node: Node, parent_id: str | None) -> None:
        """Put it below its parent, or at the top if that is unknown or stands below it."""
        parent = self._nodes.get(parent_id) if parent_id is not None else None
        if parent_id is not None and (parent is None or is_below(parent, node)):
            if parent is not None:
                self._circled[node.id] = None
            self._want(node, parent_id)
            parent = None
        node.above = parent
        insort(self._siblings(node), node, key=key_of)
        self.shown.stand(node)
        if parent is not None:
            self._lift(parent)

    def _leave(self, node: Node) -> None:
        """Take it from where it stands."""
        siblings, parent = self._siblings(node), node.above
        del siblings[bisect_left(siblings, key_of(node), key=key_of)]
        self.shown.leave(node)
        node.above = None
        self._circled.pop(node.id, None)
        if wanted := self._wants.pop(node.id, None):
            del self._wanted_by[wanted][node.id]
            if not self._wanted_by[wanted]:
                del self._wanted_by[wanted]
        if parent is not None:
            if not parent.below:
                parent.below = None
            self._lift(parent)

    def _move(self, node: Node, parent_id: str | None) -> None:
        """Put it where its row says, and with it those that a circle kept from their places."""
        self._leave(node)
        self._stand(node, parent_id)
        for id in tuple(self._circled):
            circled, wanted = self._nodes[id], self._wants[id]
            if not is_below(self._nodes[wanted], circled):
                self._leave(circled)
                self._stand(circled, wanted)

    def _want(self, node: Node, parent_id: str) -> None:
        self._wants[node.id] = parent_id
        self._wanted_by[parent_id][node.id] = None

    def _lift(self, node: Node) -> None:
        """Bring the newest activity up to date here and above, as far as it changes."""
        at: Node | None = node
        while at is not None:
            newest = max(at.at, at.below[0].newest) if at.below else at.at
            if newest == at.newest:
                return
            siblings = self._siblings(at)
            del siblings[bisect_left(siblings, key_of(at), key=key_of)]
            self.shown.rekey(at, newest)
            insort(siblings, at, key=key_of)
            at = at.above


def _keep(kept: list[T], one: T, by: int) -> None:
    """Put it into a sorted list, or take it out."""
    if by > 0:
        insort(kept, one)
    else:
        del kept[bisect_left(kept, one)]
