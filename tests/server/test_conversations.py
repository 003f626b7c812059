"""Making, finding, changing and deleting conversations, over the wire."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from console.contract.procedures import AI_STREAM, UPLOAD
from tests.server.calling import Refused, Talk
from tests.server.streams import following


def channels(conversation: Any) -> list[str]:
    """The identifiers of a conversation's channels."""
    return [channel["identifier"] for channel in conversation["channels"]]


def people(conversation: Any) -> set[tuple[str, str]]:
    """Who takes part, by kind and name."""
    return {(one["kind"], one["name"]) for one in conversation["participants"]}


async def test_many_callers_at_once_get_one_conversation(agent: Talk, admin: Talk) -> None:
    wanted = {"customer": {"email": "jane@example.com", "name": "Jane"}, "channelIdentifier": "shop.example.com"}
    made = await asyncio.gather(*(talk.call("getOrCreateConversation", **wanted) for talk in (agent, admin) * 8))
    assert len({one["id"] for one in made}) == 1
    assert len({one["customer"]["id"] for one in made}) == 1
    assert channels(made[0]) == ["shop.example.com"]
    listed = await agent.call("listConversations")
    assert [one["id"] for one in listed["items"]] == [made[0]["id"]]
    assert people(listed["items"][0]) == {("member", "Maya Okafor"), ("member", "Omar Haddad"), ("customer", "Jane")}


async def test_many_at_once_by_different_marks_of_one_customer_get_one_conversation(agent: Talk, admin: Talk) -> None:
    jane = {"externalId": "web-1", "email": "jane@example.com", "phone": "+971 50 000 0000"}
    other = await agent.customer("Other")
    await agent.says(other["id"], "Hello", customer=jane)  # known, and without a conversation of her own
    marks = [{name: value} for name, value in jane.items()]
    wanted = [(talk, mark) for talk in (agent, admin) for mark in (*marks, jane)]
    made = await asyncio.gather(*(talk.call("getOrCreateConversation", customer=mark) for talk, mark in wanted))
    assert len({one["id"] for one in made}) == len({one["customer"]["id"] for one in made}) == 1
    # Of somebody new, each two calls share a mark.
    new = [{"externalId": "web-2", "email": "bo@x.com"}, {"email": "BO@x.com", "phone": "1"}] * 4
    made = await asyncio.gather(*(agent.call("getOrCreateConversation", customer=mark) for mark in new))
    assert len({one["id"] for one in made}) == len({one["customer"]["id"] for one in made}) == 1


async def test_a_customer_is_recognised_by_any_of_three_marks(agent: Talk) -> None:
    jane = {"externalId": "web-1", "email": "jane@example.com", "phone": "+971 50 000 0000"}
    first = await agent.call("getOrCreateConversation", customer=jane)
    for again in (
        {"externalId": "web-1"},
        {"email": " JANE@Example.com "},
        {"phone": "+971-50-000-0000"},
        {"externalId": "web-1", "email": "other@example.com"},
        {"externalId": "web-2", "email": "jane@example.com"},
    ):
        second = await agent.call("getOrCreateConversation", customer=again)
        assert second["id"] == first["id"], again
        assert second["customer"] == first["customer"]


async def test_a_match_is_filled_in_and_its_external_id_never_changes(agent: Talk) -> None:
    first = await agent.call("getOrCreateConversation", customer={"email": "j@x.com", "metadata": {"a": 1, "b": 1}})
    more = {"email": "J@x.com", "externalId": "web-1", "name": "Jane", "metadata": {"b": None, "c": 3}}
    second = await agent.call("getOrCreateConversation", customer=more)
    third = await agent.call(
        "getOrCreateConversation", customer={"email": "j@x.com", "externalId": "web-9", "name": "X"}
    )
    assert first["id"] == second["id"] == third["id"]
    assert third["customer"] == first["customer"] | {
        "externalId": "web-1",
        "name": "Jane",
        "metadata": {"a": 1, "c": 3},
    }


async def test_an_external_id_that_is_somebody_elses_is_not_filled_in(agent: Talk) -> None:
    other = await agent.call("getOrCreateConversation", customer={"externalId": "web-1", "name": "Other"})
    jane = await agent.call("getOrCreateConversation", customer={"email": "jane@x.com"})
    named = await agent.call(
        "getOrCreateConversation", customer={"id": jane["customer"]["id"], "externalId": "web-1", "phone": "1"}
    )
    assert named["id"] == jane["id"] != other["id"]
    assert (named["customer"]["externalId"], named["customer"]["phone"]) == (None, "1")


async def test_an_id_that_is_not_here_is_not_found_though_the_rest_matches(agent: Talk) -> None:
    await agent.call("getOrCreateConversation", customer={"email": "jane@x.com"})
    with pytest.raises(Refused, match="404 Customer not found"):
        await agent.call("getOrCreateConversation", customer={"id": "cus_none", "email": "jane@x.com"})


