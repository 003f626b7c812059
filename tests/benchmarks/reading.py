"""What reading costs in a workspace of a million messages, and what following it costs with two hundred listeners.

python -m tests.benchmarks.reading [MESSAGES]

listMessages is set beside a bare Starlette app that answers as many bytes, and the statements of a page by `sqlite3`
alone; every query beside itself in a workspace of a hundredth; all in the same run. Medians of five rounds.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from console.contract.inputs import ListMessages
from console.server.auth import Hasher, caller_of
from console.server.keyring import create_keys, holder
from console.server.procedures.calls import Reading
from console.server.procedures.messages import list_messages
from console.server.procedures.pages import Cursor, write_cursor
from console.server.store import keys, prepared
from console.server.store.engine import DATABASE, PRAGMAS, open_engine
from tests.benchmarks.load import echoing, get, load, post
from tests.benchmarks.million import START, STEP, Built, build
from tests.support.server_process import ServerProcess

ROUNDS = 5
ASKED = 200
LISTENERS = 200
TOLD = 100
MOUNT = "/api/trpc/v1.connect."
KILOBYTES = 1024
Came = dict[str, tuple[list[float], asyncio.Event]]
"""When each message came to a listener, and whether it came to all."""


async def main(messages: int = 1_000_000) -> None:
    """Print the figures."""
    with TemporaryDirectory() as folder:
        here = Path(folder)
        begun = time.perf_counter()
        small = build(here / "small", messages // 100, 200)
        large = build(here / "large", messages, 20_000)
        _say(f"{messages:,} messages made in {time.perf_counter() - begun:.0f} s")
        async with AsyncExitStack() as stack:
            servers = [await stack.enter_async_context(_served(one, here)) for one in (small, large)]
            await _against_the_floor(large, servers[1])
            await _against_a_hundredth((small, large), servers)
            await _following(large, servers[1], messages)


@asynccontextmanager
async def _served(built: Built, here: Path) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(built.directory, here / f"{built.directory.name}-errors", "--rate", "0")
    await server.start()
    try:
        yield server
    finally:
        await server.end()


async def _against_the_floor(built: Built, server: ServerProcess) -> None:
    """A page of fifty of a thread."""
    wanted = _pages(built)
    size = len(_page(built, wanted[0])[1])
    ours, echo, sqlite = [], [], []
    async with echoing() as port:
        for _ in range(ROUNDS):
            ours.append(await _median(_port(server), [_ask(built, "listMessages", one) for one in wanted]))
            echo.append(await _median(port, [get(f"/sized/{size}", built.key)] * len(wanted)))
            sqlite.append(_statements_alone(built, wanted))
    e, s, o = median(echo), median(sqlite), median(ours)
    _say(f"listMessages, p50: {o * 1e3:.2f} ms; E {e * 1e3:.2f}, its statements {s * 1e3:.2f} ({size:,} bytes)")
    _say(f"  E + {(o - e) / s:.1f} x the statements (wanted: at most 3)")


def _pages(built: Built) -> list[dict[str, Any]]:
    """Half of them in the long thread, anywhere in it; half the newest of other conversations."""
    chosen = random.Random(7)
    ends = [Cursor(START + chosen.randrange(1_000, 1_000_000) * STEP, "") for _ in range(ASKED // 2)]
    long = [{"conversationId": built.conversation_ids[0], "cursor": write_cursor(end)} for end in ends]
    return long + [{"conversationId": chosen.choice(built.conversation_ids[1:500])} for _ in range(ASKED // 2)]


def _page(built: Built, wanted: Mapping[str, Any]) -> tuple[list[tuple[str, Mapping[str, Any]]], bytes]:
    """The statements of a page with their values, and what is answered."""
    seen: list[tuple[str, Mapping[str, Any]]] = []
    engine = open_engine(built.directory, "read")
    real = prepared.run

    def noting(connection: Any, text: str, values: Mapping[str, Any] = MappingProxyType({})) -> sqlite3.Cursor:
        seen.append((text, dict(values)))
        return real(connection, text, values)

    with engine.connect() as connection:
        record = keys.key_by_hash(connection, Hasher(built.directory).hash(built.key))
        assert record is not None
        prepared.run = noting
        try:
            answer = list_messages(
                Reading(connection, caller_of(record), 0, ()), ListMessages.model_validate(wanted, by_alias=True)
            )
        finally:
            prepared.run = real
    engine.dispose()
    return seen, answer


def _statements_alone(built: Built, wanted: Sequence[Mapping[str, Any]]) -> float:
    pages = [_page(built, one)[0] for one in wanted]
    took = []
    with closing(sqlite3.connect(built.directory / DATABASE, isolation_level=None)) as database:
        for pragma in PRAGMAS:
            database.execute(pragma)
        for page in pages:
            begun = time.perf_counter()
            database.execute("BEGIN")
            for text, values in page:
                database.execute(text, values).fetchall()
            database.rollback()
            took.append(time.perf_counter() - begun)
    return median(took)


async def _against_a_hundredth(built: Sequence[Built], servers: Sequence[ServerProcess]) -> None:
    """Each query at both sizes, in turn."""
    for name in _queries(built[0]):
        took: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for place, (one, server) in enumerate(zip(built, servers, strict=True)):
                took[place].append(await _median(_port(server), _queries(one)[name]))
        small, large = map(median, took)
        _say(f"{name:34} p50 {small * 1e3:6.2f} -> {large * 1e3:6.2f} ms, {large / small:.2f} x (wanted: at most 1.3)")


def _queries(built: Built) -> dict[str, list[bytes]]:
    ids, word, rarer = built.conversation_ids, built.words[0], built.words[60]  # with a full page at both sizes
    some = [ids[1 + number % 20] for number in range(ASKED)]

    def many(name: str, **wanted: Any) -> list[bytes]:
        return [_ask(built, name, wanted)] * ASKED

    said = [json.dumps({"conversationId": one, "content": {"en": f"Hello {place}"}}) for place, one in enumerate(some)]
    return {
        "session": many("session"),
        "getConversation": [_ask(built, "getConversation", {"id": one}) for one in some],
        "listMessages": [_ask(built, "listMessages", {"conversationId": one}) for one in some],
        "listMessages, long thread": many("listMessages", conversationId=ids[0]),
        "listConversations": many("listConversations"),
        "listConversations, who waits": many("listConversations", order="waiting", waiting=True),
        "listConversations, unread": many("listConversations", unread=True),
        "listConversations, open": many("listConversations", status="open"),
        "listConversations, by a customer": many("listConversations", query="web-17"),
        "listConversations, a common name": many("listConversations", query="jane"),
        "listMembers": many("listMembers"),
        "listChannels": many("listChannels"),
        "listAuditLog": many("listAuditLog"),
        "searchMessages, commonest word": many("searchMessages", query=word),
        "searchMessages, rarer word": many("searchMessages", query=rarer),
        "send": [post(f"{MOUNT}send", built.key, one.encode()) for one in said],
    }


async def _following(built: Built, server: ServerProcess, messages: int) -> None:
    """From a send's acknowledgement to the last of all listeners."""
    people = [holder(f"Listener {number} <listener{number}@example.com>", "agent") for number in range(LISTENERS)]
    came: Came = {}
    lines = [await _listening(server, key, came) for key in create_keys(built.directory, "Workspace", people)]
    took = []
    for number in range(TOLD):
        said = json.dumps({"conversationId": built.conversation_ids[number], "content": {"en": f"told-{number:04}."}})
        times, told = came[f"told-{number:04}"] = ([], asyncio.Event())
        await load(_port(server), [post(f"{MOUNT}send", built.key, said.encode())], 1)
        acknowledged = time.perf_counter()
        async with asyncio.timeout(10):
            await told.wait()
        took.append(max(times) - acknowledged)
    took.sort()
    _say(
        f"to the last of {LISTENERS} listeners: p50 {took[TOLD // 2] * 1e3:.0f} ms, "
        f"p99 {took[TOLD * 99 // 100 - 1] * 1e3:.0f} ms (wanted: at most 250)"
    )
    assert server.process is not None
    peak = _peak(server.process.pid)
    _say(f"memory with {messages:,} messages and {LISTENERS} listeners: {peak:.0f} MB at most (wanted: 300)")
    for line in lines:
        line.cancel()


