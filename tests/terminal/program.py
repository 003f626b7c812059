"""Small programs on our driver, with widgets that forget to make text safe: `python -m tests.terminal.program MODE`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import (
    Button,
    DataTable,
    Footer,
    Header,
    Input,
    Label,
    Log,
    OptionList,
    RichLog,
    Select,
    Static,
    TextArea,
    Tree,
)

from console.driver import SafeDriver
from tests.text.hostile import SHORT


def table(texts: list[str]) -> Widget:
    """A table with the texts as head and cells."""
    made: DataTable[Text] = DataTable()
    made.add_column(Text(texts[0]))
    for text in texts:
        made.add_row(Text(text))
    return made


def tree(texts: list[str]) -> Widget:
    """A tree with a leaf for each text."""
    made: Tree[None] = Tree(Text(texts[0]))
    made.root.expand()
    for text in texts:
        made.root.add_leaf(Text(text))
    return made


def framed(texts: list[str]) -> Widget:
    """A frame with texts as its titles."""
    made = Static("")
    made.styles.border = ("round", "red")
    made.border_title, made.border_subtitle = Text(texts[0]).markup, Text(texts[-1]).markup
    return made


def log(texts: list[str]) -> Widget:
    """A log of the texts."""

    class Filled(Log):
        """Filled once it belongs to an app, which it asks for when it is written to."""

        def on_mount(self) -> None:
            self.write_lines(texts)

    return Filled()


def rich_log(texts: list[str]) -> Widget:
    """A rich log of the texts, each linked."""
    made = RichLog()
    for text in texts:
        made.write(Text(text, style="link http://a.example/\x1b[2J"))
    return made


SINKS: dict[str, Callable[[list[str]], Widget]] = {
    "static": lambda texts: Static("\n".join(texts), markup=False),
    "content": lambda texts: Static(Content("\n".join(texts))),
    "rich": lambda texts: Static(Text("\n".join(texts), style="bold")),
    "label": lambda texts: Label("\n".join(texts), markup=False),
    "button": lambda texts: Button(Content(" ".join(texts)[:400])),
    "options": lambda texts: OptionList(*map(Text, texts), markup=False),
    "select": lambda texts: Select([(text, 0) for text in texts], prompt=texts[0], value=0),
    "input": lambda texts: Input(" ".join(texts)[:400], placeholder=texts[0]),
    "area": lambda texts: TextArea("\n".join(texts)),
    "table": table,
    "tree": tree,
    "framed": framed,
    "log": log,
    "rich_log": rich_log,
}


class Forgetful(App[None]):
    """Shows every hostile text in every sink, then says how often it was stopped."""

    CSS = "Screen { layout: vertical } .plain { color: ansi_default; background: ansi_default }"

    def __init__(self) -> None:
        super().__init__(driver_class=SafeDriver)

    async def on_mount(self) -> None:
        self.call_after_refresh(self.show, list(SINKS.items()))

    async def show(self, sinks: list[tuple[str, Callable[[list[str]], Widget]]]) -> None:
        """One sink after another, each drawn before it is taken away."""
        await self.screen.remove_children()
        if not sinks:
            driver = self._driver
            assert isinstance(driver, SafeDriver)
            await self.mount(Static(f"stopped {driver.marks.refused} and {driver.allow_list.refused}"))
            return
        (name, make), *rest = sinks
        if name == "label":
            self.notify("\n".join(SHORT.values())[:2_000], markup=False)
        await self.mount(make(list(SHORT.values())))
        self.call_after_refresh(self.call_after_refresh, self.show, rest)

    def key_q(self) -> None:
        self.exit()


class Unfiltered(Forgetful):
    """The same with nothing but the allow-list between a widget and the terminal."""

    def on_load(self) -> None:
        self.call_later(self._filters.clear)


class Recorded(SafeDriver):
    """Writes down what the framework wrote."""

    def write(self, data: str) -> None:
        with Path(os.environ["RECORD"]).open("a", encoding="utf-8") as record:
            record.write(json.dumps(data) + "\n")
        super().write(data)


class Ordinary(App[None]):
    """A bit of everything that the framework draws."""

    def __init__(self) -> None:
        super().__init__(driver_class=Recorded)

    def compose(self) -> ComposeResult:
        yield Header()
        yield Input("hello")
        button = Button("press")
        button.active_effect_duration = 0  # for which it would take no second press
        yield button
        yield TextArea("lamp\nمرحبا 😀\n日本")
        yield table(["a", "b"])
        yield tree(["c", "d"])
        yield Footer()

    def key_s(self) -> None:
        """Lend the terminal to another program, as to an editor."""
        with self.suspend():
            subprocess.run(["stty"], check=True)

    def on_button_pressed(self) -> None:
        self.copy_to_clipboard("copied \x1b[201~\nrm -rf /\n")
        assert isinstance(self._driver, SafeDriver)
        self._driver.set_title("title \x1b]0;owned\x07")
        self.theme = "textual-light"
        self.notify("pressed")


class Keys(App[None]):
    """Shows the keys that reached it, and what was pasted."""

    def __init__(self) -> None:
        super().__init__(driver_class=SafeDriver)
        self.pressed: list[str] = []

    def compose(self) -> ComposeResult:
        yield Static("ready", markup=False)

    def on_key(self, event: events.Key) -> None:
        self._show(event.key)

    def on_paste(self, event: events.Paste) -> None:
        self._show(f"paste={len(event.text)}")

    def _show(self, what: str) -> None:
        self.pressed.append(what)
        self.query_one(Static).update(f"keys {' '.join(self.pressed)}.")


class Busy(App[None]):
    """Draws a whole screen anew all the time, and says on another file how often it could."""

    def __init__(self) -> None:
        super().__init__(driver_class=SafeDriver)
        self.count = 0
        self.most = int(os.environ["TURNS"])

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def on_mount(self) -> None:
        self.call_after_refresh(self.turn)

    def turn(self) -> None:
        """Another screen, until there were enough."""
        self.count += 1
        letters = "".join(chr(0x41 + (self.count + place) % 26) for place in range(3_000))
        self.query_one(Static).update(f"turn {self.count} {letters * 3}")
        if self.count < self.most:
            self.set_timer(0.001, self.turn)
        else:
            _say("turned")

    def key_q(self) -> None:
        self.exit()

    def on_unmount(self) -> None:
        _say(f"kept after {time.process_time():.1f} s of work")


class Deaf(Busy):
    """Ignores SIGHUP, so that only the driver can tell that the terminal is gone."""

    def on_mount(self) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        super().on_mount()


class Writing(App[None]):
    """A text to write in, beside a clock that runs thirty times a second."""

    CSS = "Screen { layout: vertical } TextArea { height: 10 } "

    def __init__(self) -> None:
        super().__init__(driver_class=SafeDriver)
        self.turns = 0

    def compose(self) -> ComposeResult:
        yield TextArea()
        yield Static("ready", markup=False, id="clock")

    def on_mount(self) -> None:
        self._clock = self.set_interval(1 / 30, self._turn)
        self.query_one(TextArea).cursor_blink = False

    def _turn(self, word: str = "turn") -> None:
        self.turns += 1
        self.query_one("#clock", Static).update(f"{word} {self.turns} " + f"{self.turns:09d} " * 8)

    def key_ctrl_s(self) -> None:
        self._clock.stop()
        self._turn("stopped at")

    def key_escape(self) -> None:
        """End, with a frame that was just drawn: on a slow line it still waits."""
        self._turn("ended at")
        self.call_after_refresh(self.exit)


def _say(what: str) -> None:
    with Path(os.environ["SAID"]).open("a", encoding="utf-8") as said:
        said.write(what + "\n")


MODES: dict[str, Callable[[], App[None]]] = {
    "forgetful": Forgetful,
    "unfiltered": Unfiltered,
    "ordinary": Ordinary,
    "keys": Keys,
    "busy": Busy,
    "deaf": Deaf,
    "writing": Writing,
}


def main(arguments: Iterable[str]) -> int | None:
    """Run the mode that was named."""
    (mode,) = arguments
    app = MODES[mode]()
    app.animation_level = "none"
    app.run()
    return app.return_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
