"""The field draws what the framework's would, and no row that looks as it did."""

from __future__ import annotations

from random import Random

from textual.app import App, ComposeResult
from textual.document._document import Selection
from textual.events import Key
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import TextArea

from console.text.safe import own
from console.widgets.composer_text import ComposerText

TEXT = own("A lamp (that [came] broken).\n\nمرحبا 日本 " + "word " * 40 + "\n" + "x" * 90)


class Counting(ComposerText):
    """Keeps which of its rows were drawn."""

    def __init__(self) -> None:
        super().__init__(lambda _: False, id="text")
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        """A row, kept in mind."""
        self.drawn.append(y)
        return super().render_line(y)


class Host(App[None]):
    """The field, eight rows high at most."""

    CSS = "ComposerText { height: auto; max-height: 8; border: none; padding: 0; width: 44 }"

    def compose(self) -> ComposeResult:
        yield Counting()

    @property
    def field(self) -> Counting:
        """The field."""
        return self.query_one(Counting)


def letters(strip: Strip) -> list[tuple[str, object]]:
    """Every character with its style."""
    return [(letter, style) for text, style, _ in strip for letter in text]


async def test_rows_look_as_the_framework_draws_them() -> None:
    app, random = Host(), Random(5)
    async with app.run_test() as pilot:
        field = app.field
        field.load_text(TEXT)
        await pilot.pause()
        lines = field.document.lines
        for _ in range(60):
            ends = []
            for _ in range(2):
                row = random.randrange(len(lines))
                ends.append((row, random.randint(0, len(lines[row]))))
            field.selection = Selection(ends[0], ends[random.randint(0, 1)])
            for y in range(-field.scroll_offset.y, field.wrapped_document.height - field.scroll_offset.y):
                assert letters(field._render_line(y)) == letters(TextArea._render_line(field, y)), (field.selection, y)


async def test_a_letter_draws_its_row_and_a_step_the_rows_of_the_cursor() -> None:
    app = Host()
    async with app.run_test() as pilot:
        field = app.field
        field.load_text(own("one\ntwo\nthree\nfour"))
        field.focus()
        await pilot.pause()
        field.drawn.clear()
        await pilot.press("x")
        assert set(field.drawn) == {0}
        field.drawn.clear()
        await pilot.press("down")
        assert set(field.drawn) == {0, 1}


async def test_whatever_is_done_the_screen_shows_the_text() -> None:
    app, random = Host(), Random(7)
    async with app.run_test() as pilot:
        field = app.field
        field.focus()
        letters = {"a": "a", "space": " ", "left_parenthesis": "(", "right_parenthesis": ")", "enter": "\r"}
        keys = [*letters, "up", "down", "left", "right", "backspace", "home", "end"]
        for _ in range(80):
            for key in random.choices(keys, k=4):
                app.post_message(Key(key, letters.get(key)))
            await pilot.pause()
            if random.random() < 0.1:
                field.undo()
                await pilot.pause()
            shown = app.screen._compositor.render_strips()
            for row in range(field.size.height):
                drawn = field._render_line(row).text.rstrip()
                assert shown[field.region.y + row].text[: field.scrollable_content_region.width].rstrip() == drawn


async def test_a_stream_grows_to_what_its_whole_is_laid_out_as() -> None:
    app = Host()
    async with app.run_test() as pilot:
        field, whole = app.field, own(TEXT * 3)
        for start in range(0, len(whole), 7):
            field.grow(own(whole[start : start + 7]))
        await pilot.pause()
        assert field.text == whole and field.cursor_location == field.document.end
        grown = field.wrapped_document.lines
        field.load_text(whole)
        assert field.wrapped_document.lines == grown
        assert field.look(0) is not None


async def test_only_rows_that_are_wanted_are_asked_for() -> None:
    app = Host()
    async with app.run_test() as pilot:
        field = app.field
        field.load_text(TEXT)
        await pilot.pause()
        assert len(field.render_lines(Region(0, 1, field.size.width, 1))) == 1
