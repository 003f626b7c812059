"""Attachments: streamed from disk and to disk, whole or not at all."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from console.client import errors
from console.client.api import Api
from console.errors import FileError
from tests.client.fakes import FakeServer, Heard, Line, reply, running
from tests.client.values import session

STORED = {"id": "att_1", "name": "photo.jpg", "s3Key": "ws/photo.jpg", "type": "image/jpeg", "url": "/x"}


async def storing(heard: Heard, line: Line) -> bytes:
    """Store what is uploaded."""
    return reply(200, {"files": [STORED]})


def written(path: Path, size: int) -> Path:
    """A file of so many bytes, no two stretches alike."""
    path.write_bytes(os.urandom(size))
    return path


async def test_files_are_sent_as_a_form_with_their_names(tmp_path: Path) -> None:
    photo, notes = written(tmp_path / "photo.jpg", 100), tmp_path / 'n"ö\r\n.txt'
    notes.write_text("notes")

    async with running(storing) as server, Api(server.url, "plato_k") as api:
        files = await api.files.upload([photo, notes])

    assert files[0].s3_key == "ws/photo.jpg"
    heard = server.heard[0]
    assert (heard.method, heard.path) == ("POST", "/api/v1/connect/attachments")
    assert heard.headers["authorization"] == "Bearer plato_k"
    assert heard.body.count(b'name="files"') == 2
    assert b'filename="photo.jpg"' in heard.body
    assert b'filename="n%22\xc3\xb6%0D%0A.txt"' in heard.body
    assert photo.read_bytes() in heard.body


async def test_progress_is_told_by_small_pieces_up_to_the_whole(tmp_path: Path) -> None:
    paths = [written(tmp_path / "a", 300_000), written(tmp_path / "b", 200_000)]
    told: list[tuple[int, int]] = []

    async with running(storing) as server, Api(server.url, "k") as api:
        await api.files.upload(paths, lambda sent, total: told.append((sent, total)))

    assert told[-1] == (500_000, 500_000)
    steps = [after[0] - before[0] for before, after in zip([(0, 0), *told], told, strict=False)]
    assert all(0 < step <= 65536 for step in steps)


async def test_a_file_without_bytes_is_sent(tmp_path: Path) -> None:
    async with running(storing) as server, Api(server.url, "k") as api:
        assert len(await api.files.upload([written(tmp_path / "empty", 0)])) == 1


def pipe_at(path: Path) -> Path:
    """A named pipe that nobody writes to."""
    os.mkfifo(path)
    return path


def unreadable_at(path: Path) -> Path:
    """A link into nowhere."""
    path.symlink_to(path.parent / "gone")
    return path


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path, "cannot be read: no such file"),
        (lambda path: path.parent, "directory|no file"),
        (pipe_at, "is no file"),
        (unreadable_at, "cannot be read"),
        (lambda path: path / "below" / "nothing", "cannot be read"),
    ],
)
async def test_what_cannot_be_read_is_said_before_anything_is_sent(tmp_path: Path, make: Any, why: str) -> None:
    async with running(storing) as server, Api(server.url, "k") as api:
        with pytest.raises(FileError, match=why):
            await api.files.upload([written(tmp_path / "good", 10), make(tmp_path / "a \x1b[2J file")])

    assert server.heard == []


async def test_what_the_server_would_refuse_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(25 * 1024 * 1024 + 1)
    small = written(tmp_path / "small", 1)

    async with running(storing) as server, Api(server.url, "k") as api:
        with pytest.raises(FileError, match="larger than 25 MB"):
            await api.files.upload([large])
        with pytest.raises(FileError, match="5 at a time"):
            await api.files.upload([small] * 6)
        with pytest.raises(FileError, match="no file to send"):
            await api.files.upload([])

    assert server.heard == []


async def test_the_limits_of_the_session_hold(tmp_path: Path) -> None:
    async def answering(heard: Heard, line: Line) -> bytes:
        return reply(200, {"result": {"data": session(bytesPerFile=10)}})

    async with running(answering) as server, Api(server.url, "k", trpc_path="/t", transformer="none") as api:
        await api.session.get()
        with pytest.raises(FileError, match="larger than"):
            await api.files.upload([written(tmp_path / "a", 11)])


async def test_a_file_that_shrinks_while_it_is_sent_is_told(tmp_path: Path) -> None:
    file = written(tmp_path / "log", 500_000)

    def shrink(sent: int, total: int) -> None:
        os.truncate(file, 100)

    async with running(storing) as server, Api(server.url, "k") as api:
        with pytest.raises(FileError, match="was changed while it was sent"):
            await api.files.upload([file], shrink)


async def test_of_a_file_that_grows_what_was_announced_is_sent(tmp_path: Path) -> None:
    file = written(tmp_path / "log", 200_000)
    before = file.read_bytes()

    def grow(sent: int, total: int) -> None:
        with file.open("ab") as more:
            more.write(b"grown")

    async with running(storing) as server, Api(server.url, "k") as api:
        await api.files.upload([file], grow)

    assert before in server.heard[0].body
    assert b"grown" not in server.heard[0].body


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(413, {"message": "Too large."}), errors.TooLarge),
        (reply(403, {"message": "Missing permission: connect360:conversation:engage"}), errors.Forbidden),
        (reply(502, b"<html>"), errors.ServerFault),
        (reply(200, b"<html>"), errors.NotUnderstood),
        (reply(200, {"files": [{"id": "x"}]}), errors.NotUnderstood),
        (reply(302, location="https://evil.example"), errors.Redirected),
    ],
)
async def test_a_refused_upload_is_typed(tmp_path: Path, answer: bytes, kind: type[errors.ApiError]) -> None:
    async with running(answer) as server, Api(server.url, "k") as api:
        with pytest.raises(kind):
            await api.files.upload([written(tmp_path / "a", 10)])


async def test_a_server_that_refuses_at_once_is_heard_though_all_was_not_sent(tmp_path: Path) -> None:
    is_over = asyncio.Event()

    async def refusing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply(413, {"message": "25 MB are the most."}, connection="close"))
        await writer.drain()
        while await reader.read(65536):
            pass
        writer.close()
        is_over.set()

    async with await asyncio.start_server(refusing, "127.0.0.1", 0) as server:
        async with Api(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "k") as api:
            with pytest.raises(errors.TooLarge, match="25 MB are the most"):
                await api.files.upload([written(tmp_path / "a", 20_000_000)])
        await is_over.wait()


async def test_an_upload_is_sent_again_after_the_wait_that_was_asked_for(tmp_path: Path) -> None:
    answers = iter([reply(429, retry_after="0"), reply(200, {"files": [STORED]})])

    async def answering(heard: Heard, line: Line) -> bytes:
        return next(answers)

    async with running(answering) as server, Api(server.url, "k") as api:
        await api.files.upload([written(tmp_path / "a", 70_000)])

    assert [len(heard.body) > 70_000 for heard in server.heard] == [True, True]


async def test_a_cancelled_upload_leaves_the_line(tmp_path: Path) -> None:
    left = asyncio.Event()

    async def waiting(heard: Heard, line: Line) -> None:
        await line.is_left()
        left.set()

    async with running(waiting) as server, Api(server.url, "k") as api:
        upload = asyncio.create_task(api.files.upload([written(tmp_path / "a", 10)]))
        await server.was_asked.wait()
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload
        await asyncio.wait_for(left.wait(), 5)


async def test_a_large_file_has_longer_to_be_answered_for_its_end_is_still_on_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(heard: Heard, line: Line) -> None:
        await line.is_left()

    monkeypatch.setattr("console.client.resources.files.SILENCE_SECONDS", 0.125)
    async with running(silent) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.TimedOut, match=r"within 0\.125 s"):
            await api.files.upload([written(tmp_path / "empty", 0)])
        with pytest.raises(errors.TimedOut, match=r"within 0\.375 s"):
            await api.files.upload([written(tmp_path / "larger", 4096)])


def only_file_in(folder: Path) -> list[str]:
    """The names in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def test_a_download_is_saved_under_its_name_for_us_alone(tmp_path: Path) -> None:
    content = os.urandom(300_000)

    async with running(reply(200, content, content_type="image/jpeg")) as server, Api(server.url, "plato_k") as api:
        await api.files.download("ws 1/ü/a?b.jpg", tmp_path / "a.jpg")

    assert (tmp_path / "a.jpg").read_bytes() == content
    assert (tmp_path / "a.jpg").stat().st_mode & 0o077 == 0
    assert only_file_in(tmp_path) == ["a.jpg"]
    assert server.heard[0].target == "/api/v1/connect/assets/ws%201/%C3%BC/a%3Fb.jpg"
    assert server.heard[0].headers["authorization"] == "Bearer plato_k"


