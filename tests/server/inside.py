"""A real server in the test's own loop, called as ASGI without a socket: for tests that call thousands of times."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.types import Message

from console.contract.permissions import RoleName
from console.contract.procedures import PROCEDURES
from console.server.app import build_app
from console.server.auth import Hasher, new_key
from console.server.service import Config
from console.server.store.keys import NewKey, create
from console.server.store.writer import Transaction
from tests.server.calling import MOUNT

PATIENCE = 10.0
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)
class Answered:
    """A whole answer."""

    status: int = 0
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Inside:
    """A line to an app, without a network between."""

    app: Starlette

    async def request(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] = _NONE,
        body: bytes = b"",
        *,
        until: bytes | None = None,
    ) -> Answered:
        """One request and its answer, whole or until these bytes are in it."""
        coming = [{"type": "http.request", "body": body, "more_body": False}]
        answered, enough = Answered(), asyncio.Event()

        async def receive() -> Message:
            if coming:
                return coming.pop()
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
            else:
                answered.body += message.get("body", b"")
                if until is not None and until in answered.body:
                    enough.set()

        async with asyncio.timeout(PATIENCE):
            await self.app(_scope(method, path, query, headers, len(body)), receive, send)
        return answered

    async def ask(self, key: str, procedure: str, text: str, headers: Mapping[str, str] = _NONE) -> Answered:
        """Call a procedure with an input that is JSON text already."""
        sent = {**headers, "authorization": f"Bearer {key}"}
        if PROCEDURES[procedure].kind == "mutation":
            sent |= {"content-type": "application/json"}
            return await self.request("POST", MOUNT + procedure, "", sent, text.encode())
        return await self.request("GET", MOUNT + procedure, "input=" + quote(text, safe=""), sent)

    async def events(self, key: str, last: int) -> list[Any]:
        """All events of a workspace up to the one of this number."""
        sent = {"authorization": f"Bearer {key}", "last-event-id": "0"}
        until = f"\nid: {last}\n".encode()
        told = await self.request("GET", MOUNT + "events", "", sent, until=until)
        lines = [line.removeprefix("data: ") for line in told.body.decode().splitlines() if line.startswith("data: ")]
        return [value for line in lines if "type" in (value := json.loads(line))]


def _scope(method: str, path: str, query: str, headers: Mapping[str, str], length: int) -> dict[str, Any]:
    sent = {**headers, "host": "localhost", "content-length": str(length)}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode("latin-1"),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


async def members(line: Inside, directory: Path, workspace: str, people: Sequence[tuple[str, RoleName]]) -> list[str]:
    """A key for each of these new members of a workspace, which is made if it is new."""
    made, hasher = [new_key() for _ in people], Hasher(directory)

    def make(transaction: Transaction) -> None:
        for (name, role), key in zip(people, made, strict=True):
            email = f"{name.partition(' ')[0].lower()}@{workspace}.example"
            create(transaction, NewKey(workspace, name, email, role, hasher.hash(key)))

    await line.app.state.service.store.write(make)
    return made


@asynccontextmanager
async def inside(config: Config) -> AsyncIterator[Inside]:
    """A server at work while the block runs."""
    app = build_app(config)
    async with app.router.lifespan_context(app):
        yield Inside(app)
