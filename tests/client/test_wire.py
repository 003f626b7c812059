"""What is told of each request, and what never is, on real sockets."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
import stamina

from console.client import errors
from console.client.api import Api
from console.client.retry import ATTEMPTS
from console.client.transport import Transport
from console.client.wire import Exchange, Opened, named
from console.contract.ai import AiRequest
from console.contract.inputs import Send
from console.contract.procedures import ENDPOINTS, PROCEDURES
from tests.client.fakes import STREAM_HEAD, Answering, Heard, HostedProduct, Line, no_procedure, reply, result, running
from tests.client.values import message, session

ASK = AiRequest(agent_id="agent_1", conversation_id="conv_1", last_message_id="msg_1")
TOLD = list[Opened | Exchange]


@pytest.fixture
def unhurried() -> Iterator[None]:
    """Delays take no time, attempts are counted as ever."""
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield


def on(url: str, told: TOLD) -> Api:
    """A client that tells `told`, with its mount set."""
    return Api(url, "plato_k", trpc_path="/api/trpc", transformer="none", timeout=5, on_wire=told.append)


def exchange(told: TOLD, place: int = -1) -> Exchange:
    """The one that was told there."""
    one = told[place]
    assert isinstance(one, Exchange)
    return one


def test_every_call_has_its_name() -> None:
    assert all(named(f"/some/where/{one.path}") == one.path for one in PROCEDURES.values())
    assert [named(one.path) for one in ENDPOINTS] == ["upload", "asset", "ai-stream"]
    assert named("/trpc/__probe__") == "probe"


@pytest.mark.parametrize(
    "path", ["/api/v1/connect/assets/Jane Cooper/passport.jpg", "/api/v1/connect/assets/x/v1.connect.send"]
)
def test_the_name_of_a_file_is_in_no_name(path: str) -> None:
    assert named(path) == "asset"


@pytest.mark.parametrize("path", ["", "/", "/Jane Cooper", "/api/trpc/v1.connect.send,v1.connect.session"])
def test_what_is_in_no_table_is_not_repeated(path: str) -> None:
    assert named(path) == "other"


async def test_a_call_is_told_with_how_it_went_and_what_it_moved() -> None:
    told: TOLD = []
    async with running(HostedProduct({"send": lambda given: message("m1")})) as server, on(server.url, told) as api:
        await api.messages.send(Send(conversation_id="conv_1", content={"en": "I am sorry"}))

    one = exchange(told)
    assert len(told) == 1
    assert (one.what, one.method, one.status, one.error, one.attempt) == ("v1.connect.send", "POST", 200, None, 1)
    assert one.up == len(server.heard[0].body) > 0
    assert one.down > 0 and one.events is None and 0 <= one.milliseconds < 5_000


async def test_bytes_are_those_of_the_line_and_not_of_what_they_unpack_to() -> None:
    told: TOLD = []
    packed = gzip.compress(bytes(100_000))
    async with running(reply(200, packed, content_encoding="gzip")) as server:
        transport = Transport(server.url, "k", timeout=5, on_wire=told.append)
        answer = await transport.request("GET", "/x")
        await transport.close()

    assert len(answer.body) == 100_000
    assert exchange(told).down == len(packed)


async def test_probes_are_told_one_by_one() -> None:
    told: TOLD = []
    product = HostedProduct({"send": lambda given: message("m1")}, mount="/api/v1/trpc")
    async with running(product) as server, Api(server.url, "k", on_wire=told.append) as api:
        await api.messages.send(Send(conversation_id="conv_1", content={"en": "I am sorry"}))

    assert [(one.what, one.status) for one in told if isinstance(one, Exchange)] == [
        ("probe", 404),
        ("probe", 404),
        ("probe", 404),
        ("v1.connect.send", 200),
    ]


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (no_procedure("session"), 404, "NotFound"),
        (reply(403, {"message": "Missing permission: x"}), 403, "Forbidden"),
        (reply(200, b"<html>Welcome to the hotel</html>", content_type="text/html"), 200, "NotUnderstood"),
        (reply(200, {"result": {"data": {"workspace": 7}}}), 200, "NotUnderstood"),
        (reply(302, location="https://hotel.example"), 302, "Redirected"),
    ],
)
async def test_an_answer_that_is_none_is_told_by_its_kind(answer: bytes, status: int, error: str) -> None:
    told: TOLD = []
    async with running(answer) as server, on(server.url, told) as api:
        with pytest.raises(errors.ApiError):
            await api.session.get()

    assert (exchange(told).status, exchange(told).error) == (status, error)


async def test_what_was_refused_for_want_of_a_permission_tells_which(tmp_path: Path) -> None:
    told: TOLD = []
    (file := tmp_path / "a.txt").write_bytes(b"a")
    async with running(reply(403, {"message": "Missing permission: x:engage"})) as server, on(server.url, told) as api:
        for call in (
            api.conversations.delete("conv_1"),
            api.files.upload([file]),
            api.files.download("key/a.txt", tmp_path / "b.txt"),
            anext(api.ai.stream(ASK)),
        ):
            with pytest.raises(errors.Forbidden):
                await call

    ended = [one for one in told if isinstance(one, Exchange)]
    assert [one.what for one in ended] == ["v1.connect.deleteConversation", "upload", "asset", "ai-stream"]
    assert {(one.error, one.lacking) for one in ended} == {("Forbidden", "x:engage")}


async def test_a_server_that_is_not_there_is_told_without_a_status() -> None:
    told: TOLD = []
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        async with on(f"http://127.0.0.1:{unheard.getsockname()[1]}", told) as api:
            with pytest.raises(errors.Unreachable):
                await api.messages.send(Send(conversation_id="conv_1", content={"en": "I am sorry"}))

    assert (exchange(told).status, exchange(told).error, exchange(told).up) == (None, "Unreachable", 0)


async def test_a_time_out_and_a_cancelled_call_are_told_apart() -> None:
    async def silent(heard: Heard, line: Line) -> None:
        await line.is_left()

    told: TOLD = []
    async with running(silent) as server:
        hasty = Transport(server.url, "k", timeout=0.1, on_wire=told.append)
        with pytest.raises(errors.TimedOut):
            await hasty.request("POST", "/x", body=b"{}")
        server.was_asked.clear()
        patient = Transport(server.url, "k", timeout=5, on_wire=told.append)
        call = asyncio.create_task(patient.request("POST", "/x", body=b"{}"))
        await server.was_asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await hasty.close()
        await patient.close()

    assert [(exchange(told, place).error, exchange(told, place).up) for place in (0, 1)] == [
        ("TimedOut", 2),
        ("cancelled", 2),
    ]


@pytest.mark.usefixtures("unhurried")
async def test_each_attempt_of_a_call_is_told() -> None:
    answers = [reply(503), reply(429), result(session())]

    async def recovering(heard: Heard, line: Line) -> bytes:
        return answers.pop(0)

    told: TOLD = []
    async with running(recovering) as server, on(server.url, told) as api:
        await api.session.get()
        with pytest.raises(errors.ApiError):
            answers.append(reply(404))
            await api.session.get()

    assert [(one.attempt, one.status) for one in told if isinstance(one, Exchange)] == [
        (1, 503),
        (2, 429),
        (3, 200),
        (1, 404),
    ]


def streaming(*said: bytes) -> Answering:
    """A stream that says this and ends."""

    async def answering(heard: Heard, line: Line) -> None:
        await line.say(STREAM_HEAD)
        for one in said:
            await line.say(one)

    return answering


EVENT = b'data: {"id":"%d","at":"2026-11-17T14:00:00.000Z","type":"conversation.deleted","ids":["c"]}\nid: %d\n\n'


@pytest.mark.parametrize(
    ("said", "error", "events"),
    [
        ((EVENT % (42, 42), b"event: ping\ndata: \n\n", EVENT % (43, 43), b"event: return\ndata: \n\n"), None, 2),
        ((EVENT % (42, 42),), "Dropped", 1),
        ((b'event: serialized-error\ndata: {"message":"m","data":{"httpStatus":401}}\n\n',), "Unauthorized", 0),
    ],
)
async def test_a_stream_is_told_when_it_opens_and_why_it_ended(
    said: tuple[bytes, ...], error: str | None, events: int
) -> None:
    told: TOLD = []
    async with running(streaming(*said)) as server, on(server.url, told) as api:
        try:
            async for _ in api.events.follow("41"):
                pass
        except errors.ApiError:
            assert error is not None

    opened, ended = told[0], exchange(told)
    assert isinstance(opened, Opened)
    assert (opened.what, opened.status, opened.after) == ("v1.connect.events", 200, "41")
    assert (ended.what, ended.error, ended.events, ended.down) == (
        "v1.connect.events",
        error,
        events,
        sum(map(len, said)),
    )


async def test_a_stream_that_is_left_is_told_so() -> None:
    told: TOLD = []

    async def endless(heard: Heard, line: Line) -> None:
        await line.say(STREAM_HEAD + EVENT % (42, 42))
        await line.is_left()

    async with running(endless) as server, on(server.url, told) as api, aclosing(api.events.follow()) as stream:
        await anext(stream)

    assert [exchange(told, 1).error, exchange(told, 1).events] == ["left", 1]


async def test_a_refused_stream_never_opened() -> None:
    told: TOLD = []
    async with running(reply(403, {"message": "Missing permission: x"})) as server, on(server.url, told) as api:
        with pytest.raises(errors.Forbidden):
            async for _ in api.events.follow("41"):
                pass

    assert [exchange(told).error, exchange(told).events, len(told)] == ["Forbidden", None, 1]


async def test_an_ai_answer_is_a_stream_too() -> None:
    told: TOLD = []
    said = b'data: {"type":"delta","delta":"Hello","text":"Hello"}\n\n'
    async with running(streaming(said)) as server, on(server.url, told) as api:
        with pytest.raises(errors.Dropped):
            async for _ in api.ai.stream(ASK):
                pass

    assert isinstance(told[0], Opened)
    assert (exchange(told).what, exchange(told).error, exchange(told).events) == ("ai-stream", "Dropped", 1)


async def test_files_are_told_by_their_bytes_alone(tmp_path: Path) -> None:
    kept = tmp_path / "passport of Jane.jpg"
    kept.write_bytes(bytes(300_000))

    async def serving(heard: Heard, line: Line) -> bytes:
        if heard.method == "GET":
            return reply(200, bytes(1_000))
        return reply(200, {"files": [{"id": "a", "name": "n", "s3Key": "k", "type": "t", "url": "u"}]})

    told: TOLD = []
    async with running(serving) as server, on(server.url, told) as api:
        await api.files.upload([kept])
        await api.files.download("ws/passport of Jane.jpg", tmp_path / "saved")

    assert [(one.what, one.method) for one in told] == [("upload", "POST"), ("asset", "GET")]
    assert exchange(told, 0).up == len(server.heard[0].body) > 300_000
    assert exchange(told, 1).down == 1_000
    assert "Jane" not in repr(told)


async def test_nothing_of_a_query_an_input_or_a_key_is_told() -> None:
    told: TOLD = []
    async with running(reply(500, {"message": "I am sorry plato_k"})) as server, on(server.url, told) as api:
        for call in (
            api.messages.list("conv_secret"),
            api.messages.send(Send(conversation_id="conv_secret", content={"en": "I am sorry"})),
        ):
            with pytest.raises(errors.ServerFault):
                await call

    assert told
    assert not any(word in repr(told) for word in ("sorry", "plato_k", "conv_secret", "input"))
