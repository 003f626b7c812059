"""What is wrong with an input, as the person who sent it reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from console.contract.procedures import PROCEDURES
from console.contract.superjson import UNDEFINED, BigInt, Date
from console.server.dispatch import read_input
from console.server.refusal import Refusal
from console.server.trpc import Call


@pytest.mark.parametrize(
    ("procedure", "raw", "sentence"),
    [
        ("listMessages", {"conversationId": "c", "limit": 1000}, "limit must be at most 100"),
        ("listMessages", {"conversationId": "c", "limit": 0}, "limit must be at least 1"),
        ("listMessages", {"conversationId": "c", "limit": 1.5}, "limit must be a whole number"),
        ("listMessages", {}, "conversationId is required"),
        ("listMessages", UNDEFINED, "conversationId is required"),
        ("listMessages", None, "input must be an object"),
        ("listMessages", [1], "input must be an object"),
        ("listMessages", {"conversationId": 7}, "conversationId must be a text"),
        ("listMessages", {"conversation_id": "c"}, "conversationId is required; unknown field: conversation_id"),
        ("session", {"surprise": 1}, "unknown field: surprise"),
        ("getOrCreateConversation", {"customer": {"nam": "x"}}, "unknown field: customer.nam"),
        ("getOrCreateConversation", {"type": "direct"}, 'type must be "DIRECT" or "GROUP"'),
        ("getOrCreateConversation", {"memberIds": "m"}, "memberIds must be a list"),
        ("getOrCreateConversation", {"memberIds": [1]}, "memberIds.0 must be a text"),
        ("getOrCreateConversation", {"metadata": "m"}, "metadata must be an object"),
        ("listConversations", {"unread": "perhaps"}, "unread must be true or false"),
        ("claimGuestConversations", {"fingerprint": "short"}, "fingerprint must be at least 8 characters"),
        ("saveTemplate", {"name": "", "content": {}}, "name must be at least 1 character"),
        ("saveTemplate", {"name": "x" * 201, "content": {}}, "name must be at most 200 characters"),
        (
            "send",
            {"conversationId": "c", "content": {"de": "x"}},
            'content.de is in an unknown language: it must be "en", "ar" or "tr"',
        ),
        (
            "send",
            {"conversationId": "c", "createdAt": "yesterday"},
            "createdAt must be a time with its zone, such as 2026-01-31T09:30:00.000Z",
        ),
        ("session", dict.fromkeys("abcdefg", 1), "; and 2 more"),
        ("session", {"a" * 61: 1}, "unknown field: " + "a" * 60 + "…"),
        ("session", {"a\x1b[2J\nb": 1}, "unknown field: a?[2J?b"),
        ("send", {"conversationId": "c", "ai": {"agentId": "a", "model": "x"}}, "unknown field: ai.model"),
        ("send", {"conversationId": "c", "customer": {"metadata": 1}}, "customer.metadata must be an object"),
        ("listMessages", {"conversationId": "c", "limit": "5"}, "limit must be a whole number"),
        ("listMessages", {"conversationId": "c", "limit": True}, "limit must be a whole number"),
        ("listMessages", {"conversationId": "c", "limit": 1e300}, "limit must be at most 100"),
        ("listConversations", {"unread": 1}, "unread must be true or false"),
        ("listConversations", {"waiting": "true"}, "waiting must be true or false"),
        ("listConversations", {"status": "closed"}, 'status must be "open", "resolved" or "snoozed"'),
        ("getOrCreateConversation", {"customer": {"name": "Ja\0ne"}}, "customer.name must not contain a NUL character"),
        ("getOrCreateConversation", {"name": "\0"}, "name must not contain a NUL character"),
        ("send", {"conversationId": "c", "flags": [""]}, "flags.0 must be at least 1 character"),
        ("setPresence", {"state": "viewing"}, "conversationId is required"),
        ("setPresence", {"conversationId": None, "state": "away"}, 'state must be "viewing" or "typing"'),
    ],
)
def test_a_fault_is_told_in_a_sentence(procedure: str, raw: Any, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_input(Call("path", PROCEDURES[procedure], raw=raw))
    assert refused.value.code == "BAD_REQUEST"
    assert sentence in refused.value.sentence
    assert "pydantic" not in refused.value.sentence
    assert "http" not in refused.value.sentence


def test_what_was_given_is_not_repeated() -> None:
    with pytest.raises(Refusal) as refused:
        read_input(Call("path", PROCEDURES["getConversation"], raw={"id": {"secret": "plato_x"}}))
    assert "plato_x" not in refused.value.sentence


@pytest.mark.parametrize(
    "time", [1763388000000, "1763388000000", 0, True, "2026-01-31", "2026-01-31T09:30:00", "09:30Z", "", {}, "now"]
)
def test_a_time_is_iso_with_its_zone_and_nothing_else(time: Any) -> None:
    with pytest.raises(Refusal, match="createdAt must be a time with its zone"):
        read_input(Call("path", PROCEDURES["send"], raw={"conversationId": "c", "createdAt": time}))


@pytest.mark.parametrize(
    "time",
    [
        "2026-01-31T09:30:00.000Z",
        "2026-01-31T09:30Z",
        "2026-01-31T12:30:00+03:00",
        "2026-01-31T12:30:00,000+0300",
        Date("2026-01-31T09:30:00.000Z"),
    ],
)
def test_the_same_moment_is_read_however_it_is_written(time: Any) -> None:
    wanted = read_input(Call("path", PROCEDURES["send"], raw={"conversationId": "c", "createdAt": time}))
    assert wanted.created_at == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("limit", [50, 50.0, BigInt(50)])
def test_a_whole_number_is_one_however_it_is_written(limit: Any) -> None:
    wanted = read_input(Call("path", PROCEDURES["listMessages"], raw={"conversationId": "c", "limit": limit}))
    assert (wanted.limit, type(wanted.limit)) == (50, int)


@pytest.mark.parametrize("blank", ["", " ", "\t\u00a0"])
def test_a_blank_mark_of_a_customer_is_none(blank: str) -> None:
    given = dict.fromkeys(("externalId", "name", "email", "phone"), blank)
    customer = read_input(Call("path", PROCEDURES["getOrCreateConversation"], raw={"customer": given})).customer
    assert (customer.external_id, customer.name, customer.email, customer.phone) == (None,) * 4
