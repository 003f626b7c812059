"""What is too much is refused with a sentence, and before it costs anything."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from console.server.dispatch import MOST_BYTES
from tests.server.calling import MOUNT, Refused, Talk
from tests.support.server import RunningServer

HEAD = "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n"


@pytest.mark.parametrize(
    ("path", "begun", "status", "shape"),
    [
        (MOUNT + "nothing", "[", b"404", b'{"error":{"message":'),
        (MOUNT + "send", "[", b"401", b'{"error":{"message":'),
        (MOUNT + "send", '{"json":', b"401", b'{"error":{"json":{"message":'),
        (MOUNT + "send,v1.connect.send?batch=1", "{", b"401", b'[{"error":{"message":'),
        (MOUNT + "send?batch=1", '{"0":{"json":', b"401", b'[{"error":{"json":{"message":'),
        (MOUNT + "session", "[", b"405", b'{"error":{"message":'),
    ],
)
async def test_path_method_and_key_are_looked_at_before_the_body_is_there(
    server: RunningServer, path: str, begun: str, status: bytes, shape: bytes
) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(HEAD.format(path=path).encode() + begun.encode())
    await writer.drain()
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.read(100)
    writer.close()
    assert head.split()[1] == status
    assert body.startswith(shape)


TOP = {"customer": {"name": "Jane"}}
TOO_MUCH: list[tuple[str, dict[str, Any], str]] = [
    ("getOrCreateConversation", {"customerId": ""}, "customerId must be at least 1 character"),
    ("getOrCreateConversation", {"customer": {"id": ""}}, "customer.id must be at least 1 character"),
    ("claimGuestConversations", {"fingerprint": "finger-print", "customerId": ""}, "customerId must be at least"),
    ("send", {"conversationId": "c", "sender": "customer", "customerId": ""}, "customerId must be at least"),
    ("getConversation", {"id": "x" * 201}, "id must be at most 200 characters"),
    ("getOrCreateConversation", TOP | {"name": "x" * 501}, "name must be at most 500 characters"),
    ("getOrCreateConversation", TOP | {"memberIds": ["m"] * 201}, "memberIds must have at most 200 entries"),
    ("getOrCreateConversation", TOP | {"channelIds": ["c"] * 51}, "channelIds must have at most 50 entries"),
    ("send", {"conversationId": "c", "attachmentIds": ["a"] * 21}, "attachmentIds must have at most 20 entries"),
    ("send", {"conversationId": "c", "flags": ["f"] * 21}, "flags must have at most 20 entries"),
    ("send", {"conversationId": "c", "flags": ["f" * 101]}, "flags.0 must be at most 100 characters"),
    ("getOrCreateConversation", {"customer": {"phone": "1" * 61}}, "customer.phone must be at most 60 characters"),
    ("listConversations", {"query": "x" * 501}, "query must be at most 500 characters"),
    ("listMessages", {"conversationId": "c", "cursor": "x" * 2001}, "cursor must be at most 2,000 characters"),
]


@pytest.mark.parametrize(("procedure", "wanted", "sentence"), TOO_MUCH)
async def test_what_no_person_means_is_refused(
    agent: Talk, procedure: str, wanted: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=f"400 {sentence}"):
        await agent.call(procedure, **wanted)


async def test_a_list_is_left_at_its_first_fault(agent: Talk) -> None:
    with pytest.raises(Refused) as refused:
        await agent.call("send", conversationId="c", attachmentIds=[[]] * 10_000)
    assert refused.value.sentence == "attachmentIds.0 must be a text"


async def test_numbers_beyond_all_bounds_are_refused(agent: Talk) -> None:
    for number in ("1e400", "-1e999", "9" * 309, "-" + "9" * 5000):
        body = f'{{"customer":{{"metadata":{{"n":{number}}}}}}}'
        answer = await agent.http.post(
            MOUNT + "getOrCreateConversation", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 400
    wrapped = {"json": {"customer": {"tags": [1]}}, "meta": {"values": {"customer.tags." + "9" * 5000: ["undefined"]}}}
    assert (await agent.http.post(MOUNT + "getOrCreateConversation", json=wrapped)).status_code == 400


async def test_metadata_may_hold_whatever_json_can_say(agent: Talk) -> None:
    top = await agent.customer()
    odd = {
        "\0": "\0\x1b[2J",
        "": {"__proto__": {"constructor": 1}},
        "n": [1e308, -5e-324, 12345678901234567890, 10**307],
        "status": "closed",
        "labels": {"not": "a list"},
        "priority": 7,
        "assigneeId": ["nobody"],
        "snoozedUntil": "tomorrow",
    }
    changed = await agent.call("updateConversation", id=top["id"], metadata=odd)
    assert changed["metadata"] == odd == (await agent.one(top["id"]))["metadata"]
    for filters in ({"status": "open"}, {"assigneeId": None}):
        page = await agent.call("listConversations", **filters)
        assert [one["id"] for one in page["items"]] == [top["id"]]  # a wrong word of triage is none


async def test_lone_surrogates_which_no_text_can_hold_are_replaced(agent: Talk) -> None:
    body = json.dumps({"customer": {"name": "\ud83d Jane"}, "metadata": {"\udfff": "\ud800"}})
    headers = {"content-type": "application/json"}
    answer = await agent.http.post(MOUNT + "getOrCreateConversation", content=body, headers=headers)
    top = answer.json()["result"]["data"]
    assert top["customer"]["name"] == "\ufffd Jane"
    assert top["metadata"] == {"\ufffd": "\ufffd"}


async def test_blank_marks_make_no_two_people_one(agent: Talk) -> None:
    blank = {"externalId": " ", "email": "", "phone": "\t"}
    made = [await agent.call("getOrCreateConversation", customer=blank) for _ in range(2)]
    assert made[0]["customer"]["id"] != made[1]["customer"]["id"]
    assert made[0]["customer"] == {
        "id": made[0]["customer"]["id"],
        **dict.fromkeys(("externalId", "name", "email", "phone", "image")),
        "metadata": {},
    }


async def test_a_time_that_no_zone_can_show_is_refused(admin: Talk) -> None:
    for at in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"):
        with pytest.raises(Refused, match="400 createdAt is not valid"):
            await admin.call("getOrCreateConversation", customer={"name": "Jane"}, createdAt=at)


async def test_a_session_may_be_asked_for_with_null(agent: Talk) -> None:
    assert (await agent.http.get(MOUNT + "session", params={"input": "null"})).status_code == 200
    assert (await agent.http.get(MOUNT + "listMembers", params={"input": "null"})).status_code == 400


async def test_a_batch_brings_no_more_than_a_server_can_hold_for_everybody(agent: Talk) -> None:
    top = (await agent.customer())["id"]
    said = dict.fromkeys(("en", "ar", "tr"), "ل" * 20_000)
    for _ in range(20):
        await agent.call("send", conversationId=top, content=said)
    paths = ",".join(["v1.connect.listMessages"] * 20)
    wanted = json.dumps({str(place): {"conversationId": top} for place in range(20)})
    answer = await agent.http.get(f"/api/trpc/{paths}", params={"batch": 1, "input": wanted})
    answers = answer.json()
    whole = [one for one in answers if "result" in one]
    assert answer.status_code == 207
    assert len(answer.content) < MOST_BYTES * 1.2
    assert whole == answers[: len(whole)]
    assert 0 < len(whole) < 20
    assert {one["error"]["data"]["httpStatus"] for one in answers[len(whole) :]} == {413}
