"""A conversation's place in the hierarchy, and the little of it that its place is found by. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from console.state.views import Facts

Told = tuple[bool, bool, bool]
"""Whether a conversation is shown, folded or not, and if so whether somebody waits in it and whether it is unread."""

_NOTHING: Told = (False, False, False)

Key = tuple[float, str]  # seconds, the newest ones negative so that they come first, then the id


class Node:
    """One conversation: there may be a hundred thousand, so of what a row says there is only what many ask for."""

    __slots__ = ("above", "at", "below", "facts", "id", "is_match", "kept", "newest", "since", "told", "words")

    def __init__(self, id: str, facts: Facts, at: float) -> None:
        self.id = id
        self.facts = facts
        self.at = at  # of its own last activity
        self.newest = at  # of it and all below it
        self.since: float | None = None  # when its customer began to wait
        self.above: Node | None = None  # where it stands, which no junk can make a circle
        self.below: list[Node] | None = None  # sorted by `key_of`
        self.is_match = False  # it belongs to the view that is shown and answers its filter
        self.kept = 0  # of those right below it, how many are shown or have such a one below them
        self.told: Told = _NOTHING  # of it to those above it that are folded
        self.words = b""  # that a filter looks through, folded


def key_of(node: Node) -> Key:
    """What a conversation is sorted by among those beside it."""
    return (-node.newest, node.id)


def seconds_of(at: datetime | None) -> float | None:
    """A time to sort by."""
    return None if at is None else at.timestamp()


def encoded(words: str) -> bytes:
    """Words that are found in those of a conversation: many letters take half as much as bytes."""
    return words.encode("utf-8", "surrogatepass")


def is_kept(node: Node) -> bool:
    """Whether it is shown, folded away or not."""
    return node.is_match or node.kept > 0


def walk(top: Sequence[Node], below: Callable[[Node], Sequence[Node]]) -> list[Node]:
    """These, each before those below it."""
    lines: list[Node] = []
    stack = [*reversed(top)]
    while stack:
        node = stack.pop()
        lines.append(node)
        if node.below:
            stack.extend(reversed(below(node)))
    return lines


def told(node: Node) -> Told:
    """What those above it that are folded say of it."""
    return (True, node.facts.is_waiting, node.facts.is_unread) if is_kept(node) else _NOTHING
