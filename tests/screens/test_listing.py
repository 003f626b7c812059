"""The list: only what changed is drawn anew, and what does not fit gives way in order."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen
from textual.strip import Strip

from console.screens.listing import Listing, ListLine
from console.text.safe import SafeLine, line
from tests.screens.host import HOSTILE, Host, settle


class Watched(Listing):
    """Records which rows were drawn."""

    def __init__(self) -> None:
        super().__init__(empty=SafeLine("Nothing here."))
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return super().render_line(y)


class Alone(Screen[None]):
    """The list, and nothing else."""

    CSS = "Watched { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Watched()


LINES = [ListLine(line(f"line {n}"), line("what it is about"), line("end")) for n in range(10_000)]


async def test_moving_the_pointer_draws_two_rows() -> None:
    host = Host(Alone())
    async with host.run_test(size=(80, 24)) as pilot:
        listing = host.screen.query_one(Watched)
        listing.show(LINES)
        await settle(pilot)
        listing.drawn.clear()
        listing.move(1)
        await pilot.pause()
        assert sorted(set(listing.drawn)) == [0, 1]


async def test_the_pointer_stays_on_the_screen_and_within_the_list() -> None:
    host = Host(Alone())
    async with host.run_test(size=(80, 24)) as pilot:
        listing = host.screen.query_one(Watched)
        listing.show(LINES, pointer=5_000)
        await pilot.pause()
        assert "▌line 5000" in host.text()
        listing.move(1_000_000)
        await pilot.pause()
        assert "▌line 9999" in host.text()
        await pilot.resize_terminal(80, 12)
        await pilot.pause()
        assert "▌line 9999" in host.text()
        listing.show(LINES[:3], pointer=7)
        await pilot.pause()
        assert "▌line 2" in host.text()


async def test_an_empty_list_says_so() -> None:
    host = Host(Alone())
    async with host.run_test(size=(80, 24)) as pilot:
        host.screen.query_one(Watched).show([])
        host.screen.query_one(Watched).move(1)
        await pilot.pause()
        assert "Nothing here." in host.text()


async def test_where_there_is_no_room_the_label_stays_longest() -> None:
    host = Host(Alone())
    async with host.run_test(size=(40, 10)) as pilot:
        listing = host.screen.query_one(Watched)
        listing.show([ListLine(line("label"), line("what it is about " * 9), line("end")), ListLine(line(HOSTILE))])
        await pilot.pause()
        first, second = host.rows()[:2]
        assert first.startswith("▌label  what it is about") and first.rstrip().endswith(" end")
        assert len(first) == 40 and "…" in second
        await pilot.resize_terminal(12, 10)
        await pilot.pause()
        assert host.rows()[0].startswith("▌label")


async def test_a_right_to_left_label_is_drawn_in_the_order_a_terminal_needs() -> None:
    host = Host(Alone())
    async with host.run_test(size=(40, 10)) as pilot:
        host.screen.query_one(Watched).show([ListLine(line("שלום"))])
        await pilot.pause()
        assert "םולש" in host.rows()[0]
