"""What it costs to make safe what others wrote, and to keep a log of it.

python -m tests.benchmarks.cleaning

The least milliseconds of each, and how many times that is of looking once at every character: a screen through the
allow-list before the terminal, a megabyte of what is hostile through that and through each way of showing text, and a
line of 2,000 nested brackets turned for a terminal that does not turn them. Then a line of the log, in microseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from console.client.wire import Exchange
from console.state.log import Log
from console.terminal.allow_list import AllowList
from console.text.bidi import visual
from console.text.excerpt import excerpt
from console.text.safe import SafeLine, block, line, link, name
from tests.text.hostile import HOSTILE

_ROUNDS = 5
_LOG_LINES = 1_000
_SIZES = ("size_megabyte", "size_short_lines", "size_escapes", "size_marks")
_ROW = "\x1b[{row};1H\x1b[1;38;2;216;220;228;48;2;20;22;27mJane\x1b[0m\x1b[38;2;1;2;3m · ليلى 😀 日本\x1b[0m plain\n"
_SCREEN = "".join(_ROW.format(row=row) for row in range(1, 41)) * 7
_SEQUENCES = "\x1b[31m" * 200_000 + "\x1b[" * 1_000


def main() -> None:
    """Print a line of each."""
    _tell("allow-list, a screen", lambda text: AllowList().feed(text), _SCREEN)
    _tell("allow-list, sequences", lambda text: AllowList().feed(text), _SEQUENCES)
    for kind in (line, block, name, link, excerpt):
        for size in _SIZES:
            _tell(f"{kind.__name__}, {size.removeprefix('size_')}", kind, HOSTILE[size])
    brackets = HOSTILE["pile_nested_brackets"][:2_000]
    others = (SafeLine(f"{number}{brackets}") for number in range(_ROUNDS))  # what was turned is kept
    _tell("turned, brackets", lambda _: visual(next(others)), brackets)
    with TemporaryDirectory() as folder:
        log = Log(Path(folder), now=lambda: datetime.now(UTC), profile="default", secrets={"plato_0123456789abcdef"})
        log.start("http://127.0.0.1:1")
        sent = Exchange("v1.connect.send", "POST", 200, None, 41, 1, 97, 512)

        def lines() -> None:
            for _ in range(_LOG_LINES):
                log.wire(sent)

        spent = _least(lines) / _LOG_LINES
        log.close()
    _say(f"a line of the log: {spent * 1e6:.0f} µs")


def _tell(what: str, act: Callable[[str], object], text: str) -> None:
    spent, floor = _least(lambda: act(text)), _least(lambda: text.translate({}))
    _say(f"{what}, {len(text):,} characters: {spent * 1e3:.2f} ms, {spent / floor:.2f} of a look at each")


def _least(act: Callable[[], object]) -> float:
    """Seconds."""
    taken = []
    for _ in range(_ROUNDS):
        began = perf_counter()
        act()
        taken.append(perf_counter() - began)
    return min(taken)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
