"""Texts made up to break what makes text safe, and what may not be left of them."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from tests.text.hostile import HIDDEN, ZWJ, ZWNJ

_PARTS = [
    *"ab \n\r\t\x1b[]m;\x07\x85\x9b\u2028",
    *"مبक्👩❤😀🇦1…",
    *"\u0301\u064b\u0489\u094d\u202e\u200f\u2067\ufe0f\U0001f3fd",
    *HIDDEN["zero_width"],
    *(ZWJ, ZWNJ, "\ud83d", "\ude00", "\ue000", "\uffff", "\U000e0041", "\u3164", "\u115f"),
]
NASTY = st.text(st.sampled_from(_PARTS) | st.characters(exclude_categories=()), max_size=60)
_SEEN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Signs above numbers and the end of a verse: formats by category, and letters to the eye."""


def unsafe(text: str, newline: str = "") -> list[str]:
    """What may never be shown, told by Unicode's own categories."""
    never = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return [
        f"{ord(character):04x}"
        for character in text
        if character in "\u115f\u1160\u3164\uffa0\u034f"
        or (unicodedata.category(character) in never and character not in (newline, ZWJ, ZWNJ, *_SEEN))
    ]
