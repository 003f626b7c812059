"""What a step in the thread pane costs by how many messages are loaded: processor time, medians, beside a thousand.

python -m tests.benchmarks.thread_pane
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

from textual.app import App, ComposeResult

from console import themes
from console.contract.shapes import Page
from console.state.changes import MessagesAnswered, SessionAnswered, ThreadOpened
from console.state.entries import Entries
from console.state.rows import Entry, ThreadView
from console.state.store import Store
from console.text.safe import SafeBlock
from console.widgets.thread import Thread
from tests.state.test_threads import push
from tests.state.values import START, message, session
from tests.widgets.rows import NOW, entry

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 15


def said(number: int) -> Entry:
    """The message of this number: mostly a line or three, a day every fifty."""
    words = SafeBlock("word " * (3 + number * 37 % 50))
    who = "customer" if number % 3 else "member"
    return entry(id=f"m{number + 1_000_000:08}", at=NOW + timedelta(minutes=30 * number), bodies=(words,), who=who)


class Pane(App[None]):
    """The thread pane alone."""

    def compose(self) -> ComposeResult:
        yield Thread()

    def on_mount(self) -> None:
        for one in themes.themes().values():
            self.register_theme(one)
        self.theme = themes.DEFAULT
        self.animation_level = "none"


async def steps(size: int) -> dict[str, float]:
    """Milliseconds of processor time of each step."""
    took: dict[str, float] = {}
    async with (app := Pane()).run_test(size=(100, 40)) as pilot:
        thread = app.query_one(Thread)
        thread.focus()
        entries = Entries(said(number) for number in range(size))
        view = ThreadView("c", entries, is_loading=False)

        async def timed(name: str, *does: Callable[[], object]) -> None:
            each = []
            for number in range(ROUNDS):
                begun = time.process_time()
                does[number % len(does)]()
                await pilot.pause()
                each.append(time.process_time() - begun)
            took[name] = median(each) * 1e3

        def show(shown: ThreadView | None) -> Callable[[], object]:
            return lambda: setattr(thread, "view", shown)

        await timed("open and leave", show(view), show(None))
        thread.view = view
        await timed("a message up", lambda: thread.step(-1))
        await timed("a page up", lambda: thread.by_page(-1))
        await timed("top, bottom", thread.to_oldest, thread.to_newest)
        count = iter(range(size, size + 10_000))
        first = iter(range(-100, -1_000_000, -100))

        def newer() -> None:
            assert thread.view is not None
            now = thread.view.entries
            thread.view = ThreadView("c", now.spliced(len(now), len(now), [said(next(count))]), is_loading=False)

        def older() -> None:
            assert thread.view is not None
            start = next(first)
            page = [said(number) for number in range(start, start + 100)]
            thread.view = ThreadView("c", thread.view.entries.spliced(0, 0, page), is_loading=False)

        thread.to_newest()
        await timed("a message below", newer)
        await timed("a page above", older)
        widths = iter(range(60, 60 + ROUNDS))
        each = []
        for _ in range(ROUNDS):
            begun = time.process_time()
            await pilot.resize_terminal(next(widths), 40)
            await pilot.pause()
            each.append(time.process_time() - begun)
        took["resize"] = median(each) * 1e3
    took["an event, in the store"] = _events(size)
    return took


def _events(size: int) -> float:
    store = Store(START)
    store.apply(SessionAnswered(session()))
    push(store, message("m0", -1))
    store.apply(ThreadOpened("c"))
    for start in range(size, 0, -1000):
        page = tuple(message(f"m{number:08}", number / 10) for number in range(start, start - 1000, -1))
        cursor = None if start == size else f"before {start + 1}"
        store.apply(MessagesAnswered("c", Page(items=page, next_cursor=f"before {start - 999}"), cursor))
    each = []
    for number in range(300):
        told = message(f"m{size + number + 1:08}", (size + number + 1) / 10)
        begun = time.process_time()
        push(store, told)
        store.thread("c")
        each.append(time.process_time() - begun)
    return median(each) * 1e3


async def main() -> None:
    """Print the figures."""
    found = {size: await steps(size) for size in SIZES}
    for name, least in found[SIZES[0]].items():
        shown = "  ".join(f"{found[size][name]:8.2f} ms {found[size][name] / least:5.2f} x" for size in SIZES)
        print(f"{name:24} {shown}", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
