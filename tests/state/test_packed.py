"""Rows as bytes."""

from __future__ import annotations

from typing import Any

import pytest

from console.contract.base import EARLIEST, LATEST
from console.contract.shapes import Channel, Customer, Participant
from console.state.packed import Packer
from console.state.reduce import row_of
from tests.state.values import at, conversation

_SNOOZED = {"status": "snoozed", "snoozedUntil": "2026-11-17T14:30:00.000Z", "labels": ["a", "b"], "deep": [{"x": 1.5}]}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": "Order"},
        {"name": "Or\nder \ud800"},
        {"customer": None, "last_message": None},
        {"customer": Customer(name="ليلى", email="l@x.example", metadata={"language": "ar", "plan": "pro"})},
        {"metadata": _SNOOZED, "waiting_since": at(0)},
        {"metadata": {"status": "resolved", "assigneeId": "mem_maya"}, "waiting_since": at(3)},
        {
            "participants": [
                Participant(kind="customer", id="x", name="Jane Cooper"),
                Participant(kind="member", id="m"),
            ]
        },
        {"channels": [Channel(id="chan", identifier="shop.example.com")], "unread_count": 2**53},
        {"parent_id": "p", "waiting_since": EARLIEST, "child_count": 3},
        {"last_message": None, "created_at": LATEST},
    ],
    ids=str,
)
def test_a_row_is_the_same_again(given: dict[str, Any]) -> None:
    packer, one = Packer(), conversation("c")
    row = row_of(one.model_copy(update=given))
    again, beside = packer.unpacked("c", packer.packed(row, 7, None))
    assert again == row and beside == [7, None]


def test_what_many_have_is_kept_once_and_changing_it_in_one_changes_no_other() -> None:
    packer = Packer()
    rows = [row_of(conversation(id, metadata={"status": "resolved", "plan": "p" * 900})) for id in "ab"]
    packed = [packer.packed(row) for row in rows]
    assert max(map(len, packed)) < 500
    packer.unpacked("a", packed[0])[0].metadata["plan"] = "other"
    assert packer.unpacked("b", packed[1])[0] == rows[1]
