"""The panes at once: what the console keeps of its first frame, when it shows that, and how it leaves the terminal."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from console.client.api import Api
from console.contract.inputs import CustomerInput
from tests.journeys.workspace import Workspace
from tests.support.console import conversation_with
from tests.support.terminal import CONNECT360, Terminal

_NOBODY = {"PLATO_API_KEY": "plato_nobody", "PLATO_BASE_URL": "http://127.0.0.1:9"}
_TAKES = b"\x1b[?1049h"
_SHOWN = _TAKES + b"\x1b[?25l"  # by the framework other things come first
_PANES = "Loading"
_SOUGHT = "answers."  # as nobody does where the server should be

_HELD = """
import sys
from contextlib import suppress
from pathlib import Path
from console.splash import Splash
with Splash(Path(sys.argv[1]), "dusk").shown():
    with suppress(OSError):  # of a terminal that is gone
        sys.stdin.read(1)
    {then}
"""


def console(env: Mapping[str, str], *, columns: int = 80, rows: int = 24) -> Terminal:
    """A console whose server does not answer."""
    return Terminal(CONNECT360, columns=columns, rows=rows, env=env)


def kept(home: Path) -> Path:
    """The file that the frame is kept in."""
    return home / ".state" / "connect360" / "splash.json"


async def started(env: Mapping[str, str] = _NOBODY, *, columns: int = 80, rows: int = 24) -> bytes:
    """What a console writes until its panes stand and its server was sought."""
    async with console(env, columns=columns, rows=rows) as terminal:
        await terminal.until(_SOUGHT)
        terminal.send("q")
        assert await terminal.wait() == 0
        return bytes(terminal.bytes).replace(b"\r\r\n", b"\r\n")  # the line adds one


async def test_the_second_start_shows_what_the_first_kept_and_does_not_write_it_again(home: Path) -> None:
    first = await started()
    frame = json.loads(kept(home).read_text(encoding="utf-8"))["frame"].encode()
    assert not first.startswith(_SHOWN)

    second = await started()
    assert second.startswith(_SHOWN + frame)
    assert second.count(_PANES.encode()) == 1
    assert second.count(_TAKES) == 1


async def test_both_starts_show_the_same(home: Path) -> None:
    screens = []
    for _ in range(2):
        async with console(_NOBODY) as terminal:
            await terminal.until(_SOUGHT)
            screens.append(terminal.text().partition("\n")[2])  # but the row that tells the time
    assert screens[0] == screens[1]


async def test_a_key_typed_before_anything_is_imported_is_for_the_console(home: Path) -> None:
    await started()
    async with console(_NOBODY) as terminal:
        await terminal.until(_PANES)
        terminal.send("?")
        await terminal.until("Show all keys")
        assert "^[" not in terminal.text()


@pytest.mark.parametrize("change", [("NO_COLOR", "1"), ("TERM", "screen"), ("CONNECT360_THEME", "dawn")])
async def test_on_another_looking_terminal_it_is_not_shown(home: Path, change: tuple[str, str]) -> None:
    await started()
    assert (await started()).startswith(_SHOWN)
    name, value = change
    assert not (await started({**_NOBODY, name: value})).startswith(_SHOWN)
    assert (await started({**_NOBODY, name: value})).startswith(_SHOWN)


async def test_at_another_size_it_is_not_shown(home: Path) -> None:
    await started()
    assert not (await started(columns=100, rows=30)).startswith(_SHOWN)


async def test_what_would_do_more_than_draw_is_not_shown(home: Path) -> None:
    await started()
    written = json.loads(kept(home).read_text(encoding="utf-8"))
    kept(home).write_text(json.dumps({**written, "frame": written["frame"] + "\x1b]52;c;Z29uZQ==\x07"}), "utf-8")
    assert b"\x1b]52" not in await started()


async def test_what_is_no_text_is_not_shown(home: Path) -> None:
    await started()
    written = json.loads(kept(home).read_text(encoding="utf-8"))
    kept(home).write_text(json.dumps({**written, "frame": written["frame"] + "\ud800"}), "utf-8")
    assert not (await started()).startswith(_SHOWN)


async def test_it_is_shown_whole_where_somebody_made_the_terminal_non_blocking(home: Path) -> None:
    await started()
    written = json.loads(kept(home).read_text(encoding="utf-8"))
    long = "\x1b[1;1H" + "x" * 200_000 + "\x1b[1;1HThe end"
    kept(home).write_text(json.dumps({**written, "frame": long}), "utf-8")
    held = "import os\nos.set_blocking(2, False)\n" + _HELD.format(then="pass")
    async with Terminal([sys.executable, "-c", held, str(kept(home))], columns=80, rows=24) as terminal:
        await terminal.until("The end")
        terminal.send("x")
        await terminal.wait()
        assert b"\x1b[?1049l\x1b[?25h" in terminal.bytes


async def test_a_terminal_that_hung_up_is_no_fault(home: Path) -> None:
    await started()
    held = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + _HELD.format(then="pass")
    async with Terminal([sys.executable, "-c", held, str(kept(home))], columns=80, rows=24) as terminal:
        await terminal.until(_PANES)
        terminal.hangup()
        assert await terminal.wait() == 0


async def test_it_is_private(home: Path) -> None:
    await started()
    assert stat.S_IMODE(kept(home).stat().st_mode) == 0o600
    assert stat.S_IMODE(kept(home).parent.stat().st_mode) == 0o700


async def test_nobodys_words_are_kept(home: Path, workspace: Workspace) -> None:
    async with Api(workspace.url, workspace.key("admin")) as api:
        await conversation_with(api, CustomerInput(external_id="web-splash", name="Zenobia"), "Where is my order?")
    env = {"PLATO_API_KEY": workspace.key("agent"), "PLATO_BASE_URL": workspace.url}
    for columns in (80, 100):  # each keeps another
        async with console(env, columns=columns) as terminal:
            await terminal.until("Zenobia")
        said = kept(home).read_text(encoding="utf-8")
        assert json.loads(said)["look"][2] == columns
        assert _PANES in said
        assert "Zenobia" not in said
        assert "order" not in said


@pytest.mark.parametrize("then", ["pass", "raise KeyboardInterrupt", "raise OSError('gone')"])
async def test_the_terminal_is_given_back_where_no_console_came(home: Path, then: str) -> None:
    await started()
    argv = [sys.executable, "-c", _HELD.format(then=then), str(kept(home))]
    async with Terminal(argv, columns=80, rows=24) as terminal:
        await terminal.until(_PANES)
        assert not terminal.echoes()
        terminal.send("x")
        await terminal.wait()
        assert terminal.echoes()
        assert b"\x1b[?1049l\x1b[?25h" in terminal.bytes


async def test_the_console_gives_the_terminal_back_as_the_shell_had_it(home: Path) -> None:
    await started()
    async with console(_NOBODY) as terminal:
        await terminal.until(_SOUGHT)
        assert not terminal.echoes()
        terminal.send("q")
        await terminal.wait()
        assert terminal.echoes()
