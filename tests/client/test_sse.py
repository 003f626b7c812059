"""Server-sent events, read from recorded bytes split anywhere."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from httpx_sse import ServerSentEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from console.client import errors
from console.client.sse import ENDED, MAX_EVENT, ai_event, events_in, pushed
from console.client.trpc import Mount
from console.contract.ai import AiDelta, AiDone, AiError
from console.contract.events import ConversationDeleted, MessageCreated, Resync
from tests.client.values import AT, conversation, message
from tests.wire import recorded
from tests.wire.recorded import V11_MORE

PLAIN = Mount("/api/trpc", "none")
SUPERJSON = Mount("/api/trpc", "superjson")


async def heard_in(*chunks: bytes) -> list[tuple[str, str, str]]:
    """What is read of a stream that comes in these pieces: name, id and text of each event."""

    async def coming() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return [(event.event, event.id, event.data) async for event in events_in(coming())]


async def test_the_events_of_a_real_server_are_read() -> None:
    heard = await heard_in(recorded.answer(V11_MORE, "sse ticks").body)

    assert [(name, id) for name, id, text in heard if text] == [("connected", ""), ("message", "1"), ("message", "2")]
    assert [json.loads(text)["i"] for name, _, text in heard if name == "message" and text] == [1, 2]


HARD = 'data: {"a":"é\u2028\U0001f600"}\r\nid: 1\r\n\r\n: comment\n\nevent: x\rdata: 2\r\rdata: no end'.encode()


@settings(max_examples=60)
@given(st.lists(st.integers(0, len(HARD)), max_size=8).map(sorted))
async def test_however_a_stream_is_split_it_reads_the_same(cuts: list[int]) -> None:
    ends = [0, *cuts, len(HARD)]
    pieces = [HARD[start:end] for start, end in pairwise(ends)]

    heard = [event for event in await heard_in(*pieces) if event[2]]

    assert heard == [("message", "1", '{"a":"é\u2028\U0001f600"}'), ("x", "1", "2")]


async def test_a_stream_without_events_is_not_kept_in_memory() -> None:
    with pytest.raises(errors.NotUnderstood, match="4 MB"):
        await heard_in(*[b"data: " + b"x" * 1_000_000] * 5)


async def test_a_long_stream_of_events_is_read() -> None:
    event = b"data: " + b"x" * (MAX_EVENT // 4) + b"\n\n"

    assert len(await heard_in(*[event] * 10)) == 10


async def test_whatever_comes_is_a_sign_of_life() -> None:
    signs = 0

    def alive() -> None:
        nonlocal signs
        signs += 1

    async def coming() -> AsyncIterator[bytes]:
        yield b": comment\n\n"
        yield b"event: ping\ndata: \n\n"

    _ = [event async for event in events_in(coming(), on_alive=alive)]

    assert signs == 2


def event_of(value: Any, *, name: str = "message", id: str = "") -> ServerSentEvent:
    """An event as it comes."""
    return ServerSentEvent(name, value if isinstance(value, str) else json.dumps(value), id)


CREATED = {"id": "7", "at": AT, "type": "message.created", "message": message(), "conversation": conversation()}


@pytest.mark.parametrize(("mount", "value"), [(PLAIN, CREATED), (SUPERJSON, {"json": CREATED})])
def test_an_event_is_a_value_of_the_contract(mount: Mount, value: Any) -> None:
    event = pushed(mount, event_of(value, id="7"))

    assert isinstance(event, MessageCreated)
    assert (event.id, event.message.content) == ("7", {"en": "Hello"})


@pytest.mark.parametrize(
    ("name", "text"), [("ping", ""), ("connected", "{}"), ("restore-id", ""), ("message", ""), ("new-kind", "{half")]
)
def test_what_brings_nothing_is_nothing(name: str, text: str) -> None:
    assert pushed(PLAIN, event_of(text, name=name)) is None


def test_the_end_is_told() -> None:
    assert pushed(PLAIN, event_of("", name="return")) == ENDED


def test_an_untracked_event_does_not_take_the_id_before_it() -> None:
    deleted = pushed(PLAIN, event_of({"type": "conversation.deleted", "ids": ["a"]}, id="41"))

    assert isinstance(deleted, ConversationDeleted)
    assert deleted.id is None


def test_an_event_of_a_newer_server_is_let_by() -> None:
    assert pushed(PLAIN, event_of({"id": "8", "type": "coffee.ready"})) is None


@pytest.mark.parametrize("broken", [{"message": None}, {"message": {"id": "m"}}, {"conversation": []}])
def test_an_event_that_cannot_be_read_asks_to_load_again(broken: dict[str, Any]) -> None:
    assert pushed(PLAIN, event_of(CREATED | broken)) == Resync(id="7")


@pytest.mark.parametrize("text", ["{half", "5", "[]", '{"id": 5}', '{"type": 5}', "[" * 100_000])
def test_what_is_no_event_asks_to_load_again_and_is_not_sent_again(text: str) -> None:
    assert pushed(PLAIN, event_of(text, id="41")) == Resync(id="41")
    assert pushed(PLAIN, event_of(text)) == Resync()


@pytest.mark.parametrize("value", [None, {"type": "presence.updated", "memberId": 5}])
def test_what_nobody_would_miss_is_let_by(value: Any) -> None:
    assert pushed(PLAIN, event_of(value, id="41")) is None


def test_another_transformers_event_is_not_understood() -> None:
    with pytest.raises(errors.NotUnderstood, match="transformer"):
        pushed(SUPERJSON, event_of(CREATED))


@pytest.mark.parametrize(
    ("odd", "read"),
    [
        ({"at": "once"}, {"at": None}),
        ({"id": 7}, {"id": None}),
        ({"idempotencyKey": []}, {"idempotency_key": None}),
    ],
)
def test_a_field_that_an_event_can_do_without_costs_nothing(odd: dict[str, Any], read: dict[str, Any]) -> None:
    event = pushed(PLAIN, event_of(CREATED | odd))

    assert isinstance(event, MessageCreated)
    assert event.message.id == "msg_1"
    assert {name: getattr(event, name) for name in read} == read


def test_what_is_odd_in_a_message_does_not_hide_it() -> None:
    event = pushed(
        PLAIN, event_of(CREATED | {"message": message(sender=None, attachments=[{}], flags="internal-note")})
    )

    assert isinstance(event, MessageCreated)
    assert event.message.is_note
    assert (event.message.sender.kind, event.message.attachments) == ("system", ())


@pytest.mark.parametrize(
    ("mount", "name", "kind"),
    [
        (PLAIN, "sse fail mid-stream non-retryable", errors.Forbidden),
        (PLAIN, "sse unauthorized (HTTP 200!)", errors.Unauthorized),
        (PLAIN, "sse invalid input (HTTP 200!)", errors.BadRequest),
        (SUPERJSON, "sse superjson error", errors.Unauthorized),
    ],
)
async def test_what_a_real_server_reports_on_a_stream_is_typed(
    mount: Mount, name: str, kind: type[errors.ApiError]
) -> None:
    heard = await heard_in(recorded.answer(V11_MORE, name).body)
    report = next(text for event, _, text in heard if event == "serialized-error")

    with pytest.raises(kind):
        pushed(mount, event_of(report, name="serialized-error"))


@pytest.mark.parametrize(
    ("value", "event"),
    [
        ({"type": "delta", "delta": "lo", "text": "Hello"}, AiDelta(delta="lo", text="Hello")),
        ({"type": "done", "messageId": "msg_1", "text": "Hello"}, AiDone(message_id="msg_1", text="Hello")),
        ({"type": "done", "messageId": None, "text": "Hello"}, AiDone(text="Hello")),
        ({"type": "error", "error": "No."}, AiError(error="No.")),
        ({"type": "thinking", "of": "you"}, None),
        ({"type": "delta"}, None),
        ({"type": "delta", "delta": 5, "text": "Hello"}, AiDelta(delta="", text="Hello")),
        ({"type": "done", "messageId": [], "text": "Hello"}, AiDone(text="Hello")),
        ({"type": "error", "error": None}, AiError(error="The agent could not answer.")),
        ("", None),
        ("[DONE]", None),
    ],
)
def test_an_ai_event_is_a_value_of_the_contract(value: Any, event: Any) -> None:
    assert ai_event(event_of(value)) == event


@pytest.mark.parametrize("value", [{"type": "done", "text": 5}, "{half", "5"])
def test_an_ai_event_that_cannot_be_read_is_not_understood(value: Any) -> None:
    with pytest.raises(errors.NotUnderstood):
        ai_event(event_of(value))
