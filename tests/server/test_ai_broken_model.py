"""A model that is broken, slow, endless or hostile ends in a sentence of ours, and soon."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.server.ai.agent import AgentFailed
from console.server.ai.model import ModelAgent, ModelSettings
from tests.server.fake_model import DONE, FakeModel, Step, chunk
from tests.server.knowing import FakeKnowledge, assignment
from tests.server.serving import serving
from tests.support.server import running_server

STREAM = "/api/v1/connect/ai-stream"
OURS = "The model"


async def failure(address: str, **more: Any) -> str:
    """Why there was no answer."""
    agent = ModelAgent(ModelSettings(address, "small", "sk-secret", **more), FakeKnowledge())
    with pytest.raises(AgentFailed) as failed:
        async for _ in agent.answer(assignment("Where is my lamp?")):
            pass
    return str(failed.value)


async def test_an_answer_that_came_packed_is_not_unpacked() -> None:
    bomb = gzip.compress(b" " * 5_000_000)
    for encoding in ("gzip", "br", "identity, gzip"):
        async with serving(FakeModel([bomb], headers={"content-encoding": encoding}).app) as address:
            assert "cannot be understood" in await failure(f"{address}/v1")


async def test_a_redirect_is_not_followed() -> None:
    elsewhere = FakeModel()
    async with serving(elsewhere.app) as there:
        target = {"location": f"{there}/v1/chat/completions"}
        for status in (301, 302, 307, 308):
            async with serving(FakeModel(status=status, headers=target).app) as address:
                assert str(status) in await failure(f"{address}/v1")
    assert elsewhere.asked == []


BROKEN: tuple[Sequence[Step], ...] = (
    (),
    (DONE,),
    (b'data: {"choi',),
    (b"data: {}\n\n",),
    (b"\xff\xfe\x00",),
    (b'data: {"choices": [{"delta": {"content": 7}}]}\n\n',),
    (b'data: {"choices": 7}\n\n',),
    (b'data: {"choices": [], "error": "sk-secret"}\n\n',),
    (b"HTTP/1.1 200 OK\r\n\r\n",),
    (b"id: \x00\nretry: x\nevent: y\n\n",),
)


async def test_whatever_is_wrong_with_a_model_is_an_error_event(tmp_path: Path) -> None:
    model = FakeModel()
    async with serving(model.app) as address, asking(tmp_path, f"{address}/v1") as ask:
        for model.script in BROKEN:
            *_, last = await ask()
            assert last["type"] == "error"
            assert last["error"].startswith((OURS, "The agent had nothing to say"))
            assert "sk-secret" not in last["error"]
        for model.status in (400, 401, 403, 404, 413, 422, 429, 500, 502, 503):
            (error,) = await ask()
            assert error["error"].startswith((OURS, "There is no such model"))
            assert "sk-secret" not in error["error"]


Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


@asynccontextmanager
async def raw(answer: Connected) -> AsyncIterator[str]:
    """A server that is no HTTP server, or a bad one."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await answer(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


def forever(piece: bytes, head: bytes = HEAD) -> Connected:
    """The same again and again, as fast as it is taken."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()

    return answer


def once(piece: bytes) -> Connected:
    """This, and the line is closed."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(piece)
        await writer.drain()

    return answer


def silent(piece: bytes) -> Connected:
    """This, and nothing more."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(piece)
        await asyncio.Event().wait()

    return answer


@pytest.mark.parametrize(
    ("piece", "sentence"),
    [
        pytest.param(b": still here\n\n" * 1_000, "without end", id="comments"),
        pytest.param(b"x" * 65_536, "without end", id="one line"),
        pytest.param(b"data: x\n" * 1_000, "without end", id="one event"),
        pytest.param(chunk(None) * 1_000, "without end", id="chunks without words"),
        pytest.param(chunk("word " * 100), "without end", id="words"),
        pytest.param(b"\n" * 65_536, "without end", id="empty lines"),
    ],
)
async def test_an_endless_answer_is_cut_off(piece: bytes, sentence: str) -> None:
    async with raw(forever(piece)) as address:
        assert sentence in await asyncio.wait_for(failure(address), 30)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", HEAD, HEAD + b": hello\n\n", HEAD + chunk("Hello")])
async def test_silence_is_given_up_wherever_it_begins(said: bytes) -> None:
    async with raw(silent(said)) as address:
        sentence = await asyncio.wait_for(failure(address, first_seconds=0.2, silence_seconds=0.2), 5)
    assert "in time" in sentence


async def test_a_model_that_trickles_is_given_up() -> None:
    async def trickle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        while True:
            writer.write(chunk(None))
            await writer.drain()
            await asyncio.sleep(0.02)  # the model's pace

    async with raw(trickle) as address:
        assert "in time" in await asyncio.wait_for(failure(address, silence_seconds=5, most_seconds=0.3), 5)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\ncontent-type: text/event-stream\r\n\r\ndata: ",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/event-stream\r\n\r\nzz\r\n",
        b"HTTP/1.1 999 \xff\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x-long: " + b"y" * 200_000 + b"\r\n\r\n",
    ],
    ids=["nothing", "another protocol", "cut off", "bad chunk", "bad status", "long header"],
)
async def test_what_is_no_answer_at_all_is_said_without_its_words(said: bytes) -> None:
    async with raw(once(said)) as address:
        assert (await asyncio.wait_for(failure(address), 5)).startswith(OURS)


async def test_a_request_that_is_too_long_for_the_model_is_asked_again_shorter() -> None:
    model = FakeModel(room=8_000)
    story = assignment(*("A lamp. " * 100 for _ in range(29)))
    async with serving(model.app) as address:
        agent = ModelAgent(ModelSettings(f"{address}/v1", "small"), FakeKnowledge())
        assert [piece async for piece in agent.answer(story)] == ["Hello", " there"]
        assert len(model.asked) == 2
        long = assignment("Hi", task="shorten", text="A lamp. " * 2_000)
        with pytest.raises(AgentFailed, match="may be too long"):
            async for _ in agent.answer(long):
                pass
        assert len(model.asked) == 3  # a text cannot be left out in part


@asynccontextmanager
async def asking(folder: Path, address: str) -> AsyncIterator[Callable[[], Coroutine[Any, Any, list[dict[str, Any]]]]]:
    """A server of ours with this model, and a question to it whose answer is to be posted."""
    models = (ModelSettings(address, "small", "sk-secret"),)
    async with running_server(folder / "workspace", models=models) as server:
        headers = {"authorization": f"Bearer {server.key('admin')}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=10) as client:

            async def call(procedure: str, wanted: dict[str, Any]) -> Any:
                return (await client.post(f"/api/trpc/v1.connect.{procedure}", json=wanted)).json()["result"]["data"]

            customer = {"customer": {"externalId": "jane"}, "channelIdentifier": "shop.example.com"}
            conversation = (await call("getOrCreateConversation", customer))["id"]
            said = {"conversationId": conversation, "content": {"en": "Where is my lamp?"}, "sender": "customer"}
            message = (await call("send", said))["id"]

            async def ask() -> list[dict[str, Any]]:
                wanted = {"agentId": "agent_model", "conversationId": conversation, "lastMessageId": message}
                answer = await client.post(STREAM, json=wanted)
                assert answer.status_code == 200
                return [json.loads(line[6:]) for line in answer.text.split("\n") if line.startswith("data: ")]

            yield ask
            wanted = json.dumps({"conversationId": conversation})
            thread = await client.get("/api/trpc/v1.connect.listMessages", params={"input": wanted})
            assert len(thread.json()["result"]["data"]["items"]) == 1
