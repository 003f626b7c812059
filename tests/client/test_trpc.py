"""tRPC against recorded bytes: requests as the real client sends them, answers as real servers give them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from console.client import errors
from console.client.answers import Answer
from console.client.trpc import Mount, request_of, value_of
from console.contract.base import Input
from console.contract.errors import CODES
from console.contract.inputs import ListMessages, NoInput, Send
from console.contract.procedures import LIST_MESSAGES, SEND, SESSION, Procedure
from tests.wire import recorded
from tests.wire.recorded import V10, V11, V11_MORE, RecordedAnswer

PLAIN = Mount("/api/trpc", "none")
SUPERJSON = Mount("/api/trpc", "superjson")
ANY: Procedure[Any, Any] = Procedure("any", "query", NoInput, lambda: TypeAdapter(Any), None, "Anything")


def read(answer: RecordedAnswer, mount: Mount = PLAIN) -> Any:
    """What the client makes of an answer."""
    return value_of(mount, ANY, Answer(answer.status, answer.headers, answer.body))


def refused(answer: RecordedAnswer, mount: Mount = PLAIN) -> errors.ApiError:
    """The error that the client makes of an answer."""
    with pytest.raises(errors.ApiError) as raised:
        read(answer, mount)
    return raised.value


def test_a_query_is_sent_as_the_real_client_sends_it() -> None:
    sent = request_of(PLAIN, LIST_MESSAGES, ListMessages(conversation_id="a b&c/ü", limit=2))

    assert (sent.method, f"{sent.path}?{sent.query}") == (
        recorded.request("httpLink query").method,
        recorded.request("httpLink query").target,
    )
    assert sent.body is None


def test_a_mutation_is_sent_as_the_real_client_sends_it() -> None:
    real = recorded.request("httpLink mutation")

    sent = request_of(PLAIN, SEND, Send(conversation_id="a", content={"en": "é"}))

    assert (sent.method, sent.path, sent.query) == (real.method, real.target, "")
    assert sent.body == b'{"conversationId":"a","content":{"en":"\xc3\xa9"}}'
    assert real.body.startswith(sent.body.decode()[:-1])


def test_a_query_without_input_says_nothing_or_that_it_is_undefined() -> None:
    real = recorded.request("httpLink superjson query no input")

    assert request_of(PLAIN, SESSION, NoInput()).query == ""
    assert request_of(SUPERJSON, SESSION, NoInput()).query == real.target.partition("?")[2]


def test_half_a_character_is_sent_as_a_mark_and_not_as_a_crash() -> None:
    sent = request_of(PLAIN, SEND, Send.model_construct(_fields_set={"conversation_id"}, conversation_id="\ud83d"))

    assert sent.body == b'{"conversationId":"?"}'


@pytest.mark.parametrize(("status", "body"), recorded.codes(), ids=lambda value: str(value)[:60])
def test_every_code_of_the_real_server_keeps_its_word_and_status(status: int, body: bytes) -> None:
    word = json.loads(body)["error"]["data"]["code"]

    error = refused(RecordedAnswer(status, {}, body))

    assert (error.code, error.status) == (word, CODES[word][1])
    assert f"msg {word}" in str(error)


KINDS: dict[str, type[errors.ApiError]] = {
    "BAD_REQUEST": errors.BadRequest,
    "UNPROCESSABLE_CONTENT": errors.BadRequest,
    "UNAUTHORIZED": errors.Unauthorized,
    "FORBIDDEN": errors.Forbidden,
    "NOT_FOUND": errors.NotFound,
    "PAYLOAD_TOO_LARGE": errors.TooLarge,
    "TOO_MANY_REQUESTS": errors.TooManyRequests,
    "INTERNAL_SERVER_ERROR": errors.ServerFault,
    "BAD_GATEWAY": errors.ServerFault,
    "SERVICE_UNAVAILABLE": errors.ServerFault,
    "GATEWAY_TIMEOUT": errors.ServerFault,
    "CONFLICT": errors.ApiError,
}


@pytest.mark.parametrize("word", KINDS)
def test_a_code_has_its_type(word: str) -> None:
    body = next(body for _, body in recorded.codes() if f'"code":"{word}"'.encode() in body)

    assert type(refused(RecordedAnswer(200, {}, body))) is KINDS[word]


@pytest.mark.parametrize("file", [V11, V10])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("query, no input", "ok"),
        ("query with input", {"id": "a"}),
        ("undefined result", None),
        ("null result", None),
        ("mutation charset", {"x": "é"}),
    ],
)
def test_values_of_both_versions_are_read(file: str, name: str, value: Any) -> None:
    assert read(recorded.answer(file, name)) == value


@pytest.mark.parametrize(
    ("file", "name", "kind"),
    [
        (V11, "unauthorized", errors.Unauthorized),
        (V10, "unauthorized", errors.Unauthorized),
        (V11, "unknown procedure GET", errors.NotFound),
        (V10, "unknown procedure GET", errors.NotFound),
        (V11, "GET on mutation", errors.ApiError),
        (V10, "GET on mutation", errors.NotFound),
        (V11, "crash", errors.ServerFault),
        (V11, "mutation text/plain", errors.ApiError),  # JSON served as text
        (V11, "batch mix query+mutation", errors.BadRequest),
        (V11, "batch createContext throws", errors.Unauthorized),
        (V10, "batch createContext throws", errors.Unauthorized),
        (V11, "HEAD", errors.NotUnderstood),  # nothing at all
        (V11_MORE, "too large", errors.TooLarge),
    ],
)
def test_refusals_of_both_versions_are_read(file: str, name: str, kind: type[errors.ApiError]) -> None:
    assert type(refused(recorded.answer(file, name))) is kind


def test_failed_checks_are_told_by_field() -> None:
    error = refused(recorded.answer(V11, "validation error"))

    assert "conversationId: Invalid input: expected string, received number" in str(error)
    assert "{" not in str(error)


def test_superjson_answers_are_read() -> None:
    rich = read(recorded.answer(V11_MORE, "superjson rich"), SUPERJSON)

    assert rich["date"] == "2024-01-02T03:04:05.678Z"
    assert rich["big"] == 123456789012345678901
    assert "undef" not in rich
    assert read(recorded.answer(V11_MORE, "superjson out undefined"), SUPERJSON) is None


def test_a_superjson_error_is_read_whatever_was_expected() -> None:
    answer = recorded.answer(V11_MORE, "superjson error")

    for mount in (PLAIN, SUPERJSON):
        error = refused(answer, mount)
        assert isinstance(error, errors.NotFound)
        assert error.code == "NOT_FOUND"


def test_values_without_the_expected_transformer_are_not_understood() -> None:
    error = refused(recorded.answer(V11, "query with input"), SUPERJSON)

    assert isinstance(error, errors.NotUnderstood)
    assert "transformer" in str(error)


ODD: dict[str, Any] = {
    "text/plain content-type": 1,
    "error status with result body": 1,
    "v9 envelope": 5,
    "extra keys": 5,
    "missing data": None,
    "array to non-batch": 1,
    "200 with error body": (errors.NotFound, 404),
    "html": (errors.ServerFault, 502),
    "empty": (errors.NotUnderstood, None),
    "rest error object": (errors.TooManyRequests, 429),
    "rest error string": (errors.Unauthorized, 401),
    "error without code": (errors.Unauthorized, 401),
    "error without data": (errors.Unauthorized, 401),
    "error code as string": (errors.Unauthorized, 401),
    "error without message": (errors.Unauthorized, 401),
    "result null": (errors.NotUnderstood, 200),
    "bare value": (errors.NotUnderstood, 200),
}


@pytest.mark.parametrize(("name", "status", "body"), recorded.tolerated(), ids=lambda value: str(value)[:30])
def test_odd_replies_are_read_or_typed(name: str, status: int, body: bytes) -> None:
    answer, expected = RecordedAnswer(status, {}, body), ODD[name]

    if isinstance(expected, tuple):
        error = refused(answer)
        assert (type(error), error.status) == expected
    else:
        assert read(answer) == expected


def test_every_odd_reply_that_was_recorded_is_judged() -> None:
    assert {name for name, _, _ in recorded.tolerated()} == set(ODD)


def test_the_wait_that_is_asked_for_is_kept_from_either_kind_of_body() -> None:
    for body in (b'{"message":"slow down"}', b'{"error":{"message":"m","data":{"code":"TOO_MANY_REQUESTS"}}}', b"<p>"):
        error = refused(RecordedAnswer(429, {"retry-after": "7"}, body))
        assert error.retry_after == 7
        assert "7 s" in str(error)


@pytest.mark.parametrize("body", [b"<html>Not here</html>", b'{"message":"no Route matched"}', b""])
def test_a_gateways_404_does_not_say_that_a_conversation_is_gone(body: bytes) -> None:
    error = refused(RecordedAnswer(404, {}, body))

    assert (type(error), error.status) == (errors.NotUnderstood, 404)


@pytest.mark.parametrize("status", [401, 403])
def test_a_hotels_sign_in_page_does_not_say_that_the_key_is_refused(status: int) -> None:
    page = RecordedAnswer(status, {"content-type": "text/html"}, b"<html>Welcome. Sign in to go online</html>")

    assert (type(refused(page)), refused(page).status) == (errors.NotUnderstood, status)


@pytest.mark.parametrize("body", [b'{"message":"No apiKey provided."}', b"Unauthorized", b""])
def test_a_refusal_that_is_no_page_is_the_servers_whoever_wrote_it(body: bytes) -> None:
    assert isinstance(refused(RecordedAnswer(401, {}, body)), errors.Unauthorized)


def test_an_error_that_claims_success_is_the_servers_fault() -> None:
    error = refused(RecordedAnswer(200, {}, b'{"error":{"message":"m","data":{"httpStatus":200}}}'))

    assert isinstance(error, errors.ServerFault)


class Named(Input):
    """An input of the test's own."""

    not_given: str | None = None


def test_what_was_not_given_is_not_sent() -> None:
    procedure: Procedure[Named, Any] = Procedure("x", "query", Named, lambda: TypeAdapter(Any), None, "x")

    assert request_of(PLAIN, procedure, Named()).query == "input=%7B%7D"
    assert request_of(PLAIN, procedure, Named(not_given=None)).query == "input=%7B%22notGiven%22%3Anull%7D"
