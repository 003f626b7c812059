"""A workspace server as a process of its own, as `connect360 serve` starts it: killed, and back at its address."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.contract.permissions import RoleName
from console.server.keyring import create_keys, holder, private_directory
from tests.support.terminal import CONNECT360, Terminal

MAYA = "Maya Okafor <maya@example.com>"
TOMAS = "Tomás Rivera <tomas@example.com>"


class Workspace:
    """A server process on a directory. `url` stays the same over kill and start."""

    def __init__(self, directory: Path) -> None:
        self.directory = private_directory(directory)
        self.url = ""
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Run it, at its own address if it had one, until it accepts connections."""
        command = [*CONNECT360, "serve", "--port", self._port, "--rate", "0", "--data", str(self.directory)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().removeprefix("listening on ").strip()
        self._port = self.url.rpartition(":")[2]

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it with a signal, the rudest by default."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.communicate(timeout=10)
            self._process = None

    def key(self, role: RoleName, member: str = MAYA) -> str:
        """A new key for a member."""
        return create_keys(self.directory, "Northwind Trading", [holder(member, role)])[0]

    def console(
        self, key: str, state: Path, *, columns: int = 120, rows: int = 40, hold_seconds: float = 0, **others: str
    ) -> Terminal:
        """The console with this key in a terminal; what it keeps lies in `state`. `others` are of its environment."""
        environment = {
            "PLATO_API_KEY": key,
            "PLATO_BASE_URL": self.url,
            "CONNECT360_STATE_DIR": str(state),
            "CONNECT360_HOLD_SECONDS": str(hold_seconds),
            **others,
        }
        return Terminal(CONNECT360, columns=columns, rows=rows, env=environment)


@contextmanager
def workspace_in(directory: Path) -> Iterator[Workspace]:
    """A workspace that runs until the block ends."""
    workspace = Workspace(directory)
    workspace.start()
    try:
        yield workspace
    finally:
        workspace.kill(signal.SIGTERM)
