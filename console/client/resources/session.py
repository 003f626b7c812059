"""Who the key is and what its server can do."""

from __future__ import annotations

from console.client.calls import Calls
from console.client.capabilities import Capabilities
from console.contract.shapes import Session


class SessionResource:
    """The key's own session (extension)."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def get(self) -> Session:
        """The session. Raises NotFound from a server that has none, as the hosted product's documentation has none."""
        return await self._calls.session()

    async def capabilities(self) -> Capabilities:
        """What the server can do, asked once; a server without a session can do what is documented."""
        return await self._calls.capabilities()
