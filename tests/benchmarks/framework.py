"""The framework's own widgets, bare, in the same pseudo-terminal: bytes a step, first paint, memory, cursor, resize.

python -m tests.benchmarks.framework [ROWS [MESSAGES ...]]

The console is measured in the same run, with as many conversations and messages loaded.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from tests.benchmarks.panes import made
from tests.benchmarks.panes.stage import Size, Stage, console, house
from tests.benchmarks.panes.steps import DOWN, PAGE_DOWN, PAGE_UP, UP, WHEEL_UP, enter, to_tree

_PROGRAM = (sys.executable, "-m", "tests.benchmarks.panes.bare")
_ROUNDS = 7
_FIRST = b"row 0"
_FIRST_CUSTOMER = str(getattr(made.conversation(0).customer, "name", ""))
_PAGE = 100
_MOST_MARKDOWNS = 1_000
"""More take minutes to mount."""
SIZE, OTHER = (120, 40), (110, 38)
NAMES = {
    "tree": "rows, Tree",
    "options": "rows, OptionList",
    "table": "rows, DataTable",
    "lines": "rows, Line API",
    "markdowns": "messages, Markdown each",
    "statics": "messages, Static each",
    "log": "messages, RichLog",
}


@contextmanager
def bare(widget: str, count: int = 0, size: Size = (120, 40), **env: str) -> Iterator[tuple[Stage, float]]:
    """A bare app once it shows its first row, and seconds until then."""
    begun = time.perf_counter()
    with Stage([*_PROGRAM, widget, str(count)], size, env) as stage:
        stage.until_written(_FIRST, 180)
        took = time.perf_counter() - begun
        if "STREAM" in env:
            yield stage, took
            return
        stage.read(begun, quiet=0.5, first=0.5)
        yield stage, took


def bytes_of(size: Size) -> dict[str, int]:
    """Bytes a step of each widget in a terminal of a size."""
    wheel = WHEEL_UP.format(size[0] // 2, size[1] // 2)
    return {
        "letter, TextArea": _bytes("area", size, "x"),
        "cursor, Tree": _bytes("tree", size, DOWN),
        "cursor, OptionList": _bytes("options", size, DOWN),
        "cursor, DataTable": _bytes("table", size, DOWN),
        "page, Tree": _bytes("tree", size, PAGE_DOWN),
        "page, Tree, not animated": _bytes("tree", size, PAGE_DOWN, STILL="1"),
        "page, RichLog": _bytes("log", size, PAGE_UP),
        "line scroll, RichLog": _bytes("log", size, wheel),
        "a second of stream, Markdown": _streamed(size),
    }


def _bytes(widget: str, size: Size, key: str, **env: str) -> int:
    with bare(widget, 1_000, size, **env) as (stage, _):
        return round(median(len(stage.press(key, quiet=0.3).written) for _ in range(_ROUNDS)))


def _streamed(size: Size) -> int:
    with bare("stream", 0, size, STREAM="1") as (stage, _):
        stage.read_for(1)
        return len(stage.read_for(2)) // 2


def main(rows: int = 100_000, *messages: int) -> None:
    """Print first paint, memory, cursor and resize of each, and of the console with as many."""
    _say(f"| {'':24} | first paint | memory | cursor | resize |\n|---|---|---|---|---|")
    with bare("label"):
        pass  # what is read from the disk once
    with bare("label") as (stage, took):
        _say(f"| bare app | {took:.2f} s | {stage.resident() / 1e6:.0f} MB | | |")
    for widget in ("tree", "options", "table", "lines"):
        _theirs(widget, rows)
    _ours(rows, 0)
    for many in messages or (1_000, 10_000):
        for widget in ("markdowns", "statics", "log", "lines"):
            if widget != "markdowns" or many <= _MOST_MARKDOWNS:
                _theirs(widget, many)
        _ours(0, many)


def _theirs(widget: str, many: int) -> None:
    with bare(widget, many) as (stage, took):
        stage.press("\t") if widget in ("statics", "markdowns") else None
        _show(f"{many:,} {NAMES[widget]}", took, stage.resident(), stage, UP if widget == "log" else DOWN)


def _ours(conversations: int, messages: int) -> None:
    """The console's first rows, which need no more than a page of them; the rest with all of them loaded."""
    with house(messages=max(messages, _PAGE)) as at:
        begun = time.perf_counter()
        with console(at, SIZE) as stage:
            stage.until(_FIRST_CUSTOMER)
            took = _when(stage, _FIRST_CUSTOMER.encode()) - begun
            enter(stage, conversations, messages)
            if conversations:
                to_tree(stage)
            key = DOWN if conversations else UP
            many = f"{conversations:,} conversations" if conversations else f"{messages:,} messages"
            _show(f"ours, {many}", took, stage.ask("memory")["now"], stage, key)


def _when(stage: Stage, text: bytes) -> float:
    """When this was first written."""
    end = stage.written.index(text) + len(text)
    return next(at for at, written in stage.chunks if written >= end)


def _show(name: str, took: float, used: int, stage: Stage, key: str) -> None:
    cursor = median(stage.press(key).last for _ in range(_ROUNDS))
    resized = [stage.resize(size).last for size in (OTHER, SIZE, OTHER)]
    _say(f"| {name} | {took:.2f} s | {used / 1e6:.0f} MB | {cursor * 1e3:.1f} ms | {median(resized) * 1e3:,.0f} ms |")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
