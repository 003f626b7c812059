"""The file picker: walked with j k Enter Backspace, or typed with completion; true paths come back."""

from __future__ import annotations

import os
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest

from console.screens import files
from console.screens.dialog import Field
from console.screens.files import FilePicker
from console.screens.folder import Folder, read_folder
from console.screens.listing import Listing
from console.text.safe import line, name
from tests.screens.host import Host, burst, settle, write


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "orders"
    (folder / "photos").mkdir(parents=True)
    (folder / "photos" / "lamp.jpg").touch()
    for file in ("invoice.pdf", "invoice-2.pdf", "notes.txt", ".secret"):
        (folder / file).touch()
    return folder


async def test_a_file_is_reached_by_walking_alone(here: Path) -> None:
    host = Host(FilePicker(here))
    async with host.run_test() as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert "lamp.jpg" in host.text()
        await pilot.press("backspace")
        await settle(pilot)
        await pilot.press("j", "j", "k", "enter")  # photos/ is pointed at, for there one was
        assert host.answer == here / "invoice-2.pdf"


async def test_backspace_points_at_the_folder_that_was_left(here: Path) -> None:
    (here.parent / "a").mkdir()
    host = Host(FilePicker(here))
    async with host.run_test() as pilot:
        await settle(pilot)
        await pilot.press("h")
        await settle(pilot)
        await pilot.press("l")
        await settle(pilot)
        assert "notes.txt" in host.text()


async def test_hidden_files_are_shown_when_asked_for(here: Path) -> None:
    host = Host(FilePicker(here))
    async with host.run_test() as pilot:
        await settle(pilot)
        assert ".secret" not in host.text()
        await pilot.press("full_stop")
        await pilot.pause()
        assert ".secret" in host.text()


async def test_typing_narrows_and_tab_completes(here: Path) -> None:
    host = Host(FilePicker(here))
    async with host.run_test() as pilot:
        await settle(pilot)
        await write(pilot, "/in")
        await pilot.press("tab")
        field = host.screen.query_one(Field)
        assert field.value == "invoice"
        await write(pilot, ".")
        await pilot.press("tab")
        assert field.value == "invoice.pdf"
        await pilot.press("enter")
        assert host.answer == here / "invoice.pdf"


async def test_tab_enters_the_only_folder_that_begins_so(here: Path) -> None:
    host = Host(FilePicker(here))
    async with host.run_test() as pilot:
        await settle(pilot)
        await write(pilot, "/ph")
        await pilot.press("tab")
        await settle(pilot)
        await pilot.press("enter")
        assert host.answer == here / "photos" / "lamp.jpg"


async def test_a_whole_path_may_be_pasted(here: Path) -> None:
    from textual.events import Paste

    host = Host(FilePicker(here.parent))
    async with host.run_test() as pilot:
        await settle(pilot)
        host.screen.query_one(Listing).post_message(Paste(f"{here}/photos/lamp.jpg\n"))
        await settle(pilot)
        assert host.screen.query_one(Field).value == "lamp.jpg"
        await pilot.press("enter")
        assert host.answer == here / "photos" / "lamp.jpg"


async def test_a_typed_folder_is_entered_as_soon_as_it_exists(here: Path, home: Path) -> None:
    (home / "at home").touch()
    host = Host(FilePicker(here))
    async with host.run_test() as pilot:
        await settle(pilot)
        await pilot.press("tilde", "slash")
        await settle(pilot)
        assert "at home" in host.text() and host.screen.query_one(Field).value == ""
        await write(pilot, "nowhere/")
        await settle(pilot)
        assert "There is no such folder." in host.text()
        await pilot.press("enter")
        assert not host.is_answered


