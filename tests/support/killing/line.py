"""HTTP as lean as it gets, so that the load is the server's: one connection, one request at a time, JSON in and out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from console.contract.procedures import NAMESPACE

LOST = (OSError, EOFError)  # what a killed server's clients see: refused, reset, cut
_MOUNT = f"/api/trpc/{NAMESPACE}."


class Line:
    """A client's connection, opened anew by the first call after it was lost."""

    def __init__(self, url: str, key: str) -> None:
        self._address = urlsplit(url)
        self._key = key
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def mutate(self, procedure: str, wanted: Mapping[str, Any], idempotency_key: str) -> tuple[int, Any]:
        """Status and answer of a mutation. Raises one of LOST when the answer did not come whole."""
        body = json.dumps(wanted).encode()
        head = f"content-type: application/json\r\ncontent-length: {len(body)}\r\nidempotency-key: {idempotency_key}"
        return await self._exchange(f"POST {_MOUNT}{procedure} HTTP/1.1\r\n{head}\r\n", body)

    async def query(self, procedure: str, **wanted: Any) -> Any:
        """The answer of a query."""
        path = f"{_MOUNT}{procedure}?input={quote(json.dumps(wanted))}"
        status, answer = await self._exchange(f"GET {path} HTTP/1.1\r\n", b"")
        assert status == 200, answer
        return answer["result"]["data"]

    async def events(self, last: int) -> AsyncGenerator[tuple[int, Any]]:
        """The events after `last`, with their numbers, until the line is lost."""
        reader, writer = await asyncio.open_connection(self._address.hostname, self._address.port)
        try:
            # HTTP/1.0: the stream comes as it is, without the lengths of its pieces.
            writer.write(self._head(f"GET {_MOUNT}events HTTP/1.0\r\nlast-event-id: {last}\r\n"))
            status = (await reader.readuntil(b"\r\n\r\n")).split()[1]
            assert status == b"200", status
            fields: dict[str, str] = {}
            while line := (await reader.readline()).decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                    continue
                if "event" not in fields and "id" in fields:
                    yield int(fields["id"]), json.loads(fields["data"])
                assert fields.get("event", "ping") in ("ping", "connected"), fields
                fields = {}
        finally:
            writer.close()

    def close(self) -> None:
        """Let the connection go."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _exchange(self, head: str, body: bytes) -> tuple[int, Any]:
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection(self._address.hostname, self._address.port)
            reader, writer = self._streams
            writer.write(self._head(head) + body)
            first, *fields = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            length = next(int(field.split(":")[1]) for field in fields if field.startswith("content-length:"))
            return int(first.split()[1]), json.loads(await reader.readexactly(length))
        except LOST:
            self.close()
            raise

    def _head(self, head: str) -> bytes:
        return f"{head}host: {self._address.netloc}\r\nauthorization: Bearer {self._key}\r\n\r\n".encode()
