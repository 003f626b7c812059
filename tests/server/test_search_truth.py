"""Whatever is asked, a search shows exactly the messages that a reader of all of them would pick."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from console.contract.inputs import GetOrCreateConversation, SearchMessages, Send
from console.server.auth import Caller, caller_of
from console.server.clock import as_milliseconds
from console.server.ids import Ids
from console.server.procedures import conversations, messages, search
from console.server.procedures.calls import Reading, Writing
from console.server.rules.query import Term, read_query
from console.server.store.engine import open_engine
from console.server.store.indexing import index_new
from console.server.store.keys import NewKey, all_keys, create
from console.server.store.migrate import migrate
from console.server.store.writer import Transaction
from console.text.words import words_of

NOW = 1_790_000_000_000
WORDS = (
    "lamp",
    "Lamps",
    "broken",
    "İstanbul",
    "ISTANBUL",
    "بطاقتي",
    "بِطاقَتى",
    "الآن",
    "#1042",
    "a@b.co",
    "日本",
    "👍",
    "-",
    '"',
    "*",
)
SAID = [" ".join(WORDS[(number * step + number // 7) % len(WORDS)] for step in range(1, 5)) for number in range(90)]
ASKED = st.lists(
    st.tuples(
        st.sampled_from(["", "", "-"]),
        st.sampled_from(["", "", '"']),
        st.lists(st.sampled_from([*WORDS, "la", "brok", "istan", "1042", "co"]), min_size=1, max_size=3),
        st.sampled_from(["", "*", '"', '"*']),
    ).map(lambda part: part[0] + part[1] + " ".join(part[2]) + part[3]),
    max_size=4,
).map(" ".join)
FILTERS = st.sampled_from(["from:", "in:", "is:", "-from:", "-in:", "-is:", "before:", "after:"])
VALUES = st.one_of(
    st.sampled_from(["me", "jane", "note", "open", "unread", "waiting", "1", "conv_", '"a b"', "agent", "2026-09-21"]),
    st.text(max_size=12),
)
ODD = st.lists(st.one_of(st.tuples(FILTERS, VALUES).map("".join), st.text(max_size=20)), max_size=5).map(" ".join)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """A workspace in which all of `SAID` was said, one a second."""
    directory: Path = tmp_path_factory.mktemp("truth")
    migrate(directory)
    engine = open_engine(directory, "write")
    with engine.connect() as connection:
        caller = _furnish(connection)
        yield Reading(connection, caller, NOW, ())
    engine.dispose()


def _furnish(connection: Connection) -> Caller:
    with connection.begin():
        transaction = Transaction(connection, Ids(), NOW)
        create(transaction, NewKey("Northwind", "Maya Okafor", "maya@example.com", "admin", "hash"))
        caller = caller_of(all_keys(connection)[0])
        call = Writing(transaction, caller, None, ())
        customer: Any = {"externalId": "web-1", "name": "Jane"}
        asked = GetOrCreateConversation.model_validate({"customer": customer})
        made = conversations.get_or_create(call, asked)
        for number, text in enumerate(SAID):
            transaction.now = NOW + number * 1_000
            sender: Any = "customer" if number % 3 else None
            messages.send(call, Send(conversation_id=made.id, content={"en": text}, sender=sender))
        index_new(connection)
    return caller


def stands(term: Term, words: list[str]) -> bool:
    """Whether a term stands among words."""
    for place in range(len(words) - len(term.words) + 1):
        here = words[place : place + len(term.words)]
        if term.is_beginning and here[-1].startswith(term.words[-1]):
            here[-1] = term.words[-1]
        if here == list(term.words):
            return True
    return False


@settings(max_examples=200)
@given(ASKED)
def test_a_search_finds_what_a_reader_would(reading: Reading, typed: str) -> None:
    query = read_query(typed)
    expected = [
        text
        for text in reversed(SAID)
        if query.terms and all(stands(term, words_of(text)) is not term.is_excluded for term in query.terms)
    ]
    page = search.search_messages(reading, SearchMessages(query=typed, limit=100))
    assert [hit.message.content["en"] for hit in page.items] == expected
    assert page.next_cursor is None
    wanted = [term for term in query.terms if not term.is_excluded]
    for hit in page.items:
        text = hit.message.content["en"]
        places = [(one.start, one.end) for one in hit.highlights]
        assert places == sorted(places)
        shown = [words_of(text[start:end]) for start, end in places]
        assert all(any(stands(term, words) for words in shown) for term in wanted)


@settings(max_examples=200)
@given(ODD, st.booleans(), st.sampled_from([None, "member", "customer"]), st.integers(1, 100))
def test_no_query_is_an_error_whatever_it_filters_by(
    reading: Reading, typed: str, narrowed: bool, kind: str | None, limit: int
) -> None:
    filters: dict[str, Any] = {"senderKind": kind, "limit": limit}
    if narrowed:
        filters |= {"conversationId": typed[:100] or "x", "after": "0001-01-01T00:00:00Z"}
    page = search.search_messages(reading, SearchMessages.model_validate({"query": typed, **filters}))
    query = read_query(typed)
    for hit in page.items:
        at = as_milliseconds(hit.message.created_at)
        assert query.since is None or at >= query.since
        assert query.before is None or at < query.before
        assert kind in (None, hit.message.sender.kind)
