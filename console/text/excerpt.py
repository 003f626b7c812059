"""A message as one line of a list."""

from __future__ import annotations

from console.text.marks import JOINERS, MORE
from console.text.safe import SafeLine, block


def excerpt(text: str, limit: int = 120) -> SafeLine:
    """The beginning of what was said, on one line, cut at a word where one ends near the limit."""
    said = " ".join(block(text[: 4 * limit]).split())
    if len(said) <= limit and len(text) <= 4 * limit:
        return SafeLine(said)
    head = said[: limit - 1]
    word = head.rfind(" ")
    return SafeLine(head[: word if word > limit * 2 // 3 else None].rstrip(JOINERS + " ") + MORE)
