"""A server that speaks OpenAI's chat completions: it answers by a script and records what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Step = str | bytes | asyncio.Event
"""Words of the answer, bytes as they are, or something to wait for."""

DONE = b"data: [DONE]\n\n"


@dataclass
class FakeModel:
    """`script` is what it answers; `status` other than 200 refuses, as does a request of more than `room` bytes."""

    script: Sequence[Step] = ("Hello", " there", DONE)
    status: int = 200
    content_type: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    room: int = 1_000_000
    asked: list[dict[str, Any]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def app(self) -> Starlette:
        """To be served."""
        return Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    async def _complete(self, request: Request) -> Response:
        body = await request.body()
        self.asked.append(json.loads(body))
        self.heard.append(f"{dict(request.headers)} {json.dumps(self.asked[-1], ensure_ascii=False)}")
        self.keys.append(request.headers.get("authorization"))
        if self.status != 200:
            return JSONResponse({"error": {"message": "sk-secret is not valid"}}, self.status, dict(self.headers))
        if len(body) > self.room:
            return JSONResponse({"error": {"message": "exceeds the available context size"}}, 400)
        return StreamingResponse(self._play(), media_type=self.content_type, headers=dict(self.headers))

    async def _play(self) -> AsyncIterator[bytes]:
        try:
            for step in self.script:
                match step:
                    case bytes():
                        yield step
                    case str():
                        yield chunk(step)
                    case asyncio.Event():
                        await step.wait()
        finally:
            self.left.set()


def chunk(words: str | None, finish: str | None = None) -> bytes:
    """A chunk as the interface has it."""
    choice = {"index": 0, "delta": {} if words is None else {"content": words}, "finish_reason": finish}
    return b"data: " + json.dumps({"object": "chat.completion.chunk", "choices": [choice]}).encode() + b"\n\n"
