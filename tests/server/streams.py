"""A stream of server-sent events, read event by event."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.server.calling import MOUNT, Talk

PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Told:
    """One event: its name, its id, its text."""

    name: str
    id: str | None
    text: str

    @property
    def value(self) -> Any:
        """The JSON in it."""
        return json.loads(self.text)


class Stream:
    """What a server tells, in order."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self) -> Told | None:
        """The next event, None at the end."""
        async with asyncio.timeout(PATIENCE):
            fields: dict[str, str] = {}
            async for line in self._lines:
                if not line and fields:
                    assert "data" in fields, "a browser drops an event without a data line"
                    return Told(fields.get("event", "message"), fields.get("id"), fields["data"])
                name, _, value = line.partition(":")
                if name:
                    fields[name] = value.removeprefix(" ")
        return None

    async def event(self, kind: str | None = None) -> Any:
        """The next event of the contract, or the next of this kind."""
        while (told := await self.next()) is not None:
            if told.name == "message" and kind in (None, told.value["type"]):
                return told.value | {"_id": told.id or None}
            assert told.name in ("message", "ping", "connected", "restore-id"), told
        raise AssertionError("the stream ended")


@asynccontextmanager
async def following(talk: Talk, headers: dict[str, str] | None = None, **query: str) -> AsyncIterator[Stream]:
    """The stream of events, connected."""
    async with talk.http.stream("GET", MOUNT + "events", params=query, headers=headers) as answer:
        stream = Stream(answer)
        connected = await stream.next()
        assert connected is not None
        assert connected.name == "connected"
        yield stream
