"""Acknowledged sends a second with 32 writers, beside what HTTP alone and SQLite alone take in the same run.

python -m tests.benchmarks.sending [SENDS [ROUNDS]]

The floor is 1/(1/E + 1/S): E a bare Starlette echo of the same bodies over the same lines, S the same statements with
the same values by `sqlite3` alone, at the same durability, in groups of 32. Idempotency, audit, events and the index of
words are on, as they always are.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from console.server.keyring import create_keys, holder, private_directory
from console.server.store import prepared
from console.server.store.engine import DATABASE, PRAGMAS
from tests.benchmarks.load import Load, echoing, load, post
from tests.support.server import running_server
from tests.support.server_process import ServerProcess

WRITERS = 32
GROUP = 32
MOUNT = "/api/trpc/v1.connect."
SAID = "Hello, this is number {}: the lamp arrived broken, can I send it back?"
Statement = tuple[str, Mapping[str, Any]]


async def main(sends: int = 3_000, rounds: int = 5) -> None:
    """Print each round and the medians."""
    with TemporaryDirectory() as folder:
        here = Path(folder)
        key, conversations = await _begun(here / "begun")
        statements = await _recorded(here, key, conversations, sends)
        measured = [await _round(here, number, key, conversations, sends, statements) for number in range(rounds)]
    echo, sqlite, ours = (median(figures) for figures in zip(*measured, strict=True))
    floor = 1 / (1 / echo + 1 / sqlite)
    _say(f"medians: E {echo:,.0f}, S {sqlite:,.0f}, floor {floor:,.0f}, ours {ours:,.0f} a second")
    _say(f"ours / floor = {ours / floor:.2f} (wanted: 0.5)")


async def _begun(directory: Path) -> tuple[str, list[str]]:
    """A data directory with a key and a conversation for each writer."""
    key = create_keys(private_directory(directory), "Workspace", [holder("Maya <maya@example.com>", "agent")])[0]
    async with running_server(directory) as server, httpx.AsyncClient(base_url=server.url) as http:
        http.headers["authorization"] = f"Bearer {key}"
        made = []
        for number in range(WRITERS):
            wanted = {"customer": {"externalId": str(number), "name": f"Customer {number}"}}
            answer = await http.post(f"{MOUNT}getOrCreateConversation", json=wanted)
            made.append(answer.json()["result"]["data"]["id"])
    return key, made


def _requests(path: str, key: str, conversations: list[str], sends: int, run: str) -> list[bytes]:
    bodies = (
        json.dumps({"conversationId": conversations[number % WRITERS], "content": {"en": SAID.format(number)}})
        for number in range(sends)
    )
    return [post(path, key, body.encode(), f"idempotency-key: {run}-{n}") for n, body in enumerate(bodies)]


async def _recorded(here: Path, key: str, conversations: list[str], sends: int) -> list[Statement]:
    """What the writer of a server runs for so many sends, statement by statement."""
    directory = _copy(here, "recorded")
    seen: list[Statement] = []
    real = prepared.driver_of

    class Noting:
        """A driver of the writer's, every statement of which is kept."""

        def __init__(self, driver: sqlite3.Connection) -> None:
            self._driver = driver

        def execute(self, text: str, values: Mapping[str, Any]) -> sqlite3.Cursor:
            seen.append((text, dict(values)))
            return self._driver.execute(text, values)

    def noting(connection: Any) -> Any:
        driver = real(connection)
        return Noting(driver) if threading.current_thread().name == "writer" else driver

    async with running_server(directory) as server:
        port = int(server.url.rpartition(":")[2])
        prepared.driver_of = noting
        try:
            await load(port, _requests(f"{MOUNT}send", key, conversations, sends, "recorded"), WRITERS)
        finally:
            prepared.driver_of = real
    per_send = len(seen) / sends
    _say(f"{per_send:.1f} statements a send")
    return seen


async def _round(
    here: Path, number: int, key: str, conversations: list[str], sends: int, statements: list[Statement]
) -> tuple[float, float, float]:
    echo = await _echo(_requests("/echo", key, conversations, sends, f"echo-{number}"))
    sqlite = sends / await asyncio.to_thread(_replayed, _copy(here, f"replayed-{number}"), statements)
    directory = _copy(here, f"served-{number}")
    server = ServerProcess(directory, here / f"errors-{number}", "--rate", "0")
    await server.start()
    port = int(server.url.rpartition(":")[2])
    await load(port, _requests(f"{MOUNT}send", key, conversations, 200, f"warm-{number}"), WRITERS)
    ours = await load(port, _requests(f"{MOUNT}send", key, conversations, sends, f"round-{number}"), WRITERS)
    await server.end()
    floor = 1 / (1 / echo.rate + 1 / sqlite)
    _say(f"E {echo.rate:6,.0f}  S {sqlite:6,.0f}  ours {ours.rate:6,.0f}  ratio {ours.rate / floor:.2f}")
    if ours.failed:
        raise SystemExit(f"{ours.failed} sends failed")
    return echo.rate, sqlite, ours.rate


async def _echo(requests: list[bytes]) -> Load:
    async with echoing() as port:
        await load(port, requests[:200], WRITERS)
        return await load(port, requests, WRITERS)


def _replayed(directory: Path, statements: list[Statement]) -> float:
    """Seconds that SQLite alone takes."""
    with closing(sqlite3.connect(directory / DATABASE, isolation_level=None)) as database:
        for pragma in PRAGMAS:
            database.execute(pragma)
        begun, sent = time.perf_counter(), 0
        database.execute("BEGIN IMMEDIATE")
        for text, values in statements:
            database.execute(text, values).fetchall()
            if text.startswith("RELEASE"):
                sent += 1
                if sent % GROUP == 0:
                    database.execute("COMMIT")
                    database.execute("BEGIN IMMEDIATE")
        database.execute("COMMIT")
        return time.perf_counter() - begun


def _copy(here: Path, name: str) -> Path:
    return Path(shutil.copytree(here / "begun", here / name))


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
