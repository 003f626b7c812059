"""What is true of each dialog: it fits, it says its keys, it is harmless with hostile text, and it needs no colour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from console.screens.ask import Ask
from console.screens.confirm import Confirm
from console.screens.dialog import Field, KeyLine
from console.screens.files import FilePicker
from console.screens.gate import Gate, Question
from console.screens.help import Help
from console.screens.leave import Leave
from console.screens.pick import Choice, Pick
from console.screens.sign_in import SignIn
from console.state.gate import Check
from console.state.reduce import entry_of
from console.text.safe import SafeLine, block, line, name
from tests.screens.host import HOSTILE, SIZES, Host, settle
from tests.state.values import message

SAFE = line(HOSTILE)
CHECK = Check(
    arrived=tuple(entry_of(message(f"m{n}", n, text=HOSTILE), None) for n in range(30)),
    variables=(HOSTILE, "{{x}}"),
    language=("en", "ar"),
)
Make = Callable[[Path], Screen[Any]]


def picker(folder: Path) -> FilePicker:
    for number in range(30):
        (folder / f"{number} {HOSTILE[:80].replace('/', ' ')}").touch()
    return FilePicker(folder)


DIALOGS: dict[str, Make] = {
    "confirm": lambda _: Confirm(SAFE, block(HOSTILE * 5), line("delete"), typed=SAFE),
    "confirm untyped": lambda _: Confirm(SAFE, SAFE, SAFE),
    "ask": lambda _: Ask(SAFE, SAFE, HOSTILE, SAFE),
    "pick": lambda _: Pick(SAFE, [Choice(str(n), SAFE, SAFE, SAFE) for n in range(60)], marked={"7"}),
    "pick many": lambda _: Pick(SAFE, [Choice(str(n), SAFE, SAFE) for n in range(9)], multiple=True, new=SAFE),
    "files": picker,
    "save": lambda folder: FilePicker(folder, save_as=name(HOSTILE)),
    "help": lambda _: Help([(SAFE, [(SAFE, SAFE), (SafeLine("g i"), SAFE)]) for _ in range(6)]),
    "gate": lambda _: Gate([Question(SAFE, block(HOSTILE * 5), CHECK, files=(SAFE,), why=SAFE)]),
    "gate of many": lambda _: Gate([Question(SAFE, block(HOSTILE), CHECK, note=bool(n % 2)) for n in range(9)]),
    "leave": lambda _: Leave(2, 1),
    "leave files": lambda _: Leave(0, 3),
    "sign in": lambda _: SignIn(HOSTILE, None),
}  # fmt: skip
EVERY = pytest.mark.parametrize("make", DIALOGS.values(), ids=DIALOGS)


@EVERY
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_it_fits_says_its_keys_and_lets_no_hostile_text_through(
    make: Make, size: tuple[int, int], tmp_path: Path
) -> None:
    host = Host(make(tmp_path))
    async with host.run_test(size=size) as pilot:
        await settle(pilot)
        whole = host.screen.region
        box = host.screen.query_one("#dialog").region
        assert whole.contains_region(box)
        for shown in (*host.screen.query(KeyLine), *host.screen.query(Field)):
            assert shown.region.area and box.contains_region(shown.region)
        text = host.text()
        assert "back" in text or "leave" in text
        assert not [one for one in text if not (one.isprintable() or one == "\n")]
        metas = [segment.style.meta for segment in host.segments() if segment.style]
        assert not [meta for meta in metas if "@click" in meta]
        assert not [segment for segment in host.segments() if segment.style and segment.style.link]


@EVERY
async def test_it_reads_without_colour_nothing_blinks_and_esc_does_nothing_but_leave(
    make: Make, tmp_path: Path
) -> None:
    host = Host(make(tmp_path), theme="mono")
    async with host.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        styles = [segment.style for segment in host.segments() if segment.style]
        assert not [one for style in styles for one in (style.color, style.bgcolor) if one and not one.is_default]
        assert not [style for style in styles if style.blink]
        assert not [field for field in host.screen.query(Field) if field.cursor_blink]
        # The cursor, or what is pointed at, is told by being reversed.
        assert [style for style in styles if style.reverse] or not host.screen.query(Field)
        await pilot.press("escape")
        assert host.answer in (None, False)


async def test_a_paste_is_made_safe_and_one_line() -> None:
    from textual.events import Paste

    host = Host(Ask(line("Name"), line("Name")))
    async with host.run_test() as pilot:
        field = host.screen.query_one(Field)
        field.post_message(Paste("\n  \x1b[31mred\x1b[0m\x07\nsecond"))
        await pilot.pause()
        assert field.value == "␛[31mred␛[0m␇"
        await pilot.press("enter")
        assert host.answer == "␛[31mred␛[0m␇"
