"""Guests of a website who turn out to be customers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.calling import Refused, Talk

PRINT = "finger-print-1"


async def guest(talk: Talk, external_id: str | None = None, fingerprint: str = PRINT) -> Any:
    """A conversation of a guest who wrote once."""
    customer = {"externalId": external_id, "metadata": {"fingerprint": fingerprint}}
    made = await talk.call("getOrCreateConversation", customer=customer)
    await talk.says(made["id"], "Hello?")
    return made


async def test_a_guests_conversations_become_the_customers(agent: Talk) -> None:
    first, second, other = await guest(agent), await guest(agent), await guest(agent, fingerprint="finger-print-2")
    jane = {"email": "jane@example.com", "name": "Jane"}
    answer = await agent.call(
        "claimGuestConversations", fingerprint=PRINT, customer=jane, claimMetadata={"source": "login"}
    )
    assert answer == {"claimed": 2, "reparented": 0}
    for claimed in (await agent.one(first["id"]), await agent.one(second["id"])):
        assert (claimed["customer"]["name"], claimed["metadata"]) == ("Jane", {"source": "login"})
        assert {(one["kind"], one["name"]) for one in claimed["participants"]} == {
            ("member", "Omar Haddad"),
            ("customer", "Jane"),
        }
        said = (await agent.call("listMessages", conversationId=claimed["id"]))["items"][0]
        assert (said["sender"]["id"], said["sender"]["name"]) == (claimed["customer"]["id"], "Jane")
    assert (await agent.one(other["id"]))["customer"] == other["customer"]
    again = await agent.call("claimGuestConversations", fingerprint=PRINT, customer=jane)
    assert again == {"claimed": 0, "reparented": 0}


async def test_they_go_below_the_known_conversation(agent: Talk) -> None:
    known = await agent.customer("Jane")
    loose = await guest(agent)
    below = await agent.call("createSubConversation", parentId=loose["id"])
    answer = await agent.call(
        "claimGuestConversations",
        fingerprint=PRINT,
        customerId=known["customer"]["id"],
        targetParentId=known["id"],
    )
    assert answer == {"claimed": 2, "reparented": 1}
    assert (await agent.one(loose["id"]))["parentId"] == known["id"]
    assert (await agent.one(below["id"]))["parentId"] == loose["id"]


async def test_a_target_among_the_claimed_stays_above(agent: Talk) -> None:
    loose = await guest(agent)
    below = await agent.call("createSubConversation", parentId=loose["id"])
    answer = await agent.call(
        "claimGuestConversations", fingerprint=PRINT, customer={"externalId": "jane"}, targetParentId=below["id"]
    )
    assert answer == {"claimed": 2, "reparented": 0}
    assert (await agent.one(loose["id"]))["parentId"] is None


async def test_other_participants_are_kept(agent: Talk) -> None:
    loose = await guest(agent)
    await agent.says(loose["id"], "I am her brother", customer={"externalId": "bo", "name": "Bo"})
    await agent.call("claimGuestConversations", fingerprint=PRINT, customer={"externalId": "jane", "name": "Jane"})
    assert {one["name"] for one in (await agent.one(loose["id"]))["participants"]} == {"Omar Haddad", "Jane", "Bo"}


async def test_a_guest_is_told_apart_by_external_id_and_by_conversation(agent: Talk) -> None:
    one, two = await guest(agent, "guest_1"), await guest(agent, "guest_2")
    jane = {"externalId": "jane"}
    claim = {"fingerprint": PRINT, "customer": jane}
    assert (await agent.call("claimGuestConversations", **claim, guestExternalId="guest_1"))["claimed"] == 1
    assert (await agent.one(one["id"]))["customer"]["externalId"] == "jane"
    assert (await agent.one(two["id"]))["customer"]["externalId"] == "guest_2"
    both = await guest(agent), await guest(agent)
    named = await agent.call("claimGuestConversations", **claim, guestLocalConversationId=both[1]["id"])
    assert named == {"claimed": 1, "reparented": 0}
    assert (await agent.one(both[0]["id"]))["customer"]["externalId"] is None


@pytest.mark.parametrize("known", [{"externalId": "user-7"}, {"email": "bo@example.com"}, {"phone": "+1 555"}])
async def test_somebody_who_is_known_already_is_not_taken_over(agent: Talk, known: dict[str, str]) -> None:
    theirs = await agent.call("getOrCreateConversation", customer={**known, "metadata": {"fingerprint": PRINT}})
    for named in ({}, {"guestExternalId": "guest_1"}, {"guestLocalConversationId": theirs["id"]}):
        claim = {"fingerprint": PRINT, "customer": {"externalId": "jane"}, **named}
        assert await agent.call("claimGuestConversations", **claim) == {"claimed": 0, "reparented": 0}
    assert (await agent.one(theirs["id"]))["customer"] == theirs["customer"]


async def test_a_guest_whose_address_and_number_are_the_customers_is_the_customer(agent: Talk) -> None:
    jane = {"externalId": "jane", "email": "jane@example.com", "phone": "+1 555"}
    left = await agent.call("getOrCreateConversation", customer={"metadata": {"fingerprint": PRINT}})
    # A guest's record that was made before anybody knew whose address it is.
    await agent.call("getOrCreateConversation", customer={"id": left["customer"]["id"], "email": "JANE@example.com"})
    known = await agent.call("getOrCreateConversation", customer={"externalId": "jane"})
    await agent.call("getOrCreateConversation", customer={"id": known["customer"]["id"], **jane})
    claim = {"fingerprint": PRINT, "customerId": known["customer"]["id"]}
    assert await agent.call("claimGuestConversations", **claim) == {"claimed": 1, "reparented": 0}
    assert (await agent.one(left["id"]))["customer"]["externalId"] == "jane"


async def test_what_a_claim_resolves_stays_so_whatever_an_import_brings_later(admin: Talk) -> None:
    old = {"metadata": {"fingerprint": PRINT}}
    loose = await admin.call("getOrCreateConversation", customer=old, createdAt="2020-01-01T00:00:00.000Z")
    claim = {"fingerprint": PRINT, "customer": {"externalId": "jane"}, "claimMetadata": {"status": "resolved"}}
    await admin.call("claimGuestConversations", **claim)
    await admin.says(loose["id"], "Long ago", createdAt="2021-01-01T00:00:00.000Z")
    assert (await admin.one(loose["id"]))["metadata"] == {"status": "resolved"}


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({}, "400 customerId or customer is required"),
        ({"customerId": "cus_none"}, "404 Customer not found"),
        ({"customerId": "cus_one", "customer": {"id": "cus_two"}}, "400 customerId and customer.id name two customers"),
        ({"customer": {}, "targetParentId": "conv_none"}, "404 Conversation not found"),
    ],
)
async def test_a_claim_that_names_nobody_changes_nothing(agent: Talk, wanted: Any, sentence: str) -> None:
    loose = await guest(agent)
    with pytest.raises(Refused, match=sentence):
        await agent.call("claimGuestConversations", fingerprint=PRINT, **wanted)
    assert (await agent.one(loose["id"]))["customer"] == loose["customer"]
