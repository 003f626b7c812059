"""The hierarchy of conversations as the tree shows it. Pure: rows in, lines out.

Below each conversation its children are kept sorted by the newest activity of all that is below them, so a change costs
the way from its row to the top and not the number of conversations, and a view costs what it shows.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from console.state.rows import ConversationRow
from console.state.views import BELONGS, Asked, Group, View, groups_for, groups_of, haystack_of, words_of

Key = tuple[float, str]  # seconds, the newest ones negative so that they come first, then the id

_NEVER = datetime.min.replace(tzinfo=UTC)  # before which nothing snoozed is due


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """A row of the tree and what it takes to draw its guides."""

    row: ConversationRow
    depth: int
    is_last: tuple[bool, ...]  # for each level down to its own, the top one first
    has_children: bool  # in this view
    is_folded: bool
    is_match: bool  # False of one that is shown only because something below it matches


class Outline:
    """All known conversations, each below its parent, or at the top until its parent is known."""

    def __init__(self) -> None:
        self._rows: dict[str, ConversationRow] = {}
        self._above: dict[str, str | None] = {}  # where it stands, which no junk can make a circle
        self._newest: dict[str, float] = {}  # of it and all below it
        self._below: dict[str | None, list[Key]] = defaultdict(list)
        self._wants: dict[str, str] = {}  # of those at the top that name a parent, which
        self._wanted_by: dict[str, set[str]] = defaultdict(set)  # the same, by that parent
        self._groups: dict[Group, set[str]] = defaultdict(set)
        self._haystacks: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id: object) -> bool:
        return id in self._rows

    def put(self, row: ConversationRow) -> None:
        """Take a row, new or changed."""
        before = self._rows.get(row.id)
        self._rows[row.id] = row
        self._regroup(row.id, groups_of(before) if before else frozenset(), groups_of(row))
        self._haystacks.pop(row.id, None)
        if before is None:
            self._newest[row.id] = row.at.timestamp()
            self._stand(row)
            for id in tuple(self._wanted_by.get(row.id, ())):
                self._move(self._rows[id])
        elif before.parent_id != row.parent_id:
            self._move(row)
        self._lift(row.id)

    def remove(self, id: str) -> None:
        """Let a row go; what was below it stands at the top."""
        row = self._rows.pop(id)
        self._regroup(id, groups_of(row), frozenset())
        self._haystacks.pop(id, None)
        self._leave(row)
        del self._newest[id]
        for _, child in self._below.pop(id, []):
            self._above[child] = None
            insort(self._below[None], (-self._newest[child], child))
            self._want(child, id)

    def rows(self) -> tuple[ConversationRow, ...]:
        """Every conversation, in no order."""
        return tuple(self._rows.values())

    def path(self, id: str) -> tuple[ConversationRow, ...]:
        """The row and those above it, the top one first; nothing of an unknown one."""
        rows = []
        at: str | None = id if id in self._rows else None
        while at is not None:
            rows.append(self._rows[at])
            at = self._above[at]
        return tuple(reversed(rows))

    def children(self, id: str | None) -> tuple[ConversationRow, ...]:
        """The rows right below, newest activity first; None asks for the top."""
        return tuple(self._rows[child] for _, child in self._below.get(id, ()))

    def subtree(self, id: str) -> list[str]:
        """The id and all known ones below it, also where the id itself is not known."""
        found = {id: None}
        walked = [id]
        for one in walked:  # grows while it is walked
            below = [child for _, child in self._below.get(one, ())]
            news = [child for child in (*below, *self._wanted_by.get(one, ())) if child not in found]
            found |= dict.fromkeys(news)
            walked += news
        return walked

    def waiting_count(self, now: datetime | None = None) -> int:
        """How many conversations somebody waits in: those of the view "waiting"."""
        return len(self._matching("waiting", Asked(now or _NEVER, None, ()), ""))

    def lines(
        self,
        view: View,
        *,
        folded: Collection[str] = (),
        query: str = "",
        now: datetime,
        me: str | None = None,
        drafts: Collection[str] = (),
    ) -> tuple[OutlineLine, ...]:
        """The tree of a view. Whatever answers a query is shown, folded or not."""
        matching = self._matching(view, Asked(now, me, drafts), query)
        kept = self._kept(matching, by_waiting=view == "waiting")
        below: dict[str | None, list[Key]] = defaultdict(list)
        for id, seconds in kept.items():
            below[self._above[id]].append((seconds, id))
        closed = () if query else folded
        lines: list[OutlineLine] = []
        stack: list[tuple[str, tuple[bool, ...]]] = []

        def descend(id: str | None, guides: tuple[bool, ...]) -> None:
            siblings = sorted(below.get(id, ()), reverse=True)  # the stack turns them round again
            stack.extend((child, (*guides, place == 0)) for place, (_, child) in enumerate(siblings))

        descend(None, ())
        while stack:
            id, guides = stack.pop()
            is_folded = id in below and id in closed
            lines.append(OutlineLine(self._rows[id], len(guides) - 1, guides, id in below, is_folded, id in matching))
            if not is_folded:
                descend(id, guides)
        return tuple(lines)

    def _matching(self, view: View, asked: Asked, query: str) -> set[str]:
        groups = groups_for(view, asked)
        candidates: Iterable[str] = self._rows
        if view == "drafts":
            candidates = [id for id in asked.drafts if id in self._rows]
        elif groups is not None:
            candidates = [id for group in groups for id in self._groups.get(group, ())]
        belongs = BELONGS[view]
        found = {id for id in candidates if belongs(self._rows[id], asked)}
        words = words_of(query)
        return {id for id in found if self._answers(id, words)} if words else found

    def _answers(self, id: str, words: tuple[str, ...]) -> bool:
        haystack = self._haystacks.get(id)
        if haystack is None:
            haystack = self._haystacks[id] = haystack_of(self._rows[id])
        return all(word in haystack for word in words)

    def _kept(self, matching: Collection[str], *, by_waiting: bool) -> dict[str, float]:
        """The matching ones and those above them, each with what it is sorted by."""
        kept: dict[str, float] = {}
        for id in matching:
            since = self._rows[id].waiting_since if by_waiting else None
            at: str | None = id
            while at is not None:
                seconds = since.timestamp() if since else -self._newest[at]
                if at in kept and kept[at] <= seconds:
                    break
                kept[at] = seconds
                at = self._above[at]
        return kept

    def _regroup(self, id: str, before: frozenset[Group], after: frozenset[Group]) -> None:
        for group in before - after:
            self._groups[group].discard(id)
        for group in after - before:
            self._groups[group].add(id)

    def _stand(self, row: ConversationRow) -> None:
        """Put it below its parent, or at the top if that is unknown or stands below it."""
        parent = row.parent_id
        if parent is not None and (parent not in self._rows or self._is_below(parent, row.id)):
            self._want(row.id, parent)
            parent = None
        self._above[row.id] = parent
        insort(self._below[parent], (-self._newest[row.id], row.id))
        if parent is not None:
            self._lift(parent)

    def _leave(self, row: ConversationRow) -> None:
        """Take it from where it stands."""
        parent = self._above.pop(row.id)
        siblings = self._below[parent]
        del siblings[bisect_left(siblings, (-self._newest[row.id], row.id))]
        if wanted := self._wants.pop(row.id, None):
            self._wanted_by[wanted].discard(row.id)
            if not self._wanted_by[wanted]:
                del self._wanted_by[wanted]
        if parent is not None:
            self._lift(parent)

    def _move(self, row: ConversationRow) -> None:
        """Put it where its row says, and with it those that a circle kept from their places."""
        self._leave(row)
        self._stand(row)
        for id in [id for parent, ids in self._wanted_by.items() if parent in self._rows for id in ids]:
            if not self._is_below(self._wants[id], id):
                self._leave(self._rows[id])
                self._stand(self._rows[id])

    def _want(self, id: str, parent: str) -> None:
        self._wants[id] = parent
        self._wanted_by[parent].add(id)

    def _is_below(self, id: str, top: str) -> bool:
        at: str | None = id
        while at is not None and at != top:
            at = self._above.get(at)
        return at == top

    def _lift(self, id: str) -> None:
        """Bring the newest activity up to date here and above, as far as it changes."""
        at: str | None = id
        while at is not None:
            below = self._below.get(at)
            newest = max(self._rows[at].at.timestamp(), -below[0][0]) if below else self._rows[at].at.timestamp()
            if newest == self._newest[at]:
                return
            parent = self._above[at]
            siblings = self._below[parent]
            del siblings[bisect_left(siblings, (-self._newest[at], at))]
            self._newest[at] = newest
            insort(siblings, (-newest, at))
            at = parent
