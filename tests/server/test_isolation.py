"""One workspace never sees another: what is foreign looks exactly like what is missing, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest

from console.contract.procedures import AI_STREAM, ASSET, UPLOAD
from tests.server.calling import Talk
from tests.server.streams import following

# Every field of every input that names a record: procedure, input with `{}` in its place, the kind of record.
NAMING: list[tuple[str, dict[str, Any], str]] = [
    ("getOrCreateConversation", {"customerId": "{}"}, "customer"),
    ("getOrCreateConversation", {"customer": {"id": "{}"}}, "customer"),
    ("getOrCreateConversation", {"memberIds": ["{}"]}, "member"),
    ("getOrCreateConversation", {"customer": {}, "channelIds": ["{}"]}, "channel"),
    ("createSubConversation", {"parentId": "{}"}, "conversation"),
    ("createSubConversation", {"parentId": "{own}", "customerId": "{}"}, "customer"),
    ("createSubConversation", {"parentId": "{own}", "memberIds": ["{}"]}, "member"),
    ("createSubConversation", {"parentId": "{own}", "channelIds": ["{}"]}, "channel"),
    ("updateConversation", {"id": "{}", "name": "x"}, "conversation"),
    ("updateConversation", {"id": "{own}", "parentId": "{}"}, "conversation"),
    ("deleteConversation", {"id": "{}"}, "conversation"),
    ("getConversation", {"id": "{}"}, "conversation"),
    ("listConversations", {"parentId": "{}"}, "conversation"),
    ("listConversations", {"customerId": "{}"}, "customer"),
    ("listConversations", {"channelId": "{}"}, "channel"),
    ("listMessages", {"conversationId": "{}"}, "conversation"),
    ("send", {"conversationId": "{}", "content": {"en": "x"}}, "conversation"),
    ("send", {"conversationId": "{own}", "content": {"en": "x"}, "parentId": "{}"}, "message"),
    ("send", {"conversationId": "{own}", "attachmentIds": ["{}"]}, "attachment"),
    ("send", {"conversationId": "{own}", "templateId": "{}"}, "template"),
    ("send", {"conversationId": "{own}", "content": {"en": "x"}, "channelId": "{}"}, "channel"),
    ("send", {"conversationId": "{own}", "content": {"en": "x"}, "sender": "customer", "customerId": "{}"}, "customer"),
    ("markRead", {"conversationId": "{}", "messageId": "{}"}, "conversation"),
    ("markRead", {"conversationId": "{own}", "messageId": "{}"}, "message"),
    ("saveTemplate", {"id": "{}", "name": "x", "content": {}}, "template"),
    ("saveArticle", {"id": "{}", "name": "x", "content": {}}, "article"),
    ("claimGuestConversations", {"fingerprint": "finger-print", "customerId": "{}"}, "customer"),
    (
        "send",
        {"conversationId": "{own}", "sender": "customer", "content": {"en": "x"}, "customer": {"id": "{}"}},
        "customer",
    ),
    (
        "send",
        {"conversationId": "{own}", "content": {"en": "x"}, "ai": {"agentId": "agent_knowledge", "channelId": "{}"}},
        "channel",
    ),
    (
        "claimGuestConversations",
        {"fingerprint": "finger-print", "customer": {"id": "{}"}},
        "customer",
    ),
    (
        "claimGuestConversations",
        {"fingerprint": "finger-print", "customer": {}, "targetParentId": "{}"},
        "conversation",
    ),
]


async def furnish(talk: Talk) -> dict[str, str]:
    """A record of each kind, by kind."""
    conversation = await talk.customer(channelIdentifier="shop.example.com")
    message = await talk.says(conversation["id"], "A secret of ours")
    template = await talk.call("saveTemplate", name="Greeting", content={"en": "Hello"})
    article = await talk.call("saveArticle", name="Returns", content={"en": "30 days"})
    uploaded = (await talk.http.post(UPLOAD.path, files={"files": ("a.txt", b"text")})).json()["files"][0]
    return {
        "conversation": conversation["id"],
        "customer": conversation["customer"]["id"],
        "channel": conversation["channels"][0]["id"],
        "member": (await talk.call("session"))["member"]["id"],
        "message": message["id"],
        "template": template["id"],
        "article": article["id"],
        "attachment": uploaded["id"],
        "s3Key": uploaded["s3Key"],
    }


def named(wanted: Any, record: str, own: str) -> Any:
    """The input with a record's id in its place."""
    if isinstance(wanted, dict):
        return {key: named(value, record, own) for key, value in wanted.items()}
    if isinstance(wanted, list):
        return [named(value, record, own) for value in wanted]
    return {"{}": record, "{own}": own}.get(wanted, wanted)


