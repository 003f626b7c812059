"""Outside text made safe to show: one function for each place that it may stand in (security, "What ours does").

What came is replaced by a visible mark rather than removed, and cut to what a screen can bear. Each function is
idempotent, and ordinary text passes at the cost of one look.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import NewType

from console.text.clusters import is_piled, settle
from console.text.marks import (
    HIDDEN,
    JOINERS,
    LINE_END,
    LINE_ENDS,
    MORE,
    ODD,
    OVERRIDE,
    REPLACEMENT,
    UNSAFE,
    stand_in,
    stand_in_of_link,
    stand_in_of_name,
)

SafeLine = NewType("SafeLine", str)
"""One line without control characters, newlines or tricks of direction. Widgets draw nothing else as a line."""

SafeBlock = NewType("SafeBlock", str)
"""Lines with a newline between two, every one as safe as a SafeLine."""

MOST_CHARACTERS = 20_000
MOST_LINES = 400
LONGEST_LINE = 2_000
_LONGEST_NAME = 120
_TAIL = 16  # of a long name is kept, for there stands what kind of file it is

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_JOINER = re.compile(f"[{JOINERS}]")
_CALM = (
    ("\n", "\n"),
    (" ", "~"),
    ("\u3041", "\u3096"),
    ("\u30a1", "\u30fa"),
    ("\u3400", "\u4dbf"),
    ("\u4e00", "\u9fff"),
    ("\uac00", "\ud7a3"),
)
"""From which to which: a character that stays what it is whatever follows, nor changes what follows.

It is no half, joiner, mark or base of one. A mark may stand on it, but how many marks a base bears is told from the
marks alone.
"""


def line(text: str, limit: int = 200) -> SafeLine:
    """The text as one line of at most `limit` characters, a line end as ⏎, a tab as one space."""
    return SafeLine(_cut(_one_line(_first(text, limit)), limit, was=len(text)))


def block(
    text: str, characters: int = MOST_CHARACTERS, lines: int = MOST_LINES, line_characters: int = LONGEST_LINE
) -> SafeBlock:
    """The text as lines, a tab as four spaces. What is beyond a limit is cut and shown as "…" in its place."""
    few = _first(text, characters)
    clean = few if _is_plain(few.replace("\n", "")) else _cleaned(few)
    return _within(clean, characters, lines, line_characters, is_cut=len(text) > characters)


def own(text: str) -> SafeBlock:
    """A person's own text, which is never cut: what they wrote, pasted or had written is theirs."""
    return block(text, sys.maxsize, sys.maxsize, sys.maxsize)


def name(text: str) -> SafeLine:
    """The name of a person or a file: every control of direction is a mark, and the end of a long one is kept."""
    few = text if len(text) <= 4 * _LONGEST_NAME else text[: 2 * _LONGEST_NAME] + text[-2 * _LONGEST_NAME :]
    said = " ".join(_one_line(few, stand_in_of_name).split())
    if len(said) <= _LONGEST_NAME:
        return SafeLine(said)
    head, tail = said[: _LONGEST_NAME - _TAIL - 1], said[-_TAIL:]
    return SafeLine(settle(head.rstrip() + MORE + tail.lstrip()))


def link(text: str, limit: int = LONGEST_LINE) -> SafeLine:
    """An address, of which nothing is left out without a mark. It is text to read; `console.text.link` opens one."""
    said = _one_line(_JOINER.sub(REPLACEMENT, _first(text, limit)), stand_in_of_link)
    return SafeLine(_cut(said, limit, was=len(text)))


def lines(text: SafeBlock) -> list[SafeLine]:
    """The lines of a block."""
    return [SafeLine(one) for one in text.split("\n")]


def was_cleaned(raw: str, safe: str) -> bool:
    """Whether a mark stands in `safe` for something of `raw`, or something was hidden in it that nobody types."""
    if raw == safe:
        return False
    few = _paired(_first(raw, MOST_CHARACTERS))
    return bool(
        HIDDEN.search(few)
        or safe.count(REPLACEMENT) > few.count(REPLACEMENT)
        or safe.count(OVERRIDE) > few.count(OVERRIDE)
        or is_piled(few)
    )


class Stream:
    """Text that comes in pieces, made safe as a whole: however it was split, the same is shown in the end.

    A piece costs by its own length: what nothing that follows can change is not looked at again.
    """

    def __init__(self) -> None:
        self.length = 0
        """Characters that came. Those beyond the limits are counted and not kept."""
        self._settled = ""
        self._open = ""  # what came since, as it came: the next piece may belong to it
        self._room = MOST_CHARACTERS + 1  # one more shows that something was cut

    def feed(self, piece: str) -> SafeBlock:
        """All that came so far, made safe."""
        self.length += len(piece)
        came = self._open + piece[: self._room]
        self._room = max(0, self._room - len(piece))
        last = next((place for place in range(len(came), len(self._open), -1) if _is_calm(came[place - 1])), 0)
        self._settled, self._open = self._settled + _cleaned(came[:last]), came[last:]
        clean = self._settled + _cleaned(self._open)
        return _within(clean, MOST_CHARACTERS, MOST_LINES, LONGEST_LINE, is_cut=self.length > MOST_CHARACTERS)


def _cleaned(text: str) -> str:
    """Lines with a mark for what may not be shown."""
    return settle(UNSAFE.sub(stand_in, LINE_ENDS.sub("\n", _paired(text)).replace("\t", "    ")))


def _within(clean: str, characters: int, lines: int, line_characters: int, *, is_cut: bool) -> SafeBlock:
    """As much of it as the limits let be. `is_cut`: something was left out already."""
    is_cut = is_cut or len(clean) > characters
    rows = clean[:characters].split("\n")
    if len(rows) > lines:
        rows, is_cut = rows[:lines], True
    if len(clean) > line_characters:
        rows = [_cut(row, line_characters) for row in rows]
    if not is_cut:
        return SafeBlock("\n".join(rows))
    kept = "\n".join(rows[: lines - 1])[: characters - 2].rstrip(JOINERS + "\n")
    return SafeBlock(f"{kept}\n{MORE}" if kept else MORE)


def _is_calm(character: str) -> bool:
    return any(first <= character <= last for first, last in _CALM)


def _is_plain(text: str) -> bool:
    """Whether nothing in it needs a closer look. `isprintable` knows controls, formats, surrogates and private use."""
    return text.isprintable() and (text.isascii() or ODD.search(text) is None)


def _first(text: str, limit: int) -> str:
    """What may be shown of it at most: the rest is not even looked at."""
    return text if len(text) <= limit else text[: limit + 1]


def _paired(text: str) -> str:
    """Halves of a character that a server split are put together again."""
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _one_line(text: str, instead: Callable[[re.Match[str]], str] = stand_in) -> str:
    if _is_plain(text):
        return text
    text = LINE_ENDS.sub(LINE_END, _paired(text)).replace("\t", " ")
    return settle(UNSAFE.sub(instead, text))


def _cut(text: str, limit: int, was: int = 0) -> str:
    """At most `limit` characters, the last of them "…" where some were left out."""
    if len(text) <= limit and was <= limit:
        return text
    return text[: limit - 1].rstrip(JOINERS) + MORE
