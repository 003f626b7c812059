"""The tree on a screen: what is seen stays in its place, also while nobody knows yet how many lines there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen

from console.state.outline import Outline
from console.text.safe import line
from console.widgets.tree import ConversationTree
from tests.screens.host import Host
from tests.state.values import START, at
from tests.widgets.rows import row

_COUNT, _HEIGHT = 1_000, 12


class _OneTree(Screen[None]):
    """A tree of a thousand conversations and nothing else; a tenth of them is looked through at once."""

    def __init__(self, said: Callable[[int], str]) -> None:
        super().__init__()
        self.outline = Outline(at_once=_COUNT // 10)
        for number in range(_COUNT):
            self.outline.put(row(id=f"c{number:03}", name=f"No {number}", at=at(-number), last_text=line(said(number))))
        self.shows = ConversationTree()

    def compose(self) -> ComposeResult:
        self.shows.styles.height = "1fr"
        yield self.shows

    def ask(self, query: str) -> None:
        """Show what answers this, as far as it is looked at."""
        self.outline.shown.ask("all", now=START, query=query)
        self.shows.show(self.outline.shown)

    async def found(self, pilot: Pilot[None]) -> None:
        """Wait until all lines are known, and shown."""
        while self.shows._looking is not None:
            await pilot.pause(0.01)
        await pilot.pause()

    def rows(self) -> list[str]:
        """The names on the screen."""
        return [text.partition("   ")[0].strip("▸ ") for text in self._host.rows()]

    @property
    def _host(self) -> Host:
        assert isinstance(self.app, Host)
        return self.app


def _names(numbers: Iterable[int]) -> list[str]:
    return [f"No {number}" for number in numbers]


async def test_a_filter_of_few_lines_leaves_no_empty_screen_to_who_scrolled_far_down() -> None:
    screen = _OneTree(lambda number: "Chair" if number % 10 == 0 else "Lamp")
    async with Host(screen).run_test(size=(40, _HEIGHT)) as pilot:
        screen.ask("")
        await screen.found(pilot)
        screen.shows.scroll_to(y=900, animate=False)  # as a wheel does, which leaves the cursor where it is
        await pilot.pause()
        screen.ask("chair")
        await screen.found(pilot)
        assert screen.rows() == _names(range(880, 1000, 10))


async def test_who_drags_to_an_end_that_was_only_likely_sees_the_last_lines() -> None:
    screen = _OneTree(lambda number: "Chair" if number < 200 else "Lamp")
    async with Host(screen).run_test(size=(40, _HEIGHT)) as pilot:
        screen.ask("chair")
        assert screen.shows.max_scroll_y == _COUNT - _HEIGHT  # all of what was looked through answers
        screen.shows.scroll_to(y=screen.shows.max_scroll_y, animate=False)
        await screen.found(pilot)
        assert screen.rows() == _names(range(188, 200))


async def test_the_cursor_stays_on_its_row_where_fewer_lines_were_likely_than_there_are() -> None:
    def said(number: int) -> str:
        return "Red chair" if number == 899 else "Chair" if number >= 900 or number % 45 == 0 else "Lamp"

    screen = _OneTree(said)
    async with Host(screen).run_test(size=(40, _HEIGHT)) as pilot:
        screen.ask("red chair")
        screen.shows.move(0)
        assert screen.shows.cursor_id == "c899"
        screen.ask("chair")
        await screen.found(pilot)
        assert screen.shows.cursor_id == "c899"
        assert screen.rows() == _names(range(899, 911))


async def test_the_last_line_is_seen_at_once_where_fewer_lines_were_likely_than_there_are() -> None:
    screen = _OneTree(lambda number: "Chair" if number >= 500 or number % 10 == 0 else "Lamp")
    async with Host(screen).run_test(size=(40, _HEIGHT)) as pilot:
        screen.ask("chair")
        assert screen.shows.virtual_size.height == 100 and not screen.outline.shown.is_whole
        screen.shows.move(len(screen.outline.shown) - 1)
        assert screen.shows.scroll_offset.y == 50 + 500 - _HEIGHT
        await screen.found(pilot)
        assert screen.rows() == _names(range(988, 1000))


async def test_nothing_looks_for_lines_once_all_are_known() -> None:
    screen = _OneTree(lambda number: "Chair")
    async with Host(screen).run_test(size=(40, _HEIGHT)) as pilot:
        screen.ask("chair")
        assert not screen.outline.shown.is_whole
        await screen.found(pilot)
        assert screen.outline.shown.is_whole and screen.shows.virtual_size.height == _COUNT
        screen.ask("lamp")
        assert screen.outline.shown.is_whole and screen.shows.virtual_size.height == 0


async def test_where_the_last_line_goes_it_is_said_why_there_is_none() -> None:
    screen = _OneTree(lambda number: f"says {number:03}")
    async with Host(screen).run_test(size=(40, _HEIGHT)) as pilot:
        screen.shows.empty = line("Nothing matches.")
        screen.ask("999")
        await screen.found(pilot)
        assert screen.rows()[0] == "No 999"
        screen.outline.put(row(id="c999", name="No 999", at=at(-999), last_text=line("something else")))
        screen.ask("999 says")
        screen.shows.show(screen.outline.shown)
        await pilot.pause()
        assert "Nothing matches." in screen.rows()
