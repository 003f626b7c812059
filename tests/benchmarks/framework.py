"""The framework's own widgets, bare, in the same pseudo-terminal: bytes a step, first paint, memory, cursor, resize.

python -m tests.benchmarks.framework [COUNT [MESSAGES]]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from tests.benchmarks.panes.stage import Size, Stage
from tests.benchmarks.panes.steps import DOWN, PAGE_DOWN, PAGE_UP, WHEEL_UP

_PROGRAM = (sys.executable, "-m", "tests.benchmarks.panes.bare")
_ROUNDS = 7
_FIRST = b"row 0"


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


def main(count: int = 10_000, messages: int = 1_000) -> None:
    """Print first paint, memory, cursor and resize of each."""
    with bare("label") as (stage, took):
        floor = stage.resident()
        _say(f"bare app: first frame {took * 1e3:.0f} ms, {floor / 1e6:.0f} MB")
    for widget, many in (
        *((one, count) for one in ("tree", "options", "table", "lines")),
        ("log", messages),
        ("statics", messages),
        ("markdowns", messages // 10),
    ):
        with bare(widget, many) as (stage, took):
            stage.press("\t") if widget in ("statics", "markdowns") else None
            used = stage.resident()
            cursor = median(stage.press(DOWN).last for _ in range(_ROUNDS))
            resized = [stage.resize(size).last for size in ((110, 38), (120, 40), (110, 38))]
            _say(
                f"{many:9,} {widget:10} first {took:6.2f} s, {used / 1e6:6.0f} MB, down {cursor * 1e3:7.1f} ms,"
                f" resize {median(resized) * 1e3:8.1f} ms"
            )


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
