"""A follower of events: through every kill it goes on from the last event that it saw."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from tests.support.killing.line import LOST, Line


@dataclass
class Follower:
    """Whoever reads the stream. `seen` holds the events by number, in the order of their coming."""

    line: Line
    listening: asyncio.Event
    seen: dict[int, Any] = field(default_factory=dict)
    resumed: int = 0
    last: int = 0

    async def follow(self, end: str) -> None:
        """Read until the conversation of this name was made."""
        while True:
            await self.listening.wait()
            try:
                async with aclosing(self.line.events(self.last)) as events:
                    async for number, event in events:
                        assert number > self.last, f"event {number} came after {self.last}"
                        self.seen[number], self.last = event, number
                        if event["type"] == "conversation.created" and event["conversation"]["name"] == end:
                            return
            except LOST:
                pass
            self.resumed += 1
