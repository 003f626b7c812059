"""Folders as they are: hostile names, pipes, links to nothing, what may not be read, ten thousand files."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.screens.file_names import common_beginning, free_name, saved_name, split_typed
from console.screens.folder import read_folder, typed_path
from console.text.safe import SafeLine, name
from console.text.size import size
from tests.text.hostile import HOSTILE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_folders_come_first_and_names_sort_as_a_person_sorts_them(tmp_path: Path) -> None:
    for file in ("b.txt", "A.txt", "ä.txt", ".z"):
        (tmp_path / file).touch()
    (tmp_path / "zoo").mkdir()
    assert [entry.name for entry in read_folder(tmp_path, NOW).entries] == ["zoo", ".z", "A.txt", "ä.txt", "b.txt"]


def test_a_name_is_shown_made_safe_and_its_path_stays_true(tmp_path: Path) -> None:
    raw = os.fsdecode(b"evil\x1b[2J\xff\xe2\x80\xaegpj.exe")
    (tmp_path / raw).touch()
    [entry] = read_folder(tmp_path, NOW).entries
    assert entry.path.name == raw
    assert entry.path.exists()
    assert entry.name.isprintable()


def test_only_what_is_a_regular_file_is_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "file").write_bytes(b"x" * 1500)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "above").symlink_to(tmp_path)
    kinds = {str(entry.name): entry.kind for entry in read_folder(tmp_path, NOW).entries}
    assert kinds == {"pipe": "other", "nowhere": "other", "file": "file", "link": "file", "above": "folder"}


def test_size_and_age_are_said(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 1500)
    os.utime(file, (0, NOW.timestamp() - 3 * 86_400))
    [entry] = read_folder(tmp_path, NOW).entries
    assert (entry.size, entry.age) == ("1.5 kB", "3d")


@pytest.mark.parametrize(
    ("path", "said", "is_there"),
    [
        ("gone", "There is no such folder.", False),
        ("file", "This is a file, not a folder.", False),
        ("nul\0", "There is no such folder.", False),
        ("x" * 300, "This folder cannot be read.", False),
    ],
)
def test_why_there_is_nothing_to_see_is_said(tmp_path: Path, path: str, said: str, is_there: bool) -> None:
    (tmp_path / "file").touch()
    folder = read_folder(tmp_path / path, NOW)
    assert (folder.entries, folder.problem, folder.is_there) == ((), said, is_there)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    folder = read_folder(closed, NOW)
    assert (folder.problem, folder.is_there) == ("You may not look into this folder.", True)


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9_960, "10 kB"), (999_600, "1.0 MB"), (25_000_000, "25 MB"),
     (3_200_000_000, "3.2 GB"), (5_000_000_000_000, "5.0 TB")],
)  # fmt: skip
def test_a_size_is_short(count: int, said: str) -> None:
    assert size(count) == said


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("photos/", "/srv/photos"), ("../", "/"), ("/etc/x/..", "/etc"), ("~/a", "{home}/a"), ("~nobody-at-all/", None)],
)
def test_a_typed_path_means_what_a_shell_means(typed: str, meant: str | None, home: Path) -> None:
    expected = Path((meant or f"/srv/{typed}").format(home=home))
    assert typed_path(Path("/srv"), typed) == expected


@pytest.mark.parametrize(
    ("outside", "here"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\Windows\\win.ini", "win.ini"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("~", "file"),
        ("...", "file"),
        ("a\\b:c", "b_c"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("a.exe. . ", "a.exe"),
        ("photo\u202egnp.exe", "photo_gnp.exe"),
        ("\u2066invoice\u2069.pdf", "_invoice_.pdf"),
        ("a\x1b]0;z\x07\r\n.txt", "a_]0;z__.txt"),
        ("\ud800.txt", "_.txt"),
        ("*.*", "_._"),
        ("فاتورة.pdf", "فاتورة.pdf"),
    ],
)
def test_a_name_from_outside_is_one_plain_file_here(outside: str, here: str) -> None:
    assert saved_name(name(outside)) == here


def test_a_long_name_keeps_its_suffix_within_what_a_file_system_takes() -> None:
    kept = saved_name(SafeLine("ع" * 300 + ".pdf"))
    assert kept.endswith("ع.pdf") and 230 < len(kept.encode()) <= 240
    assert saved_name(name("x" * 300 + ".tar.gz")).endswith(".tar.gz")


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_no_hostile_name_is_more_than_a_plain_file_in_its_folder(raw: str, tmp_path: Path) -> None:
    saved = tmp_path / saved_name(name(raw))
    saved.touch()
    assert [path.name for path in tmp_path.iterdir()] == [saved.name]
    assert saved.parent == tmp_path and saved.name.isprintable() and not saved.name.startswith((".", "-", "~"))


def test_a_taken_name_gets_a_number_before_its_suffix() -> None:
    assert free_name("a.jpg", set()) == "a.jpg"
    assert free_name("a.jpg", {"a.jpg", "a 2.jpg"}) == "a 3.jpg"
    long = "x" * 251 + ".jpg"
    assert len(free_name(long, {long})) == 255


def test_what_is_typed_is_a_folder_and_a_beginning() -> None:
    assert split_typed("~/a/b") == ("~/a/", "b")
    assert split_typed("b") == ("", "b")


def test_completion_goes_as_far_as_is_sure() -> None:
    names = [SafeLine("Photo-1.jpg"), SafeLine("photo-12.jpg")]
    assert common_beginning(names, "ph") == "Photo-1"
    assert common_beginning(names[:1], "ph") == "Photo-1.jpg"
    assert common_beginning(names, "photo-1x") == "photo-1x"
