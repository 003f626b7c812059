"""What is wrong with an input, as the person who sent it reads it."""

from __future__ import annotations

from typing import Any

import pytest

from console.contract.procedures import PROCEDURES
from console.contract.superjson import UNDEFINED
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
        ("send", {"conversationId": "c", "content": {"de": "x"}}, 'content.de must be "en", "ar" or "tr"'),
        (
            "send",
            {"conversationId": "c", "createdAt": "yesterday"},
            "createdAt must be a time such as 2026-01-31T09:30:00.000Z",
        ),
        ("session", dict.fromkeys("abcdefg", 1), "; and 2 more"),
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
