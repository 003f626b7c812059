"""What is read from a typed query, and that no text whatever is an error or an order to the index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.server.rules.highlights import MOST, highlights
from console.server.rules.query import Filter, Query, Term, read_query
from console.server.store import search
from console.server.store.engine import DATABASE
from console.server.store.migrate import migrate
from console.text.words import LONGEST, spans_of, words_of

JANUARY = 1_767_225_600_000  # 2026-01-01
SIGNS = ('"', "*", "^", "NEAR(", ")", ":", "{", "}", "+", "-", "_", ".", "#", "\0", "\ud800", "\u200d", "\u202e", " ")
ODD = (*SIGNS, "日", "👍🏽", "İ", "ß", "ﷺ", "½", "أَ", "ـ", "from:", "is:", "in:", "before:", "™", "ǰ")
TYPED = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*ODD, "lamp", "NOT", "AND", "OR", "is:note", "after:2026-01", "x*"]), max_size=30).map(
        "".join
    ),
)


def term(*words: str, begins: bool = False, without: bool = False) -> Term:
    return Term(words, begins, without)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", Query()),
        ("!!! … ''", Query()),
        ("Lamp  LAMP", Query((term("lamp"),))),
        ("lamp brok*", Query((term("lamp"), term("brok", begins=True)))),
        ("l* la*", Query((term("l"), term("la")))),
        ("aaa* bbb* ccc* ddd*", Query((*(term(one, begins=True) for one in ("aaa", "bbb", "ccc")), term("ddd")))),
        ('"arrived  Broken" "in box"*', Query((term("arrived", "broken"), term("in", "box", begins=True)))),
        ("“smart quotes”", Query((term("smart", "quotes"),))),
        ('"never closed', Query((term("never", "closed"),))),
        (
            "lamp -broken -“in part”",
            Query((term("lamp"), term("broken", without=True), term("in", "part", without=True))),
        ),
        ("well-known - -", Query((term("well", "known"),))),
        ("#1042 ١٠٤٢", Query((term("1042"),))),
        ("jane@example.com", Query((term("jane", "example", "com"),))),
        ("https://example.com/a?b=c", Query((term("https", "example", "com", "a", "b", "c"),))),
        ("from:me FROM:Customer", Query((), (Filter("from", "me"), Filter("from", "Customer")))),
        ('from:"Jane Cooper" -in:shop', Query((), (Filter("from", "Jane Cooper"), Filter("in", "shop", True)))),
        ("is:note is:NOTE is:İPEK", Query((term("is", "ipek"),), (Filter("is", "note"),))),
        (
            "from:1 from:2 -from:2 in:3 in:4 is:open is:note in:5 -in:six* from:1 is:open IN:Shop.com",
            Query(
                (term("in", "six", without=True), term("in", "shop", "com")),
                (
                    *(Filter("from", "1"), Filter("from", "2"), Filter("from", "2", True)),
                    *(Filter("in", "3"), Filter("in", "4"), Filter("is", "open"), Filter("is", "note")),
                    Filter("in", "5"),
                ),
            ),
        ),
        ("from: jane in:!", Query((term("from"), term("jane"), term("in")))),
        ("after:2026 after:2025", Query(since=JANUARY)),
        ("before:2026-01-01 before:2026-01-02", Query(before=JANUARY)),
        ("-before:٢٠٢٦-٠١", Query(since=JANUARY)),
        ("after:2026-01-01T02:00+02:00", Query(since=JANUARY)),
        ("before:2026-02-30 after:soon", Query((term("before", "2026", "02", "30"), term("after", "soon")))),
        (
            "AND OR NOT NEAR(a, b)",
            Query((*(term(word) for word in ("and", "or", "not")), term("near", "a"), term("b"))),
        ),
    ],
)
def test_a_query_is_read_as_it_was_meant(typed: str, query: Query) -> None:
    assert read_query(typed) == query


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The index of an empty store."""
    directory = tmp_path_factory.mktemp("index")
    migrate(directory)
    with closing(sqlite3.connect(directory / DATABASE)) as connection:
        yield connection


