"""Sending and reading messages, over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from console.contract.procedures import UPLOAD
from tests.server.calling import Refused, Talk
from tests.server.streams import following

MANY = 20_000


async def test_a_thread_is_read_newest_first_in_pages_of_any_size(agent: Talk) -> None:
    conversation = (await agent.customer())["id"]
    sent = [(await agent.says(conversation, f"{number}"))["id"] for number in range(7)]
    for limit in (1, 3, 7, 100):
        read: list[str] = []
        cursor = None
        while True:
            page = await agent.call("listMessages", conversationId=conversation, limit=limit, cursor=cursor)
            assert len(page["items"]) <= limit
            read += [message["id"] for message in page["items"]]
            cursor = page["nextCursor"]
            if cursor is None:
                break
        assert read == sent[::-1]


async def test_messages_of_one_moment_keep_the_order_in_which_they_came(admin: Talk) -> None:
    conversation = (await admin.customer())["id"]
    at = "2024-05-06T07:08:09.123Z"
    sent = [(await admin.says(conversation, f"{number}", createdAt=at))["id"] for number in range(5)]
    page = await admin.call("listMessages", conversationId=conversation, limit=2)
    rest = await admin.call("listMessages", conversationId=conversation, cursor=page["nextCursor"])
    assert [message["id"] for message in page["items"] + rest["items"]] == sent[::-1]


async def test_a_message_is_the_key_members_or_a_customers(agent: Talk) -> None:
    top = await agent.customer("Jane")
    own = await agent.answers(top["id"], "Hello")
    hers = await agent.says(top["id"], "Hi")
    named = await agent.says(top["id"], "I am her brother", customer={"externalId": "bro", "name": "Bo"})
    by_id = await agent.says(top["id"], "Me again", customerId=named["sender"]["id"])
    assert [one["sender"]["kind"] for one in (own, hers, named, by_id)] == [
        "member",
        "customer",
        "customer",
        "customer",
    ]
    assert [one["sender"]["name"] for one in (own, hers, named, by_id)] == ["Omar Haddad", "Jane", "Bo", "Bo"]
    now = await agent.one(top["id"])
    assert {one["name"] for one in now["participants"]} == {"Omar Haddad", "Jane", "Bo"}
    assert now["customer"] == top["customer"]


async def test_everything_of_a_message_comes_back(agent: Talk) -> None:
    top = await agent.customer()
    first = await agent.says(top["id"], "The lamp arrived broken.")
    content = {"ar": "مرحبا", "en": {"type": "doc", "content": [{"text": "Sorry"}]}, "tr": "Merhaba 👋🏽\x1b[31m\r\n"}
    sent = await agent.call(
        "send",
        conversationId=top["id"],
        content=content,
        flags=["urgent", "urgent", "x"],
        parentId=first["id"],
        channelIdentifier="https://Shop.example.com",
    )
    assert sent["content"] == content
    assert (sent["flags"], sent["parentId"]) == (["urgent", "x"], first["id"])
    now = await agent.one(top["id"])
    assert [channel["id"] for channel in now["channels"]] == [sent["channelId"]]
    page = await agent.call("listMessages", conversationId=top["id"])
    assert page["items"] == [sent, first]
    assert now["lastMessage"] == {
        "id": sent["id"],
        "senderKind": "member",
        "text": "Sorry",
        "createdAt": sent["createdAt"],
    }


_CANNOT_BE_SENT: list[tuple[dict[str, Any], str]] = [
    ({}, "400 content, attachmentIds or templateId is required"),
    ({"content": {"en": ""}}, "400 content, attachmentIds or templateId is required"),
    ({"content": {"en": None}, "attachmentIds": []}, "400 content, attachmentIds or templateId is required"),
    ({"content": {"en": "x" * (MANY + 1)}}, "413 content.en must be at most 20,000 characters"),
    ({"attachmentIds": ["att_none"]}, "404 Attachment not found"),
    ({"content": {"en": "x"}, "parentId": "msg_none"}, "404 Message not found"),
    ({"content": {"en": "x"}, "channelId": "chan_none"}, "404 Channel not found"),
    ({"templateId": "tpl_none"}, "404 Template not found"),
    ({"content": {"en": "x"}, "ai": {"agentId": "agent_none"}}, "404 Agent not found"),
    ({"content": {"en": "x"}, "customerId": "cus_x"}, 'need sender "customer"'),
    ({"content": {"en": "x"}, "sender": "customer", "customerId": "cus_x"}, "404 Customer not found"),
    ({"content": {"en": "x"}, "sender": "customer", "flags": ["internal-note"]}, "400 A customer's message cannot"),
]


async def test_what_cannot_be_sent_is_refused_with_a_sentence_and_leaves_nothing(agent: Talk) -> None:
    top = await agent.customer()
    for wanted, sentence in _CANNOT_BE_SENT:
        with pytest.raises(Refused, match=sentence):
            await agent.call("send", conversationId=top["id"], **wanted)
    assert (await agent.call("listMessages", conversationId=top["id"]))["items"] == []
    assert await agent.one(top["id"]) == top


_BLANK = ("", "  ", " \u200b\n", "\u00a0\u3000\t", "\ufeff\u2060\u200d\ufe0f", "\u202e\u2066\u2069", "\u3164\xad\u2028")
_SAID = (".", "👍🏽", "\u06dd", " \u200f؟ ", "\u2800", {"type": "image", "src": "x"}, {"type": "doc", "content": []})


async def test_a_text_that_nobody_sees_is_no_message_and_waits_for_an_answer_as_before(admin: Talk) -> None:
    top = await admin.customer()
    await admin.says(top["id"], "Hi")
    before = await admin.one(top["id"])
    template = await admin.call("saveTemplate", name="Name alone", content={"en": " {{name}}\n"})
    for text in _BLANK:
        filled = {"templateId": template["id"], "templateContext": {"name": text}}
        for wanted in ({"content": {"en": text, "ar": " "}}, {"content": {"en": text}, "sender": "customer"}, filled):
            for moment in ({}, {"createdAt": "2024-05-06T07:08:09.123Z"}):
                with pytest.raises(Refused, match="400 content, attachmentIds or templateId is required"):
                    await admin.call("send", conversationId=top["id"], **wanted, **moment)
    assert await admin.one(top["id"]) == before


async def test_whatever_is_seen_is_said_and_stays_as_it_came(agent: Talk) -> None:
    top = (await agent.customer())["id"]
    for said in _SAID:
        sent = await agent.call("send", conversationId=top, content={"en": said, "tr": "\u200b"})
        assert sent["content"] == {"en": said}


async def test_a_blank_text_beside_a_file_is_left_out(agent: Talk) -> None:
    top = (await agent.customer())["id"]
    uploaded = await agent.http.post(UPLOAD.path, files=[("files", ("a.txt", b"words"))])
    ids = [uploaded.json()["files"][0]["id"]]
    sent = await agent.call("send", conversationId=top, content={"en": " \u200b\n"}, attachmentIds=ids)
    assert (sent["content"], [file["id"] for file in sent["attachments"]]) == ({}, ids)


async def test_a_message_of_the_longest_length_is_taken(agent: Talk) -> None:
    top = await agent.customer()
    text = "ع" * MANY
    assert (await agent.says(top["id"], text))["content"]["en"] == text
    assert len((await agent.one(top["id"]))["lastMessage"]["text"]) == 300


async def test_a_reply_quotes_a_message_of_its_own_conversation_alone(agent: Talk) -> None:
    here, there = (await agent.customer("Jane"))["id"], (await agent.customer("Bo"))["id"]
    said = await agent.says(there, "Hi")
    with pytest.raises(Refused, match="404 Message not found"):
        await agent.answers(here, "Re", parentId=said["id"])


async def test_a_conversation_without_a_customer_needs_one_named(agent: Talk, admin: Talk) -> None:
    member = (await admin.call("session"))["member"]["id"]
    team = (await agent.call("getOrCreateConversation", memberIds=[member]))["id"]
    with pytest.raises(Refused, match="400 customerId or customer is required"):
        await agent.says(team, "Hi")
    assert (await agent.says(team, "Hi", customer={"externalId": "x", "name": "X"}))["sender"]["name"] == "X"


async def test_files_go_with_one_message_in_the_order_named(agent: Talk) -> None:
    top = await agent.customer()
    parts = [("files", (f"{name}.txt", b"text")) for name in "abc"]
    files = (await agent.http.post(UPLOAD.path, files=parts)).json()["files"]
    ids = [file["id"] for file in files[::-1]]
    sent = await agent.call("send", conversationId=top["id"], attachmentIds=[*ids, ids[0]])
    assert sent["attachments"] == files[::-1]
    page = await agent.call("listMessages", conversationId=top["id"])
    assert page["items"][0]["attachments"] == files[::-1]
    with pytest.raises(Refused, match="404 Attachment not found"):
        await agent.call("send", conversationId=top["id"], attachmentIds=ids[:1])


async def test_a_template_is_sent_filled_in_and_what_is_written_goes_before_it(admin: Talk) -> None:
    top = await admin.customer()
    content = {"en": "Hello {{customer.name}}", "tr": "Merhaba {{customer.name}}"}
    template = await admin.call("saveTemplate", name="Greeting", content=content)
    sent = await admin.call(
        "send",
        conversationId=top["id"],
        templateId=template["id"],
        templateContext={"customer": {"name": "Jane"}},
        content={"tr": "Selam"},
    )
    assert (sent["content"], sent["templateId"]) == ({"en": "Hello Jane", "tr": "Selam"}, template["id"])


async def test_templates_and_articles_are_made_and_changed(admin: Talk) -> None:
    made = await admin.call("saveTemplate", name="A", content={"en": "a"})
    await admin.call("saveTemplate", name="B", content={"en": "b"})
    changed = await admin.call("saveTemplate", id=made["id"], name="C", content={"ar": "c"})
    assert (changed["id"], changed["createdAt"]) == (made["id"], made["createdAt"])
    page = await admin.call("listTemplates", limit=1)
    rest = await admin.call("listTemplates", cursor=page["nextCursor"])
    assert [one["name"] for one in page["items"] + rest["items"]] == ["C", "B"]
    article = await admin.call("saveArticle", name="Returns", content={"en": "30 days"})
    assert (await admin.call("saveArticle", id=article["id"], name="R", content={}))["name"] == "R"
    with pytest.raises(Refused, match="404 Article not found"):
        await admin.call("saveArticle", id=made["id"], name="R", content={})


async def test_an_agent_answers_the_message_that_it_was_sent_with(admin: Talk) -> None:
    top = await admin.customer(channelIdentifier="shop.example.com")
    await admin.call("saveArticle", name="Returns", content={"en": "You can return any lamp within 30 days."})
    agents = (await admin.call("listAgents"))["items"]
    async with following(admin) as stream:
        await admin.says(top["id"], "Can I return my lamp?", ai={"agentId": agents[0]["id"]})
        await stream.event("message.created")
        answer = (await stream.event("message.created"))["message"]
    assert (answer["sender"]["kind"], answer["sender"]["name"]) == ("agent", agents[0]["name"])
    assert "30 days" in answer["content"]["en"]
    assert (await admin.one(top["id"]))["waitingSince"] is None


async def test_a_thread_says_of_each_message_what_its_sending_said(agent: Talk) -> None:
    name = 'J"ane\\ </script>\n\u2028 ليلى\x1b[31m'
    top = (await agent.customer(name))["id"]
    uploaded = await agent.http.post(UPLOAD.path, files=[("files", ('a "b".txt', b"words"))])
    odd = {"en": 'said "so"\\\n\t\x00\u2029', "ar": {"type": "doc", "content": [{"text": 'ل"'}]}}
    sent = [
        await agent.says(top, 'She said "no" \\ and left\r\n'),
        await agent.call("send", conversationId=top, content=odd, flags=['fl"ag', "internal-note"]),
        await agent.call("send", conversationId=top, attachmentIds=[uploaded.json()["files"][0]["id"]]),
    ]
    page = await agent.call("listMessages", conversationId=top)
    assert page["items"] == sent[::-1]
