"""The answer of an AI as it comes: tokens of about four characters, in sentences and paragraphs."""

from __future__ import annotations

from itertools import cycle, islice

_WORDS = ("The", "lamp", "that", "you", "sent", "back", "came", "here", "on", "Tuesday", "and", "a", "new", "one", "is")
_SECONDS = 10


def tokens(rate: float, count: int = 5_000) -> list[str]:
    """At a rate per second, those of ten seconds; with 0, all 5,000."""
    wanted = min(count, int(rate * _SECONDS)) if rate else count
    made: list[str] = []
    for number, word in enumerate(islice(cycle(_WORDS), wanted)):
        end = ".\n\n" if number % 120 == 119 else ". " if number % 15 == 14 else " "
        made.append(word[:3] + end if end != " " else f"{word[:3]} ")
    return made
