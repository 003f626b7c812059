"""Joiners and combining marks: kept where a script or an emoji needs them, gone where they only hide or pile up."""

from __future__ import annotations

import re
import unicodedata

from console.text.marks import JOINERS

MOST_MARKS = 6
"""On one base. Vietnamese, Arabic and Hebrew need three at most."""
_MOST_JOINED = 8
"""Emoji in one cluster: a family has four."""

_ARABIC = "\u0620-\u064a\u064b-\u065f\u066e-\u06d3\u06d5-\u06dc\u06df-\u06e8\u06ea-\u06ff\u0750-\u077f\u0870-\u08ff"
_INDIC = "\u0900-\u0dff"
_VIRAMA = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca"
_EMOJI = "\u203c\u2049\u2139\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2934\u2935\u2b00-\u2bff\U0001f000-\U0001faff"
_NEWEST = "\U0001fa70"
"""From here on emoji are added each year, all of two cells, that an older Python does not know."""

_JOINER = re.compile(
    f"(?P<emoji>[{_EMOJI}](?:\u200d[{_EMOJI}]){{1,{_MOST_JOINED - 1}}})"
    f"|(?P<kept>(?<=[{_ARABIC}])\u200c(?=[{_ARABIC}])"
    f"|(?<=[{_VIRAMA}])[\u200c\u200d](?![\u200c\u200d])"
    f"|(?<=[{_INDIC}])\u200d(?=[{_VIRAMA}]))"
    "|[\u200c\u200d]"
)
_MAYBE_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}")
"""Combining marks are no word characters, so a pile of them is such a run; so may be a row of emoji."""


def settle(text: str) -> str:
    """The text with joiners only inside emoji, Indic clusters and between Arabic letters, and no pile of marks."""
    if "\u200c" in text or "\u200d" in text:
        text = _JOINER.sub(_joined, text)
    return _MAYBE_MARKS.sub(_few_marks, text)


def is_piled(text: str) -> bool:
    """Whether some base carries more marks than we show."""
    return any(
        _few_marks(run) != run[0] for run in _MAYBE_MARKS.finditer(text.translate(dict.fromkeys(map(ord, JOINERS))))
    )


def _joined(match: re.Match[str]) -> str:
    """An emoji cluster stays whole when it begins with one of two cells: Rich draws a cluster as wide as its first."""
    if (emoji := match["emoji"]) is None:
        return match["kept"] or ""
    wide = unicodedata.east_asian_width(emoji[0]) == "W" or emoji[0] >= _NEWEST
    return emoji if wide else emoji.replace("\u200d", "")


def _few_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in match[0]:
        if character in JOINERS:
            if marks < MOST_MARKS:  # else the mark that it joins may be gone
                kept.append(character)
            continue
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
