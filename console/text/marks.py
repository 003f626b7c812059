"""The characters that are not shown as they came, and what stands in for each (security, "What ours does", 2 and 3)."""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
LINE_END = "\u23ce"
"""⏎: a line end, where only one line may stand."""
OVERRIDE = "\u21c4"
"""⇄: a control that turns the direction of what follows."""
MORE = "…"
"""Something was cut here."""

PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
"""C0 and DEL to their pictures: ␛ for ESC."""

LINE_ENDS = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")

SPACES = "\xa0\u1680\u2000-\u200a\u202f\u205f"
"""Spaces of other widths: one plain space each."""
BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Every control of direction: marks, embeddings, overrides and isolates."""
JOINERS = "\u200c\u200d"
"""ZWNJ and ZWJ, kept where a script or an emoji needs them."""
UNSEEN = (
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff"
)
"""What takes no place or an empty one: soft hyphen, fillers, zero-width spaces, tags, variation selectors, formats.

Variation selectors and skin tones go because Rich, tmux and xterm each give a heart or a thumb with one another width,
which tears the frame, and because two hundred selectors can carry any hidden bytes. The raw text has them.
"""
CONTROLS = "\x00-\x09\x0b-\x1f\x7f-\x9f"  # a newline is no longer a control where these are looked for
NEVER = (
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 15))
    + "\U000f0000-\U0010ffff"
)
"""Surrogates, private use and what is no character at all."""

UNSAFE = re.compile(f"[{CONTROLS}{SPACES}{BIDI}{UNSEEN}{NEVER}\u2028\u2029]")
"""A character that is never shown as it came. Line ends and tabs have become newlines and spaces before."""

DRAWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no cell of a screen may hold, whoever drew it: a terminal would obey it, or turn the row around."""

HIDDEN = re.compile(
    f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202d\u202e\u115f\u1160\u3164\uffa0\U000e0000-\U000e0fff{NEVER}]"
    "|[\ufe00-\ufe0f]{2}"
)
"""A character whose presence a person should hear of: nobody types it by accident."""

ODD = re.compile(f"[{UNSEEN}]|[^\\w\\s\x00-\x7f]{{7}}")
"""What is left to look for in text that Python calls printable: fillers, selectors, and runs that may be all marks."""

_BIDI = re.compile(f"[{BIDI}]")
_DROPPED = re.compile(f"[{BIDI}{UNSEEN}]")


def stand_in(match: re.Match[str]) -> str:
    """What is shown instead, in running text: direction marks and embeddings go, overrides are seen."""
    character = match[0]
    code = ord(character)
    if code in PICTURES:
        return PICTURES[code]
    if character in "\u202d\u202e":
        return OVERRIDE
    if _DROPPED.match(character):
        return ""
    return " " if character.isspace() and character not in "\x85\u2028\u2029" else REPLACEMENT


def stand_in_of_name(match: re.Match[str]) -> str:
    """The same in a name, where any control of direction is seen."""
    return OVERRIDE if _BIDI.match(match[0]) else stand_in(match)


def stand_in_of_link(match: re.Match[str]) -> str:
    """The same in an address, where nothing is left out without a mark."""
    return stand_in_of_name(match) or REPLACEMENT