async def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    there = tmp_path / "a.jpg"
    there.write_text("mine")

    async with running(reply(200, b"theirs")) as server, Api(server.url, "k") as api:
        with pytest.raises(FileError, match="already"):
            await api.files.download("k", there)

    assert there.read_text() == "mine"
    assert server.heard == []


async def test_a_file_that_comes_to_be_meanwhile_is_never_written_over(tmp_path: Path) -> None:
    there = tmp_path / "a.jpg"

    async def racing(heard: Heard, line: Line) -> bytes:
        there.write_text("mine")
        return reply(200, b"theirs")

    async with running(racing) as server, Api(server.url, "k") as api:
        with pytest.raises(FileError, match="already"):
            await api.files.download("k", there)

    assert there.read_text() == "mine"
    assert only_file_in(tmp_path) == ["a.jpg"]


async def breaking_off(heard: Heard, line: Line) -> None:
    """Send half of what was announced."""
    await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf")


async def refusing(heard: Heard, line: Line) -> bytes:
    """Know no such file."""
    return reply(404, {"message": "Asset not found."})


@pytest.mark.parametrize(("answering", "kind"), [(breaking_off, errors.Dropped), (refusing, errors.NotFound)])
async def test_a_download_that_fails_leaves_nothing(tmp_path: Path, answering: Any, kind: type[Exception]) -> None:
    async with running(answering) as server, Api(server.url, "k") as api:
        with pytest.raises(kind):
            await api.files.download("k", tmp_path / "a.jpg")

    assert only_file_in(tmp_path) == []


