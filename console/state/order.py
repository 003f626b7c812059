"""Lines of a hierarchy in order: each conversation before those below it, those beside it by a key. Pure.

A line is found by the path of keys that leads to it, so a change costs a search and a slice that moves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from console.state.nodes import Key, Node

Span = tuple[int, int]
"""From the line of a conversation to the first that is not below it."""


class Order:
    """The lines, which are others' to choose."""

    def __init__(self, key: Callable[[Node], Key]) -> None:
        self.lines: list[Node] = []
        self._key = key

    def path(self, node: Node) -> list[Key]:
        """What leads to a line from the top. Lines are in the order of their paths."""
        keys = [self._key(node)]
        while (above := node.above) is not None:
            keys.append(self._key(above))
            node = above
        keys.reverse()
        return keys

    def place(self, node: Node) -> int:
        """Where a conversation stands, or would."""
        return bisect_left(self.lines, self.path(node), key=self.path)

    def end(self, node: Node, start: int) -> int:
        """The first line from `start` on that is not below a conversation; until there all are."""
        lines, step = self.lines, 1
        while start + step <= len(lines) and is_below(lines[start + step - 1], node):
            start, step = start + step, step * 2
        end = min(start + step, len(lines))
        return bisect_left(lines, True, lo=start, hi=end, key=lambda line: not is_below(line, node))

    def span(self, node: Node) -> Span:
        """The lines of a conversation and of all below it."""
        place = self.place(node)
        return place, self.end(node, place + 1)

    def cut(self, node: Node) -> None:
        """Take these out."""
        place, end = self.span(node)
        del self.lines[place:end]

    def put(self, lines: Sequence[Node]) -> None:
        """Put in a conversation, with those that are below it and shown."""
        place = self.place(lines[0])
        self.lines[place:place] = lines

    def settle(self, node: Node, span: Span) -> None:
        """The key of the conversation of these lines is another now: put them where they belong, unless they are."""
        (place, end), lines, path = span, self.lines, self.path(node)
        is_after = place == 0 or self.path(lines[place - 1]) < path
        if is_after and (end == len(lines) or path < self.path(lines[end])):
            return
        moved = lines[place:end]
        del lines[place:end]
        self.put(moved)


def is_below(node: Node, top: Node) -> bool:
    """Whether a conversation is this one, or below it."""
    at: Node | None = node
    while at is not None and at is not top:
        at = at.above
    return at is top
