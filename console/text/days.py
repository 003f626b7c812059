"""A day as people write one: 2026-03-14, 14 March, 14.3., yesterday, monday, -7d."""

from __future__ import annotations

import re
from datetime import date, timedelta

from console.text.fold import fold

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.?(\d{4})?")
_BACK = re.compile(r"-(\d{1,4}) ?([dw])")
_DAY_FIRST = re.compile(r"(\d{1,2}) ([a-z]{3,9})\.?(?: (\d{4}))?")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?: (\d{4}))?")
_LEAST_LETTERS = 3


def day_of(said: str, today: date) -> date | None:
    """The day that is meant, as a rule one that has been; None where none can be told."""
    words = " ".join(fold(said).replace(",", " ").split())
    if words in ("today", "yesterday"):
        return today - timedelta(days=words == "yesterday")
    if (back := _BACK.fullmatch(words)) and (days := int(back[1]) * (7 if back[2] == "w" else 1)) < today.toordinal():
        return today - timedelta(days=days)
    if iso := _ISO.fullmatch(words):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if dotted := _DOTTED.fullmatch(words):
        return _last(int(dotted[1]), int(dotted[2]), dotted[3], today)
    if named := _DAY_FIRST.fullmatch(words):
        return _last(int(named[1]), _month(named[2]), named[3], today)
    if named := _MONTH_FIRST.fullmatch(words):
        return _last(int(named[2]), _month(named[1]), named[3], today)
    if len(words) >= _LEAST_LETTERS:
        for number, weekday in enumerate(_WEEKDAYS):
            if weekday.startswith(words):
                return today - timedelta(days=(today.weekday() - number) % 7)
    return None


def _month(word: str) -> int:
    """The month's number; 0, which is none, of another word."""
    return _MONTHS.index(word[:3]) + 1 if word[:3] in _MONTHS else 0


def _last(day: int, month: int, year: str | None, today: date) -> date | None:
    """That day of the year, of this one or, if it has not been, of the one before."""
    if year:
        return _date(int(year), month, day)
    for of in range(today.year, today.year - 9, -1):  # 29 February is not in every year
        found = _date(of, month, day)
        if found is not None and found <= today:
            return found
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
