"""The names that the file picker offers and completes. It touches no disk."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from console.text.file_name import safe_name
from console.text.fold import fold
from console.text.marks import LINE_END, OVERRIDE, PICTURES, REPLACEMENT
from console.text.safe import SafeLine

_MARKS = dict.fromkeys(map(ord, (*PICTURES.values(), OVERRIDE, REPLACEMENT, LINE_END)), "_")
_LONGEST = 255
"""Bytes of a file's name, on every file system that we know of."""


def split_typed(typed: str) -> tuple[str, str]:
    """The folder's part of what was typed, up to and with its last slash, and the rest."""
    folder, slash, rest = typed.rpartition("/")
    return folder + slash, rest


def saved_name(name: SafeLine) -> str:
    """A name from outside as one that may be given to a file here; what was shown as a mark stays seen as "_"."""
    return safe_name(name.translate(_MARKS))


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or "name 2", "name 3", … before its suffix, the first that nothing has."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 (a name, not a path)
    number = 1
    while name in taken:
        number += 1
        addition = f" {number}{suffix}"
        name = _cut(stem, _LONGEST - len(os.fsencode(addition))) + addition
    return name


def common_beginning(names: Sequence[SafeLine], typed: str) -> str:
    """What all the names begin with, if that is more than was typed. Case is as in the first of them."""
    first = names[0]
    length = len(first)
    for other in names[1:]:
        pairs = zip(first[:length], other, strict=False)
        length = next((at for at, (one, two) in enumerate(pairs) if fold(one) != fold(two)), min(length, len(other)))
    return first[:length] if length >= len(typed) else typed


def _cut(text: str, most: int) -> str:
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