def _peak(pid: int) -> float:
    """The most memory that a process had, in MB."""
    return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) / KILOBYTES


async def _listening(server: ServerProcess, key: str, came: Came) -> asyncio.Task[None]:
    reader, writer = await asyncio.open_connection("127.0.0.1", _port(server), limit=1 << 20)
    writer.write(get(f"{MOUNT}events", key))
    await reader.readuntil(b"connected")

    async def listen() -> None:
        try:
            async for line in reader:
                at = line.find(b"told-")
                if at >= 0:
                    times, told = came[line[at : at + 9].decode()]
                    times.append(time.perf_counter())
                    if len(times) == LISTENERS:
                        told.set()
        finally:
            writer.close()

    return asyncio.create_task(listen())


async def _median(port: int, requests: Sequence[bytes]) -> float:
    await load(port, requests[:20], 1)
    asked = await load(port, requests, 1)
    if asked.failed:
        raise SystemExit(f"{asked.failed} of {len(requests)} failed")
    return median(asked.each)


def _ask(built: Built, name: str, wanted: Mapping[str, Any]) -> bytes:
    return get(f"{MOUNT}{name}?input={quote(json.dumps(wanted))}", built.key)


def _port(server: ServerProcess) -> int:
    return int(server.url.rpartition(":")[2])


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
