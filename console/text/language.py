"""Which of the product's languages a text is in, told from its letters and a few words."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from console.contract.languages import Language

_ENOUGH = 2_000
"""Characters that are looked at."""
_LETTERS_ENOUGH, _SURE = 6, 2
"""Letters, and common words or letters of its own, from which a language is sure."""
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3\u0750-\u077f\u08a0-\u08c7\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]")
_LATIN = re.compile("[A-Za-zÀ-ɏ]")
_TURKISH = re.compile("[ğĞşŞıİ]")
_WORD = re.compile(r"[^\W\d_]+")
_COMMON = {
    "tr": """
        acaba ama ancak ben bana beni benim bir biz bize bu bugün çok da daha de degil değil diye evet gibi hala hangi
        hayır hiç için ile iyi kadar kaç kargo ki kim lütfen merhaba mı mi mu mü nasıl ne neden nerede olarak oldu olur
        sana selam ses sipariş siz sizin sonra şu tamam teşekkür teşekkürler var ve veya ya yok yarın zaman
    """,
    "en": """
        a about am an and are at be but by can could do does for from good have hello help hi how i if in is it its just
        my no not of ok on or order our please so still thank thanks that the there they this to was we what when where
        which who why will with would yes you your
    """,
}
_STRONG = {"L": False, "R": True, "AL": True}


def language_of(text: str) -> Language | None:
    """ "ar" by script, "tr" by letters and words, else "en"; None where there are no letters of these scripts."""
    text = text[:_ENOUGH]
    if text.isascii():
        return _latin(text) if _LATIN.search(text) else None
    arabic, latin = len(_ARABIC.findall(text)), len(_LATIN.findall(text))
    if arabic > latin:
        return "ar"
    return _latin(text) if latin else None


def surely(text: str) -> Language | None:
    """The language of a text where little doubt is left, for what must not be said wrongly; None of a word or two."""
    text = text[:_ENOUGH]
    arabic, latin = len(_ARABIC.findall(text)), len(_LATIN.findall(text))
    if arabic > latin and arabic >= _LETTERS_ENOUGH:
        return "ar"
    turkish, english = _scores(text)
    if latin < _LETTERS_ENOUGH or arabic > latin or min(turkish, english) * 2 >= max(turkish, english):
        return None
    if turkish >= _SURE:
        return "tr"
    return "en" if english >= _SURE else None


def may_be(text: str, language: Language) -> bool:
    """Whether a text may be in a language by its letters: Arabic is written with Arabic ones."""
    text = text[:_ENOUGH]
    return language != "ar" or bool(_ARABIC.search(text)) or len(_LATIN.findall(text)) < _LETTERS_ENOUGH


def is_rtl(text: str) -> bool:
    """Whether the text's first letter is of a script that is written from right to left."""
    if text.isascii():
        return False
    strong = (_STRONG.get(unicodedata.bidirectional(character)) for character in text)
    return next((rtl for rtl in strong if rtl is not None), False)


@cache
def _words(language: Language) -> frozenset[str]:
    return frozenset(_COMMON[language].split())


def _latin(text: str) -> Language:
    turkish, english = _scores(text)
    return "tr" if turkish > english else "en"


def _scores(text: str) -> tuple[int, int]:
    """How much speaks for Turkish and for English."""
    words = [word.replace("İ", "i").lower() for word in _WORD.findall(text)]
    turkish = sum(word in _words("tr") for word in words) + 2 * bool(_TURKISH.search(text))
    english = sum(word in _words("en") for word in words)
    return turkish, english
