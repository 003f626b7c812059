"""Where in a message the words of a search stand. Pure.

Offsets count code points of what `console.contract.content.text_of` reads out of a language's value: of a text that is
the text itself, of a structure the words of its leaves, which is also what a console shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from console.contract.shapes import Highlight
from console.server.rules.query import Term
from console.text.words import Span, spans_of

MOST = 100
"""How many of a message are told: a word may stand in it thousands of times."""


def highlights(spoken: Iterable[tuple[str, str]], terms: Sequence[Term]) -> tuple[Highlight, ...]:
    """The places of the terms in what is said, as language and text; a phrase is one place."""
    sought = [term for term in terms if not term.is_excluded]
    found: list[Highlight] = []
    if not sought:
        return ()
    for language, text in spoken:
        for start, end in _places(list(spans_of(text)), sought):
            found.append(Highlight(language=language, start=start, end=end))
            if len(found) == MOST:
                return tuple(found)
    return tuple(found)


def _places(spans: Sequence[Span], terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    """Where a term stands, from the front; of those that begin at one word, the longest."""
    last = -1
    for place, span in enumerate(spans):
        ends = [end for term in terms if (end := _end(spans, place, term)) is not None]
        if ends and max(ends) > last:
            last = max(ends)
            yield span.start, last


def _end(spans: Sequence[Span], place: int, term: Term) -> int | None:
    """Where the term ends if it begins at this word; of a beginning, the whole word is meant."""
    first = spans[place].word
    if len(term.words) == 1:
        is_here = first.startswith(term.words[0]) if term.is_beginning else first == term.words[0]
        return spans[place].end if is_here else None
    here = spans[place : place + len(term.words)]
    if first != term.words[0] or len(here) < len(term.words):
        return None
    is_last = here[-1].word.startswith(term.words[-1]) if term.is_beginning else here[-1].word == term.words[-1]
    is_here = is_last and all(one.word == word for one, word in zip(here[:-1], term.words[:-1], strict=True))
    return here[-1].end if is_here else None
