"""Finding messages through a running server: words, filters, pages, and the truth after every change."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from console.server.store.engine import DATABASE
from tests.server.calling import Refused, Talk
from tests.support.server import RunningServer


async def found(talk: Talk, query: str = "", **wanted: Any) -> list[str]:
    """What the hits say, all pages of them."""
    said: list[str] = []
    cursor = None
    while True:
        page = await talk.call("searchMessages", query=query, cursor=cursor, **wanted)
        said += [next(iter(hit["message"]["content"].values())) for hit in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            return said


def kept(server: RunningServer, table: str) -> str:
    """All that SQLite keeps of an index's texts."""
    with closing(sqlite3.connect(server.directory / DATABASE)) as database:
        rows = database.execute(f"SELECT * FROM {table}_content").fetchall()
    return "\n".join(str(row) for row in rows)


def indexed(server: RunningServer, word: str, table: str = "message_search") -> int:
    """How many rows of an index have the word, whether anything shows them or not."""
    with closing(sqlite3.connect(server.directory / DATABASE)) as database:
        row = database.execute(f"SELECT count(*) FROM {table} WHERE {table} MATCH ?", [f'"{word}"']).fetchone()
    return int(row[0])


def check(server: RunningServer) -> None:
    """Every message and conversation has its row in an index, no row is anything else's, and SQLite finds no fault."""
    with closing(sqlite3.connect(server.directory / DATABASE, isolation_level=None)) as database:
        for table, of in (("message_search", "messages"), ("conversation_search", "conversations")):
            database.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
            there = {row[0] for row in database.execute(f"SELECT id FROM {table}_content")}
            assert there == {row[0] for row in database.execute(f"SELECT search_id FROM {of}")}
        named = database.execute(
            "SELECT count(*) FROM messages JOIN message_search ON message_search.rowid = search_id"
            " WHERE message_search.message_id <> messages.id"
        )
        assert named.fetchone()[0] == 0


async def test_all_words_must_stand_and_the_newest_comes_first(admin: Talk, viewer: Talk) -> None:
    jane = await admin.customer("Jane")
    for text in ("The lamp arrived broken", "The LAMP is fine", "Broken, that lamp.", "A lamb"):
        await admin.says(jane["id"], text)
    assert await found(viewer, "lamp") == ["Broken, that lamp.", "The LAMP is fine", "The lamp arrived broken"]
    assert await found(admin, "lamp broken") == ["Broken, that lamp.", "The lamp arrived broken"]
    assert await found(admin, '"lamp arrived"') == ["The lamp arrived broken"]
    assert await found(admin, "lamp -broken") == ["The LAMP is fine"]
    assert await found(admin, "lam* -fine") == ["A lamb", "Broken, that lamp.", "The lamp arrived broken"]
    assert await found(admin, "-lamp") == ["A lamb"]
    assert await found(admin, "amp") == []
    for nothing in ("", "   ", "!!!", "…", '""', "*", "\0"):
        assert await found(admin, nothing) == [], nothing


async def test_an_id_is_its_own_alone_whatever_case_an_index_folds(admin: Talk) -> None:
    jane = await admin.customer("Jane")
    await admin.says(jane["id"], "lamp")
    top, customer = jane["id"], jane["customer"]["id"]
    assert await found(admin, "lamp", conversationId=top, customerId=customer) == ["lamp"]
    assert await found(admin, "lamp", conversationId=top.lower()) == []
    assert await found(admin, "lamp", customerId=customer.lower()) == []
    for kind, one in (("in", top), ("from", customer)):
        assert await found(admin, f"lamp {kind}:{one}") == ["lamp"]
        assert await found(admin, f"lamp {kind}:{one.lower()}") == []


