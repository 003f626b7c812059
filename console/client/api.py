"""The one thing that state is given: a server and a key, as resources."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self

from console.client.calls import Calls
from console.client.resources.ai import AiResource
from console.client.resources.conversations import ConversationsResource
from console.client.resources.directory import DirectoryResource
from console.client.resources.events import EventsResource
from console.client.resources.files import FilesResource
from console.client.resources.messages import MessagesResource
from console.client.resources.session import SessionResource
from console.client.transport import Transport
from console.client.trpc import Mount
from console.client.wire import OnWire


class Api:
    """A workspace server as one key sees it. Make it where a loop runs, close it at the end.

    A request ends in `timeout` seconds, and a call in `budget` however often it is made; streams and uploads may take
    what they need, but not be silent. Raises SettingsError for an address or a key that cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        trpc_path: str = "auto",
        transformer: Literal["auto", "none", "superjson"] = "auto",
        timeout: float = 15.0,
        budget: float = 30.0,
        on_wire: OnWire | None = None,
    ) -> None:
        self._transport = Transport(base_url, key, timeout=timeout, on_wire=on_wire)
        self._calls = calls = Calls(self._transport, trpc_path=trpc_path, transformer=transformer, budget=budget)
        self.session = SessionResource(calls)
        self.conversations = ConversationsResource(calls)
        self.messages = MessagesResource(calls)
        self.files = FilesResource(calls)
        self.ai = AiResource(calls)
        self.events = EventsResource(calls)
        self.directory = DirectoryResource(calls)

    @property
    def base_url(self) -> str:
        """The server's address."""
        return self._transport.base

    @property
    def latency_ms(self) -> int | None:
        """How long the last answered call took, in milliseconds; None before the first."""
        return self._transport.latency_ms

    def believe(self, mount: Mount | None, keep: Callable[[Mount], None]) -> None:
        """Take the server to answer as it did at an earlier start, until an answer speaks against it.

        `keep` is told of what is found out instead.
        """
        self._calls.believe(mount, keep)

    async def close(self) -> None:
        """Close every connection; a call under way ends in an error."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
