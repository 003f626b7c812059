"""Wire shapes to rows: everything of others is safe, and junk costs nothing but itself."""

from __future__ import annotations

import dataclasses
import unicodedata
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.contract.shapes import Agent, Attachment, Channel, Conversation, Customer, Member, Participant, Template
from console.state.reduce import agent_of, entry_of, file_of, member_of, row_of, template_of
from console.state.triage import labels_of, merged, status_patch, triage_of
from tests.state.values import ME, at, conversation, message

HOSTILE = "Jane\x1b]52;c;cm0gLXJm\x07\x9b2J\r\x00\u202e[/red]"


OVERRIDES = "\u202e\u202d"


def unsafe(value: Any) -> list[str]:
    """Every string in a row that still holds a control character or turns the text round."""
    if isinstance(value, str):
        return (
            [value]
            if any((unicodedata.category(one) == "Cc" and one != "\n") or one in OVERRIDES for one in value)
            else []
        )
    if dataclasses.is_dataclass(value):
        fields = [getattr(value, field.name) for field in dataclasses.fields(value)]
        return [found for field in fields if not isinstance(field, dict) for found in unsafe(field)]
    if isinstance(value, tuple):
        return [found for part in value for found in unsafe(part)]
    return []


def test_nothing_hostile_gets_into_a_row() -> None:
    row = row_of(
        conversation(
            "a",
            name=HOSTILE,
            customer=Customer(
                name=HOSTILE, email=HOSTILE, phone=HOSTILE, external_id=HOSTILE, metadata={HOSTILE: HOSTILE}
            ),
            participants=(Participant(kind="member", id="m", name=HOSTILE),),
            channels=(Channel(id="ch", identifier=HOSTILE),),
            metadata={"labels": [HOSTILE], "status": HOSTILE},
        )
    )
    assert row.raw_name == HOSTILE  # as it is, to be compared with what a person types
    assert not unsafe(dataclasses.replace(row, raw_name=None))
    assert row.customer is not None and row.customer.facts


def test_nothing_hostile_gets_into_an_entry() -> None:
    said = message("m1", text=f"{HOSTILE}\nsecond line", attachments=(Attachment(id="a", name=HOSTILE, s3_key="k"),))
    said = said.model_copy(update={"sender": said.sender.model_copy(update={"name": HOSTILE})})
    entry = entry_of(said, ME, message("m0", text=HOSTILE))
    assert not unsafe(entry)
    assert entry.cleaned
    assert entry.bodies[0].endswith("second line")
    assert not entry_of(message("m1", text="Plain\nand good. نعم"), ME).cleaned


def test_what_only_the_name_of_a_file_hides_is_marked_too() -> None:
    said = message("m1", attachments=(Attachment(id="a", name="photo\u202egpj.exe", s3_key="k"),))
    assert entry_of(said, ME).cleaned


def test_nothing_hostile_comes_from_the_directory() -> None:
    member = member_of(Member(id="m", name=HOSTILE, email=HOSTILE))
    agent = agent_of(Agent(id="a", name=HOSTILE, description=HOSTILE))
    card = file_of(Attachment(id="a", name=HOSTILE, s3_key="k", type=HOSTILE))
    assert not unsafe((member.name, member.about, agent.name, agent.about, card.name, card.type))


def test_a_conversation_is_called_by_its_name_its_customer_or_its_channel() -> None:
    jane, web = Customer(name="Jane"), (Channel(id="c", identifier="shop.example.com"),)
    assert row_of(conversation("a", name="Order", customer=jane, channels=web)).name == "Order"
    assert row_of(conversation("a", name=" ", customer=jane, channels=web)).name == "Jane"
    assert row_of(conversation("a", customer=Customer(email="j@example.com"), channels=web)).name == "j@example.com"
    assert row_of(conversation("a", customer=None, channels=web)).name == "shop.example.com"
    assert row_of(conversation("a", customer=None)).name == "No name"


