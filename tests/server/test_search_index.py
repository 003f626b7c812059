"""The indexes of words over a real store: what an upgrade finds, what is many, and real questions in Arabic."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection

from console.contract.inputs import ConversationId, ListConversations, SearchMessages
from console.contract.shapes import Hit, Page, Sender
from console.errors import SettingsError
from console.server.procedures import conversations, listing, search
from console.server.procedures.calls import Reading
from console.server.procedures.narrowing import narrowings
from console.server.procedures.posting import Origin, Post, conversation_row, post
from console.server.rules.query import read_query
from console.server.store.database import Store
from console.server.store.engine import DATABASE, open_engine
from console.server.store.indexing import PAGE, SEQUENCE_BITS, index_page, mark
from console.server.store.migrate import migrate, upgrade
from console.server.store.search import beginnings
from console.server.store.writer import Transaction
from console.server.sweeping import sweep_words
from tests.server.calling import talking
from tests.server.workspace import Desk, caller_in
from tests.support.server import running_server

QUESTIONS = Path(__file__).resolve().parents[3] / "shared" / "data" / "customer-questions-ar.jsonl.gz"
MARKS = re.compile("[\u064b-\u0652\u0670\u0640]")  # what a hurried hand leaves out
PLAIN = str.maketrans("أإآٱى", "ااااي")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A workspace's store."""
    store = Store(tmp_path, lambda committed: None)
    yield Desk(store, await caller_in(store, "Northwind"))
    await asyncio.to_thread(store.close)


async def found(desk: Desk, query: str, **wanted: Any) -> list[str]:
    """What the first page of a search says."""

    def reading(connection: Connection) -> Page[Hit]:
        asked = SearchMessages(query=query, **wanted)
        return search.search_messages(Reading(connection, desk.caller, 0, ()), asked)

    return [next(iter(hit.message.content.values())) for hit in (await desk.store.read(reading)).items]


def said_by(desk: Desk, conversation_id: str, texts: Sequence[str], at: int | None = None) -> Any:
    """A mutation in which a customer says all of this."""

    def mutation(transaction: Transaction) -> list[str]:
        ids = []
        for text in texts:
            row = conversation_row(transaction.connection, desk.caller.workspace_id, conversation_id)
            wanted = Post(Sender(kind="customer", id=row.customer_id), {"ar": text}, at=at)
            ids.append(post(transaction, desk.caller.workspace_id, row, wanted, Origin()).id)
        return ids

    return mutation