async def test_members_alone_have_one_conversation_too(agent: Talk, admin: Talk, viewer: Talk) -> None:
    ids = [(await talk.call("session"))["member"]["id"] for talk in (agent, admin, viewer)]
    pair = await agent.call("getOrCreateConversation", memberIds=[ids[1]])
    assert (pair["type"], pair["customer"]) == ("DIRECT", None)
    assert (await admin.call("getOrCreateConversation", memberIds=[ids[0]]))["id"] == pair["id"]
    group = await agent.call("getOrCreateConversation", memberIds=ids, name="Team")
    assert (group["type"], group["name"]) == ("GROUP", "Team")
    assert group["id"] != pair["id"]


_CANNOT_BE_MADE: list[tuple[dict[str, Any], str]] = [
    ({}, "400 customerId, customer or memberIds is required"),
    ({"memberIds": []}, "400 customerId, customer or memberIds is required"),
    ({"memberIds": ["mem_none"]}, "404 Member not found"),
    ({"customerId": "cus_none"}, "404 Customer not found"),
    ({"customer": {}, "channelIds": ["chan_none"]}, "404 Channel not found"),
    ({"customer": {}, "channelIdentifier": "no host"}, "400 channelIdentifier must be the host"),
]


async def test_what_a_new_conversation_names_must_be_there(agent: Talk) -> None:
    for wanted, sentence in _CANNOT_BE_MADE:
        with pytest.raises(Refused, match=sentence):
            await agent.call("getOrCreateConversation", **wanted)
    assert (await agent.call("listConversations"))["items"] == []


async def test_reuse_adds_channel_name_and_metadata_where_they_lack(agent: Talk) -> None:
    first = await agent.customer(channelIdentifier="https://www.a.example/x", metadata={"source": "chat"})
    more = {"customerId": first["customer"]["id"], "channelIdentifier": "B.example", "metadata": {"plan": "gold"}}
    second = await agent.call("getOrCreateConversation", **more, name="VIP")
    third = await agent.call("getOrCreateConversation", **more, name="Other")
    assert third["id"] == second["id"] == first["id"]
    assert third["name"] == "VIP"
    assert channels(second) == ["a.example", "b.example"]
    assert second["metadata"] == {"source": "chat", "plan": "gold"}


async def test_a_sub_conversation_inherits_customer_and_channels_unless_it_names_its_own(agent: Talk) -> None:
    top = await agent.customer(channelIdentifier="shop.example.com")
    plain = await agent.call("createSubConversation", parentId=top["id"], name="Order #1042")
    bare = await agent.call("createSubConversation", parentId=top["id"], channelIds=None)
    other = await agent.call(
        "createSubConversation", parentId=top["id"], channelIdentifier="b.example", customer={"externalId": "x"}
    )
    assert (plain["parentId"], plain["name"], channels(plain)) == (top["id"], "Order #1042", ["shop.example.com"])
    assert plain["customer"] == top["customer"]
    assert channels(bare) == []
    assert channels(other) == ["b.example"]
    assert other["customer"]["id"] != top["customer"]["id"]
    assert (await agent.one(top["id"]))["childCount"] == 3


async def test_an_update_changes_what_it_names_and_nothing_else(agent: Talk) -> None:
    made = await agent.customer(metadata={"a": {"x": 1}, "b": 2})
    merged = await agent.call("updateConversation", id=made["id"], metadata={"a": {"y": 1}, "b": None, "c": 3})
    assert (merged["metadata"], merged["name"]) == ({"a": {"y": 1}, "c": 3}, None)
    named = await agent.call("updateConversation", id=made["id"], name="Jane")
    assert (named["metadata"], named["name"]) == (merged["metadata"], "Jane")
    cleared = await agent.call("updateConversation", id=made["id"], name=None)
    assert cleared["name"] is None
    assert cleared["updatedAt"] >= made["updatedAt"]


async def test_moving_goes_anywhere_but_below_itself(agent: Talk) -> None:
    top = await agent.customer()
    middle = await agent.call("createSubConversation", parentId=top["id"])
    low = await agent.call("createSubConversation", parentId=middle["id"])
    for parent in (top["id"], middle["id"], low["id"]):
        with pytest.raises(Refused, match="400 A conversation cannot be moved below itself"):
            await agent.call("updateConversation", id=top["id"], parentId=parent)
    assert (await agent.call("updateConversation", id=low["id"], parentId=None))["parentId"] is None
    assert (await agent.call("updateConversation", id=middle["id"], parentId=low["id"]))["parentId"] == low["id"]
    assert (await agent.one(low["id"]))["childCount"] == 1
    assert (await agent.one(top["id"]))["childCount"] == 0