async def test_a_whole_path_typed_in_one_burst_arrives_as_it_was_typed(here: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for start in (here, tmp_path / "elsewhere", tmp_path / "nowhere"):
        host = Host(FilePicker(start))
        async with host.run_test() as pilot:
            await settle(pilot)
            burst(pilot, f"{here}/photos/lamp.jpg\n")
            await settle(pilot)
            assert host.answer == here / "photos" / "lamp.jpg"


async def test_what_is_typed_before_the_first_folder_was_read_is_kept(here: Path) -> None:
    host = Host(FilePicker(here))
    async with host.run_test() as pilot:
        burst(pilot, f"{here}/photos/lamp")
        await settle(pilot)
        assert host.screen.query_one(Field).value == "lamp" and "lamp.jpg" in host.text()
        assert "notes.txt" not in host.text()


async def test_a_listing_that_arrives_late_keeps_what_was_typed_since_and_enter_waits_for_it(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_read = threading.Event()

    def slowly(path: Path, now: datetime) -> Folder:
        """The folder, once it may be."""
        if path != here:
            may_read.wait(10)
        return read_folder(path, now)

    monkeypatch.setattr(files, "read_folder", slowly)
    host = Host(FilePicker(here))
    async with host.run_test() as pilot:
        await settle(pilot)
        await pilot.press("enter")  # photos/
        await write(pilot, "/lamp")
        await pilot.press("enter")
        assert not host.is_answered and host.screen.query_one(Field).value == "/lamp"
        may_read.set()
        await settle(pilot)
        assert host.answer == here / "photos" / "lamp.jpg"


async def test_a_slash_begins_a_path_where_nothing_here_is_meant(here: Path) -> None:
    top = Path("/", here.parts[1])
    host = Host(FilePicker(here))
    async with host.run_test() as pilot:
        await settle(pilot)
        burst(pilot, f"{top}\n")
        await settle(pilot)
        assert host.screen.query_one(Field).value == ""
        assert f" {top} " in host.text()


async def test_a_folder_that_is_not_there_is_said_once(here: Path) -> None:
    host = Host(FilePicker(here))
    async with host.run_test() as pilot:
        await settle(pilot)
        burst(pilot, "/no/where\n")
        await settle(pilot)
        assert host.text().count("There is no such folder.") == 1
        assert host.screen.query_one(Field).value == "/no/where"
        await pilot.press("escape")
        await settle(pilot)
        assert "notes.txt" in host.text()


async def test_backspace_in_the_empty_field_goes_up(here: Path) -> None:
    host = Host(FilePicker(here / "photos"))
    async with host.run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", "x", "backspace", "backspace", "backspace")
        await settle(pilot)
        assert "notes.txt" in host.text()


async def test_esc_takes_back_what_was_typed_before_it_leaves(here: Path) -> None:
    host = Host(FilePicker(here))
    async with host.run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", "x", "escape")
        assert not host.is_answered and host.screen.query_one(Field).value == ""
        await pilot.press("escape")
        assert host.answer is None


async def test_a_pipe_is_not_given_out(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    host = Host(FilePicker(tmp_path))
    async with host.run_test() as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert not host.is_answered
        assert "This is not a file that can be read." in host.text()


async def test_a_hostile_name_is_shown_made_safe_and_given_back_true(tmp_path: Path) -> None:
    raw = "[@click=app.bell]\x1b]0;z\x07.txt"
    (tmp_path / raw).touch()
    host = Host(FilePicker(tmp_path))
    async with host.run_test() as pilot:
        await settle(pilot)
        assert "[@click=app.bell]␛]0;z␇.txt" in host.text()
        await pilot.press("enter")
        assert host.answer == tmp_path / raw


async def test_a_start_that_is_gone_says_so_and_one_can_walk_up(here: Path) -> None:
    host = Host(FilePicker(here / "gone"))
    async with host.run_test() as pilot:
        await settle(pilot)
        assert "There is no such folder." in host.text()
        await pilot.press("backspace")
        await settle(pilot)
        assert "notes.txt" in host.text()


async def test_ten_thousand_files_are_read_and_walked_quickly(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"{number}.txt").touch()
    host = Host(FilePicker(tmp_path))
    async with host.run_test() as pilot:
        started = time.process_time()  # of the processor: others use it too
        await settle(pilot)
        assert time.process_time() - started < 2
        started = time.process_time()
        await pilot.press("G", "k", "slash", "9", "9", "9", "9", "enter")
        assert time.process_time() - started < 1.5
        assert host.answer == tmp_path / "9999.txt"


# Saving


async def test_saving_offers_a_name_that_is_free_and_overwrites_nothing(here: Path) -> None:
    host = Host(FilePicker(here, save_as=name("invoice.pdf")))
    async with host.run_test() as pilot:
        await settle(pilot)
        field = host.screen.query_one(Field)
        assert field.value == "invoice 2.pdf"
        field.value = "notes.txt"
        await pilot.press("enter")
        await settle(pilot)
        assert not host.is_answered and "there already" in host.text()
        field.value = "invoice 3.pdf"
        await pilot.press("enter")
        await settle(pilot)
        assert host.answer == here / "invoice 3.pdf"


async def test_saving_walks_too_and_keeps_the_name(here: Path) -> None:
    host = Host(FilePicker(here, save_as=name("new.txt")))
    async with host.run_test() as pilot:
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        await pilot.press("tab", "enter")
        await settle(pilot)
        assert host.answer == here / "photos" / "new.txt"


async def test_a_folder_typed_while_saving_is_entered(here: Path) -> None:
    host = Host(FilePicker(here, save_as=name("new.txt")))
    async with host.run_test() as pilot:
        await settle(pilot)
        await pilot.press("home", *"photos", "slash")
        await settle(pilot)
        assert host.screen.query_one(Field).value == "new.txt"
        await pilot.press("enter")
        await settle(pilot)
        assert host.answer == here / "photos" / "new.txt"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_where_one_may_not_write_is_said(here: Path) -> None:
    (here / "photos").chmod(0o500)
    host = Host(FilePicker(here / "photos", save_as=line("new.txt")))
    async with host.run_test() as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert "You may not write into this folder." in host.text()


async def test_a_file_without_a_name_is_not_saved(here: Path) -> None:
    host = Host(FilePicker(here, save_as=name("x")))
    async with host.run_test() as pilot:
        await settle(pilot)
        for typed in ("", ".."):
            host.screen.query_one(Field).value = typed
            await pilot.press("enter")
            await settle(pilot)
            assert not host.is_answered
            assert "The file needs a name." in host.text()
