"""Text folded for search and match: what people take for the same letters is the same."""

from __future__ import annotations

import re
import unicodedata

_SAME = str.maketrans(
    {
        "ı": "i",
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ک": "ك",
        "ة": "ه",
        "ہ": "ه",
        "ۀ": "ه",
        "ٱ": "ا",
        "ـ": None,  # tatweel, which only stretches
        "ø": "o",
        "ł": "l",
        "đ": "d",
    }
    | {chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0) for digit in range(10)}
)
_MARKS_AND_JOINERS = re.compile(
    "[\u00ad\u0300-\u036f\u0610-\u061c\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08ca-\u08ff"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]"
)


def fold(text: str) -> str:
    """The text without case, accents, Arabic vowel marks and the letters' variants; digits as ASCII.

    Its offsets are not those of `text`. "İstanbul", "ISTANBUL" and "ıstanbul" are one, as are "أحمد" and "احمد".
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).casefold()  # in this order: taken apart, ™ is TM
    return _MARKS_AND_JOINERS.sub("", apart).translate(_SAME)
