"""A line turned from the order it is read in to the order a terminal without bidi draws it in (UAX #9).

The rules are python-bidi's, run over clusters instead of code points, so that a vowel mark stays behind its letter and
an emoji whole. Its faster Rust half returns no levels and mirrors no brackets; its Python half lacks rule N0, added
here. Lines without letters of a right-to-left script pass untouched.

Few terminals reorder by themselves (VTE, mlterm, Terminal.app); for those `turns` is set to False.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import Any

from console.text.language import is_rtl
from console.text.width import clusters

_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_ARABIC = re.compile("[\u0600-\u08ff]")
_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\n]")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "«": "»", "‹": "›"}
_CLOSING = {close: opening for opening, close in _BRACKETS.items()}
_DROPPED = ("", "BN", "B")  # unknown to this Python, or of no direction: the library would stop at it or leave it out
_DEEPEST = 63  # brackets that rule BD16 keeps open at once
_STRONG = {"L": "L", "R": "R", "AN": "R", "EN": "R"}


turns: ContextVar[bool] = ContextVar("turns", default=True)
"""Whether lines are turned at all: not for a terminal that does so itself."""


def visual(line: str, shaped: bool = True) -> str:
    """The line as such a terminal must be given it, its direction that of its first letter.

    With `shaped`, Arabic letters are in the forms that join, which may take fewer cells (lam with alef is one): wrap
    first, turn each row, then measure what came.
    """
    if line.isascii() or not turns.get() or not _RTL.search(line):
        return line
    return _turned(line, shaped)


@lru_cache(4096)
def _turned(line: str, shaped: bool) -> str:
    line = _CONTROLS.sub("", line)
    base = int(is_rtl(line))
    if shaped and _ARABIC.search(line):
        line = _shaper().reshape(line)
    return _reordered([cluster for cluster, _ in clusters(line)], base)


def _reordered(parts: list[str], base: int) -> str:
    from bidi import algorithm  # type: ignore[import-untyped]

    storage: dict[str, Any] = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    algorithm.get_embedding_levels([part[0] for part in parts], storage)
    for drawn, part in zip(storage["chars"], parts, strict=True):
        drawn["rest"] = part[1:]
        if drawn["type"] in _DROPPED:
            drawn["type"] = drawn["orig"] = "ON"
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    _resolve_brackets(storage["chars"], "LR"[base])
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    algorithm.reorder_resolved_levels(storage, False)
    algorithm.apply_mirroring(storage, False)
    return "".join(drawn["ch"] + drawn["rest"] for drawn in storage["chars"])


def _resolve_brackets(drawn: list[dict[str, Any]], embedding: str) -> None:
    """N0: a pair of brackets takes the direction of what it holds, or of what stands before it."""
    for opening, close in _pairs(drawn):
        inside = {_STRONG.get(one["type"]) for one in drawn[opening + 1 : close]} - {None}
        if embedding in inside:
            direction: str | None = embedding
        elif inside:
            before = next((kind for one in drawn[opening::-1] if (kind := _STRONG.get(one["type"]))), embedding)
            direction = before
        else:
            continue
        drawn[opening]["type"] = drawn[close]["type"] = direction


def _pairs(drawn: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """BD16: the places of brackets that belong together, in the order of the opening ones."""
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for place, one in enumerate(drawn):
        character = one["ch"]
        if character in _BRACKETS and one["type"] == "ON":
            if len(waiting) == _DEEPEST:
                return []
            waiting.append((character, place))
        elif character in _CLOSING and one["type"] == "ON":
            for depth in range(len(waiting) - 1, -1, -1):
                if waiting[depth][0] == _CLOSING[character]:
                    pairs.append((waiting[depth][1], place))
                    del waiting[depth:]
                    break
    return sorted(pairs)


@cache
def _shaper() -> Any:
    """The reshaper, told to keep the marks and to use only the ligatures that every monospaced font has."""
    from arabic_reshaper import ArabicReshaper

    return ArabicReshaper({"delete_harakat": False, "ARABIC LIGATURE ALLAH": False})
