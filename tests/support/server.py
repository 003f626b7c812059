"""A real workspace server in the test's own loop, on a port of its own: start, stop, start again on the same data."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from console.contract.permissions import RoleName
from console.server.connections import Bounds
from console.server.keyring import create_keys, holder, list_keys, private_directory, revoke_key
from console.server.run import WorkspaceServer, address_of, open_socket
from console.server.service import Config
from tests.support.lesser import Lesser

_BOUNDS = Bounds()
MAYA = "Maya Okafor <maya@example.com>"


class RunningServer:
    """A server that runs. `url` stays the same over stop and start."""

    def __init__(
        self, directory: Path, settings: dict[str, Any], bounds: Bounds, without: Collection[str] = ()
    ) -> None:
        self.directory = private_directory(directory)
        self.url = ""
        self.server: WorkspaceServer | None = None
        self._settings = settings
        self._bounds = bounds
        self._without = without
        self._port = 0
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; the second time on the first time's port, with the same data."""
        bound: socket.socket = open_socket("127.0.0.1", self._port)
        self._port = bound.getsockname()[1]
        self.url = address_of(bound)
        config = Config(self.directory, **self._settings)
        self.server = WorkspaceServer(config, takes_signals=False, bounds=self._bounds)
        if self._without:
            app: Any = self.server.config.app
            self.server.config.app = Lesser(app, self._without)
        self._serving = asyncio.create_task(self.server.serve([bound]))
        listening = asyncio.create_task(self.server.listening.wait())
        await asyncio.wait({self._serving, listening}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        if self._serving.done():
            self._serving.result()

    async def stop(self) -> None:
        """End as a signal would end it."""
        if self.server is None or self._serving is None:
            return
        self.server.should_exit = True
        await self._serving
        self.server = self._serving = None

    def key(
        self,
        role: RoleName = "agent",
        member: str = MAYA,
        workspace: str = "Workspace",
        expires_in_days: float | None = None,
    ) -> str:
        """A new key. `member` is `Name <email>`, or a name whose address is made up; one address is one member."""
        person = member if "<" in member else f"{member} <{member.lower().replace(' ', '.')}@example.com>"
        return create_keys(self.directory, workspace, [holder(person, role)], expires_in_days)[0]

    def revoke(self, key: str) -> None:
        """Shut a key of ours, as `connect360 keys revoke` does beside a running server."""
        from console.server.auth import Hasher

        hashed = Hasher(self.directory).hash(key)
        revoke_key(self.directory, next(record.id for record in list_keys(self.directory) if record.hash == hashed))


@asynccontextmanager
async def running_server(
    directory: Path, *, bounds: Bounds = _BOUNDS, without: Collection[str] = (), **settings: Any
) -> AsyncIterator[RunningServer]:
    """A server on `directory` while the block runs, with the `settings` of `Config`. No rate limit unless given.

    `without` are features that it is not to have.
    """
    server = RunningServer(directory, {"rate": 0.0} | settings, bounds, without)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
