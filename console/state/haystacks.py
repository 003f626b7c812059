"""What a filter looks through: the folded words of every conversation, many of them in one text. Pure.

A text of its own for each would take as much again for its head as for its words. A conversation that changes leaves
its page, and stands among the loose ones until those are enough for a new page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.state.nodes import Node

_PAGE = 128  # conversations
_BETWEEN = b"\0"  # two conversations; no text that is made safe has it in it


class Page:
    """The words of some conversations, in one text."""

    __slots__ = ("left", "nodes", "text")

    def __init__(self, words: dict[Node, bytes]) -> None:
        self.nodes: list[Node | None] = list(words)
        self.text = _BETWEEN.join(words.values())
        self.left = len(words)

    def pairs(self) -> Iterable[tuple[Node | None, bytes]]:
        """Each conversation that is still here with its words; None in the place of one that is not."""
        return zip(self.nodes, self.text.split(_BETWEEN), strict=True)


class Haystacks:
    """The folded words of all conversations, and which of these have all that is asked for."""

    def __init__(self) -> None:
        self._loose: dict[Node, bytes] = {}
        self._pages: set[Page] = set()

    def put(self, node: Node, words: str) -> None:
        """Take what a conversation says now."""
        self.drop(node)
        self._loose[node] = words.encode("utf-8", "surrogatepass")
        if len(self._loose) >= 2 * _PAGE:
            first = list(self._loose)[:_PAGE]
            page = Page({one: self._loose.pop(one) for one in first})
            for one in first:
                one.page = page
            self._pages.add(page)

    def drop(self, node: Node) -> None:
        """Let a conversation go. A page that is half empty is given up."""
        self._loose.pop(node, None)
        page, node.page = node.page, None
        if page is None:
            return
        page.nodes[page.nodes.index(node)] = None
        page.left -= 1
        if page.left < _PAGE // 2:
            self._pages.discard(page)
            for one, words in page.pairs():
                if one is not None:
                    one.page = None
                    self._loose[one] = words

    def answers(self, node: Node, words: tuple[str, ...]) -> bool:
        """Whether all words are found in what a conversation says."""
        text = self._loose.get(node)
        if text is None and node.page is not None:
            text = next(found for one, found in node.page.pairs() if one is node)
        return text is not None and all(word in text for word in _encoded(words))

    def matching(self, words: tuple[str, ...]) -> list[Node]:
        """All conversations in which every word is found."""
        sought = _encoded(words)
        found = [node for node, text in self._loose.items() if all(word in text for word in sought)]
        for page in self._pages:
            if not all(word in page.text for word in sought):
                continue
            if len(sought) == 1:
                (word,) = sought
                found += [node for node, text in page.pairs() if word in text and node is not None]
            else:
                found += [
                    node for node, text in page.pairs() if node is not None and all(word in text for word in sought)
                ]
        return found


def _encoded(words: tuple[str, ...]) -> list[bytes]:
    """The longest first: it is found in the fewest."""
    return sorted((word.encode("utf-8", "surrogatepass") for word in words), key=len, reverse=True)
