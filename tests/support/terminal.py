"""A real terminal for a test: a program in a pseudo-terminal, what it writes, and the screen that a person sees."""

from __future__ import annotations

import asyncio
import codecs
import fcntl
import os
import pty
import re
import signal
import sys
import termios
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, Self

import pyte

CONNECT360 = (sys.executable, "-m", "console")

# Private sequences that pyte takes for text (kitty's keys), and the beginning of any at a chunk's end.
_PRIVATE = re.compile(r"\x1b\[[<>=][0-9;:]*[ -/]*[@-~]")
_UNFINISHED = re.compile(r"\x1b(?:\[[<>=]?[0-9;:]*[ -/]*)?\Z")

# A terminal that shows a frame at once, when it is whole: no claim is judged by half of one.
_ASKS_FOR_FRAMES, _HAS_FRAMES = "\x1b[?2026$p", b"\x1b[?2026;2$y"
_ASKS_WHETHER_THERE, _IS_THERE = "\x1b[5n", b"\x1b[0n"
_FRAME, _FRAME_ENDS = "\x1b[?2026h", "\x1b[?2026l"

Claim = str | Callable[["Terminal"], bool]


class Terminal:
    """`async with Terminal([*CONNECT360, "demo"]) as terminal:` a person's screen and keyboard.

    `bytes` is all that the program has written, `directory` where it is started. Waiting is for what appears, never for
    time to pass.
    """

    def __init__(
        self, argv: Sequence[str], *, columns: int = 120, rows: int = 40, env: Mapping[str, str] | None = None
    ) -> None:
        self.argv = [*argv]
        self.env = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **(env or {})}
        self.directory = Path.cwd()
        self.bytes = bytearray()
        self.pid = 0
        self.ended = False
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._tail = ""  # in which a question may have begun
        self._news = asyncio.Event()
        self._fd: int | None = None
        self._reaping: asyncio.Future[int] | None = None

    async def __aenter__(self) -> Self:
        started, starting = os.pipe()  # closed by exec: from then on the child is the program and no longer this test
        with warnings.catch_warnings():
            # A fork beside threads: newer Pythons warn. The child does nothing but exec.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid, fd = pty.fork()
        if self.pid == 0:
            _become(self.argv, self.env, self.directory, (self._screen.lines, self._screen.columns))
        os.close(starting)
        os.read(started, 1)
        os.close(started)
        os.set_blocking(fd, False)
        self._fd = fd
        asyncio.get_running_loop().add_reader(fd, self._read)
        return self

    async def __aexit__(self, _: object, failure: BaseException | None, __: object) -> None:
        if failure is not None:
            failure.add_note(f"The screen:\n{self.text()}")
        await self.close()

    def send(self, *keys: str) -> None:
        """Type this. Several texts are typed one after another in one write, as a fast person would."""
        if self._fd is None:
            raise AssertionError("This terminal is closed.")
        os.write(self._fd, "".join(keys).encode())

    async def until(self, claim: Claim, timeout: float = 10.0) -> None:
        """Wait until the screen holds this text, or until the claim is true of the terminal."""
        holds = (lambda terminal: claim in terminal.text()) if isinstance(claim, str) else claim
        try:
            async with asyncio.timeout(timeout):
                while not holds(self):
                    if self.ended:
                        raise AssertionError(f"The program ended before {claim!r}.")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"Not within {timeout} s: {claim!r}.") from None

    async def wait(self, timeout: float = 10.0) -> int:
        """The program's exit code once it has ended; the signal's number, negative, where one killed it."""
        await self.until(lambda terminal: terminal.ended, timeout)
        return await self._exit_code(timeout)

    def text(self) -> str:
        """The screen, a line a row, without the blanks at the ends."""
        return "\n".join(map(self.row, range(self._screen.lines)))

    def row(self, number: int) -> str:
        """One row of the screen, the first is 0."""
        # pyte's own `display` fails where half of a wide character was written over.
        cells = self._screen.buffer[number]
        return "".join(cells[column].data for column in range(self._screen.columns)).rstrip()

    def echoes(self) -> bool:
        """Whether the line shows by itself what is typed, as a shell's does."""
        assert self._fd is not None
        return bool(termios.tcgetattr(self._fd)[3] & termios.ECHO)

    def unread(self) -> int:
        """Bytes that were typed and that the program did not read yet."""
        line = os.open(f"/proc/{self.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)
        try:
            waiting = fcntl.ioctl(line, termios.FIONREAD, bytes(4))
        finally:
            os.close(line)
        return int.from_bytes(waiting, sys.byteorder)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size; the program is told as by any terminal."""
        self._screen.resize(rows, columns)
        if self._fd is not None:
            termios.tcsetwinsize(self._fd, (rows, columns))

    def kill(self, number: int = signal.SIGTERM) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def hangup(self) -> None:
        """Drop the line, as a lost SSH connection does: the program gets SIGHUP and can write no more."""
        if self._fd is not None:
            asyncio.get_running_loop().remove_reader(self._fd)
            os.close(self._fd)
            self._fd = None
            self._end()

    async def close(self) -> None:
        """End whatever still runs in here."""
        self.hangup()
        try:
            await self._exit_code(5.0)
        except AssertionError:
            self.kill(signal.SIGKILL)
            await self._exit_code(5.0)

    async def _exit_code(self, timeout: float) -> int:
        # A thread waits in waitpid: it ends with the child, and the child ends at the latest by our SIGKILL.
        if self._reaping is None:  # one alone: the child is there for the first that asks
            self._reaping = asyncio.ensure_future(asyncio.to_thread(self._reap))
        try:
            return await asyncio.wait_for(asyncio.shield(self._reaping), timeout)
        except TimeoutError:
            raise AssertionError(f"Still running after {timeout} s.") from None

    def _reap(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self) -> None:
        assert self._fd is not None
        try:
            chunk = os.read(self._fd, 65536)
        except BlockingIOError:
            return
        except OSError:  # EIO: the other end is closed
            chunk = b""
        if not chunk:
            asyncio.get_running_loop().remove_reader(self._fd)
            self._end()
            return
        self._arrived(chunk)

    def _arrived(self, chunk: bytes) -> None:
        self._shown(chunk)

    def _answer(self, text: bytes) -> None:
        if self._fd is not None:
            os.write(self._fd, text)

    def _shown(self, chunk: bytes) -> None:
        self.bytes += chunk
        decoded = self._decoder.decode(chunk)
        if _ASKS_FOR_FRAMES in decoded:
            self._answer(_HAS_FRAMES)
        if asked := (self._tail + decoded).count(_ASKS_WHETHER_THERE):
            self._answer(_IS_THERE * asked)
        self._tail = (self._tail + decoded)[1 - len(_ASKS_WHETHER_THERE) :]
        text = self._pending + decoded
        whole = _whole(text)
        self._pending = text[whole:]
        self._stream.feed(_PRIVATE.sub("", text[:whole]))
        self._news.set()

    def _end(self) -> None:
        self.ended = True
        self._news.set()


def _whole(text: str) -> int:
    """How much of the text may be shown: not a frame that has not ended, nor half of a sequence."""
    frame = text.rfind(_FRAME)
    if frame >= 0 and text.find(_FRAME_ENDS, frame) < 0:
        return frame
    tail = _UNFINISHED.search(text)
    return tail.start() if tail else len(text)


def _become(argv: list[str], env: dict[str, str], directory: Path, size: tuple[int, int]) -> NoReturn:
    """The child's only act. It must never come back into the test that it was forked from."""
    try:
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.chdir(directory)
        termios.tcsetwinsize(0, size)
        os.execvpe(argv[0], argv, env)
    finally:
        os._exit(127)