async def test_a_hit_brings_the_message_its_conversation_and_the_places(admin: Talk, agent: Talk) -> None:
    jane = await admin.customer("Jane")
    content = {
        "tr": "İstanbul'daki lamba",
        "en": {
            "type": "doc",
            "content": [{"type": "text", "text": "The "}, {"type": "text", "text": "lamp, İstanbul"}],
        },
    }
    sent = await admin.call("send", conversationId=jane["id"], content=content)
    [hit] = (await agent.call("searchMessages", query="ISTANBUL lamp*"))["items"]
    assert hit["message"] == sent
    assert hit["conversation"] == await agent.one(jane["id"])
    assert hit["conversation"]["unreadCount"] == 1
    places = [(one["language"], one["start"], one["end"]) for one in hit["highlights"]]
    assert sorted(places) == [("en", 4, 8), ("en", 10, 18), ("tr", 0, 8)]
    for query in ("istanbul", "ISTANBUL", "İSTANBUL", "ıstanbul"):
        assert len((await agent.call("searchMessages", query=query))["items"]) == 1, query


async def furnish(admin: Talk, agent: Talk) -> dict[str, Any]:
    """Two customers, a sub-conversation, both colleagues, a note, all on days of January 2024."""
    jane = await admin.customer("Jane", channelIdentifier="shop.example.com")
    ada = await admin.call(
        "getOrCreateConversation", customer={"name": "Ada Şahin", "email": "ada@example.com"}, name="Wholesale"
    )
    order = await admin.call("createSubConversation", parentId=jane["id"], name="Order 1042")
    days: tuple[tuple[Any, Any, str, dict[str, Any]], ...] = (
        (admin.says, jane, "lamp 1 of Jane", {}),
        (admin.answers, jane, "lamp 2 of Maya", {}),
        (admin.says, ada, "lamp 3 of Ada", {}),
        (admin.answers, ada, "lamp 4 of Maya, a note", {"flags": ["internal-note"]}),
        (admin.says, order, "lamp 5 of Jane", {}),
    )
    for day, (say, where, text, more) in enumerate(days, 1):
        await say(where["id"], text, createdAt=f"2024-01-0{day}T12:00:00Z", **more)
    await agent.answers(ada["id"], "lamp 6 of Omar")
    return {"jane": jane, "ada": ada, "order": order}


async def test_a_search_is_narrowed_by_every_filter(admin: Talk, agent: Talk, viewer: Talk) -> None:
    made = await furnish(admin, agent)
    await admin.call("updateConversation", id=made["order"]["id"], metadata={"status": "resolved"})
    await viewer.call("session")
    snoozed = {"status": "snoozed", "snoozedUntil": "2001-01-01T00:00:00Z"}
    await admin.call("updateConversation", id=made["jane"]["id"], metadata=snoozed)
    jane, ada, order = (made[name]["id"] for name in ("jane", "ada", "order"))
    wanted: list[tuple[dict[str, Any], str]] = [
        ({"conversationId": jane}, "21"),
        ({"customerId": made["jane"]["customer"]["id"]}, "521"),
        ({"senderKind": "customer"}, "531"),
        ({"senderKind": "agent"}, ""),
        ({"before": "2024-01-03T12:00:00Z"}, "21"),
        ({"after": "2024-01-03T12:00:00Z"}, "654"),
        ({"after": "2024-01-02T00:00:00Z", "before": "2024-01-03T23:00:00Z", "senderKind": "member"}, "2"),
        ({"after": "2024-01-05T00:00:00Z", "before": "2024-01-01T00:00:00Z"}, ""),
        ({"query": "lamp from:customer"}, "531"),
        ({"query": "lamp -from:customer"}, "642"),
        ({"query": "lamp from:me"}, "42"),
        ({"query": "from:me is:note"}, "4"),
        ({"query": "from:maya"}, "42"),
        ({"query": "from:mayaexample"}, ""),
        ({"query": "from:omar.haddad@example.com"}, "6"),
        ({"query": "from:ada@example.com"}, "3"),
        ({"query": 'from:"ada sahin"'}, "3"),
        ({"query": "from:jan from:omar"}, "651"),
        ({"query": f"from:{made['jane']['customer']['id']}"}, "51"),
        ({"query": "from:nobody"}, ""),
        ({"query": "lamp -from:nobody"}, "654321"),
        ({"query": "is:note"}, "4"),
        ({"query": "lamp -is:note before:2024-01-06"}, "5321"),
        ({"query": "in:wholesale"}, "643"),
        ({"query": f"in:{order}"}, "5"),
        ({"query": "in:shop.example.com"}, "521"),
        ({"query": 'in:"order 10"'}, "5"),
        ({"query": "in:wholesale in:order"}, "6543"),
        ({"query": "lamp -in:wholesale"}, "521"),
        ({"query": "before:2024-01-03 after:2024-01-02"}, "2"),
        ({"query": "after:2024-02"}, "6"),
        ({"query": "-after:2024-01-02"}, "1"),
        ({"query": "lamp is:resolved"}, "5"),
        ({"query": "lamp -is:resolved from:customer"}, "31"),
        ({"query": "lamp is:snoozed"}, ""),
        ({"query": "lamp is:open from:me"}, "42"),
        ({"query": "is:waiting"}, "5"),
        ({"query": "lamp is:unread"}, "65"),
        ({"query": "lamp is:unread is:note"}, ""),
        ({"query": "lamp is:odd"}, ""),
        ({"query": "lamp in:wholesale", "senderKind": "member", "after": "2024-01-04T12:00:00Z"}, "6"),
    ]
    for filters, numbers in wanted:
        for limit in (2, 100):
            query = filters.get("query", "lamp")
            said = await found(admin, **({**filters, "query": query, "limit": limit}))
            assert "".join(text.split()[1] for text in said) == numbers, (filters, limit)
    assert await found(viewer, "is:unread 6") == ["lamp 6 of Omar"]
    assert len(await found(admin, conversationId=ada)) == 3
    assert await found(admin, "…", conversationId=ada) == []


