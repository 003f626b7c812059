"""A program in a pseudo-terminal that is measured: keys in, bytes out, and when the last of them came.

Nothing is drawn here while it is measured; the bytes are kept, and replayed when somebody wants to see the screen.
"""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import termios
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn, Self

from tests.benchmarks.panes.console import LINE
from tests.benchmarks.panes.screen import Replay, frames

Size = tuple[int, int]
"""Columns and rows."""
QUIET = 0.06
"""Seconds without a byte after which a step has ended."""
_FIRST = 2.0  # seconds for the first byte of a step
_START = 60.0
_ASKED = ((b"\x1b[5n", b"\x1b[0n"), (b"\x1b[c", b"\x1b[?62;22c"), (b"\x1b[?2026$p", b"\x1b[?2026;2$y"))
"""What a terminal is asked, and what a plain one with synchronized output says."""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one key: what was written, and seconds until the first and the last byte of it."""

    written: bytes
    first: float
    last: float


def inherited() -> dict[str, str]:
    """This process's environment, but that compiled code is kept, as it is where a program was installed."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Stage:
    """A program in a pseudo-terminal of a size, in truecolor; leave it by the end of the block."""

    def __init__(self, argv: Sequence[str], size: Size, env: Mapping[str, str] | None = None) -> None:
        self.argv = [*argv]
        self.size = size
        self.written = bytearray()
        self.chunks: list[tuple[float, int]] = []  # when each came, and how much was written by then
        self.pid = 0
        self._replay = Replay(*size)
        self._replayed = 0
        self._env = inherited() | {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            **(env or {}),
        }
        self._env.pop("NO_COLOR", None)
        self._fd = -1
        self._line: socket.socket | None = None
        self._words = b""

    def __enter__(self) -> Self:
        ours, theirs = socket.socketpair()
        os.set_inheritable(theirs.fileno(), True)
        self._env[LINE] = str(theirs.fileno())
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            _become(self.argv, self._env, self.size)
        theirs.close()
        os.set_blocking(self._fd, False)
        self._line = ours
        return self

    def __exit__(self, *_: object) -> None:
        assert self._line is not None
        self._line.close()
        os.kill(self.pid, signal.SIGKILL)
        os.close(self._fd)
        os.waitpid(self.pid, 0)

    def press(self, keys: str | bytes, *, quiet: float = QUIET, first: float = _FIRST) -> Step:
        """Type this in one write, and read until nothing comes any more."""
        self.drain()
        begun = time.perf_counter()
        os.write(self._fd, keys.encode() if isinstance(keys, str) else keys)
        return self.read(begun, quiet=quiet, first=first)

    def type(self, keys: str) -> None:
        """Type this and read nothing."""
        os.write(self._fd, keys.encode())

    def resize(self, size: Size, *, quiet: float = QUIET) -> Step:
        """Make the window another size."""
        self.drain()
        self.screen()
        self.size = size
        self._replay.screen.resize(size[1], size[0])
        begun = time.perf_counter()
        termios.tcsetwinsize(self._fd, (size[1], size[0]))
        return self.read(begun, quiet=quiet)

    def read(self, begun: float, *, quiet: float = QUIET, first: float = _FIRST) -> Step:
        """All that comes until nothing comes for a while; of nothing at all, the times are infinite."""
        start, times = len(self.written), list[float]()
        wait = first
        while select.select([self._fd], [], [], wait)[0]:
            if not self._take():
                break
            times.append(time.perf_counter() - begun)
            wait = quiet
        if not times:
            return Step(b"", float("inf"), float("inf"))
        return Step(bytes(self.written[start:]), times[0], times[-1])

    def drain(self) -> bytes:
        """What came meanwhile."""
        start = len(self.written)
        while select.select([self._fd], [], [], 0)[0] and self._take():
            pass
        return bytes(self.written[start:])

    def read_for(self, seconds: float) -> bytes:
        """All that comes in so many seconds."""
        start, end = len(self.written), time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self._fd], [], [], left)[0] and not self._take():
                break
        return bytes(self.written[start:])

    def until(self, text: str, seconds: float = _START) -> None:
        """Read until the screen holds this text."""
        end = time.perf_counter() + seconds
        while text not in self.screen().text():
            if time.perf_counter() > end:
                raise TimeoutError(f"{text!r} did not come. The screen:\n{self.screen().text()}")
            self.read_for(0.05)

    def until_written(self, text: bytes, seconds: float = _START) -> None:
        """Read until this was written, as it is written; the screen is not looked at."""
        end = time.perf_counter() + seconds
        while text not in self.written:
            left = end - time.perf_counter()
            if left < 0 or (select.select([self._fd], [], [], left)[0] and not self._take()):
                raise TimeoutError(f"{text!r} did not come. The screen:\n{self.screen().text()}")

    def frames(self, start: int) -> list[bytes]:
        """What was written from this byte on, frame by frame: by their ends where they are marked, else as it came."""
        if marked := frames(bytes(self.written[start:])):
            return marked
        ends = [start, *(end for _, end in self.chunks if end > start)]
        return [bytes(self.written[one:other]) for one, other in pairwise(ends)]

    def ask(self, do: str, **given: Any) -> dict[str, Any]:
        """Have the program do something by itself, and what it answers; the terminal is read meanwhile."""
        assert self._line is not None
        self._line.sendall(json.dumps({"do": do, **given}).encode() + b"\n")
        while b"\n" not in self._words:
            ready, _, _ = select.select([self._line.fileno(), self._fd], [], [])
            if self._fd in ready:
                if not self._take():
                    raise RuntimeError(f"The program ended. The screen:\n{self.screen().text()}")
            else:
                self._words += self._line.recv(1 << 20)
        text, _, self._words = self._words.partition(b"\n")
        answer: dict[str, Any] = json.loads(text)
        return answer

    def screen(self) -> Replay:
        """What a person sees now."""
        self._replay.feed(bytes(self.written[self._replayed :]))
        self._replayed = len(self.written)
        return self._replay

    def skip(self, shown: int) -> None:
        """So much of what was written is on the screen already."""
        self._replayed = shown

    def resident(self) -> int:
        """Bytes of memory that the program has now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    def processor(self) -> float:
        """Seconds of the processor that the program has had."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _take(self) -> bool:
        """Read what is there and answer what is asked; False at the end."""
        try:
            chunk = os.read(self._fd, 1 << 20)
        except BlockingIOError:
            return True
        except OSError:  # EIO: the other end is closed
            return False
        self.written += chunk
        self.chunks.append((time.perf_counter(), len(self.written)))
        for question, said in _ASKED:
            recent = self.written[-len(chunk) - len(question) + 1 :]  # which may have begun before
            if count := recent.count(question):
                os.write(self._fd, said * count)
        return bool(chunk)


