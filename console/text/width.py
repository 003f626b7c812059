"""Lines laid out in cells: measured, cut and wrapped between clusters, never inside one.

Widths are those of `rich.cells`, for Textual lays out by them: another table would be right more often and still tear
the frame. Where terminals disagree with it, `console.text.safe` has taken out what can be (variation selectors, joiners
behind narrow characters).
"""

from __future__ import annotations

import re

from rich.cells import cell_len, split_graphemes

_WORDS = re.compile(r"\s*\S+|\s+")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")


def cell_width(text: str) -> int:
    """How many cells the text takes."""
    return cell_len(text)


def clip(text: str, width: int) -> str:
    """The text in at most `width` cells, ending in "…" where some of it did not fit."""
    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    kept: list[str] = []
    room = width - 1
    for cluster, cells in clusters(text):
        if cells > room:
            break
        kept.append(cluster)
        room -= cells
    return "".join(kept).rstrip(" ") + "…"


def wrap(text: str, width: int) -> list[str]:
    """A line as rows of at most `width` cells: broken at spaces, a longer word between its clusters.

    Text is wrapped in its logical order; `console.text.bidi.visual` turns each row afterwards. Spaces at a break are
    gone, those at the beginning of the line stay.
    """
    width = max(width, 1)
    if cell_len(text) <= width:
        return [text]
    rows: list[str] = []
    row, used = "", 0
    for word in _WORDS.findall(text):
        cells = cell_len(word)
        if used + cells <= width:
            row, used = row + word, used + cells
            continue
        if used:
            rows.append(row)
            word = word.lstrip()
            cells = cell_len(word)
        *full, row = _broken(word, width) if cells > width else [word]
        rows.extend(full)
        used = cell_len(row)
    return [*rows, row] if row or not rows else rows


def clusters(text: str) -> list[tuple[str, int]]:
    """What is drawn as one, with its cells: a letter with its marks, an emoji with what it is joined to, a flag."""
    if text.isascii():
        return [(character, 1) for character in text]
    found: list[tuple[str, int]] = []
    for start, end, cells in split_graphemes(text)[0]:
        cluster = text[start:end]
        if found and _FLAG.match(cluster) and _FLAG.fullmatch(found[-1][0]):
            found[-1] = (found[-1][0] + cluster, found[-1][1] + cells)
        else:
            found.append((cluster, cells))
    return found


def _broken(word: str, width: int) -> list[str]:
    """A word that fits no row, in rows. A cluster wider than the row has one of its own."""
    rows: list[str] = []
    row, used = "", 0
    for cluster, cells in clusters(word):
        if used + cells > width and row:
            rows.append(row)
            row, used = "", 0
        row, used = row + cluster, used + cells
    return [*rows, row]