async def test_pages_stay_whole_while_messages_arrive(admin: Talk) -> None:
    jane = await admin.customer("Jane")
    for number in range(7):
        await admin.says(jane["id"], f"lamp {number}", createdAt="2024-01-01T00:00:00Z")  # all of one moment
    first = await admin.call("searchMessages", query="lamp", limit=3)
    await admin.says(jane["id"], "lamp 7")
    second = await admin.call("searchMessages", query="lamp", limit=3, cursor=first["nextCursor"])
    third = await admin.call("searchMessages", query="lamp", limit=3, cursor=second["nextCursor"])
    said = [hit["message"]["content"]["en"] for page in (first, second, third) for hit in page["items"]]
    assert said == [f"lamp {number}" for number in range(6, -1, -1)]
    assert third["nextCursor"] is None
    for cursor in ("x", first["nextCursor"][:-3], "MTIzOng", "LTE6MA", "MToxMDQ4NTc2"):
        with pytest.raises(Refused, match="400 cursor is not one that this server gave"):
            await admin.call("searchMessages", query="lamp", cursor=cursor)


async def test_another_workspace_finds_nothing_by_any_way(admin: Talk, agent: Talk, foreign: Talk) -> None:
    made = await furnish(admin, agent)
    mine = await foreign.customer("Fay")
    await foreign.says(mine["id"], "lamp of Fay")
    page = await admin.call("searchMessages", query="lamp", limit=2)
    jane = made["jane"]
    for filters in (
        {},
        {"query": f"lamp in:{jane['id']}"},
        {"query": "lamp in:jane"},
        {"query": "lamp from:jane"},
        {"query": f"lamp from:{jane['customer']['id']}"},
        {"query": "lamp is:note"},
        {"query": "lamp is:resolved"},
        {"conversationId": jane["id"]},
        {"customerId": jane["customer"]["id"]},
        {"cursor": page["nextCursor"]},
        {"query": '" OR "lamp'},
    ):
        answer = await foreign.call("searchMessages", **({"query": "lamp"} | filters))
        said = [hit["message"]["content"]["en"] for hit in answer["items"]]
        assert said in ([], ["lamp of Fay"]), filters
        assert "2 of" not in str(answer)


