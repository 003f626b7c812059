"""How many conversations are folded away below another, and whether somebody waits in one of them. Pure.

They are counted when somebody looks, once; from then on a change costs the way up from what it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from console.state.nodes import Node, Told, told


class Folds:
    """The counts of those that were looked at."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}  # of each: seen if it were unfolded, in how many somebody waits, unread

    def counts(self, node: Node, below: Callable[[Node], Iterable[Node]]) -> tuple[int, int, int]:
        """How many of all `below` this one are shown, in how many of these somebody waits, and how many are unread."""
        counts = self._counts.get(node.id)
        if counts is None:
            counts = self._counts[node.id] = [0, 0, 0]
            for one in below(node):
                one.told = told(one)
                _add(counts, one.told)
        return counts[0], counts[1], counts[2]

    def change(self, node: Node) -> None:
        """Something of a conversation changed, and with it perhaps what is shown above it."""
        if not self._counts:
            return
        path = [node]
        while (above := path[-1].above) is not None:
            path.append(above)
        counted = [(place, self._counts[one.id]) for place, one in enumerate(path) if place and one.id in self._counts]
        for place, one in enumerate(path[: counted[-1][0]] if counted else ()):
            before, one.told = one.told, told(one)
            if one.told != before:
                for above_it in (counts for at, counts in counted if at > place):
                    _add(above_it, before, -1)
                    _add(above_it, one.told)

    def forget(self, node: Node | None) -> None:
        """What lies below this one, and with it below those above it, comes or goes."""
        while node is not None and self._counts:
            self._counts.pop(node.id, None)
            node = node.above

    def clear(self) -> None:
        """All is another view."""
        self._counts.clear()


def _add(counts: list[int], what: Told, by: int = 1) -> None:
    for place, one in enumerate(what):
        counts[place] += by * one
