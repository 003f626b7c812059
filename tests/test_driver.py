"""Our driver in a real terminal: what reaches it, what comes from it, and what happens when it is slow or gone."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pyte
import pytest

from console.driver import Writer, _read
from console.terminal.allow_list import AllowList
from tests.support.terminal import Terminal
from tests.text.hostile import foreign

PROGRAM = (sys.executable, "-m", "tests.terminal.program")


class Unseen(pyte.Stream):
    """Draws no screen: where only the bytes count, that would be most of the test's time."""

    def feed(self, data: str) -> None:
        """Nothing."""


async def test_no_control_of_a_widget_that_forgot_reaches_the_terminal() -> None:
    async with Terminal([*PROGRAM, "forgetful"], columns=160, rows=150) as terminal:
        terminal._stream = Unseen()
        await terminal.until(lambda terminal: b"stopped" in terminal.bytes, timeout=30)
        terminal.send("q")
        assert await terminal.wait() == 0
        assert foreign(bytes(terminal.bytes)) == []
        stopped, by_allow_list = map(int, re.findall(rb"stopped (\d+) and (\d+)", terminal.bytes)[0])
        assert stopped > 500  # so it was there to be stopped
        assert by_allow_list == 0  # and the second guard never had to


async def test_what_the_framework_draws_passes_unchanged(tmp_path: Path) -> None:
    record = tmp_path / "record"
    async with Terminal([*PROGRAM, "ordinary"], env={"RECORD": str(record)}) as terminal:
        await terminal.until("press")
        terminal.send("\t\r")
        await terminal.until("pressed")
        terminal.send("\tlamp\t\x1b[B\t\x1b[B")
        terminal.send("\x1b[<35;10;5M\x1b[<0;10;5M\x1b[<0;10;5m")
        terminal.send("\x10")
        await terminal.until("Search for commands")
        terminal.send("\x1b")
        await terminal.until(lambda terminal: "Search for commands" not in terminal.text())
        terminal.send("\x11")
        assert await terminal.wait() == 0
        assert foreign(bytes(terminal.bytes)) == []
    allow_list = AllowList()
    written = [json.loads(row) for row in record.read_text().splitlines()]
    passed = [(one, allow_list.feed(one)) for one in written if not one.startswith("\x1b]52")]
    assert len(passed) > 40 and sum(len(one) for one, _ in passed) > 50_000
    assert all(one == shown for one, shown in passed)
    assert allow_list.refused == 0


async def test_the_terminal_is_given_back_as_it_was(tmp_path: Path) -> None:
    command = f"stty -a; {sys.executable} -m tests.terminal.program ordinary; stty -a"
    async with Terminal(["sh", "-c", command], env={"RECORD": str(tmp_path / "record")}) as terminal:
        await terminal.until("press")
        terminal.send("\t\r")
        await terminal.until("pressed")
        terminal.send("\x11")
        assert await terminal.wait() == 0
        written = terminal.bytes.decode()
    before, _, rest = written.partition("\x1b[?1049h")
    _, _, after = rest.rpartition("\x1b[?1006l")
    assert before.strip() and before.strip() == after.strip()
    for mode in ("1049", "1000", "1003", "1015", "1006", "1004", "2004"):
        assert written.rfind(f"\x1b[?{mode}l") > written.rfind(f"\x1b[?{mode}h") > 0
    for on, off in (
        ("\x1b[?25l", "\x1b[?25h"),
        ("\x1b[?7l", "\x1b[?7h"),
        ("\x1b[>25u", "\x1b[<u"),
        ("\x1b[22;2t", "\x1b[23;2t"),
    ):
        assert written.rfind(off) > written.rfind(on) > 0


