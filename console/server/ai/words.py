"""Words as a search compares them: folded, without the ones that say nothing, down to their stems."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from console.contract.base import Language
from console.text.fold import fold

_WORD = re.compile(r"[^\W_]+")
_SHORTEST_STEM = 3

_STOP_WORDS: dict[Language, str] = {
    "en": """
        a about above after again all also am an and any anything appreciate are as at be been before below between but
        by bye can cannot could d did do does doing don during everything fine for from get goodbye good got great had
        has have he hello help her here hey hi him his how i if im in into is it its just kindly know let like ll lot m
        may me might more much my need nice no not now of off ok okay on one or our out over perfect please re really s
        she should so some something sounds still sure t tell than thank thanks that the their them then there these
        they this those to too until up us ve very want was we well were what when where which while who whom why will
        with within without would yes yet you your
    """,
    "ar": """
        ا ان انا انت انتم انه اني او اي الى الا التي الذي اليكم الان ايضا بعد بل به بها بين تم ثم جدا حتى حول
        دون ذلك سوف شكرا شيء صباح ضد عليكم على عليه عليها عن عند عندي غير فقط في فيه فيها قبل قد كان كانت كل
        كم كما كيف كيفيه لا لان لدي لذلك لقد لك لكم لكن لم لماذا لن له لها لو لي ليس ليست ما ماذا متى مرحبا
        مساء مع من منذ منه منها نحن نعم هذا هذه هل هم هنا هناك هو هي و وهل وانا والسلام السلام فضلك فضلكم يا
        يتم يكون يمكن يمكنني يمكنكم يوجد اهلا رجاء ارجو اريد تكون
    """,
    "tr": """
        acaba ama ancak artik asla aslinda az bana bazi belki ben beni benim bey bir biraz biri birkac biz
        bize bizi bizim bu buna bunu bunun burada cok cunku da daha de defa degil diye eger en evet fakat
        falan gibi gunaydin hala hangi hanim hatta hayir hem hemen hep her herhangi hic icin ile ilgili ise
        iyi kadar ki kim kimse lutfen merhaba mi misiniz mu musunuz nasil ne neden nerede nereye niye o olan
        olarak oldu olur olmak ona onlar onu onun orada oyle peki pek rica sadece sanki selam sen seni siz
        size sizi sizin sonra su sunu tamam tesekkur tesekkurler tum var ve veya ya yani yok istiyorum isterim
        ediyorum ederim edebilir miyim
    """,
}
_TURKISH_ENDING = re.compile(
    "(?<=...)(?:l[ae]r|[iu]m[iu]z|[iu]n[iu]z|[ns][iu]n|y[iuae]|s[iu]|[dt][ae]n?|l[ae]|[iu][mn]|[mn]|[iuae])$"
)
_ARABIC_BEGINNING = re.compile("(?:[وبكف]?ال|لل|و)(?=...)|[بكفل](?=....)")
_ARABIC_ENDING = re.compile("(?<=...)(?:كم|هم|ها|نا|ان|ات|ون|ين|يه|تي|[هيك])$")


def terms(text: str, language: Language) -> list[str]:
    """The words of a text that a search counts, in order, as stems."""
    stop, stem = _STOPS[language], _STEMS[language]
    return [stem(word) for word in _WORD.findall(fold(text)) if word not in stop]


@cache
def stop_words() -> frozenset[str]:
    """Those that say nothing in any of the languages, folded."""
    return frozenset().union(*_STOPS.values())


def _english(word: str) -> str:
    """Without plural, -ing, -ed and a last e or y, so that delivered, deliveries and delivery are one."""
    for ending in ("ies", "ing", "ed", "es", "s"):
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending)
            break
    if len(word) > _SHORTEST_STEM and word[-1] in "ey":
        word = word[:-1]
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word


def _arabic(word: str) -> str:
    """Light stemming: articles and conjunctions off the front, possessives and plurals off the end (Larkey, light10).

    Until nothing more comes off, so that a word and the same word with one more prefix end alike.
    """
    while beginning := _ARABIC_BEGINNING.match(word):
        word = word[beginning.end() :]
    while ending := _ARABIC_ENDING.search(word):
        word = word[: ending.start()]
    return word


def _turkish(word: str) -> str:
    """Endings follow one another, so off they come, and the first five letters are the stem (Can et al., 2008, F5)."""
    while ending := _TURKISH_ENDING.search(word):
        word = word[: ending.start()]
    return word[:5]


_STEMS: dict[Language, Callable[[str], str]] = {"en": _english, "ar": _arabic, "tr": _turkish}
_STOPS: dict[Language, frozenset[str]] = {
    language: frozenset(fold(words).split()) for language, words in _STOP_WORDS.items()
}
