"""Files that go up and come down over lines that break, on a real server: each by itself, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.widgets import Static

from console.client.api import Api
from console.contract.inputs import CustomerInput, Send
from console.screens.files import FilePicker
from console.widgets.footer import KeyFooter
from tests.support.console import JANE, OpenConsole, console_on, conversation_with
from tests.support.faulty_line import Fault, FaultyLine, Place, faulty_line
from tests.support.server import RunningServer

DENIZ = CustomerInput(external_id="web-2", name="Deniz Yılmaz", email="deniz@example.com")
UPLOAD = b"POST /api/v1/connect/attachments"
DOWNLOAD = b"GET /api/v1/connect/assets"
LARGE = 12_000_000
"""Bytes: more than the buffers between the two ends hold."""


@pytest.fixture
async def line(server: RunningServer) -> AsyncIterator[FaultyLine]:
    """A line to the server that can be broken."""
    async with faulty_line(server.url) as line:
        yield line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the person's files are, and where the console was started."""
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def written(path: Path, size: int = 1_000) -> Path:
    """A file of so many bytes."""
    path.write_bytes(os.urandom(size))
    return path


def names_in(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def attach(console: OpenConsole, name: str) -> None:
    """Choose a file by its name."""
    await console.press("ctrl+f")
    await console.shows(FilePicker)
    await console.until(lambda: name in console.app.export_screenshot())
    await console.press("slash")
    await console.write(name)
    await console.press("enter")
    await console.until(lambda: not isinstance(console.app.screen, FilePicker))


def row(console: OpenConsole, id: str) -> str:
    """What a row of the composer says; nothing of one that does not show."""
    static = console.main.composer.query_one(f"#{id}", Static)
    return "" if static.has_class("gone") else str(static.content).replace("\n", " ")


def busy(console: OpenConsole) -> str:
    """What the last line says of files that come down."""
    return console.main.query_one(KeyFooter).busy


def attached(console: OpenConsole) -> list[str]:
    """The files that are there and go with what is written."""
    return [file.name for file in console.main.composer.files]


async def replying(console: OpenConsole, text: str = "Here") -> None:
    """The composer is open on the only conversation, with this in it."""
    await console.until(lambda: console.names)
    await console.press("r")
    await console.write(text)


async def half_way(console: OpenConsole, line: FaultyLine, name: str) -> None:
    """A large file is on its way, and the line stands still in the midst of it."""
    line.stall()
    await attach(console, name)
    await console.until(lambda: "%" in row(console, "uploads"))


async def test_a_file_on_its_way_says_how_far_it_is_and_can_be_taken_off(
    server: RunningServer, api: Api, line: FaultyLine, tmp_path: Path, folder: Path
) -> None:
    jane = await conversation_with(api, JANE, "Where is my invoice?")
    written(folder / "scan.bin", LARGE)
    async with console_on(server, tmp_path, url=line.url) as console:
        await replying(console, "Here it is")
        await half_way(console, line, "scan.bin")
        assert row(console, "uploads").endswith("of 12 MB") and "▤ scan.bin" in row(console, "uploads")
        await console.press("enter")
        assert console.said == "A file is still on its way: wait for it, or Ctrl+X takes it off."
        await console.press("ctrl+x")
        assert row(console, "uploads") == "" and console.main.composer.text == "Here it is"
        line.mend()
        await console.press("enter")
        await console.until(lambda: [entry.delivery for entry in console.entries] == ["sent", "sent"])
    assert (await api.messages.list(jane)).items[0].attachments == ()
    assert stored(server) == [], "the request was broken off, not forgotten"


def stored(server: RunningServer) -> list[str]:
    """The files that the server keeps."""
    return [path.name for path in server.directory.rglob("att_*") if path.is_file()]


async def test_a_file_that_fails_fails_alone_and_is_read_anew_when_it_is_tried_again(
    server: RunningServer, api: Api, line: FaultyLine, tmp_path: Path, folder: Path
) -> None:
    jane = await conversation_with(api, JANE, "Where are my papers?")
    written(folder / "first.txt", 50_000)
    written(folder / "second.txt")
    async with console_on(server, tmp_path, url=line.url) as console:
        await replying(console)
        line.expect(Fault("reset", Place("onward", 20_000)), UPLOAD)
        await attach(console, "first.txt")
        await attach(console, "second.txt")
        await console.until(lambda: attached(console) == ["second.txt"] and row(console, "failed"))
        assert row(console, "failed") == "▤ first.txt failed: the line broke F5 again · Ctrl+X off", "in two rows"
        await console.press("enter")
        assert console.said == "A file was not uploaded: F5 tries it again, Ctrl+X takes it off."
        assert len((await api.messages.list(jane)).items) == 1
        (folder / "first.txt").write_text("corrected")
        await console.press("f5")
        await console.until(lambda: attached(console) == ["second.txt", "first.txt"])
        assert row(console, "failed") == row(console, "uploads") == ""
        assert row(console, "files") == "▤ second.txt 1.0 kB   ▤ first.txt 9 B"
        await console.press("enter")
        await console.until(lambda: [entry.delivery for entry in console.entries] == ["sent", "sent"])
    sent = {file.name: file for file in (await api.messages.list(jane)).items[0].attachments}
    assert sorted(sent) == ["first.txt", "second.txt"]
    await api.files.download(sent["first.txt"].s3_key, tmp_path / "again.txt")
    assert (tmp_path / "again.txt").read_text() == "corrected"


async def test_a_failed_file_is_taken_off_before_one_that_is_there(
    server: RunningServer, api: Api, line: FaultyLine, tmp_path: Path, folder: Path
) -> None:
    await conversation_with(api, JANE, "Where are my papers?")
    written(folder / "there.txt")
    written(folder / "gone.txt")
    async with console_on(server, tmp_path, url=line.url) as console:
        await replying(console)
        await attach(console, "there.txt")
        await console.until(lambda: attached(console) == ["there.txt"])
        line.expect(Fault("reset", Place("onward", 200)), UPLOAD)
        await attach(console, "gone.txt")
        await console.until(lambda: row(console, "failed"))
        (folder / "gone.txt").unlink()
        await console.press("f5")
        await console.until(lambda: "no such file" in row(console, "failed"))
        assert "▤ gone.txt failed: it cannot be read: no such file" in row(console, "failed")
        await console.press("ctrl+x")
        assert row(console, "failed") == "" and attached(console) == ["there.txt"]
        await console.press("f5")
        assert console.said == "No file failed here."
        await console.press("ctrl+x")
        assert attached(console) == []
        await console.press("ctrl+x")
        assert console.said == "There is no file and no quote to take off."


async def test_without_a_line_it_is_said_and_a_key_tries_again_when_it_is_back(
    server: RunningServer, api: Api, line: FaultyLine, tmp_path: Path, folder: Path
) -> None:
    await conversation_with(api, JANE, "Where are my papers?")
    written(folder / "paper.txt")
    async with console_on(server, tmp_path, url=line.url) as console:
        await replying(console, "")
        line.cut()
        await attach(console, "paper.txt")
        await console.until(lambda: row(console, "failed"))
        assert "failed: there is no line to the server" in row(console, "failed")
        await console.press("enter")
        assert console.said.startswith("A file was not uploaded"), "there is more to it than that nothing is written"
        line.mend()
        await console.press("f5")
        await console.until(lambda: attached(console) == ["paper.txt"])


async def test_a_file_goes_on_while_one_works_elsewhere_and_ends_up_with_its_draft(
    server: RunningServer, api: Api, line: FaultyLine, tmp_path: Path, folder: Path
) -> None:
    deniz = await conversation_with(api, DENIZ, "Merhaba")
    jane = await conversation_with(api, JANE, "Where is my invoice?")
    written(folder / "scan.bin", LARGE)
    written(folder / "lost.txt")
    async with console_on(server, tmp_path, url=line.url) as console:
        await console.until(lambda: len(console.names) == 2)
        console.main.open(jane)
        await console.press("r")
        await half_way(console, line, "scan.bin")
        console.main.open(deniz)
        await console.press("r")
        assert row(console, "uploads") == "" and console.main.drafted == {jane}
        console.main.open(jane)
        assert "▤ scan.bin" in row(console, "uploads")
        console.main.open(deniz)
        line.mend()
        await console.until(lambda: "scan.bin is with the draft for Jane Cooper" in console.said)
        assert attached(console) == []
        console.main.open(jane)
        assert attached(console) == ["scan.bin"]

        await console.press("i")  # a note's files are its own
        line.stall()
        await attach(console, "lost.txt")
        await console.press("escape", "r")
        assert attached(console) == ["scan.bin"] and row(console, "uploads") == ""
        line.cut()
        await console.until(lambda: "lost.txt for Jane Cooper was not uploaded" in console.said)
        assert row(console, "failed") == ""
        await console.press("escape", "i")
        assert "▤ lost.txt failed" in row(console, "failed") and attached(console) == []


async def test_a_file_for_a_conversation_that_is_deleted_meanwhile_leaves_no_draft_behind(
    server: RunningServer, api: Api, line: FaultyLine, tmp_path: Path, folder: Path
) -> None:
    await conversation_with(api, DENIZ, "Merhaba")
    jane = await conversation_with(api, JANE, "Where is my invoice?")
    written(folder / "scan.txt", 100_000)
    async with console_on(server, tmp_path, url=line.url) as console:
        await console.until(lambda: len(console.names) == 2)
        exchange = line.expect(Fault("silence", Place("onward", 20_000)), UPLOAD)
        await console.press("r")
        await attach(console, "scan.txt")
        await exchange.struck.wait()
        await api.conversations.delete(jane)
        await console.until(lambda: console.said == "The conversation was deleted.")
        line.reset()
        await console.until(lambda: console.said == "scan.txt was for a conversation that is deleted.")
        assert console.main.drafted == frozenset() and not console.main.desk.uploads.conversations()


async def test_leaving_breaks_off_what_goes_up_and_keeps_what_was_written(
    server: RunningServer, api: Api, line: FaultyLine, tmp_path: Path, folder: Path
) -> None:
    await conversation_with(api, JANE, "Where is my invoice?")
    written(folder / "scan.bin", LARGE)
    async with console_on(server, tmp_path, url=line.url) as console:
        await replying(console, "Here")
        await half_way(console, line, "scan.bin")
        console.app.exit()
    line.mend()
    async with console_on(server, tmp_path, url=line.url) as console:
        await console.until(lambda: console.names)
        await console.press("r")
        assert console.main.composer.text == "Here" and attached(console) == []
    assert stored(server) == []


async def test_a_file_that_is_too_large_says_so_and_nothing_is_sent(
    server: RunningServer, api: Api, tmp_path: Path, folder: Path
) -> None:
    await conversation_with(api, JANE, "Where is my invoice?")
    with (folder / "large.bin").open("wb") as file:
        file.truncate(26 * 1024 * 1024)
    async with console_on(server, tmp_path, size=(80, 24)) as console:
        await replying(console)
        await attach(console, "large.bin")
        await console.until(lambda: row(console, "failed"))
        assert "it is larger than 25 MB" in row(console, "failed")
        await console.press("ctrl+x")
        assert row(console, "failed") == ""


# Saving


async def with_a_file(api: Api, name: str, size: int) -> bytes:
    """Jane has sent a file; what is in it."""
    jane = await conversation_with(api, JANE)
    path = written(Path.cwd().parent / "theirs", size)
    (uploaded,) = await api.files.upload([path.rename(path.with_name(name))])
    sent = Send(conversation_id=jane, content={"en": "Look"}, sender="customer", attachment_ids=[uploaded.id])
    await api.messages.send(sent)
    return path.with_name(name).read_bytes()


async def save(console: OpenConsole) -> None:
    """Save the file of the first message under the name that is offered."""
    await console.press("w")
    await console.shows(FilePicker)
    await console.until(lambda: "save here" in console.app.export_screenshot().replace("&#160;", " "))
    await console.press("enter")
    await console.until(lambda: not isinstance(console.app.screen, FilePicker))


async def reading(console: OpenConsole) -> None:
    """Jane's message is under the cursor."""
    await console.until(lambda: console.names)
    await console.press("enter")
    await console.until(lambda: console.main.messages.entry and console.main.messages.entry.files)


async def test_a_file_that_is_saved_says_how_far_it_is_and_can_be_stopped(
    server: RunningServer, api: Api, line: FaultyLine, tmp_path: Path, folder: Path
) -> None:
    content = await with_a_file(api, "photo.bin", LARGE)
    async with console_on(server, tmp_path, url=line.url) as console:
        await reading(console)
        exchange = line.expect(request=DOWNLOAD)
        line.rate = 4_000_000
        await save(console)
        await exchange.begun.wait()
        await console.until(lambda: "%" in busy(console))
        line.stall()
        assert busy(console).startswith("saving photo.bin ") and busy(console).endswith(" % · W stops")
        assert [name[:12] for name in names_in(folder)] == [".connect360-"]
        await console.press("W")
        assert console.said == "Stopped. Nothing of photo.bin was kept." and busy(console) == ""
        await console.until(lambda: names_in(folder) == [])
        line.mend()
        await save(console)
        await console.until(lambda: console.said == "Saved photo.bin.")
        assert (folder / "photo.bin").read_bytes() == content
        await console.press("W")
        assert console.said == "No file is being saved."


async def test_a_file_that_breaks_off_leaves_nothing_and_can_be_saved_again(
    server: RunningServer, api: Api, line: FaultyLine, tmp_path: Path, folder: Path
) -> None:
    content = await with_a_file(api, "photo.bin", 100_000)
    async with console_on(server, tmp_path, url=line.url) as console:
        await reading(console)
        line.expect(Fault("reset", Place("back", 50_000)), DOWNLOAD)
        await save(console)
        await console.until(lambda: console.said == "photo.bin was not saved: the line broke. w tries again.")
        assert names_in(folder) == [] and busy(console) == ""
        await save(console)
        await console.until(lambda: console.said == "Saved photo.bin.")
        assert (folder / "photo.bin").read_bytes() == content


async def test_a_file_is_never_written_over(server: RunningServer, api: Api, tmp_path: Path, folder: Path) -> None:
    content = await with_a_file(api, "photo.bin", 1_000)
    (folder / "photo.bin").write_text("mine")
    async with console_on(server, tmp_path) as console:
        await reading(console)
        await save(console)
        await console.until(lambda: console.said == "Saved photo 2.bin.")
    assert (folder / "photo.bin").read_text() == "mine"
    assert (folder / "photo 2.bin").read_bytes() == content
