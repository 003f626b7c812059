"""The README's table of bytes a step, made anew: `python -m tests.benchmarks.table` prints it as Markdown.

Ours, the least and the framework's widgets in one run. What takes longer, times and memory, is printed by `latency`,
`framework`, `flood` and `hostile`.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.benchmarks.bytes_per_step import COUNT, SIZES, steps
from tests.benchmarks.framework import bytes_of
from tests.benchmarks.panes.stage import console, house
from tests.benchmarks.panes.steps import Cost, enter

PEERS: Mapping[str, tuple[str, ...]] = {
    "letter": ("letter, TextArea",),
    "cursor, tree": ("cursor, Tree", "cursor, OptionList", "cursor, DataTable"),
    "page, tree": ("page, Tree", "page, Tree, not animated"),
    "page, thread": ("page, RichLog",),
    "line scroll, thread": ("line scroll, RichLog",),
    "a second of draft": ("a second of stream, Markdown",),
}
"""Our step to those of the framework's widgets that stand for it."""


def main() -> None:
    """Print the table."""
    ours: list[dict[str, Cost]] = []
    theirs = [bytes_of(size) for size in SIZES]
    with house(messages=COUNT, tokens=100_000, pace=60) as at:
        for size in SIZES:
            with console(at, size) as stage:
                enter(stage, COUNT, COUNT)
                ours.append({_plain(name): cost for name, cost in steps(stage, at)})
    sizes = " / ".join(f"{columns}x{rows}" for columns, rows in SIZES)
    _say(f"| bytes, {sizes} | ours | least | the framework's |\n|---|---|---|---|")
    for name in ours[0]:
        written = " / ".join(f"{one[name].written:,}" for one in ours)
        least = " / ".join(f"{one[name].ideal:,}" for one in ours)
        peers = "; ".join(f"{peer} " + " / ".join(f"{one[peer]:,}" for one in theirs) for peer in PEERS.get(name, ()))
        _say(f"| {name} | {written} | {least} | {peers} |")


def _plain(name: str) -> str:
    """A step without how many frames it was."""
    return "a second of draft" if name.startswith("a second of draft") else name


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
