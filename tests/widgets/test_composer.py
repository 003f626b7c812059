"""What the composer's rows say of files, in the room that there is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from console.state.uploads import Upload
from console.text.safe import SafeLine
from console.widgets.composer import Composer
from tests.widgets.rows import row

FIRST = Upload(1, "conv_1", False, Path("first.txt"), SafeLine("first.txt"))


class Host(App[None]):
    """A composer alone."""

    def compose(self) -> ComposeResult:
        yield Composer(lambda _: False)


def rows_of(host: Host, id: str) -> list[str]:
    """The rows that stand there."""
    return str(host.query_one(f"#{id}", Static).content).split("\n")


@pytest.mark.parametrize(
    ("width", "rows"),
    [
        (70, ["▤ first.txt failed: the line broke · F5 again · Ctrl+X off"]),
        (56, ["▤ first.txt failed: the line broke", "F5 again · Ctrl+X off"]),
        (26, ["▤ first.txt failed: the", "line broke", "F5 again · Ctrl+X off"]),
    ],
)
async def test_what_to_do_with_a_failed_file_is_not_broken_before_a_dot(width: int, rows: list[str]) -> None:
    host = Host()
    async with host.run_test(size=(width, 24)) as pilot:
        composer = host.query_one(Composer)
        composer.target = row()
        composer.uploads = (replace(FIRST, problem=SafeLine("the line broke")),)
        await pilot.pause()
        assert rows_of(host, "failed") == rows


async def test_a_file_that_left_is_not_said_to_be_with_the_customer() -> None:
    host = Host()
    async with host.run_test() as pilot:
        composer = host.query_one(Composer)
        composer.target = row()
        composer.uploads = (replace(FIRST, sent=300_000, total=300_000),)
        await pilot.pause()
        assert rows_of(host, "uploads") == ["▤ first.txt 300 kB · waiting for the server"]