class House:
    """The server behind a stage, in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.panes.house"], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def set(self, **given: Any) -> dict[str, Any]:
        """Say what it has, or what it is to send."""
        request = urllib.request.Request(f"{self.url}/stage", json.dumps(given).encode(), method="POST")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


@contextmanager
def house(**given: Any) -> Iterator[House]:
    """A server that has this."""
    opened = House()
    try:
        opened.set(**given)
        yield opened
    finally:
        opened.close()


@contextmanager
def console(at: House, size: Size, **env: str) -> Iterator[Stage]:
    """The console on a server, once it has read what that lists."""
    with TemporaryDirectory() as folder:
        given = json.dumps({"url": at.url, "state": str(Path(folder) / "state")})
        config = {"STAGE": given, "XDG_CONFIG_HOME": folder, "HOME": folder, "PYTHONUNBUFFERED": "1"}
        with Stage([sys.executable, "-m", "tests.benchmarks.panes.console"], size, config | env) as stage:
            stage.ask("ready")
            stage.read_for(0.3)
            yield stage


def _become(argv: list[str], env: Mapping[str, str], size: Size) -> NoReturn:
    """The child's only act."""
    try:
        termios.tcsetwinsize(0, (size[1], size[0]))
        os.execvpe(argv[0], argv, env)
    finally:
        os._exit(127)
