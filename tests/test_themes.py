"""The themes: legible, complete, and colourless where that is the point."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import Input, Label, OptionList

from console import themes
from tests.support.terminal import Terminal

ALL = themes.themes()
COLOURED = [name for name, theme in ALL.items() if not theme.ansi]
SGR = re.compile(r"\x1b\[([\d;:]*)m")
COLOURLESS_SGR = {"", "0", "1", "2", "3", "4", "7", "22", "23", "24", "27", "39", "49"}


def luminance(color: Color) -> float:
    """WCAG 2.2, relative luminance."""
    parts = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def ratio(theme: Theme, one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio of two of the theme's variables."""
    low, high = sorted(luminance(Color.parse(theme.variables[name])) for name in (one, other))
    return (high + 0.05) / (low + 0.05)


class Sampler(App[None]):
    """Every role as text, and the widgets whose look the framework has a say in."""

    CSS = "".join(f"#{role} {{ color: ${role}; text-style: ${role}-style; }}\n" for role in themes.TEXTS) + (
        "Input { border: $edge; } Input:focus { border: $edge-focus; } #off { opacity: 50%; }"
    )

    def __init__(self, theme: str) -> None:
        super().__init__()
        for one in ALL.values():
            self.register_theme(one)
        self.theme = theme

    def get_line_filters(self) -> list[LineFilter]:
        return list(themes.line_filters(super().get_line_filters(), self.theme, no_color=self.no_color))

    def compose(self) -> ComposeResult:
        yield Input("typed")
        yield Input("shut", disabled=True, id="off")
        yield OptionList("one", "two")
        for role in themes.TEXTS:
            yield Label(role, id=role)

    def drawn(self) -> set[Style]:
        """Every style on the screen."""
        strips = self.screen._compositor.render_strips()
        return {segment.style for strip in strips for segment in strip if segment.style is not None}


def test_dusk_comes_first_and_the_others_are_there() -> None:
    assert list(ALL) == ["dusk", "contrast", "dawn", "mono", "terminal"]


@pytest.mark.parametrize("name", COLOURED)
@pytest.mark.parametrize("role", themes.TEXTS)
def test_every_text_is_legible_on_every_ground(name: str, role: str) -> None:
    least = 7 if name == "contrast" else 4.5
    assert {ground for ground in themes.GROUNDS if ratio(ALL[name], role, ground) < least} == set()


@pytest.mark.parametrize("name", COLOURED)
def test_the_focused_edge_is_told_from_the_ground(name: str) -> None:
    assert min(ratio(ALL[name], "border-focus", ground) for ground in themes.GROUNDS) >= 3


@pytest.mark.parametrize("name", COLOURED)
def test_a_selected_row_is_told_from_the_rest(name: str) -> None:
    assert ratio(ALL[name], "selection", "background") >= 1.15


@pytest.mark.parametrize("name", ALL)
def test_a_theme_has_every_variable_that_the_framework_names(name: str) -> None:
    """Textual's own ansi themes lack two of them, which ends the app."""
    own = ALL[name].to_color_system().generate() | ALL[name].variables
    assert set(BUILTIN_THEMES["textual-dark"].to_color_system().generate()) - set(own) == set()


@pytest.mark.parametrize("name", ALL)
def test_the_drawing_styles_wear_what_the_stylesheet_wears(name: str) -> None:
    styles = themes.styles(ALL[name])
    expected = ALL[name].variables["customer"]
    shown = styles.customer.color
    assert Color.parse(expected).rich_color == shown if expected != "ansi_default" else shown is None
    assert styles.unread.bold


def test_without_colour_who_and_what_still_differ() -> None:
    styles = themes.styles(ALL["mono"])
    drawn = [styles.customer, styles.colleague, styles.ai, styles.note, styles.danger, styles.muted, styles.selection]
    assert len(set(drawn)) == len(drawn)
    assert ALL["mono"].variables["edge"] != ALL["mono"].variables["edge-focus"]


@pytest.mark.parametrize(
    ("chosen", "no_color", "shown"),
    [("dawn", False, "dawn"), ("dawn", True, "mono"), ("no such theme", False, "dusk"), ("", False, "dusk")],
)
def test_the_theme_in_force(chosen: str, no_color: bool, shown: str) -> None:
    assert themes.in_force(chosen, no_color=no_color) == shown


async def test_every_theme_can_be_chosen_while_the_app_runs_and_mono_draws_no_colour() -> None:
    app = Sampler("dusk")
    async with app.run_test() as pilot:
        for name in (*ALL, *reversed(ALL)):
            app.theme = name
            await pilot.pause()
            colours = {c for style in app.drawn() for c in (style.color, style.bgcolor) if c and not c.is_default}
            assert bool(colours) == (name != "mono")


@pytest.mark.parametrize(
    ("theme", "environment"),
    [("mono", {}), ("mono", {"NO_COLOR": "1"}), ("terminal", {"NO_COLOR": "1"}), ("dusk", {"NO_COLOR": "1"})],
)
async def test_no_colour_reaches_the_terminal(theme: str, environment: dict[str, str]) -> None:
    written = await run_in_a_terminal(theme, environment)
    parameters = {one for found in SGR.findall(written) for one in re.split("[;:]", found)}
    assert parameters - COLOURLESS_SGR == set()
    assert "customer" in written


async def test_dusk_does_colour_the_terminal() -> None:
    """So that the test above can fail."""
    assert "38;2;115;199;184" in await run_in_a_terminal("dusk", {})


async def run_in_a_terminal(theme: str, environment: dict[str, str]) -> str:
    """All that the sampler writes to a real pseudo-terminal."""
    program = f"from tests.test_themes import Sampler; Sampler({theme!r}).run()"
    environment = {"COLORTERM": "truecolor", "PYTHONPATH": str(Path(__file__).parent.parent), **environment}
    async with Terminal([sys.executable, "-c", program], columns=100, rows=30, env=environment) as terminal:
        await terminal.until("danger", timeout=30)
        terminal.send("\x11")
        await terminal.wait(timeout=30)
        return terminal.bytes.decode()


def test_the_styles_of_a_theme_are_made_once_and_of_another_anew() -> None:
    one, other = themes.themes()["dusk"], themes.themes()["dusk"]
    assert themes.styles(one) is themes.styles(one)
    other.variables["customer"] = "#ffffff"
    assert themes.styles(other).customer != themes.styles(one).customer
