"""The bar: one line, plain elsewhere than in a terminal, never a reason to fail."""

from __future__ import annotations

import errno
import io
import os
import pty
from pathlib import Path

from console.demo.progress import STEPS, bar


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class GoneScreen(Screen):
    """A terminal whose window was closed."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.EIO, "Input/output error")


def test_elsewhere_than_in_a_terminal_it_is_one_line_at_the_end() -> None:
    out = io.StringIO()
    with bar("Northwind", "messages", out) as show:
        for done in range(259):
            show(done + 1, 259)
    assert out.getvalue() == "Northwind: 259 of 259 messages\n"


def test_in_a_terminal_it_draws_over_itself_without_an_escape_sequence_and_leaves_nothing() -> None:
    out = Screen()
    with bar("Northwind", "messages", out) as show:
        for done in range(11_416):
            show(done + 1, 11_416)
    drawn = out.getvalue().split("\r")
    assert "\x1b" not in out.getvalue()
    assert "\n" not in out.getvalue()
    assert len(drawn) <= STEPS + 5
    assert any("5,708 of 11,416 messages" in line or "5,70" in line for line in drawn)
    assert drawn[-2].strip() == ""
    assert len(drawn[-2]) >= len(max((line.rstrip() for line in drawn[-4:-2]), key=len))


def test_a_narrow_terminal_gets_a_short_line(tmp_path: Path) -> None:
    main, side = pty.openpty()
    os.environ["COLUMNS"] = "30"
    try:
        with os.fdopen(side, "w") as out, bar("A long name of a company", "messages", out) as show:
            show(1, 2)
            show(2, 2)
        lines = os.read(main, 65536).decode().split("\r")
    finally:
        del os.environ["COLUMNS"]
        os.close(main)
    assert max(len(line) for line in lines) < 30


def test_a_terminal_that_is_gone_is_no_failure() -> None:
    with bar("Northwind", "messages", GoneScreen()) as show:
        show(1, 2)