async def test_what_was_deleted_is_in_no_index(server: RunningServer, admin: Talk) -> None:
    jane = await admin.customer("Jane", channelIdentifier="secretshop.example.com")
    order = await admin.call("createSubConversation", parentId=jane["id"], name="Secretorder")
    other = await admin.customer("Bo")
    await asyncio.gather(*(admin.says(order["id"], f"secretword {number}") for number in range(80)))
    await admin.says(other["id"], "a plain word")
    assert indexed(server, "secretword") == 80
    await admin.call("deleteConversation", id=jane["id"])
    assert await found(admin, "secretword") == []
    assert await found(admin, "word") == ["a plain word"]
    assert indexed(server, "secretword") == 0
    assert indexed(server, "secretorder", "conversation_search") == 0
    for table in ("message_search", "conversation_search"):
        assert "secret" not in kept(server, table)
    assert "plain" in kept(server, "message_search")
    check(server)


async def test_a_claimed_message_is_found_by_who_it_turned_out_to_be(server: RunningServer, admin: Talk) -> None:
    guest = {"name": "Guest", "metadata": {"fingerprint": "fingerprint-1"}}
    made = await admin.call("getOrCreateConversation", customer=guest)
    await admin.says(made["id"], "lamp of a guest")
    await admin.call("claimGuestConversations", fingerprint="fingerprint-1", customer={"name": "Jane Cooper"})
    assert await found(admin, "from:cooper") == ["lamp of a guest"]
    assert await found(admin, "in:cooper") == ["lamp of a guest"]
    assert await found(admin, "from:guest") == []
    assert await found(admin, "lamp") == ["lamp of a guest"]
    assert indexed(server, "lamp") == 1
    check(server)


async def names(talk: Talk, query: str) -> list[str]:
    """The ids of the conversations that a list shows."""
    return [one["id"] for one in (await talk.call("listConversations", query=query))["items"]]


async def test_conversations_are_found_by_what_they_become(server: RunningServer, admin: Talk, foreign: Talk) -> None:
    customer = {"externalId": "web-user-7", "phone": "+971 50 000 0000"}
    made = await admin.call("getOrCreateConversation", customer=customer)
    here = [made["id"]]
    for query in ("web", "user-7", "971500000000", "+971500000000", "+971 50", "97150"):
        assert await names(admin, query) == here, query
    assert await names(admin, "jane") == []
    await admin.call("getOrCreateConversation", customer=customer | {"name": "Jane Çelik", "email": "j@Example.com"})
    for query in ("jane", "CELIK jan", "j@example.com", "example"):
        assert await names(admin, query) == here, query
    await admin.call("updateConversation", id=made["id"], name="Sipariş İade")
    assert await names(admin, "siparis iade jane") == here
    await admin.call("updateConversation", id=made["id"], name="Other")
    assert await names(admin, "siparis") == []
    assert await names(admin, "cooper") == []
    await admin.call("getOrCreateConversation", customer=customer, channelIdentifier="https://www.lamps.example.org/a")
    assert await names(admin, "lamps.example.org other") == here
    for odd in ('"', "*", "^", ":", "NEAR(", "\0", "…", "!"):
        assert await names(admin, odd) == [], odd
    assert await names(foreign, "jane") == []
    assert indexed(server, "web", "conversation_search") == 1
    check(server)
    await admin.call("deleteConversation", id=made["id"])
    assert await names(admin, "jane") == []


async def test_a_send_that_fails_leaves_no_word(server: RunningServer, admin: Talk) -> None:
    jane = await admin.customer("Jane")
    sends = [admin.says(jane["id"], f"lamp {number}") for number in range(10)]
    broken = [admin.says(jane["id"], "lamp", attachmentIds=["att_missing"]) for _ in range(10)]
    ended = await asyncio.gather(*sends, *broken, return_exceptions=True)
    assert sum(isinstance(one, Refused) for one in ended) == 10
    assert indexed(server, "lamp") == 10
    assert len(await found(admin, "lamp")) == 10
    check(server)