async def test_a_cancelled_download_leaves_nothing(tmp_path: Path) -> None:
    half_sent = asyncio.Event()

    async def halting(heard: Heard, line: Line) -> None:
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf")
        half_sent.set()
        await line.is_left()

    async with running(halting) as server, Api(server.url, "k") as api:
        download = asyncio.create_task(api.files.download("k", tmp_path / "a.jpg"))
        await half_sent.wait()
        download.cancel()
        with pytest.raises(asyncio.CancelledError):
            await download

    assert only_file_in(tmp_path) == []


async def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    fake: FakeServer
    async with running(reply(200, b"x")) as fake, Api(fake.url, "k") as api:
        with pytest.raises(FileError, match="cannot be saved: no such file or directory"):
            await api.files.download("k", tmp_path / "no such folder" / "a.jpg")

    assert fake.heard == []


async def test_the_progress_of_a_download_is_told_up_to_the_whole(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []

    async with running(reply(200, os.urandom(300_000))) as server, Api(server.url, "k") as api:
        await api.files.download("k", tmp_path / "a", lambda got, total: told.append((got, total)))

    assert told[-1] == (300_000, 300_000)
    assert [got for got, _ in told] == sorted(got for got, _ in told)


async def unmeasured(heard: Heard, line: Line) -> None:
    """Send some bytes and end the line: nothing tells whether these are all."""
    await line.say(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nsome bytes")


async def test_what_ends_sooner_than_the_server_said_before_is_not_saved(tmp_path: Path) -> None:
    async with running(unmeasured) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.Dropped, match="before the file was whole"):
            await api.files.download("k", tmp_path / "a.jpg", size=1000)
        assert only_file_in(tmp_path) == []
        told: list[tuple[int, int | None]] = []
        await api.files.download("k", tmp_path / "a.jpg", lambda got, total: told.append((got, total)))

    assert (tmp_path / "a.jpg").read_bytes() == b"some bytes"
    assert told[-1] == (10, None)


async def test_what_was_said_of_a_size_before_is_not_believed_against_the_answer(tmp_path: Path) -> None:
    async with running(reply(200, b"grown since")) as server, Api(server.url, "k") as api:
        await api.files.download("k", tmp_path / "a.txt", size=1000)

    assert (tmp_path / "a.txt").read_bytes() == b"grown since"
