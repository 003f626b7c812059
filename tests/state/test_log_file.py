"""The log's file: private, bounded, shared, and no reason to fail. Real files, real processes."""

from __future__ import annotations

import fcntl
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from console.errors import StateError
from console.state.log_file import FILES, LONGEST_LINE, NAME, LogFile, read
from tests.text.hostile import CONTROLS
from tests.text.nasty import unsafe

_WRITER = """
import sys
from pathlib import Path
from console.state.log_file import LogFile

directory, name, lines, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
file = LogFile(directory, most_bytes=most)
print("ready", flush=True)
sys.stdin.readline()
for number in range(lines):
    file.write(f"{name} {number}")
file.close()
assert file.lost == 0, file.problem
"""


def write(directory: Path, *lines: str, most_bytes: int = 1_000) -> LogFile:
    """A log file with these lines, closed."""
    file = LogFile(directory, most_bytes=most_bytes)
    for line in lines:
        file.write(line)
    file.close()
    return file


def mode(path: Path) -> int:
    """Who may do what with it."""
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_and_its_folder_are_for_this_user_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write(tmp_path / "state", *(f"line {number:090}" for number in range(30)))
    finally:
        os.umask(before)
    assert mode(tmp_path / "state") == 0o700
    assert {mode(path) for path in (tmp_path / "state").iterdir()} == {0o600}


def test_a_file_that_others_could_read_is_shut(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("before\n")
    (tmp_path / NAME).chmod(0o644)
    write(tmp_path, "after")
    assert mode(tmp_path / NAME) == 0o600
    assert [*read(tmp_path)] == ["before", "after"]


def test_it_never_grows_beyond_its_bounds_and_keeps_the_newest(tmp_path: Path) -> None:
    write(tmp_path, *(f"line {number}" for number in range(1_000)), most_bytes=1_000)
    files = sorted(path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock"))
    assert files == [NAME, f"{NAME}.1", f"{NAME}.2"] and len(files) == FILES
    assert all((tmp_path / name).stat().st_size <= 1_000 for name in files)
    lines = [*read(tmp_path)]
    assert lines == [f"line {number}" for number in range(1_000 - len(lines), 1_000)]
    assert sum(map(len, lines)) > 2_000


def test_a_line_stands_in_the_file_before_it_is_closed(tmp_path: Path) -> None:
    file = LogFile(tmp_path)
    file.write("line 1")
    assert [*read(tmp_path)] == ["line 1"]
    file.close()


def write_together(directory: Path, names: str, lines: int, most_bytes: int) -> None:
    """Have processes of these names write so many lines each, at the same time."""
    command = [sys.executable, "-c", _WRITER, str(directory)]
    writers = [
        subprocess.Popen(
            [*command, name, str(lines), str(most_bytes)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in names
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0


def test_consoles_share_a_log_and_lose_nothing_when_one_rotates_it(tmp_path: Path) -> None:
    write_together(tmp_path, "abc", lines=2_000, most_bytes=15_000)
    assert {path.name for path in tmp_path.iterdir()} == {NAME, f"{NAME}.1", f"{NAME}.2", f"{NAME}.lock"}
    written = [line.split() for line in read(tmp_path)]
    for name in "abc":
        assert [number for writer, number in written if writer == name] == [*map(str, range(2_000))]


def test_consoles_that_rotate_all_the_time_keep_it_small_and_tear_no_line(tmp_path: Path) -> None:
    write_together(tmp_path, "abc", lines=2_000, most_bytes=500)
    files = [path for path in tmp_path.iterdir() if not path.name.endswith(".lock")]
    assert len(files) == FILES
    assert all(path.stat().st_size <= 1_000 for path in files)
    assert all(re.fullmatch(r"[abc] \d+", line) for line in read(tmp_path))


def test_a_log_that_another_rotated_is_written_on_in_the_new_file(tmp_path: Path) -> None:
    ours = LogFile(tmp_path, most_bytes=1_000)
    ours.write("ours 1")
    write(tmp_path, *(f"theirs {number}" for number in range(110)), most_bytes=1_000)
    ours.write("ours 2")
    ours.close()
    assert "ours 2" in (tmp_path / NAME).read_text()
    lines = [*read(tmp_path)]
    assert (lines[0], lines[-1]) == ("ours 1", "ours 2")


def test_a_log_that_was_thrown_away_is_begun_again(tmp_path: Path) -> None:
    file = LogFile(tmp_path)
    file.write("line 1")
    (tmp_path / NAME).unlink()
    file.write("line 2")
    file.close()
    assert [*read(tmp_path)] == ["line 2"]


def test_whoever_rotates_is_not_waited_for(tmp_path: Path) -> None:
    file = LogFile(tmp_path, most_bytes=1_000)
    with (tmp_path / f"{NAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for number in range(200):
            file.write(f"line {number}")
    assert [*read(tmp_path)] == [f"line {number}" for number in range(200)]
    file.write("line 200")
    file.close()
    assert (tmp_path / NAME).read_text() == "line 200\n"


def test_a_full_disk_is_counted_and_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / NAME).symlink_to("/dev/full")
    file = LogFile(tmp_path)
    for number in range(3):
        file.write(f"line {number}")
    assert (file.lost, file.problem) == (3, "No space left on device")
    (tmp_path / NAME).unlink()
    file.write("line 3")
    file.close()
    assert [*read(tmp_path)] == ["line 3"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("hindrance", ["a file for a folder", "a folder for a file", "nobody reads the pipe"])
def test_a_place_that_cannot_be_written_is_counted(
    tmp_path: Path, hindrance: str, capfd: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "state"
    if hindrance == "a file for a folder":
        directory.write_text("")
    elif hindrance == "a folder for a file":
        (directory / NAME).mkdir(parents=True)
    else:
        directory.mkdir()
        os.mkfifo(directory / NAME)
    file = write(directory, "line 1", "line 2")
    assert file.lost == 2 and file.problem
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_is_only_to_be_read_is_counted(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    file = write(tmp_path, "line 1")
    tmp_path.chmod(0o700)
    assert (file.lost, file.problem) == (1, "Permission denied")


def test_a_log_that_there_is_not_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="There is no log yet"):
        [*read(tmp_path / "nothing")]


def test_a_log_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with pytest.raises(StateError, match="cannot be read"):
        [*read(tmp_path)]


@pytest.mark.parametrize("hostile", CONTROLS.values(), ids=CONTROLS.keys())
def test_what_another_hand_wrote_into_it_is_safe_to_print(tmp_path: Path, hostile: str) -> None:
    (tmp_path / NAME).write_bytes(hostile.encode("utf-8", "surrogatepass") + b"\xff\n" + b"x" * 100_000 + b"\n")
    lines = [*read(tmp_path)]
    assert lines
    assert [unsafe(line) for line in lines] == [[]] * len(lines)
    assert max(map(len, lines)) <= 2 * LONGEST_LINE
