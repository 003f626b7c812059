"""The lines of one view of the hierarchy, kept in order. Pure.

A change costs what it changes: lines are found by the path that leads to them, moved and cut out in slices, and made
when they are looked at. Another view or filter is gone through as far as one looks, and to its end before a change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import overload

from console.state.folds import Folds
from console.state.nodes import Key, Node, encoded, is_kept, key_of, walk
from console.state.order import Order
from console.state.rows import ConversationRow
from console.state.sieve import Sieve, belonging, having, marked, narrows
from console.state.views import BELONGS, Asked, Facts, View, words_of

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """A row of the tree and what it takes to draw its guides."""

    row: ConversationRow
    depth: int
    is_last: tuple[bool, ...]  # for each level down to its own, the top one first
    has_children: bool  # in this view
    is_match: bool  # False of one that is shown only because something below it matches
    folded_away: int = 0  # how many would be seen below it
    hides_waiting: bool = False  # in one of these somebody waits
    hides_unread: bool = False


class Shown(Sequence[OutlineLine]):
    """What the tree shows of an outline, which tells it of every change. Nothing, until a view is asked for."""

    def __init__(
        self,
        nodes: dict[str, Node],
        snoozed: list[tuple[datetime, str]],
        facts: Collection[Facts],
        row_of: Callable[[str], ConversationRow],
        at_once: int,
    ) -> None:
        """These are the outline's own, and read only here; `at_once` conversations are looked through."""
        self._nodes = nodes
        self._snoozed = snoozed
        self._facts = facts
        self._row_of = row_of
        self._view: View | None = None
        self._query = ""
        self._words: tuple[bytes, ...] = ()
        self._asked = Asked(_NEVER, None, frozenset())
        self._folded: set[str] = set()
        self._since: dict[str, float] = {}  # who waits longest there or anywhere below, in the view that is sorted so
        self._all = Order(key_of)
        self._own = Order(self._key)  # as far as they were found
        self._earlier: list[Node] = []  # and kept, as a new one would keep the collector of garbage busy
        self._at_once = at_once
        self._sieve = Sieve([], list, at_once)
        self._hidden: set[Node] = set()
        self._folds = Folds()

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
        words = tuple(encoded(word) for word in words_of(query))
        is_narrower = is_same and self.is_whole and narrows(self._words, words)
        among = self._all.lines
        if is_narrower and self._query:  # it has unfolded all: only what answered it is looked at again
            self._own.lines, self._earlier = self._earlier, self._own.lines
            among = self._earlier
        self._own.lines.clear()
        new = [word for word in words if not is_narrower or word not in self._words]
        self._view, self._asked, self._query, self._words = view, asked, query, words
        self._folded = {*folded}
        answering = having(new, marked if is_narrower else belonging(view, asked, self._facts))
        self._sieve = Sieve(among, answering, self._at_once)
        self._since, self._hidden = {}, self._all_hidden()
        self._folds.clear()
        if view == "waiting":
            self._build_waiting()

    @property
    def is_whole(self) -> bool:
        """Whether all lines were found: as many as there are, else as many as were looked at, and some more."""
        return self._sieve.is_through

    @property
    def likely(self) -> int:
        """How many lines there are, if the rest is like what was looked through."""
        return round(len(self._own.lines) / (self._sieve.share or 1))

    def look_on(self) -> None:
        """Find some more lines, if there are any."""
        lines = self._sieve.next()
        self._own.lines += [node for node in lines if node.above not in self._hidden] if self._hidden else lines

    def reaches(self, count: int) -> bool:
        """Whether there are so many lines."""
        while len(self._own.lines) < count and not self.is_whole:
            self.look_on()
        return len(self._own.lines) >= count

    def __len__(self) -> int:
        self._look_through()
        return len(self._own.lines)

    def __bool__(self) -> bool:
        return self.reaches(1)

    @overload
    def __getitem__(self, place: int) -> OutlineLine: ...
    @overload
    def __getitem__(self, place: slice) -> list[OutlineLine]: ...
    def __getitem__(self, place: int | slice) -> OutlineLine | list[OutlineLine]:
        if isinstance(place, slice):
            return [self._line(one) for one in range(*place.indices(len(self)))]
        if place < 0 or not self.reaches(place + 1):
            place = range(len(self))[place]
        return self._line(place)

    def id_at(self, place: int) -> str:
        """The conversation of a line, without the rest of it."""
        self.reaches(place + 1)
        return self._own.lines[place].id

    def place(self, id: str | None) -> int | None:
        """The line of a conversation; None of one that is not shown, or folded away."""
        node = self._nodes.get(id) if id is not None else None
        if node is None:
            return None
        while not self._has_passed(node):
            self.look_on()
        return self._own.place(node) if is_kept(node) and self._is_open(node) else None

    def find(self, start: int, step: int, *, unread: bool = False, waiting: bool = False, but: str = "") -> str | None:
        """The first conversation behind line `start` that is as asked, or with `step` -1 before it, and is not `but`.

        It may be folded away. A `start` of -1 is before all lines.
        """
        for node in self._behind(start) if step > 0 else self._before(start):
            if ((unread and node.facts.is_unread) or (waiting and node.facts.is_waiting)) and node.id != but:
                return node.id
        return None

    # what the outline tells

    def judge(self, node: Node) -> None:
        """Something of a conversation changed: whether it is shown, or since when somebody waits."""
        self._look_through()
        if self._view is None:
            return
        belongs = BELONGS[self._view](node.id, node.facts, self._asked)
        is_match = belongs and all(word in node.words for word in self._words)
        was_kept = is_kept(node)
        was_match, node.is_match = node.is_match, is_match
        if is_match and not was_kept:
            self._since_now(node)
            self._show(node)
        elif was_match and not is_kept(node):
            self._unlink(node)
        else:
            self._rewait(node)
        self._folds.change(node)

    def leave(self, node: Node) -> None:
        """A conversation leaves its place, with all below it."""
        self._look_through()
        self._folds.forget(node.above)
        self._all.cut(node)
        if is_kept(node):
            self._unlink(node)

    def drop(self, node: Node) -> None:
        """A conversation is about to be no more. Nothing stands below it."""
        self._look_through()
        if node.is_match:
            node.is_match = False
            self._unlink(node)

    def stand(self, node: Node) -> None:
        """A conversation has come to its place, with all below it."""
        self._look_through()
        self._folds.forget(node.above)
        self._all.put(walk([node], lambda node: node.below or ()))
        if is_kept(node):
            self._show(node)

    def rekey(self, node: Node, newest: float) -> None:
        """Set the newest activity of a conversation and all below it, and put it where it belongs by that."""
        self._look_through()
        all_lines, lines = self._all.span(node), None
        if self._view != "waiting" and is_kept(node) and self._is_open(node):
            lines = self._own.span(node)
        node.newest = newest
        self._all.settle(node, all_lines)
        if lines:
            self._own.settle(node, lines)

    # how it is kept

    def _line(self, place: int) -> OutlineLine:
        lines, node = self._own.lines, self._own.lines[place]
        is_last, end = [], self._own.end(node, place + 1)
        at: Node | None = node
        while at is not None:
            after = lines[end] if self.reaches(end + 1) else None
            is_last.append(after is None or after.above is not at.above)
            if not is_last[-1] and at.above is not None:
                end = self._own.end(at.above, end)
            at = at.above
        is_last.reverse()
        hidden, waiting, unread = 0, 0, 0
        if node.kept and node.id in self._closed:
            hidden, waiting, unread = self._folds.counts(node, self._all_below)
        row, guides, marks = self._row_of(node.id), tuple(is_last), (hidden, waiting > 0, unread > 0)
        return OutlineLine(row, len(guides) - 1, guides, node.kept > 0, node.is_match, *marks)

    def _behind(self, place: int) -> Iterator[Node]:
        lines, closed = self._own.lines, self._closed
        while place < len(lines):
            if place >= 0 and lines[place].id in closed:
                yield from self._folded_away(lines[place])
            place += 1
            if place < len(lines) or self.reaches(place + 1):
                yield lines[place]

    def _before(self, place: int) -> Iterator[Node]:
        self.reaches(place)
        for node in reversed(self._own.lines[:place]):
            if node.id in self._closed:
                yield from reversed(self._folded_away(node))
            yield node

    def _folded_away(self, node: Node) -> list[Node]:
        """What would be seen below a line if it were not folded."""
        if self._view == "waiting":
            return walk(self._below(node), self._below)
        return [one for one in self._all_below(node) if is_kept(one)]

    def _all_below(self, node: Node) -> list[Node]:
        start, end = self._all.span(node)
        return self._all.lines[start + 1 : end]

    @property
    def _closed(self) -> Collection[str]:
        return () if self._query else self._folded

    def _is_open(self, node: Node) -> bool:
        """Whether it is not folded away."""
        closed, at = self._closed, node.above
        while at is not None and closed:
            if at.id in closed:
                return False
            at = at.above
        return True

    def _key(self, node: Node) -> Key:
        return (self._since[node.id], node.id) if self._view == "waiting" else (-node.newest, node.id)

    def _below(self, node: Node) -> list[Node]:
        """Those right below that are shown, in order."""
        below = [one for one in node.below or () if one.is_match or one.kept]
        if self._view == "waiting":
            below.sort(key=self._key)
        return below

    def _unfolded(self, node: Node) -> list[Node]:
        """Those right below that are shown and not folded away, in order."""
        return [] if node.id in self._closed else self._below(node)

    def _show(self, node: Node) -> None:
        """Put in what is shown from now on, and those above it for its sake."""
        while (above := node.above) is not None:
            was_kept = is_kept(above)
            above.kept += 1
            if was_kept:
                break
            node = above
            self._since_now(node)
        if self._is_open(node):
            self._own.put(walk([node], self._unfolded))
        self._rewait(node.above)

    def _unlink(self, node: Node) -> None:
        """Take it out, and those above it that were shown for its sake alone."""
        while True:
            if self._is_open(node):
                self._own.cut(node)
            if not is_kept(node):
                self._since.pop(node.id, None)
            if (above := node.above) is None:
                return
            above.kept -= 1
            if is_kept(above):
                self._rewait(above)
                return
            node = above

    def _since_of(self, node: Node) -> float:
        since = [self._since[one.id] for one in node.below or () if one.is_match or one.kept] if node.kept else []
        if node.is_match and node.since is not None:
            since.append(node.since)
        return min(since)

    def _since_now(self, node: Node) -> None:
        if self._view == "waiting":
            self._since[node.id] = self._since_of(node)

    def _rewait(self, node: Node | None) -> None:
        """Bring up to date since when somebody waits here and above, as far as it changes."""
        while self._view == "waiting" and node is not None and is_kept(node):
            since = self._since_of(node)
            if since == self._since[node.id]:
                return
            lines = self._own.span(node) if self._is_open(node) else None
            self._since[node.id] = since
            if lines:
                self._own.settle(node, lines)
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
        self._look_through()
        node, is_folded = self._nodes.get(id), id in self._folded
        is_seen = node is not None and node.kept and not self._query and self._is_open(node)
        if node is None or not is_seen:
            self._folded ^= {id}
            return
        place, end = self._own.span(node)
        self._folded ^= {id}
        self._own.lines[place + 1 : end] = walk(self._below(node), self._unfolded) if is_folded else []

    def _has_passed(self, node: Node) -> bool:
        last = self._sieve.last
        return self.is_whole or (last is not None and self._all.path(node) <= self._all.path(last))

    def _look_through(self) -> None:
        while not self.is_whole:
            self.look_on()

    def _all_hidden(self) -> set[Node]:
        """The folded ones, and those below them: of what lies right below these nothing is seen."""

        def parents(node: Node) -> list[Node]:
            return [one for one in node.below or () if one.below]

        return {one for id in self._closed if id in self._nodes for one in walk([self._nodes[id]], parents)}

    def _build_waiting(self) -> None:
        """All lines, which stand in another order here."""
        kept: dict[Node, float] = {}
        matching: list[Node] = []
        while not self.is_whole:
            matching += [node for node in self._sieve.next() if node.is_match]
        for node in matching:
            since = node.since if node.since is not None else inf
            at: Node | None = node
            while at is not None and kept.get(at, inf) > since:
                kept[at] = since
                at = at.above
        self._since = {node.id: since for node, since in kept.items()}
        top = sorted((since, node.id, node) for node, since in kept.items() if node.above is None)
        self._own.lines[:] = walk([node for _, _, node in top], self._unfolded)
