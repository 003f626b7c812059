"""The lines of one view of the hierarchy, kept in order. Pure.

A change costs what it changes: lines are found by the path that leads to them, moved and cut out in slices, and made
when they are looked at. Only another view, or another filter, is built anew.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import overload

from console.state.haystacks import Haystacks
from console.state.nodes import Key, Node
from console.state.rows import ConversationRow
from console.state.views import BELONGS, Asked, View, words_of

_NEVER = datetime.min.replace(tzinfo=UTC)
_BEYOND: Key = (inf, "")  # below a conversation nothing comes after it


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """A row of the tree and what it takes to draw its guides."""

    row: ConversationRow
    depth: int
    is_last: tuple[bool, ...]  # for each level down to its own, the top one first
    has_children: bool  # in this view
    is_folded: bool
    is_match: bool  # False of one that is shown only because something below it matches


class Shown(Sequence[OutlineLine]):
    """What the tree shows of an outline, which tells it of every change. Nothing, until a view is asked for."""

    def __init__(
        self,
        nodes: dict[str, Node],
        top: list[Node],
        snoozed: list[tuple[datetime, str]],
        haystacks: Haystacks,
        row_of: Callable[[str], ConversationRow],
    ) -> None:
        """These are the outline's own, and read only here."""
        self._nodes = nodes
        self._top = top
        self._snoozed = snoozed
        self._haystacks = haystacks
        self._row_of = row_of
        self._view: View | None = None
        self._query = ""
        self._words: tuple[str, ...] = ()
        self._asked = Asked(_NEVER, None, frozenset())
        self._folded: set[str] = set()
        self._below: dict[str | None, list[Node]] = {None: []}  # of what is shown, folded or not, sorted
        self._since: dict[str, float] = {}  # who waits longest there or anywhere below, in the view that is sorted so
        self._lines: list[Node] = []

    def ask(
        self,
        view: View,
        *,
        now: datetime,
        folded: Collection[str] = (),
        query: str = "",
        me: str | None = None,
        drafts: Collection[str] = (),
    ) -> None:
        """Show this from now on. Whatever answers a query is shown, folded or not."""
        before, asked = self._asked, Asked(now, me, drafts)
        is_same = view == self._view and (me == before.me or view != "mine")
        if is_same:
            self._asked = asked
            self._come_due(before.now, now)
            if view == "drafts" and drafts != before.drafts:
                for id in {*drafts} ^ {*before.drafts}:
                    if node := self._nodes.get(id):
                        self.judge(node)
            if query == self._query:
                for id in self._folded ^ {*folded}:
                    self._turn(id)
                return
        narrows = is_same and _narrows(self._words, words_of(query))
        self._view, self._asked, self._query, self._words = view, asked, query, words_of(query)
        self._folded = {*folded}
        self._build(narrows=narrows)

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, place: int) -> OutlineLine: ...
    @overload
    def __getitem__(self, place: slice) -> list[OutlineLine]: ...
    def __getitem__(self, place: int | slice) -> OutlineLine | list[OutlineLine]:
        if isinstance(place, slice):
            return [self._line(node) for node in self._lines[place]]
        return self._line(self._lines[place])

    def id_at(self, place: int) -> str:
        """The conversation of a line, without the rest of it."""
        return self._lines[place].id

    def place(self, id: str | None) -> int | None:
        """The line of a conversation; None of one that is not shown, or folded away."""
        node = self._nodes.get(id) if id is not None else None
        return self._place(node) if node is not None and self._is_kept(node) and self._is_open(node.above) else None

    def find(self, order: Iterable[int], *, unread: bool = False, waiting: bool = False) -> str | None:
        """The first conversation of these lines that is as asked for."""
        for place in order:
            facts = self._lines[place].facts
            if (unread and facts.is_unread) or (waiting and facts.is_waiting):
                return self._lines[place].id
        return None

    # what the outline tells

    def judge(self, node: Node) -> None:
        """Something of a conversation changed: whether it is shown, or since when somebody waits."""
        if self._view is None:
            return
        is_match = BELONGS[self._view](node.id, node.facts, self._asked) and (
            not self._words or self._haystacks.answers(node, self._words)
        )
        was_kept = self._is_kept(node)
        was_match, node.is_match = node.is_match, is_match
        if is_match and not was_kept:
            self._since_now(node)
            self.stand(node)
        elif was_match and not self._is_kept(node):
            self._unlink(node)
        else:
            self._rewait(node)

    def leave(self, node: Node) -> None:
        """A conversation leaves its place, with all below it."""
        if self._is_kept(node):
            self._unlink(node)

    def drop(self, node: Node) -> None:
        """A conversation is no more. Nothing stands below it."""
        if node.is_match:
            node.is_match = False
            self._unlink(node)

    def stand(self, node: Node) -> None:
        """A conversation has come to its place, with all below it."""
        if not self._is_kept(node):
            return
        while True:
            above = node.above
            was_kept = above is None or self._is_kept(above)
            insort(self._below.setdefault(above.id if above else None, []), node, key=self._key)
            if above is None or was_kept:
                break
            node = above
            self._since_now(node)
        self._put_lines(node, None)
        self._rewait(node.above)

    def rekey(self, node: Node, newest: float) -> None:
        """Set the newest activity of a conversation and all below it, and put it where it belongs by that."""
        if self._view == "waiting" or not self._is_kept(node):
            node.newest = newest
            return

        def change() -> None:
            node.newest = newest

        self._resort(node, (-newest, node.id), change)

    # how it is kept

    def _line(self, node: Node) -> OutlineLine:
        is_last = []
        at: Node | None = node
        while at is not None:
            is_last.append(self._below[at.above.id if at.above else None][-1] is at)
            at = at.above
        is_last.reverse()
        has_children = node.id in self._below
        is_folded = has_children and node.id in self._closed
        row = self._row_of(node.id)
        return OutlineLine(row, len(is_last) - 1, tuple(is_last), has_children, is_folded, node.is_match)

    @property
    def _closed(self) -> Collection[str]:
        return () if self._query else self._folded

    def _is_kept(self, node: Node) -> bool:
        return node.is_match or node.id in self._below

    def _is_open(self, node: Node | None) -> bool:
        """Whether what is right below is not folded away."""
        closed = self._closed
        while node is not None and closed:
            if node.id in closed:
                return False
            node = node.above
        return True

    def _key(self, node: Node) -> Key:
        return (self._since[node.id], node.id) if self._view == "waiting" else (-node.newest, node.id)

    def _path(self, node: Node) -> list[Key]:
        """What leads to a line from the top. Lines are in the order of their paths."""
        keys = [self._key(node)]
        while (above := node.above) is not None:
            keys.append(self._key(above))
            node = above
        keys.reverse()
        return keys

    def _place(self, node: Node) -> int:
        return bisect_left(self._lines, self._path(node), key=self._path)

    def _end(self, node: Node, place: int) -> int:
        """The line after the last one that is shown below this one."""
        if node.id not in self._below or node.id in self._closed:
            return place + 1
        return bisect_left(self._lines, [*self._path(node), _BEYOND], lo=place + 1, key=self._path)

    def _unlink(self, node: Node) -> None:
        """Take it out, and those above it that were shown for its sake alone."""
        while True:
            self._cut_lines(node)
            above = node.above
            siblings = self._below[above.id if above else None]
            del siblings[bisect_left(siblings, self._key(node), key=self._key)]
            if not self._is_kept(node):
                self._since.pop(node.id, None)
            if above is None:
                return
            if not siblings:
                del self._below[above.id]
            if self._is_kept(above):
                self._rewait(above)
                return
            node = above

    def _cut_lines(self, node: Node) -> list[Node] | None:
        """Take its lines out, if they are not folded away."""
        if not self._is_open(node.above):
            return None
        place = self._place(node)
        end = self._end(node, place)
        lines = self._lines[place:end]
        del self._lines[place:end]
        return lines

    def _put_lines(self, node: Node, lines: list[Node] | None) -> None:
        """Put its lines in, which are made where there are none yet."""
        if self._is_open(node.above):
            place = self._place(node)
            self._lines[place:place] = self._walk([node]) if lines is None else lines

    def _walk(self, top: Iterable[Node]) -> list[Node]:
        """These and all that is shown below them."""
        lines: list[Node] = []
        below, closed = self._below, self._closed
        stack: list[Node] = []
        for first in top:
            lines.append(first)
            if first.below and first.id in below and first.id not in closed:
                stack.extend(reversed(below[first.id]))
                while stack:
                    node = stack.pop()
                    lines.append(node)
                    if node.below and node.id in below and node.id not in closed:
                        stack.extend(reversed(below[node.id]))
        return lines

    def _resort(self, node: Node, key: Key, change: Callable[[], None]) -> None:
        """Make a change by which a conversation is sorted otherwise; nothing moves where its place stays."""
        siblings = self._below[node.above.id if node.above else None]
        at = bisect_left(siblings, self._key(node), key=self._key)
        is_after = at == 0 or self._key(siblings[at - 1]) < key
        if is_after and (at + 1 == len(siblings) or key < self._key(siblings[at + 1])):
            change()
            return
        lines = self._cut_lines(node)
        del siblings[at]
        change()
        insort(siblings, node, key=self._key)
        self._put_lines(node, lines)

    def _since_of(self, node: Node) -> float:
        below = self._below.get(node.id)
        since = [self._since[below[0].id]] if below else []
        if node.is_match and node.since is not None:
            since.append(node.since)
        return min(since)

    def _since_now(self, node: Node) -> None:
        if self._view == "waiting":
            self._since[node.id] = self._since_of(node)

    def _rewait(self, node: Node | None) -> None:
        """Bring up to date since when somebody waits here and above, as far as it changes."""
        while self._view == "waiting" and node is not None and self._is_kept(node):
            since = self._since_of(node)
            if since == self._since[node.id]:
                return
            change = {node.id: since}
            self._resort(node, (since, node.id), lambda change=change: self._since.update(change))  # type: ignore[misc]
            node = node.above

    def _come_due(self, before: datetime, now: datetime) -> None:
        """The clock moved on, or back: what was snoozed until a time between is judged anew."""
        low, high = min(before, now), max(before, now)
        first = bisect_right(self._snoozed, low, key=lambda one: one[0])
        last = bisect_right(self._snoozed, high, key=lambda one: one[0])
        for _, id in self._snoozed[first:last]:
            self.judge(self._nodes[id])

    def _turn(self, id: str) -> None:
        """Fold what is open, or the other way round."""
        node, is_folded = self._nodes.get(id), id in self._folded
        place = self.place(id) if id in self._below and not self._query else None
        if is_folded:
            self._folded.discard(id)
            if place is not None:
                self._lines[place + 1 : place + 1] = self._walk(self._below[id])
            return
        if place is not None and node is not None:
            del self._lines[place + 1 : self._end(node, place)]
        self._folded.add(id)

    def _build(self, *, narrows: bool) -> None:
        """All lines anew; `narrows`: nothing matches now that did not before."""
        matching = self._matching(narrows=narrows)
        for node in self._nodes.values():
            node.is_match = False
        above: set[Node] = set()
        for node in matching:
            node.is_match = True
            at = node.above
            while at is not None and at not in above:
                above.add(at)
                at = at.above
        self._since = {}
        if self._view == "waiting":
            self._build_waiting(matching)
        else:
            self._below = {None: [node for node in self._top if node.is_match or (node.below and node in above)]}
            for parent in above:
                self._below[parent.id] = [node for node in parent.below or () if node.is_match or node in above]
        self._lines = self._walk(self._below[None])

    def _build_waiting(self, matching: list[Node]) -> None:
        kept: dict[Node, float] = {}
        for node in matching:
            since = node.since if node.since is not None else inf
            at: Node | None = node
            while at is not None and kept.get(at, inf) > since:
                kept[at] = since
                at = at.above
        self._since = {node.id: since for node, since in kept.items()}
        self._below = {None: []}
        for node in kept:
            self._below.setdefault(node.above.id if node.above else None, []).append(node)
        for siblings in self._below.values():
            siblings.sort(key=self._key)

    def _matching(self, *, narrows: bool) -> list[Node]:
        view, asked, words = self._view, self._asked, self._words
        if view is None:
            return []
        if view == "drafts":
            there = [self._nodes[id] for id in {*asked.drafts} if id in self._nodes]
            return [node for node in there if not words or self._haystacks.answers(node, words)]
        candidates = self._haystacks.matching(words) if words else self._nodes.values()
        if narrows:
            return [node for node in candidates if node.is_match]
        if view == "all":
            return list(candidates)
        belongs = BELONGS[view]
        return [node for node in candidates if belongs(node.id, node.facts, asked)]


def _narrows(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Whether what has all of these words had all of those before."""
    return all(any(old in new for new in after) for old in before)
