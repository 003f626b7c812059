"""The app as a process: a socket, uvicorn, and an end that does not wait for open streams."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import os
import resource
import shlex
import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import ip_address
from typing import Any

import uvicorn

from console import __version__
from console.errors import SettingsError
from console.server.access import Visits
from console.server.app import build_app
from console.server.connections import Bounds, Connection
from console.server.lines import Lines, LinesHandler
from console.server.reporting import WordlessFormatter, on_loop_error
from console.server.service import Config, Service
from console.server.store.keys import all_keys

_LONGEST = 10_000  # a line that names the directory twice
_GRACE_SECONDS = 2
_KEEP_ALIVE_SECONDS = 75  # longer than clients keep idle connections, so that none is closed under a request
_FILES = 16_384  # open at once: a connection is one
_BOUNDS = Bounds()
_STANDARD_ERROR = 2
_FAULTS_OF_A_PORT = frozenset({errno.EADDRINUSE, errno.EACCES, errno.EPERM})


class WorkspaceServer(uvicorn.Server):
    """uvicorn, which ends the streams of events before it waits for requests to finish.

    `log` is given a line about each request; `bounds` are those of connections; `on_end` is called last.
    """

    def __init__(
        self,
        config: Config,
        *,
        takes_signals: bool = True,
        bounds: Bounds = _BOUNDS,
        log: Callable[[str], None] | None = None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        app = build_app(config)
        self.service: Service = app.state.service
        self.listening = asyncio.Event()
        self._takes_signals = takes_signals
        self._on_end = on_end
        connection: Any = partial(Connection, bounds=bounds)  # uvicorn only calls it
        super().__init__(
            uvicorn.Config(
                Visits(app, log),
                http=connection,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="on",
                ws="none",
                loop="asyncio",
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then let requests finish."""
        self.service.hub.close()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Only in a process of its own: in another's, signals are that one's."""
        if not self._takes_signals:
            yield
            return
        with super().capture_signals():
            try:
                yield
            finally:
                self._on_end()  # what was captured is raised again on leaving here, and may end the process at once


def open_socket(host: str, port: int) -> socket.socket:
    """A bound socket. Raises SettingsError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # The protocol is named: asyncio turns Nagle's algorithm off only where it is, and an answer would take 40 ms.
        with contextlib.ExitStack() as on_failure:
            bound = on_failure.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((host, port))
            on_failure.pop_all()
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no name"
        option = "--port" if getattr(error, "errno", None) in _FAULTS_OF_A_PORT else "--host"
        raise SettingsError(f"Cannot listen on {host}:{port}: {reason}. Choose another with {option}.") from error
    return bound


def address_of(bound: socket.socket) -> str:
    """The base URL of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def run(
    config: Config,
    bound: socket.socket,
    announce: Callable[[str], None],
    *,
    with_parent: bool = False,
    quiet: bool = False,
) -> None:
    """Serve until a signal says otherwise; with the parent, until it closes our standard input too.

    Standard error gets what goes wrong and, unless it is to be quiet, a line about the start, each request and the end.
    """
    lines = Lines(_STANDARD_ERROR if sys.stderr else os.open(os.devnull, os.O_WRONLY))
    handler = LinesHandler(lines)
    handler.setFormatter(WordlessFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])

    async def main(server: WorkspaceServer) -> None:
        asyncio.get_running_loop().set_exception_handler(on_loop_error)
        serving = asyncio.create_task(server.serve([bound]))
        listening = asyncio.create_task(server.listening.wait())
        await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
        if server.listening.is_set():
            # What the start made stays to the end: going through it again and again would stop every call for a while.
            gc.collect()
            gc.freeze()
            announce(address_of(bound))
            if not quiet:
                lines.add(_greeting(server.service))
            if with_parent:
                _end_with_parent(server)
        listening.cancel()
        await serving

    def end() -> None:
        if server.listening.is_set() and not quiet:
            lines.add("stopped")
        lines.close()

    try:
        _open_many_files()
        server = WorkspaceServer(config, log=None if quiet else lines.add, on_end=end)
        asyncio.run(main(server))
    except KeyboardInterrupt:
        return
    finally:
        lines.close()


def _greeting(service: Service) -> str:
    """What runs, on what, and how to get in where nobody can yet."""
    from console.text.safe import line

    directory = service.config.directory.absolute()
    said = f"connect360 {__version__} serves {directory}"
    if not service.store.look(all_keys):
        create = shlex.join(["connect360", "keys", "create", "--data", str(directory)])
        said += f'. There is no key yet. Make one: {create} --member "Name <name@example.com>" --role admin'
    return line(said, _LONGEST)


def _open_many_files() -> None:
    """A connection is a file to the system, whose usual bound is of another age."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _end_with_parent(server: WorkspaceServer) -> None:
    """However the parent ends, its end of our standard input is closed then."""
    loop = asyncio.get_running_loop()
    descriptor = sys.stdin.fileno()

    def readable() -> None:
        if not os.read(descriptor, 4096):
            loop.remove_reader(descriptor)
            server.should_exit = True

    loop.add_reader(descriptor, readable)
