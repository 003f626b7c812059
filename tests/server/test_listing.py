"""Lists of conversations: every filter, both orders, pages."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.server.calling import Refused, Talk


async def names(talk: Talk, **wanted: Any) -> list[str]:
    """The customers' names of a list, all pages of it."""
    found: list[str] = []
    cursor = None
    while True:
        page = await talk.call("listConversations", **wanted, cursor=cursor)
        found += [one["name"] or one["customer"]["name"] for one in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            return found


async def furnish(admin: Talk) -> dict[str, Any]:
    """Five conversations of different days, a sub-conversation, and who they are."""
    me = (await admin.call("session"))["member"]["id"]
    triage: dict[str, dict[str, Any]] = {
        "Jane": {},
        "Bo": {"status": "resolved", "assigneeId": me},
        "Ada": {"status": "snoozed", "snoozedUntil": "2999-01-01T00:00:00Z"},
        "Max": {"status": "snoozed", "snoozedUntil": "2001-01-01T00:00:00Z", "assigneeId": me},
        "İnci": {"status": "snoozed"},
    }
    made: dict[str, Any] = {}
    for day, (name, metadata) in enumerate(triage.items(), 1):
        at = f"2024-01-0{day}T00:00:00Z"
        host = f"{'shop' if day % 2 else 'blog'}.example.com"
        made[name] = await admin.customer(name, createdAt=at, channelIdentifier=host, metadata=metadata)
    await admin.says(made["Jane"]["id"], "Hello?", createdAt="2024-02-01T00:00:00Z")
    await admin.says(made["Max"]["id"], "Hello?", createdAt="2024-01-30T00:00:00Z")
    await admin.says(made["Bo"]["id"], "Hello?", createdAt="2024-01-20T00:00:00Z")
    await admin.answers(made["Bo"]["id"], "Yes", createdAt="2024-01-20T00:00:01Z")
    await admin.call("updateConversation", id=made["Bo"]["id"], metadata={"status": "resolved"})
    await admin.call("updateConversation", id=made["Max"]["id"], metadata=triage["Max"])
    made["Order"] = await admin.call("createSubConversation", parentId=made["Jane"]["id"], name="Order")
    return made | {"me": me}


async def test_lists_are_filtered_and_sorted_as_asked(admin: Talk, viewer: Talk) -> None:
    made = await furnish(admin)
    shop = made["Jane"]["channels"][0]["id"]
    wanted: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["Jane", "Max", "Bo", "İnci", "Ada"]),
        ({"parentId": None}, ["Jane", "Max", "Bo", "İnci", "Ada"]),
        ({"parentId": made["Jane"]["id"]}, ["Order"]),
        ({"status": "open"}, ["Jane", "Max"]),
        ({"status": "resolved"}, ["Bo"]),
        ({"status": "snoozed"}, ["İnci", "Ada"]),
        ({"assigneeId": made["me"]}, ["Max", "Bo"]),
        ({"assigneeId": None}, ["Jane", "İnci", "Ada"]),
        ({"waiting": True}, ["Jane", "Max"]),
        ({"waiting": False}, ["Bo", "İnci", "Ada"]),
        ({"order": "waiting"}, ["Max", "Jane", "Bo", "Ada", "İnci"]),
        ({"order": "waiting", "waiting": True}, ["Max", "Jane"]),
        ({"channelId": shop}, ["Jane", "İnci", "Ada"]),
        ({"customerId": made["Bo"]["customer"]["id"]}, ["Bo"]),
        ({"unread": True}, ["Jane", "Max"]),
        ({"unread": False}, ["Bo", "İnci", "Ada"]),
        ({"query": "INCI"}, ["İnci"]),
        ({"query": "blog.example"}, ["Max", "Bo"]),
        ({"query": "ma blog"}, ["Max"]),
        ({"query": "ax"}, []),
        ({"query": "nobody"}, []),
        ({"query": "%"}, []),
        ({"query": "  "}, ["Jane", "Max", "Bo", "İnci", "Ada"]),
        ({"query": "shop", "status": "snoozed", "assigneeId": None}, ["İnci", "Ada"]),
    ]
    for filters, expected in wanted:
        for limit in (2, 100):
            ordered = await names(admin, **filters, limit=limit)
            if filters.get("order") == "waiting" or not filters:
                assert ordered == expected, filters
            assert sorted(ordered) == sorted(expected), filters
    assert await names(viewer, unread=True) == ["Jane", "Max", "Bo"]


async def test_members_and_agents_come_in_pages(admin: Talk, agent: Talk, viewer: Talk) -> None:
    assert agent is not viewer
    first = await admin.call("listMembers", limit=2)
    rest = await admin.call("listMembers", limit=2, cursor=first["nextCursor"])
    assert [one["name"] for one in first["items"] + rest["items"]] == ["Maya Okafor", "Omar Haddad", "Vera Lind"]
    assert rest["nextCursor"] is None
    agents = await admin.call("listAgents", limit=1)
    assert len(agents["items"]) == 1
    assert agents["nextCursor"] is None


async def test_a_cursor_of_no_page_is_refused(admin: Talk) -> None:
    odd = [base64.b64encode(text).decode() for text in (b"no number:x", b"9" * 30 + b":x", b"\xff")]
    for procedure in ("listConversations", "listMembers", "listAgents", "listTemplates"):
        for cursor in ("", "x", "é", "====", *odd):
            with pytest.raises(Refused, match="400 cursor is not one that this server gave"):
                await admin.call(procedure, cursor=cursor)


async def test_a_cursor_of_another_workspace_reaches_nothing_there(admin: Talk, foreign: Talk) -> None:
    for name in ("A", "B", "C"):
        await foreign.customer(name)
    page = await foreign.call("listConversations", limit=1)
    assert page["nextCursor"] is not None
    assert (await admin.call("listConversations", cursor=page["nextCursor"]))["items"] == []
