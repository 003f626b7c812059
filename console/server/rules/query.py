"""What a person asks of a search, read from what was typed. Whatever cannot be read as more is read as words. Pure.

`word` `begin*` `"a phrase"` `-without` `from:member|customer|agent|system|me|name` `in:conversation|host`
`is:note|unread|open|resolved|snoozed|waiting` `before:2026-01-31` `after:2026-01`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from console.contract.base import moment
from console.server.clock import as_milliseconds
from console.text.fold import fold
from console.text.words import words_of

STATES = frozenset({"note", "unread", "open", "resolved", "snoozed", "waiting"})
"""What `is:` may be asked for."""

_SHORTEST_BEGINNING = 3
_MOST_BEGINNINGS = 3
"""A beginning is looked up among all words that begin so; what is shorter, or one more, is read as a whole word."""

_MOST_FILTERS = 8
"""Each filter is looked up among people and conversations. One more is read as words."""

_PIECE = re.compile(
    r"""
    (?P<excluded>-)?
    (?: (?P<key> from | in | is | before | after ) : )?
    (?: "(?P<quoted>[^"]*)"? | (?P<bare>[^\s"]+) )
    (?P<begins>\*)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; of the last, maybe only its beginning."""

    words: tuple[str, ...]
    is_beginning: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """What a message must be besides; `value` as it was typed, or one of `STATES`."""

    kind: Literal["from", "in", "is"]
    value: str
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All that must hold. Times are milliseconds: from `since` on, and earlier than `before`."""

    terms: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    since: int | None = None
    before: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return self == Query()


def read_query(typed: str) -> Query:
    """The query that was typed. Never raises; without a word or a filter in it, it is empty."""
    terms: dict[Term, None] = {}
    filters: dict[Filter, None] = {}
    since: list[int] = []
    before: list[int] = []
    beginnings = 0
    for part in _parts(typed):
        match part:
            case Term():
                beginnings += part.is_beginning
                kept = part if beginnings <= _MOST_BEGINNINGS else Term(part.words, False, part.is_excluded)
                terms[kept] = None
            case Filter() if part in filters or len(filters) < _MOST_FILTERS:
                filters[part] = None
            case Filter():
                terms[Term(tuple(words_of(f"{part.kind} {part.value}")), False, part.is_excluded)] = None
            case ("before", at):
                before.append(at)
            case (_, at):
                since.append(at)
    return Query(tuple(terms), tuple(filters), max(since, default=None), min(before, default=None))


def _parts(typed: str) -> Iterator[Term | Filter | tuple[str, int]]:
    for piece in _PIECE.finditer(typed.translate(_QUOTES)):
        key = (piece["key"] or "").lower()
        bare = piece["bare"] or ""
        value = piece["quoted"] if piece["quoted"] is not None else bare.rstrip("*")
        is_excluded = piece["excluded"] is not None
        if key and (known := _filter(key, value, is_excluded)) is not None:
            yield known
            continue
        words = tuple(words_of(f"{key} {value}" if key else value))
        if words:
            begins = bool(piece["begins"]) or bare.endswith("*")
            yield Term(words, begins and len(words[-1]) >= _SHORTEST_BEGINNING, is_excluded)


def _filter(key: str, value: str, is_excluded: bool) -> Filter | tuple[str, int] | None:
    """What a piece with a key asks for; None where it makes no sense."""
    match key:
        case "from" | "in":
            return Filter(key, value.strip(), is_excluded) if words_of(value) else None
        case "is":
            state = fold(value.strip())
            return Filter("is", state, is_excluded) if state in STATES else None
        case _:
            at = _time(fold(value.strip()))
            if at is None:
                return None
            return ("before" if (key == "before") is not is_excluded else "after", at)


def _time(text: str) -> int | None:
    """A year, a month, a day or a moment in UTC, as its beginning."""
    day = _DAY.fullmatch(text)
    try:
        if day:
            year, month, number = (int(part or 1) for part in day.groups())
            return as_milliseconds(moment(datetime(year, month, number, tzinfo=UTC)))
        return as_milliseconds(moment(datetime.fromisoformat(text.upper())))
    except ValueError:
        return None