async def test_the_terminal_can_be_lent_and_is_taken_again(tmp_path: Path) -> None:
    async with Terminal([*PROGRAM, "ordinary"], env={"RECORD": str(tmp_path / "record")}) as terminal:
        await terminal.until("press")
        terminal.send("\t\r")
        await terminal.until("pressed")
        terminal.send("s")
        await terminal.until(lambda terminal: terminal.bytes.count(b"\x1b[22;2t") == 2)
        lent = bytes(terminal.bytes).partition(b"\x1b[23;2t")[2].partition(b"\x1b[?1049h")[0]
        assert b"speed" in lent and b"\x1b[?1049l" in lent and b"-icanon" not in lent
        terminal.send("\r")  # the button again, which copies
        await terminal.until(lambda terminal: terminal.bytes.count(b"\x1b]52;c;") == 2)
        terminal.send("\x11")
        assert await terminal.wait() == 0


async def test_what_is_copied_ends_no_paste_and_runs_nothing(tmp_path: Path) -> None:
    async with Terminal([*PROGRAM, "ordinary"], env={"RECORD": str(tmp_path / "record")}) as terminal:
        await terminal.until("press")
        terminal.send("\t\r")
        await terminal.until("pressed")
        (copied,) = re.findall(rb"\x1b\]52;c;([^\x07]*)\x07", bytes(terminal.bytes))
        assert base64.b64decode(copied).decode() == "copied ␛[201~\nrm -rf /"
        (title,) = re.findall(rb"\x1b\]2;([^\x07]*)\x07", bytes(terminal.bytes))
        assert title.decode() == "title ␛]0;owned␇"


TYPED = (
    ("\x1b[?62;22c\x1b[>1;10;0c", ""),
    ("\x1b]11;rgb:1414/1616/1b1b\x1b\\", ""),
    ("\x1b]52;c;cm0gLXJm\x07", ""),
    ("\x1bP1$r0m\x1b\\\x1bP>|XTerm(390)\x1b\\", ""),
    ("\x1b[0n\x1b[8;40;120t\x1b[3;1x\x1b[?5u\x1b[?1;2$y", ""),
    ("\x1b_Gi=1;OK\x1b\\", ""),
    ("\x1b[99999999999u", ""),
    ("\x1b[48;999999;999999;9;9t", ""),
    ("\x1b[A\x1b[1;5C\x1bOP", "up ctrl+right f1 "),
    ("\x1b[200~\x1b[?62c\x1b[201~", "paste=6 "),
    ("ğç", "ğ ç "),
    ("\x1b[1114112u", ""),  # no character: the parser breaks on it, and is replaced
)


async def test_an_answer_of_the_terminal_is_no_key() -> None:
    shown = "keys "
    async with Terminal([*PROGRAM, "keys"], columns=120, rows=10) as terminal:
        await terminal.until("ready")
        for number, (typed, keys) in enumerate(TYPED):
            letter = chr(ord("a") + number)
            terminal.send(typed)
            if typed.startswith("\x1b[1114112"):
                assert terminal._fd is not None
                os.write(terminal._fd, b"\xff\xc3")  # nor is this text
                keys = "replacement_character replacement_character "
            terminal.send(letter)
            shown += f"{keys}{letter} "
            await terminal.until(shown.rstrip() + ".")


async def test_a_key_right_behind_escape_is_a_key_of_its_own() -> None:
    async with Terminal([*PROGRAM, "keys"], columns=120, rows=10) as terminal:
        await terminal.until("ready")
        terminal.send("\x1b")
        async with asyncio.timeout(5):
            await asyncio.sleep(0.03)  # a quick person's next key, on its way through the system
            while terminal.unread():  # noqa: ASYNC110
                await asyncio.sleep(0)
        terminal.send("j")
        await terminal.until("keys escape j.")
        terminal.send("\x1bj\x1b\x1b\t\x1b[A\x1b\x7f")  # in one piece, as a slow line brings it
        await terminal.until("keys escape j escape j escape escape tab up ctrl+w.")