async def test_deleting_takes_all_below_and_their_files(admin: Talk) -> None:
    top = await admin.customer()
    kept = await admin.customer("Kept")
    low = await admin.call("createSubConversation", parentId=top["id"])
    lowest = await admin.call("createSubConversation", parentId=low["id"])
    uploaded = (await admin.http.post(UPLOAD.path, files={"files": ("a.txt", b"text")})).json()["files"][0]
    await admin.call("send", conversationId=lowest["id"], attachmentIds=[uploaded["id"]])
    assert (await admin.http.get(uploaded["url"])).content == b"text"
    assert await admin.call("deleteConversation", id=top["id"]) == {"id": top["id"], "deleted": 3}
    for gone in (top, low, lowest):
        with pytest.raises(Refused, match="404 Conversation not found"):
            await admin.one(gone["id"])
    assert (await admin.http.get(uploaded["url"])).status_code == 404
    assert (await admin.one(kept["id"]))["id"] == kept["id"]
    with pytest.raises(Refused, match="404 Conversation not found"):
        await admin.call("deleteConversation", id=top["id"])


async def test_a_hierarchy_of_great_depth_is_deleted_whole(admin: Talk) -> None:
    top = lowest = (await admin.customer())["id"]
    for _ in range(25):
        lowest = (await admin.call("createSubConversation", parentId=lowest))["id"]
    with pytest.raises(Refused, match="below itself"):
        await admin.call("updateConversation", id=top, parentId=lowest)
    assert (await admin.call("deleteConversation", id=top))["deleted"] == 26


async def test_an_import_keeps_its_own_time(admin: Talk) -> None:
    made = await admin.customer(createdAt="2020-02-03T04:05:06+04:00")
    sub = await admin.call("createSubConversation", parentId=made["id"], createdAt="2020-02-04T00:00:00Z")
    said = await admin.says(made["id"], "Old", createdAt="2020-02-03T10:00:00.5Z")
    assert (made["createdAt"], made["updatedAt"]) == ("2020-02-03T00:05:06.000Z",) * 2
    assert sub["createdAt"] == "2020-02-04T00:00:00.000Z"
    assert said["createdAt"] == "2020-02-03T10:00:00.500Z"
    assert (await admin.one(made["id"]))["updatedAt"] == "2020-02-03T10:00:00.500Z"
    with pytest.raises(Refused, match="400 createdAt must not be in the future"):
        await admin.says(made["id"], "Soon", createdAt="2999-01-01T00:00:00Z")


async def test_an_agent_that_answered_among_members_is_no_reason_for_another_conversation(
    agent: Talk, admin: Talk
) -> None:
    other = (await admin.call("session"))["member"]["id"]
    first = await agent.call("getOrCreateConversation", memberIds=[other], channelIdentifier="shop.example.com")
    said = await agent.answers(first["id"], "Who delivers to Oman?")
    wanted = {"agentId": "agent_knowledge", "conversationId": first["id"], "lastMessageId": said["id"]}
    assert '"done"' in (await agent.http.post(AI_STREAM.path, json=wanted)).text
    again = await agent.call("getOrCreateConversation", memberIds=[other])
    assert again["id"] == first["id"]
    assert {one["kind"] for one in again["participants"]} == {"member", "agent"}


async def test_a_changed_customer_is_told_in_all_of_their_conversations(agent: Talk) -> None:
    top = await agent.customer()
    below = await agent.call("createSubConversation", parentId=top["id"])
    async with following(agent) as stream:
        await agent.call("getOrCreateConversation", customer={"externalId": "Jane", "email": "jane@example.com"})
        told = [(await stream.event("conversation.updated"))["conversation"] for _ in range(2)]
    assert {one["id"] for one in told} == {top["id"], below["id"]}
    assert {one["customer"]["email"] for one in told} == {"jane@example.com"}


async def test_a_name_is_told_wherever_its_customer_takes_part(agent: Talk) -> None:
    top = await agent.customer("Jane")
    brother = {"externalId": "bo"}
    await agent.says(top["id"], "I am her brother", customer=brother)
    async with following(agent) as stream:
        await agent.call("getOrCreateConversation", customer={**brother, "name": "Bo"})
        told = (await stream.event("conversation.updated"))["conversation"]
    assert told["id"] == top["id"]
    assert "Bo" in {one["name"] for one in told["participants"]}


LONG = {"a": "x" * 40_000, "b": "x" * 40_000}


async def test_open_values_have_a_size_too(admin: Talk) -> None:
    top = await admin.customer()
    page = {"type": "doc", "attrs": {"style": "x" * 70_000}, "text": "Hello"}
    template = await admin.call("saveTemplate", name="Many", content={"en": "{{x}}" * 5_000})
    await admin.call("updateConversation", id=top["id"], metadata={"a": LONG["a"]})
    for sentence, procedure, wanted in (
        ("metadata must", "updateConversation", {"id": top["id"], "metadata": {"b": LONG["b"]}}),
        ("metadata must", "createSubConversation", {"parentId": top["id"], "metadata": LONG}),
        ("customer.metadata must", "getOrCreateConversation", {"customer": {"metadata": LONG}}),
        ("content must", "send", {"conversationId": top["id"], "content": {"en": page}}),
        ("content must", "saveArticle", {"name": "x", "content": {"en": LONG}}),
        (
            "templateContext fills",
            "send",
            {"conversationId": top["id"], "templateId": template["id"], "templateContext": {"x": "y" * 1_000}},
        ),
    ):
        with pytest.raises(Refused, match=f"413 {sentence}"):
            await admin.call(procedure, **wanted)