def older_database(directory: Path, messages: int) -> None:
    """What a server without a search left."""
    upgrade(directory, "0003")
    with closing(sqlite3.connect(directory / DATABASE)) as database, database:
        database.execute("INSERT INTO workspaces VALUES ('ws_1', 'Northwind', 0)")
        database.execute(
            "INSERT INTO customers (workspace_id, id, name, metadata, created_at, updated_at)"
            " VALUES ('ws_1', 'cus_1', 'İnci Şahin', '{}', 0, 0)"
        )
        database.execute(
            "INSERT INTO conversations (workspace_id, id, type, customer_id, metadata, status, status_at,"
            " message_count, activity_at, created_at, updated_at)"
            " VALUES ('ws_1', 'conv_1', 'DIRECT', 'cus_1', '{}', 'open', 0, ?, 0, 0, 0)",
            [messages],
        )
        database.executemany(
            "INSERT INTO messages (workspace_id, id, conversation_id, sender_kind, sender_id, content, flags,"
            " created_at) VALUES ('ws_1', ?, 'conv_1', 'customer', 'cus_1', ?, '[]', ?)",
            [
                (f"msg_{number:05}", json.dumps({"en": f"lamp {number}"}), 1_700_000_000_000 + number // 3)
                for number in range(messages)
            ],
        )


async def test_an_upgrade_finds_what_was_there(tmp_path: Path) -> None:
    messages = PAGE + 200
    older_database(tmp_path, messages)
    migrate(tmp_path)
    engine = open_engine(tmp_path, "write")
    with engine.begin() as connection:
        assert index_page(connection)  # a page of it, and then the power fails
    engine.dispose()
    store = Store(tmp_path, lambda committed: None)
    try:
        desk = Desk(store, await caller_in(store, "Northwind"))
        for number in (0, 1, 2, PAGE - 1, PAGE, messages - 1):
            assert await found(desk, str(number)) == [f"lamp {number}"]
        assert await found(desk, "lamp", limit=5) == [f"lamp {messages - one}" for one in range(1, 6)]
        assert len(await found(desk, "from:inci in:sahin", limit=100)) == 100
    finally:
        await asyncio.to_thread(store.close)


async def test_more_messages_of_one_moment_than_it_has_room_for_are_kept_in_the_next(desk: Desk) -> None:
    made = await desk.conversation()
    at = 1_700_000_000_000
    last = (at << SEQUENCE_BITS) + (1 << SEQUENCE_BITS) - 1
    await desk.store.write(said_by(desk, made.id, ["the next moment"], at + 1))

    def fill(transaction: Transaction) -> None:
        values = (last, "full", "msg_none")
        transaction.connection.exec_driver_sql(
            "INSERT INTO message_search (rowid, words, message_id) VALUES (?, ?, ?)", values
        )

    await desk.store.write(fill)
    await desk.store.write(said_by(desk, made.id, ["one moment", "and another moment"], at))
    assert await found(desk, "moment") == ["and another moment", "one moment", "the next moment"]


async def test_a_filter_that_means_more_than_an_index_is_told_is_kept_all_the_same(desk: Desk) -> None:
    crowd = await asyncio.gather(*(desk.conversation(f"Crowd {number}") for number in range(203)))
    other = await desk.conversation("Other")
    for number, one in enumerate([crowd[0], other, crowd[-1]]):
        await desk.say(one, f"lamp {number}", as_customer=True)
    await desk.store.write(said_by(desk, other.id, [f"lamp other {number}" for number in range(1_100)]))
    await desk.say(crowd[1], "no light", as_customer=True)
    both = ["lamp 2", "lamp 0"]
    assert await found(desk, "lamp in:crowd") == both
    assert await found(desk, "lamp from:crowd") == both
    assert await found(desk, "lamp -in:other") == both
    assert len(await found(desk, "lamp -from:crowd", limit=100)) == 100
    assert await found(desk, "lamp from:crowd in:other") == []
    assert await found(desk, "lamp in:crowd in:other", limit=1) == ["lamp other 1099"]


async def test_filters_that_mean_the_same_name_each_conversation_and_person_once(desk: Desk) -> None:
    await asyncio.gather(*(desk.conversation(f"Ann Anna Annabel {number}") for number in range(20)))

    def reading(connection: Connection) -> list[int]:
        call, query = (
            Reading(connection, desk.caller, 0, ()),
            read_query("in:ann in:anna -in:annabel from:ann from:anna"),
        )
        asked = narrowings(call, SearchMessages(query="lamp"), query)
        return [len(re.findall('"_[cp](?:conv|cus)', narrowing.expression or "")) for narrowing, _ in asked]

    assert await desk.store.read(reading) == [20, 20, 20]
    assert beginnings(["ann", "an", "bo", "ann", "anna", "a"]) == '("anna" * AND "bo" *)'


async def test_filters_that_each_mean_few_and_together_many_are_kept_all_the_same(desk: Desk) -> None:
    left = await asyncio.gather(*(desk.conversation(f"Left {number}") for number in range(101)))
    right = await asyncio.gather(*(desk.conversation(f"Right {number}") for number in range(101)))
    other = await desk.conversation("Other")
    for number, one in enumerate([left[0], right[-1], other]):
        await desk.say(one, f"lamp {number}", as_customer=True)

    def end(transaction: Transaction) -> None:
        row = conversation_row(transaction.connection, desk.caller.workspace_id, other.id)
        post(transaction, desk.caller.workspace_id, row, Post(Sender(kind="system"), {"en": "lamp off"}), Origin())

    await desk.store.write(end)

    def reading(connection: Connection) -> list[str | None]:
        call, query = Reading(connection, desk.caller, 0, ()), read_query("in:left in:right from:left from:right")
        return [one.expression for one, _ in narrowings(call, SearchMessages(query="lamp"), query)]

    assert await desk.store.read(reading) == [None, None]
    assert await found(desk, "lamp in:left in:right") == ["lamp 1", "lamp 0"]
    assert await found(desk, "lamp from:left from:right from:system") == ["lamp off", "lamp 1", "lamp 0"]
    assert await found(desk, f"lamp in:left in:right in:{other.id}") == ["lamp off", "lamp 2", "lamp 1", "lamp 0"]
    assert await found(desk, "lamp -from:left -from:right") == ["lamp off", "lamp 2"]


def test_no_two_marks_are_the_same_to_an_index_that_folds_case() -> None:
    values = [
        "",
        "a",
        "A",
        "a-",
        "a_2d_",
        "a_2D",
        "_2D",
        "612d",
        "é",
        "\ud800",
        "conv_1A",
        "conv_1a",
        "CONV_1A",
        "conv_1A ",
    ]
    marks = {mark(kind, value).lower() for kind in "cp" for value in values}
    assert len(marks) == 2 * len(values)
    assert all(one.isascii() and one.isidentifier() for one in marks)


async def test_what_cannot_be_indexed_at_the_start_is_told_in_a_sentence(tmp_path: Path) -> None:
    older_database(tmp_path, 1)
    migrate(tmp_path)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.execute(
            "CREATE TRIGGER full BEFORE UPDATE OF search_id ON messages BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        )
    with pytest.raises(SettingsError, match="cannot be indexed: disk is full"):
        Store(tmp_path, lambda committed: None)


async def test_a_list_is_the_same_whether_few_or_many_have_the_words(desk: Desk, tmp_path: Path) -> None:
    hosts = (None, "shop.example.com")
    await asyncio.gather(*(desk.conversation(f"Jane {number:02}", hosts[number % 2]) for number in range(60)))

    def listed(few: int) -> Any:
        def reading(connection: Connection) -> list[str]:
            asked = ListConversations(query="shop JAN", limit=100)
            page = listing.list_conversations(Reading(connection, desk.caller, 0, ()), asked, few=few)
            return [str(one.customer.name) for one in page.items if one.customer]

        return reading

    expected = [f"Jane {number:02}" for number in range(59, 0, -2)]
    assert await desk.store.read(listed(1_000)) == expected
    assert await desk.store.read(listed(10)) == expected


async def test_the_words_of_what_was_deleted_leave_the_file_too(desk: Desk, tmp_path: Path) -> None:
    gone, kept = await desk.conversation("Zzyzx"), await desk.conversation("Other")
    for number in range(20):
        await desk.say(gone, f"xylophone {number}")
        await desk.say(kept, f"quokka {number}")
    await desk.write(conversations.delete_conversation, ConversationId(id=gone.id))
    assert in_file(tmp_path) == {b"xylophone": True, b"zzyzx": True, b"quokka": True}
    await sweep_words(desk.store, 0)
    assert in_file(tmp_path) == {b"xylophone": False, b"zzyzx": False, b"quokka": True}
    assert await found(desk, "quokka", limit=3) == ["quokka 19", "quokka 18", "quokka 17"]
    assert await found(desk, "xylophone") == []


def in_file(directory: Path) -> dict[bytes, bool]:
    """Which words stand in the database, once its write-ahead log is written into it."""
    with closing(sqlite3.connect(directory / DATABASE)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = (directory / DATABASE).read_bytes()
    return {word: word in held for word in (b"xylophone", b"zzyzx", b"quokka")}


def as_typed(text: str) -> list[str]:
    """The words of a question as one types them: no marks, plain alef and ya."""
    return re.findall(r"[^\W\d_]{2,}", MARKS.sub("", text).translate(PLAIN))


@pytest.mark.skipif(not QUESTIONS.exists(), reason="the shared data are not here")
async def test_real_arabic_questions_are_found_by_two_of_their_words(tmp_path: Path) -> None:
    with gzip.open(QUESTIONS, "rt", encoding="utf-8") as lines:
        questions = [json.loads(line)["text"] for line in lines]
    async with running_server(tmp_path / "data") as server:
        key = server.key("admin")
        async with talking(server.url, key) as admin:
            made = await admin.customer("ليلى")
            assert server.server is not None
            store = server.server.service.store
            desk = Desk(store, await caller_in(store, "Workspace"))
            ids = await store.write(said_by(desk, made["id"], questions))
            common = Counter(word for text in questions for word in set(as_typed(text)))
            hits = 0
            for place in Random(7).sample(range(len(questions)), 200):
                rarest = sorted(dict.fromkeys(as_typed(questions[place])), key=lambda word: common[word])[:2]
                page = await admin.call("searchMessages", query=" ".join(rarest), limit=10)
                hits += ids[place] in [hit["message"]["id"] for hit in page["items"]]
    assert hits >= 198