@settings(max_examples=300)
@given(TYPED)
def test_no_text_is_an_error(index: sqlite3.Connection, typed: str) -> None:
    query = read_query(typed)
    asked = search.all_of([search.marked("w", "ws_1"), *(search.term(one) for one in query.terms)])
    assert index.execute("SELECT rowid FROM message_search WHERE message_search MATCH ?", [asked]).fetchall() == []
    for value in (*(one.value for one in query.filters), typed):
        words = words_of(value)
        if words:
            named = search.of_workspace(
                f"ws_{value}".encode("ascii", "replace").decode(), search.beginnings(words, "name")
            )
            found = "SELECT rowid FROM conversation_search WHERE conversation_search MATCH ?"
            assert index.execute(found, [named]).fetchall() == []


@settings(max_examples=300)
@given(st.one_of(TYPED, st.lists(st.sampled_from(ODD), max_size=60).map("".join)))
def test_the_words_of_a_text_and_their_places_are_the_same_words(text: str) -> None:
    spans = list(spans_of(text))
    assert [span.word for span in spans] == words_of(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert words_of(" ".join(words_of(text))) == words_of(text)
    assert not set(' _"*\0') & set("".join(words_of(text)))


@pytest.mark.parametrize(
    "text", ["a" * 5_000, "ş" * 5_000, "a " * 250, '"' * 500, "-" * 500, "from:" * 100, "x*" * 250]
)
def test_a_long_query_is_read_too(index: sqlite3.Connection, text: str) -> None:
    query = read_query(text[:500])
    assert all(len(word) <= LONGEST for one in query.terms for word in one.words)
    asked = search.all_of([search.marked("w", "ws_1"), *(search.term(one) for one in query.terms)])
    assert index.execute("SELECT rowid FROM message_search WHERE message_search MATCH ?", [asked]).fetchall() == []


def marked(text: str, typed: str) -> list[str]:
    """What is highlighted of a text."""
    return [text[one.start : one.end] for one in highlights([("en", text)], read_query(typed).terms)]


@pytest.mark.parametrize(
    ("text", "typed", "places"),
    [
        ("The lamp, the LAMP.", "lamp", ["lamp", "LAMP"]),
        ("Lamps and lamp", "lamp*", ["Lamps", "lamp"]),
        ("It arrived broken. Broken it arrived.", '"arrived broken"', ["arrived broken"]),
        ("İstanbul'da ıstanbul", "ISTANBUL", ["İstanbul", "ıstanbul"]),
        ("قال أَحْمَدُ: احـــمد", "احمد", ["أَحْمَدُ", "احـــمد"]),
        ("طلب ١٠٤٢", "#1042", ["١٠٤٢"]),
        ("Straße ½ ﷺ", "strasse 2 الله", ["Straße", "½", "ﷺ"]),
        ("日本語", "本", ["本"]),
        ("Good 👍🏽!", "👍", ["👍🏽"]),
        ("Cafe\u0301 ole\u0301", "café", ["Cafe\u0301"]),
        ("lamp shade, lamp", '"lamp shade" lamp', ["lamp shade", "lamp"]),
        ("lamp", "-lamp other", []),
        ("a b a b c", '"a b c"', ["a b c"]),
    ],
)
def test_a_highlight_covers_what_was_written(text: str, typed: str, places: list[str]) -> None:
    assert marked(text, typed) == places


def test_highlights_are_bounded_and_name_their_language() -> None:
    spoken = [("en", "lamp " * 3 * MOST), ("tr", "lamp")]
    assert len(highlights(spoken, read_query("lamp").terms)) == MOST
    few = highlights([("en", "a lamp"), ("tr", "lamp")], read_query("lamp").terms)
    assert [(one.language, one.start, one.end) for one in few] == [("en", 2, 6), ("tr", 0, 4)]
