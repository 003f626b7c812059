"""Who and what a workspace has besides conversations: customers, members, channels."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.contract.shapes import Channel, CustomerDetails, Member
from console.server.procedures.listing import MOST_OF_CUSTOMER, newest_of_customer
from console.server.store.database import Store
from console.server.store.engine import open_engine
from tests.server.calling import MOUNT, Refused, Talk


async def test_a_customer_comes_with_their_conversations_the_last_active_first(admin: Talk) -> None:
    given = {
        "externalId": "crm-7",
        "name": "Jane Cooper",
        "email": "jane@example.com",
        "phone": "+971 4 123",
        "image": "https://example.com/jane.png",
        "metadata": {"plan": "gold"},
    }
    top = await admin.call("getOrCreateConversation", customer=given)
    low = await admin.call("createSubConversation", parentId=top["id"], name="Invoice")
    other = await admin.call("createSubConversation", parentId=top["id"], customer={"name": "Max"})
    await admin.says(top["id"], "Hello?")
    found = await admin.call("getCustomer", id=top["customer"]["id"])
    assert found == top["customer"] | {"conversations": [await admin.one(top["id"]), await admin.one(low["id"])]}
    assert found == given | {"id": top["customer"]["id"], "conversations": found["conversations"]}
    assert CustomerDetails.model_validate(found).wire() == found
    assert other["customer"]["id"] != found["id"]


async def test_a_customer_of_very_many_conversations_comes_with_the_newest(admin: Talk) -> None:
    top = await admin.customer()
    count = MOST_OF_CUSTOMER + 5
    made: list[str] = []
    for start in range(0, count, 70):
        wanted = {str(n): {"parentId": top["id"]} for n in range(min(70, count - start))}
        path = MOUNT + ",v1.connect.".join(["createSubConversation"] * len(wanted))
        made += [one["result"]["data"]["id"] for one in (await admin.http.post(f"{path}?batch=1", json=wanted)).json()]
    found = await admin.call("getCustomer", id=top["customer"]["id"])
    shown = [conversation["id"] for conversation in found["conversations"]]
    assert len(shown) == MOST_OF_CUSTOMER
    assert set(shown) == set(sorted(made)[-MOST_OF_CUSTOMER:])


async def test_they_are_found_by_index(tmp_path: Path) -> None:
    store = Store(tmp_path, lambda _: None)
    await asyncio.to_thread(store.close)
    engine = open_engine(tmp_path, "read")
    with engine.connect() as connection:
        query = newest_of_customer().params(workspace="w", customer="c", member="m")
        compiled = query.compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
    engine.dispose()
    assert any("conversations_by_customer (workspace_id=? AND customer_id=?)" in step for step in plan), plan
    assert "SEARCH conversations USING INDEX sqlite_autoindex_conversations_1 (workspace_id=? AND id=?)" in plan
    assert not [step for step in plan if step.startswith("SCAN")], plan


async def test_a_customer_of_nobody_and_one_of_another_workspace_are_not_found_alike(
    admin: Talk, foreign: Talk
) -> None:
    theirs = (await foreign.customer())["customer"]["id"]
    said = []
    for one in (theirs, "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV", "\0", "x' OR 1=1 --"):
        with pytest.raises(Refused) as refused:
            await admin.call("getCustomer", id=one)
        said.append((refused.value.status, refused.value.sentence))
    assert set(said) == {(404, "Customer not found.")}


async def test_channels_come_in_pages_the_oldest_first(admin: Talk, viewer: Talk, foreign: Talk) -> None:
    hosts = [f"shop-{number}.example.com" for number in range(5)]
    for host in hosts:
        await admin.customer(channelIdentifier=f"https://WWW.{host}:443/cart")
    await foreign.customer(channelIdentifier="elsewhere.example.com")
    found, cursor = [], None
    while True:
        page = await viewer.call("listChannels", limit=2, cursor=cursor)
        assert 1 <= len(page["items"]) <= 2
        found += page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert [channel["identifier"] for channel in found] == hosts
    conversation = await admin.customer()
    assert conversation["channels"] == found
    assert [Channel.model_validate(channel).wire() for channel in found] == found
    assert {(channel["kind"], channel["name"] == channel["identifier"]) for channel in found} == {("website", True)}


async def test_members_are_those_who_have_a_key(admin: Talk, agent: Talk, foreign: Talk) -> None:
    assert await foreign.call("session") != await agent.call("session")
    page = await admin.call("listMembers")
    assert [(member["name"], member["email"]) for member in page["items"]] == [
        ("Maya Okafor", "maya@example.com"),
        ("Omar Haddad", "omar.haddad@example.com"),
    ]
    assert [Member.model_validate(member).wire() for member in page["items"]] == page["items"]
    assert page["nextCursor"] is None
