"""Server-sent events as an answer. What sends them is imported by the first: it takes its time."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Any

from starlette.responses import Response


def event_source(steps: AsyncIterable[Any], **settings: Any) -> Response:
    """The answer that sends `steps`, with the settings of sse-starlette's response."""
    from sse_starlette import EventSourceResponse
    from sse_starlette.sse import AppStatus

    # A server that goes ends its streams through the hub, with their last words. The library would cut them off.
    AppStatus.enable_automatic_graceful_drain = False
    return EventSourceResponse(steps, **settings)