def test_facts_are_what_else_the_customers_record_says() -> None:
    metadata = {
        "plan": "gold",
        "orders": 3,
        "address": {"city": "Dubai"},
        "empty": None,
        "fingerprint": "secret",
        "status": "open",
        "long": "x" * 5_000_000,
    }
    customer = row_of(conversation("a", customer=Customer(name="Jane", metadata=metadata))).customer
    assert customer is not None
    facts: dict[str, str] = {str(key): value for key, value in customer.facts}
    assert facts["plan"] == "gold" and facts["orders"] == "3" and facts["address"] == '{"city": "Dubai"}'
    assert set(facts) == {"plan", "orders", "address", "long"} and len(facts["long"]) <= 200


def test_the_record_says_the_language_before_the_last_message_does() -> None:
    said = row_of(conversation("a", customer=Customer(metadata={"language": "ar"})), "tr").customer
    heard = row_of(conversation("a", customer=Customer(metadata={"language": "xx"})), "tr").customer
    assert said is not None and heard is not None
    assert (said.language, heard.language) == ("ar", "tr")


def test_activity_is_the_newest_messages_and_not_the_last_change() -> None:
    assert row_of(conversation("a", minutes=3, updated=90)).at == at(3)
    assert row_of(conversation("a", updated=90, last_message=None)).at == at(-10_000)


def test_an_entry_says_whose_it_is() -> None:
    mine, colleague = entry_of(message("m", by="me"), ME), entry_of(message("m", by="colleague"), ME)
    assert (mine.mine, mine.who, colleague.mine, colleague.who) == (True, "member", False, "member")
    assert not entry_of(message("m", by="me"), None).mine
    assert entry_of(message("m", by="me", flags=("internal-note",)), ME).note


def test_an_entry_has_a_body_for_each_language_that_says_something() -> None:
    entry = entry_of(message("m", content={"tr": "Merhaba", "en": "Hello", "ar": "", "fr": "Bonjour"}), ME)
    assert list(zip(entry.languages, entry.bodies, strict=True)) == [
        ("en", "Hello"),
        ("tr", "Merhaba"),
        ("fr", "Bonjour"),
    ]
    assert entry_of(message("m", text=""), ME).bodies == ()


def test_a_template_keeps_its_words_as_they_are() -> None:
    card = template_of(
        Template(id="t", name="Thanks", content={"en": "Dear {{name}}", "ar": ""}, created_at=at(), updated_at=at())
    )
    assert card.texts == {"en": "Dear {{name}}"}


@pytest.mark.parametrize(
    "metadata",
    [
        {"status": "closed"},
        {"status": ["open"]},
        {"status": {}},
        {"assigneeId": 7},
        {"assigneeId": ""},
        {"labels": "returns"},
        {"labels": [None, 3, "", "  "]},
        {"priority": True},
        {"snoozedUntil": "soon"},
        {"snoozedUntil": 17},
        {"snoozedUntil": "0001-01-01T00:00:00+23:59"},
    ],
)
def test_junk_in_metadata_counts_as_absent(metadata: dict[str, Any]) -> None:
    assert triage_of(metadata) == ("open", None, None, (), "normal")


def test_triage_is_read_as_it_is_written() -> None:
    said = {"status": "snoozed", "assigneeId": "m", "labels": ["a", "b", "a"], "priority": "high"}
    said["snoozedUntil"] = "2026-11-17T14:05:00.000Z"
    triage = triage_of(said)
    assert triage == ("snoozed", at(5), "m", ("a", "b"), "high")
    assert labels_of(said) == ("a", "b")
    patch = status_patch("snoozed", at(5))
    assert merged({"x": 1}, patch) == {"x": 1, "status": "snoozed", "snoozedUntil": "2026-11-17T14:05:00.000Z"}
    assert merged({"snoozedUntil": "x"}, status_patch("open", at(5))) == {"status": "open"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(["status", "labels", "snoozedUntil", "priority", "assigneeId", "x"]), JSON))
def test_no_metadata_breaks_a_row(metadata: dict[str, Any]) -> None:
    wire = conversation("a", customer=Customer(metadata=metadata), metadata=metadata).wire()
    row = row_of(Conversation.model_validate(wire))
    assert row.status in ("open", "resolved", "snoozed")
    assert row.snoozed_until is None or isinstance(row.snoozed_until, datetime)
    assert not unsafe(dataclasses.replace(row, assignee_id=None))  # an id, which is compared and never shown
