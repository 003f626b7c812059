"""A bare app around one screen, and what a person sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

import console
from console import themes

NOTHING_YET = object()
SIZES = ((40, 10), (80, 24), (120, 40))
HOSTILE = (
    "[red]x[/red][/][@click=app.bell]y[/] \x1b]0;z\x07\x1b[2J\x9b31m\r\n\u202egpj.exe\u2066 "
    + "e\u0301" * 3
    + "\u0301" * 40
    + " مرحبا "
    + "W" * 300
)


class Host(App[None]):
    """Pushes the screen at once and keeps its answer."""

    CSS_PATH: ClassVar[Any] = Path(console.__file__).parent / "app.tcss"

    def __init__(self, screen: Screen[Any], theme: str = themes.DEFAULT) -> None:
        super().__init__()
        for one in themes.themes().values():
            self.register_theme(one)
        self.theme = theme
        self.animation_level = "none"
        self.answer: object = NOTHING_YET
        self._first = screen

    def compose(self) -> ComposeResult:
        yield Input("below", id="below")

    def on_mount(self) -> None:
        self.push_screen(self._first, self._answered)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return themes.line_filters(super().get_line_filters(), self.theme, no_color=self.no_color)

    def _answered(self, answer: object) -> None:
        self.answer = answer

    @property
    def is_answered(self) -> bool:
        return self.answer is not NOTHING_YET

    def segments(self) -> list[Segment]:
        """Everything that is drawn."""
        return [segment for strip in self.screen._compositor.render_strips() for segment in strip]

    def rows(self) -> list[str]:
        """What a person reads, row by row."""
        return [strip.text for strip in self.screen._compositor.render_strips()]

    def text(self) -> str:
        return "\n".join(self.rows())


async def settle(pilot: Pilot[None]) -> None:
    """Wait for what was begun: messages, layout, and what threads read."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def keys_of(text: str) -> list[str]:
    """The keys that type it."""
    return [_KEYS.get(letter, letter) for letter in text]


async def write(pilot: Pilot[None], text: str) -> None:
    """Type it, letter by letter."""
    await pilot.press(*keys_of(text))


def burst(pilot: Pilot[None] | Pilot[str | None], text: str) -> None:
    """Type it at once, as a terminal gives what comes in one write; "\n" is Enter."""
    for letter in text:
        key = "enter" if letter == "\n" else _KEYS.get(letter, letter)
        pilot.app.post_message(events.Key(key, "\r" if letter == "\n" else letter))


_KEYS = {" ": "space", "/": "slash", ".": "full_stop", "~": "tilde", "#": "number_sign", ":": "colon", "-": "minus",
         "_": "underscore", "@": "at", "?": "question_mark"}  # fmt: skip