async def test_without_the_filter_the_allow_list_still_stops_all_but_colour_and_place() -> None:
    async with Terminal([*PROGRAM, "unfiltered"], columns=160, rows=150) as terminal:
        terminal._stream = Unseen()
        await terminal.until(lambda terminal: b"stopped" in terminal.bytes, timeout=30)
        terminal.send("q")
        assert await terminal.wait() == 0
        left = [one for one in foreign(bytes(terminal.bytes)) if not re.match(r"\x1b\[[\d;]*[mH]", one)]
        assert left == []
        by_allow_list = int(re.findall(rb"stopped 0 and (\d+)", terminal.bytes)[0])
        assert by_allow_list > 500


@pytest.fixture
async def said(tmp_path: Path) -> AsyncIterator[asyncio.StreamReader]:
    """What a program says on a pipe beside its terminal, whose path is in SAID."""
    os.mkfifo(tmp_path / "said")
    reader = asyncio.StreamReader()
    end = os.fdopen(os.open(tmp_path / "said", os.O_RDWR | os.O_NONBLOCK), "rb", 0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), end)
    yield reader
    transport.close()


async def test_a_terminal_that_does_not_read_never_stops_the_loop(said: asyncio.StreamReader, tmp_path: Path) -> None:
    env = {"SAID": str(tmp_path / "said"), "TURNS": "120"}
    async with Terminal([*PROGRAM, "busy"], env=env) as terminal:
        await terminal.until("turn ")
        assert terminal._fd is not None
        asyncio.get_running_loop().remove_reader(terminal._fd)
        async with asyncio.timeout(20):
            assert await said.readline() == b"turned\n"
        asyncio.get_running_loop().add_reader(terminal._fd, terminal._read)
        await terminal.until("turn 120")  # what was skipped is drawn when it reads again
        assert len(terminal.bytes) < 400_000  # of 600 KB


async def test_a_terminal_that_is_gone_ends_the_app_once(said: asyncio.StreamReader, tmp_path: Path) -> None:
    env = {"SAID": str(tmp_path / "said"), "TURNS": "1000000"}
    async with Terminal([*PROGRAM, "deaf"], env=env) as terminal:
        await terminal.until("turn ")
        terminal.hangup()  # SIGHUP is ignored: only the driver can tell
        async with asyncio.timeout(20):
            kept = await said.readline()
        assert kept.startswith(b"kept after ")
        assert await terminal.wait() == 129


async def test_a_program_without_a_keyboard_ends_instead_of_spinning() -> None:
    command = f"{sys.executable} -m tests.terminal.program keys < /dev/null"
    async with Terminal(["sh", "-c", command]) as terminal:
        assert await terminal.wait() == 129


async def test_a_writer_whose_reader_is_gone_stops_and_says_so() -> None:
    gone = threading.Event()
    readable, writable = os.pipe()
    writer = Writer(writable, gone.set, lambda: None)
    writer.start()
    os.close(readable)
    writer.put("x", is_frame=True)
    assert await asyncio.to_thread(gone.wait, 10)
    writer.put("y", is_frame=True)
    writer.stop()
    assert writer.is_gone and not writer.is_alive()
    os.close(writable)


async def test_what_restores_a_terminal_does_not_wait_for_frames() -> None:
    readable, writable = os.pipe()
    writer = Writer(writable, lambda: None, lambda: None)
    writer.start()
    for _ in range(50):
        writer.put("f" * 60_000, is_frame=True)  # a pipe holds 64 KB
    writer.put("restored", is_frame=False)
    writer.drop_frames()
    stopping = asyncio.create_task(asyncio.to_thread(writer.stop, 10))
    written = await asyncio.to_thread(_all_of, readable, b"restored")
    await stopping
    assert len(written) < 60_000 * 4
    os.close(readable)
    os.close(writable)


def _all_of(fileno: int, end: bytes) -> bytes:
    """What is written up to this end."""
    written = b""
    while not written.endswith(end):
        written += os.read(fileno, 65_536)
    return written


def test_a_key_that_another_reader_took_is_no_hang_up() -> None:
    readable, writable = os.pipe()
    os.set_blocking(readable, False)
    assert _read(readable) is None
    os.write(writable, b"j")
    assert _read(readable) == b"j"
    os.close(writable)
    assert _read(readable) == b""
    os.close(readable)
