"""Failures of any author become typed errors whose text is fit to show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from console.client import errors
from console.client.answers import Answer, error_of, failure, json_of, retry_after, said_in, validated
from console.contract.shapes import Message, Page

HTML = b"<!doctype html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.Unauthorized),
        (402, errors.ApiError),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (405, errors.ApiError),
        (413, errors.TooLarge),
        (414, errors.TooLarge),
        (422, errors.BadRequest),
        (429, errors.TooManyRequests),
        (431, errors.TooLarge),
        (500, errors.ServerFault),
        (502, errors.ServerFault),
        (503, errors.ServerFault),
        (599, errors.ServerFault),
        (307, errors.Redirected),
    ],
)
@pytest.mark.parametrize("body", [b"", HTML, b"{half", b'{"message": 5}', b"[]", b"\xff\xfe\x00", b"null"])
def test_a_status_has_its_type_whatever_the_body(status: int, kind: type[errors.ApiError], body: bytes) -> None:
    error = failure(Answer(status, {"content-type": "text/html"}, body))

    assert type(error) is kind
    assert error.status == status
    assert error.code is None
    assert "<" not in str(error)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"message": "No apiKey provided."}', "No apiKey provided."),
        (b'{"error": "Unauthorized API key."}', "Unauthorized API key."),
        (b'{"error": {"message": "expired"}}', "expired."),
        (b'{"error": {"json": {"message": "expired"}}}', "expired."),
        (b"upstream connect error", "upstream connect error."),
        (HTML, "401 Unauthorized."),
        (b"", "401 Unauthorized."),
    ],
)
def test_the_sentence_of_any_body_is_told(body: bytes, sentence: str) -> None:
    error = failure(Answer(401, {}, body))

    assert str(error) == f"The server does not take this key: {sentence} Sign in again with a valid key."


def test_the_lacking_permission_is_named() -> None:
    error = failure(Answer(403, {}, b'{"message": "Missing permission: connect360:conversation:delete"}'))

    assert isinstance(error, errors.Forbidden)
    assert error.permission == "connect360:conversation:delete"


def test_what_a_server_says_cannot_reach_the_terminal() -> None:
    said = "\x1b]52;c;ZXZpbA==\x07gone\r\nforged line\u202e\x9b2J" + "x" * 10_000

    error = error_of(400, said)

    assert not any(mark in str(error) for mark in "\x1b\x07\r\n\x9b\u202e")
    assert len(str(error)) < 500


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("5", 5.0),
        (" 12 ", 12.0),
        ("0", 0.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1e9", None),
        ("601", 600.0),
        ("9" * 400, 600.0),
        ("٥", None),
    ],
)
def test_retry_after_is_read_in_seconds(written: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": written}) == seconds


def test_retry_after_may_be_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    long_ago = "Wed, 21 Oct 2015 07:28:00 GMT"

    assert 25 < (retry_after({"retry-after": later}) or 0) <= 30
    assert retry_after({"retry-after": long_ago}) == 0.0


def test_a_date_is_understood_by_the_servers_own_clock() -> None:
    headers = {"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"}

    assert retry_after(headers) == 30
    assert retry_after(headers | {"retry-after": "Sat, 31 Dec 9999 23:59:59 GMT"}) == 600
    assert retry_after(headers | {"date": "yesterday"}) == 0


@pytest.mark.parametrize(
    "written",
    [
        "Wed, 21 Oct 99999999999999999999 07:28:00 GMT",
        "Wed, 99 Oct 2015 99:28:00 GMT",
        "Fri, 01 Jan 0001 00:00:00 +2359",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Wed, 21 Oct 2015 07:28:00 +99999999",
        "\x00",
        "," * 100,
    ],
)
def test_a_date_that_is_none_is_no_wait(written: str) -> None:
    assert retry_after({"retry-after": written}) in (None, 0.0, 600.0)


def test_what_is_no_number_is_null() -> None:
    assert json_of(b"[NaN, Infinity, -Infinity, 1e999, -1e999]") == [None] * 5
    assert json_of(b"9" * 5000) is None
    assert json_of(b"9" * 30) == int("9" * 30)


def test_of_two_fields_with_one_name_the_last_counts() -> None:
    assert json_of(b'{"a":1,"a":2}') == {"a": 2}


def test_a_sentence_is_not_looked_for_without_end() -> None:
    assert said_in({"message": {"message": "here"}}) == "here"
    assert failure(Answer(500, {}, b'{"message":' * 900 + b"1" + b"}" * 900)).status == 500


def test_lone_surrogates_are_marks_that_every_encoding_takes() -> None:
    assert json_of(rb'{"a\ud800": ["\udc00x", "\ud83d\ude00"]}') == {"a\ufffd": ["\ufffdx", "😀"]}


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b"{half", b"", b"\x00"])
def test_what_is_no_json_is_not_understood(body: bytes) -> None:
    with pytest.raises(errors.NotUnderstood):
        json_of(body)


def test_a_byte_order_mark_is_let_by() -> None:
    assert json_of(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


@pytest.mark.parametrize(
    "value", [None, 5, [], {"items": None}, {"items": [{"id": "m"}]}, {"items": [{"id": "m", "sender": "Jane"}]}]
)
def test_what_is_not_of_the_contract_is_said_with_its_field(value: Any) -> None:
    with pytest.raises(errors.NotUnderstood, match=r"not of the Connect360 contract \(.+: .+\)"):
        validated(TypeAdapter(Page[Message]), value)
