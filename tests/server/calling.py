"""Calls to a running server as a client of no library would make them: plain HTTP, JSON in and out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from console.contract.procedures import NAMESPACE, PROCEDURES

MOUNT = f"/api/trpc/{NAMESPACE}."


class Refused(Exception):
    """The server said no."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(f"{status} {sentence}")
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Talk:
    """A line to a server, with a key or without."""

    http: httpx.AsyncClient

    async def ask(self, procedure: str, headers: dict[str, str] | None = None, /, **wanted: Any) -> httpx.Response:
        """The raw answer of a call."""
        if PROCEDURES[procedure].kind == "mutation":
            return await self.http.post(MOUNT + procedure, json=wanted, headers=headers)
        return await self.http.get(MOUNT + procedure, params={"input": json.dumps(wanted)}, headers=headers)

    async def call(self, procedure: str, headers: dict[str, str] | None = None, /, **wanted: Any) -> Any:
        """What a call answers. Raises Refused."""
        answer = await self.ask(procedure, headers, **wanted)
        body = answer.json()
        if "error" in body:
            assert answer.status_code == body["error"]["data"]["httpStatus"]
            raise Refused(answer.status_code, body["error"]["message"])
        assert answer.status_code == 200
        return body["result"]["data"]

    async def customer(self, name: str = "Jane", **more: Any) -> Any:
        """The conversation of a customer of this name."""
        return await self.call("getOrCreateConversation", customer={"name": name, "externalId": name}, **more)

    async def says(self, conversation: str, text: str, **more: Any) -> Any:
        """A customer's message."""
        return await self.call("send", conversationId=conversation, sender="customer", content={"en": text}, **more)

    async def answers(self, conversation: str, text: str, **more: Any) -> Any:
        """A member's message."""
        return await self.call("send", conversationId=conversation, content={"en": text}, **more)

    async def one(self, conversation: str) -> Any:
        """A conversation as it is now."""
        return await self.call("getConversation", id=conversation)


@asynccontextmanager
async def talking(url: str, key: str | None) -> AsyncIterator[Talk]:
    """A line to the server at `url`."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    # No certificates: loading them takes longer than most tests, and nothing here speaks TLS.
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=20, verify=False) as http:
        yield Talk(http)
