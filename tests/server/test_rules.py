"""The rules of the contract as functions of values."""

from __future__ import annotations

from typing import Any

import pytest

from console.contract.inputs import CustomerInput
from console.server.refusal import Refusal
from console.server.rules.channels import website_host
from console.server.rules.customers import filled, folded_email, marks, phone_digits
from console.server.rules.hierarchy import refuse_cycle
from console.server.rules.metadata import merged, reopened, triage
from console.server.rules.templates import render
from console.server.rules.waiting import Arrival, Standing, after_customer, is_newest


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("shop.example.com", "shop.example.com"),
        ("https://www.Shop.Example.com:8443/path?q=1#part", "shop.example.com"),
        ("  HTTP://SHOP.EXAMPLE.COM. ", "shop.example.com"),
        ("www.shop.example.com.", "shop.example.com"),
        ("shop.example.com/path", "shop.example.com"),
        ("shop.example.com:80", "shop.example.com"),
        ("localhost:3000", "localhost"),
        ("https://müller.example", "xn--mller-kva.example"),
        ("https://MÜLLER.example", "xn--mller-kva.example"),
        ("متجر.example", "xn--pgbep1f.example"),
        ("user:secret@shop.example.com", "shop.example.com"),
        ("http://[::1]:80/", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("http://[fe80::1%25eth0]/", "fe80::1"),
        ("//shop.example.com/cart", "shop.example.com"),
        ("shop.example.com/?from=https://a.example", "shop.example.com"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_website_is_one_channel_however_its_host_is_written(written: str, host: str) -> None:
    assert website_host(written) == host


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "https://",
        "a b.com",
        "http://[::1",
        "-x.com",
        "é" * 300,
        "a" * 64,
        "ex\x1b[31m.com",
        "http://[v1.x:y]/",
    ],
)
def test_what_is_no_host_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(Refusal, match="host of a website"):
        website_host(written)


def test_metadata_merges_key_by_key_and_null_takes_a_key_away() -> None:
    kept = {"a": 1, "b": {"x": 1}, "c": 3}
    assert merged(kept, {"b": {"y": 2}, "c": None, "d": [1]}) == {"a": 1, "b": {"y": 2}, "d": [1]}
    assert merged(kept, None) == kept
    assert merged({}, {"a": None}) == {}


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({}, ("open", None, None)),
        ({"status": "resolved", "assigneeId": "mem_1"}, ("resolved", "mem_1", None)),
        ({"status": "snoozed", "snoozedUntil": "1970-01-01T00:00:01.500Z"}, ("snoozed", None, 1500)),
        ({"status": "snoozed", "snoozedUntil": "1970-01-01T02:00:00+02:00"}, ("snoozed", None, 0)),
        ({"status": "asleep", "assigneeId": 7, "snoozedUntil": "soon"}, ("open", None, None)),
        ({"status": ["resolved"], "snoozedUntil": 12}, ("open", None, None)),
    ],
)
def test_triage_is_read_from_metadata_and_odd_values_mean_open(metadata: dict[str, Any], told: Any) -> None:
    read = triage(metadata)
    assert (read.status, read.assignee_id, read.snoozed_until) == told


def test_reopening_takes_the_status_away_and_leaves_the_rest() -> None:
    assert reopened({"status": "snoozed", "snoozedUntil": "x", "labels": ["a"]}) == {"labels": ["a"]}


def test_customers_are_compared_by_folded_address_and_digits() -> None:
    assert folded_email(" Jane@Example.COM ") == "jane@example.com"
    assert phone_digits("+971 50 000-0000") == "+971500000000"
    assert phone_digits("(050) 000 00") == "05000000"
    assert phone_digits("+٩٧١ ٥٠") == "+97150"
    assert phone_digits("(+971) 50") == phone_digits("\u202a+971 50\u202c") == phone_digits("＋971 50") == "+97150"
    assert phone_digits("50 + 7") == "507"
    assert phone_digits("+") is phone_digits("") is phone_digits(None) is None
    assert folded_email("  ") is None
    assert phone_digits("none") is None


def test_a_customer_is_looked_for_by_external_id_then_email_then_phone() -> None:
    given = CustomerInput(phone="+1 2", email="A@b.c", external_id="x", name="Jane")
    assert list(marks(given)) == [("external_id", "x"), ("email_folded", "a@b.c"), ("phone_digits", "+12")]
    assert list(marks(CustomerInput(name="Jane", external_id=" ", email="", phone="none"))) == []


def test_a_match_fills_in_what_lacks_and_keeps_what_is_set() -> None:
    record = {"external_id": "x", "name": None, "email": "", "phone": "1", "image": None, "metadata": {"a": 1}}
    given = CustomerInput(external_id="y", name="Jane", email="a@b.c", phone="2", metadata={"b": 2})
    assert filled(record, given) == {"name": "Jane", "email": "a@b.c", "metadata": {"a": 1, "b": 2}}
    assert filled(record, CustomerInput(external_id="y", metadata={"a": 1})) == {}
    assert filled(record, CustomerInput(name=" ", email="\t", image="")) == {}


def test_a_conversation_never_goes_below_itself() -> None:
    refuse_cycle("a", ["b", "c"])
    with pytest.raises(Refusal, match="below itself"):
        refuse_cycle("a", ["b", "a"])


@pytest.mark.parametrize(
    ("standing", "at", "since"),
    [
        (Standing(None, None, None), 5, 5),
        (Standing(5, None, 5), 7, 5),
        (Standing(5, None, 5), 3, 3),
        (Standing(9, 9, None), 10, 10),
        (Standing(9, 9, None), 8, None),
        (Standing(12, 9, 11), 8, 11),
    ],
)
def test_a_customer_waits_since_the_first_message_after_the_last_reply(standing: Standing, at: int, since: int) -> None:
    assert after_customer(standing, at) == since


def test_a_note_and_the_systems_word_are_no_replies() -> None:
    replies = [Arrival(kind, 1, is_note).is_reply for kind in ("member", "agent") for is_note in (False, True)]
    assert replies == [True, False, True, False]
    assert not Arrival("system", 1, False).is_reply
    assert not Arrival("customer", 1, False).is_reply


def test_of_two_messages_at_one_time_the_later_arrival_is_the_newer() -> None:
    assert is_newest(Standing(5, None, None), Arrival("customer", 5, False))
    assert not is_newest(Standing(5, None, None), Arrival("customer", 4, False))


def test_a_template_is_filled_in_and_what_is_missing_stays_to_be_seen() -> None:
    content = {"en": "Hi {{ name }}, {{customer.city}} {{missing}} {{customer}}", "ar": {"text": ["{{n}}", 1]}}
    context = {"name": "Jane", "customer": {"city": "Dubai"}, "n": 3}
    assert render(content, context) == {"en": "Hi Jane, Dubai {{missing}} {{customer}}", "ar": {"text": ["3", 1]}}
    assert render({"en": "{{a}}"}, None) == {"en": "{{a}}"}
    assert render({"en": "{{a}}"}, {"a": "{{b}}", "b": "x"}) == {"en": "{{b}}"}
