"""AI answers, streamed (contract, 7)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from console.client.answers import unexpected
from console.client.calls import Calls, Needs
from console.client.errors import Dropped
from console.client.sse import ai_event, events_in, is_event_stream
from console.contract.ai import AiDone, AiError, AiEvent, AiRequest
from console.contract.procedures import AI_STREAM

SILENCE_SECONDS = 90.0
"""How long an agent may think without a word."""


_DRAFTS = Needs(
    "ai-drafts",
    "This server knows no AI drafts and would post the answer to the customer. Nothing was asked: let the answer be "
    "posted, or write it yourself.",
)


class AiResource:
    """The workspace's AI agents at work."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def stream(self, given: AiRequest) -> AsyncGenerator[AiEvent]:
        """An answer as it is made, ended by AiDone or AiError. Close it to stop the agent.

        Raises Unsupported for a draft on a server that would post it, Dropped for a stream without an end.
        """
        if given.mode == "draft":
            await self._calls.require(_DRAFTS)
        body = given.model_dump_json(by_alias=True, exclude_unset=True).encode()
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
        async with self._calls.transport.stream(
            AI_STREAM.method, AI_STREAM.path, headers=headers, body=body, silence=SILENCE_SECONDS
        ) as answer:
            if not is_event_stream(answer.status, answer.headers):
                raise unexpected(await answer.whole())
            answer.meter.opened()
            async with aclosing(events_in(answer.chunks)) as stream:
                async for sent in stream:
                    if event := ai_event(sent):
                        answer.meter.heard()
                        yield event
                        if isinstance(event, AiDone | AiError):
                            return
            raise Dropped(
                "The AI answer broke off before its end. Keep what came, or ask again.", may_have_arrived=True
            )
