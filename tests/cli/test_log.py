"""`connect360 --log` as a command: what it prints, where from, and what it says where there is nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from console.config import settings_file, state_directory
from console.state.log_file import NAME, LogFile
from tests.support.terminal import CONNECT360
from tests.text.hostile import CONTROLS
from tests.text.nasty import unsafe


def log(*, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """What the command says and how it ends."""
    environment = {**os.environ, **(env or {})}
    return subprocess.run(
        [*CONNECT360, "--log"], capture_output=True, text=True, timeout=30, check=False, env=environment
    )


def write(directory: Path, lines: int, *, most_bytes: int = 1_000) -> None:
    """A log of so many lines."""
    file = LogFile(directory, most_bytes=most_bytes)
    for number in range(lines):
        file.write(f"line {number}")
    file.close()


def test_without_a_log_there_is_a_sentence(home: Path) -> None:
    ended = log()
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        "connect360: There is no log yet. "
        f"The console writes one while it is open, to {home / '.state' / 'connect360' / NAME}.\n"
    )
    assert not (home / ".state").exists(), "looking makes nothing"


def test_where_there_is_no_room_for_it_there_is_a_sentence(home: Path) -> None:
    write(state_directory(), 200)
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run([*CONNECT360, "--log"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (
        1,
        "connect360: The log could not be printed: No space left on device.\n",
    )


def test_it_is_printed_oldest_first_across_its_files() -> None:
    write(state_directory(), 200)
    assert (state_directory() / f"{NAME}.1").exists()
    ended = log()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "".join(f"line {number}\n" for number in range(200))


def test_it_is_that_of_the_settings_state_directory(tmp_path: Path) -> None:
    write(tmp_path / "file", 1)
    write(tmp_path / "environment", 2)
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text(f'state_dir = "{tmp_path / "file"}"\n')
    assert log().stdout == "line 0\n"
    assert log(env={"CONNECT360_STATE_DIR": str(tmp_path / "environment")}).stdout == "line 0\nline 1\n"


def test_a_reader_that_leaves_is_no_error() -> None:
    write(state_directory(), 50_000, most_bytes=1_000_000)
    with subprocess.Popen([*CONNECT360, "--log"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "line 0\n"
        running.stdout.close()
        assert running.stderr is not None
        assert running.stderr.read() == ""
        assert running.wait(30) == 1


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_what_another_hand_wrote_into_it_reaches_no_terminal(encoding: str) -> None:
    write(state_directory(), 1)
    with (state_directory() / NAME).open("a", encoding="utf-8") as file:
        file.write("".join(f"{one}\n" for one in CONTROLS.values()) + "ليلى\n")
    ended = log(env={"PYTHONIOENCODING": encoding})
    assert ended.returncode == 0
    assert unsafe(ended.stdout, newline="\n") == []
    assert ended.stdout.splitlines()[-1] == ("ليلى" if encoding == "utf-8" else r"\u0644\u064a\u0644\u0649")


def test_settings_that_cannot_be_used_are_a_sentence() -> None:
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text("version = 2\n")
    ended = log()
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "by a newer console" in ended.stderr and len(ended.stderr.splitlines()) == 1