async def test_what_is_foreign_looks_like_what_is_missing(admin: Talk, foreign: Talk) -> None:
    theirs = await furnish(foreign)
    own = (await admin.customer("Ours"))["id"]
    before = await foreign.one(theirs["conversation"])
    for procedure, wanted, kind in NAMING:
        record = theirs[kind]
        missing = record[:-5] + ("AAAAA" if not record.endswith("AAAAA") else "BBBBB")
        answers = [await admin.ask(procedure, **named(wanted, one, own)) for one in (record, missing)]
        assert answers[0].status_code == answers[1].status_code, (procedure, wanted)
        assert answers[0].content == answers[1].content, (procedure, wanted)
        assert answers[0].status_code == (200 if procedure == "listConversations" and kind != "conversation" else 404)
    assert await foreign.one(theirs["conversation"]) == before
    assert (await foreign.call("listTemplates"))["items"][0]["name"] == "Greeting"


async def test_a_foreign_file_looks_like_a_missing_one(admin: Talk, foreign: Talk) -> None:
    key = (await furnish(foreign))["s3Key"]
    answers = [
        await admin.http.get(ASSET.path.replace("{key}", one)) for one in (key, key[:-3] + "AAA", key.split("/")[1])
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


async def test_an_agent_is_shown_nothing_foreign(admin: Talk, foreign: Talk) -> None:
    theirs = await furnish(foreign)
    own = await admin.customer("Ours", channelIdentifier="shop.example.com")
    said = await admin.says(own["id"], "Hello?")
    wanted = {"agentId": "agent_knowledge", "conversationId": own["id"], "lastMessageId": said["id"]}
    for field, kind, status in (
        ("conversationId", "conversation", 200),
        ("lastMessageId", "message", 404),
        ("channelId", "channel", 404),
        ("senderId", "customer", 404),
        ("senderId", "member", 404),
    ):
        answers = [
            await admin.http.post(AI_STREAM.path, json=wanted | {field: one})
            for one in (theirs[kind], theirs[kind][:-5] + "ZZZZZ")
        ]
        assert [answer.status_code for answer in answers] == [status] * 2, field
        assert answers[0].content == answers[1].content, field
        assert b"done" not in answers[0].content
    assert len((await admin.call("listMessages", conversationId=own["id"]))["items"]) == 1


async def test_a_foreign_cursor_or_event_id_leads_nowhere_foreign(admin: Talk, foreign: Talk) -> None:
    for name in "abc":
        await foreign.customer(name)
        await foreign.call("saveTemplate", name=name, content={})
    await admin.customer("Ours")
    theirs = (await foreign.call("listConversations"))["items"][0]
    for text in "xyz":
        await foreign.says(theirs["id"], text)
    for procedure in ("listConversations", "listTemplates", "listMembers"):
        cursor = (await foreign.call(procedure, limit=1))["nextCursor"] or None
        held = (await admin.call(procedure, cursor=cursor))["items"]
        assert {one.get("name") or one["customer"]["name"] for one in held} <= {"Ours", "Maya Okafor"}
    cursor = (await foreign.call("listMessages", conversationId=theirs["id"], limit=1))["nextCursor"]
    own = (await admin.call("listConversations"))["items"][0]["id"]
    assert (await admin.call("listMessages", conversationId=own, cursor=cursor))["items"] == []
    async with following(foreign, {"last-event-id": "0"}) as stream:
        last = [await stream.event() for _ in range(3)][-1]["id"]
    async with following(admin, {"last-event-id": last}) as stream:
        assert (await stream.event())["type"] == "resync"  # it is no number of ours
    async with following(admin, {"last-event-id": "0"}) as stream:
        assert (await stream.event())["conversation"]["customer"]["name"] == "Ours"


async def test_lists_hold_nothing_foreign(admin: Talk, foreign: Talk) -> None:
    await furnish(foreign)
    for procedure in ("listConversations", "listTemplates"):
        assert (await admin.call(procedure))["items"] == []
    assert [one["name"] for one in (await admin.call("listMembers"))["items"]] == ["Maya Okafor"]


async def test_the_same_customer_of_two_workspaces_is_two(admin: Talk, foreign: Talk) -> None:
    jane = {"externalId": "web-1", "email": "jane@example.com", "phone": "+1"}
    ours = await admin.call("getOrCreateConversation", customer=jane, channelIdentifier="a.example")
    theirs = await foreign.call("getOrCreateConversation", customer=jane, channelIdentifier="a.example")
    assert ours["id"] != theirs["id"]
    assert ours["customer"]["id"] != theirs["customer"]["id"]
    assert ours["channels"][0]["id"] != theirs["channels"][0]["id"]


@pytest.mark.parametrize("fingerprint", ["finger-print"])
async def test_a_guest_of_another_workspace_is_not_claimed(admin: Talk, foreign: Talk, fingerprint: str) -> None:
    await foreign.call("getOrCreateConversation", customer={"metadata": {"fingerprint": fingerprint}})
    answer = await admin.call("claimGuestConversations", fingerprint=fingerprint, customer={"name": "Jane"})
    assert answer == {"claimed": 0, "reparented": 0}
