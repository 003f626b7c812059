"""Which conversations of the hierarchy are shown, found a slice at a time: a screenful costs a screenful. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from console.state.nodes import Node
from console.state.views import BELONGS, Asked, Facts, View

Answering = Callable[[Sequence[Node]], list[Node]]
"""Of some conversations those that belong to what is asked for."""


class Sieve:
    """Looks through lines and marks what is shown of them: what answers, and what has such a one below it.

    The lines are in order, each before all that is below it, and what is not among them is not shown. None of them may
    change its place or its marks before all are looked through. So many `at_once`, and more where more than those lie
    below one at the top.
    """

    def __init__(self, lines: Sequence[Node], answering: Answering, at_once: int) -> None:
        self._lines = lines or ()  # none, once all were looked through: not a list that others fill later
        self._answering = answering
        self._at_once = at_once
        self._at = 0

    @property
    def is_through(self) -> bool:
        """Whether all were looked through."""
        return not self._lines

    @property
    def share(self) -> float:
        """How much of all was looked through, up to 1."""
        return self._at / len(self._lines) if self._lines else 1.0

    @property
    def last(self) -> Node | None:
        """The last that was looked through; None before the first, and when there are no more."""
        return self._lines[self._at - 1] if self._lines and self._at else None

    def next(self) -> list[Node]:
        """Look through the next slice; what is shown of it."""
        start, end = self._at, self._at + self._at_once
        while end < len(self._lines) and self._lines[end].above is not None:
            end += 1
        some = self._lines[start:end]
        self._at, self._lines = end, self._lines if end < len(self._lines) else ()
        answering = self._answering(some)
        for node in some:
            node.is_match = False
            node.kept = 0
        for node in answering:
            node.is_match = True
        for node in answering:
            above = node.above
            while above is not None:
                above.kept += 1
                if above.is_match or above.kept > 1:
                    break
                above = above.above
        return [node for node in some if node.is_match or node.kept] if answering else []


def marked(some: Sequence[Node]) -> list[Node]:
    """Those that matched so far."""
    return [node for node in some if node.is_match]


def having(words: Iterable[bytes], answering: Answering) -> Answering:
    """What finds those that have all of these words, of those that it found."""
    longest_first = sorted(words, key=len, reverse=True)

    def found(some: Sequence[Node]) -> list[Node]:
        for word in longest_first:
            some = [node for node in some if node.words.find(word) >= 0]  # half as long as `in`
        return answering(some)

    return found


def belonging(view: View, asked: Asked, known: Collection[Facts]) -> Answering:
    """What finds those of a view. Most have the same few facts, those `known`, which are judged once."""
    belongs = BELONGS[view]
    if view == "all":
        return list
    if view == "drafts":
        return lambda some: [node for node in some if node.id in asked.drafts]
    these = {id(facts) for facts in known if belongs("", facts, asked)}
    return lambda some: [
        node
        for node in some
        if id(node.facts) in these or (node.facts.snoozed_until and belongs(node.id, node.facts, asked))
    ]


def narrows(before: tuple[bytes, ...], after: tuple[bytes, ...]) -> bool:
    """Whether what has all of these words had all of those before."""
    return all(any(old in new for new in after) for old in before)
