"""The text of a message's content, whose values the documentation leaves open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from console.contract.base import LANGUAGES

_DEEPEST = 32
_SEEN = re.compile(
    "[^\\s\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Neither white space nor what Unicode lets be ignored where it stands: joiners, fillers, selectors, directions."""


def is_blank(value: Any) -> bool:
    """Whether one language's value is none, or a text without a visible sign. Structures are not judged."""
    return value is None or (isinstance(value, str) and _SEEN.search(value) is None)


def text_of(value: Any) -> str:
    """The words of one language's value: a text as it is, a structure by its `text` leaves, else its JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    leaves = list(_leaves(value, _DEEPEST))
    return "".join(leaves).strip("\n") if leaves else json.dumps(value, ensure_ascii=False)


def languages_of(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The languages that say something, the product's own first and in its order."""
    spoken = [language for language, value in content.items() if text_of(value)]
    order: dict[str, int] = {language: place for place, language in enumerate(LANGUAGES)}
    return tuple(sorted(spoken, key=lambda language: (order.get(language, len(order)), language)))


def text_in(content: Mapping[str, Any], language: str | None = None) -> str:
    """What the content says in `language`, or in the first language that says something."""
    if language and (said := text_of(content.get(language))):
        return said
    spoken = languages_of(content)
    return text_of(content[spoken[0]]) if spoken else ""


def _leaves(value: Any, deeper: int) -> Iterator[str]:
    """Rich text keeps its words in `text`, its blocks in lists; a block ends a line."""
    if deeper == 0:
        return
    if isinstance(value, list):
        for part in value:
            yield from _leaves(part, deeper - 1)
    elif isinstance(value, dict):
        if isinstance(said := value.get("text"), str):
            yield said
        before = False
        for part in value.values():
            if isinstance(part, list | dict):
                yield from _leaves(part, deeper - 1)
                before = True
        if before and value.get("type") in ("paragraph", "heading", "listItem", "blockquote"):
            yield "\n"
