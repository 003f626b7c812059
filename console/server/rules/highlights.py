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
    if not sought:
        return ()
    found: list[Highlight] = []
    for language, text in spoken:
        for start, end in _places(list(spans_of(text)), sought):
            found.append(Highlight(language=language, start=start, end=end))
            if len(found) == MOST:
                return tuple(found)
    return tuple(found)


def _places(spans: Sequence[Span], terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    """Where a term stands, from the front; of those that begin at one word, the longest."""
    words = {term.words[0] for term in terms if len(term.words) == 1 and not term.is_beginning}
    begun = tuple(term.words[0] for term in terms if len(term.words) == 1 and term.is_beginning)
    phrases = [term for term in terms if len(term.words) > 1]
    last = -1
    for place, (word, start, end) in enumerate(spans):
        ends = [end] if word in words or word.startswith(begun) else []
        ends += [spans[place + len(one.words) - 1].end for one in phrases if _stands(one, spans, place)]
        if ends and max(ends) > last:
            last = max(ends)
            yield start, last


def _stands(phrase: Term, spans: Sequence[Span], place: int) -> bool:
    """Whether the phrase stands at this word."""
    *firsts, wanted = phrase.words
    here = [span.word for span in spans[place : place + len(phrase.words)]]
    if len(here) < len(phrase.words) or here[:-1] != firsts:
        return False
    return here[-1].startswith(wanted) if phrase.is_beginning else here[-1] == wanted
