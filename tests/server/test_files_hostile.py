"""Hostile uploads: each gets its sentence, and leaves no file, no half of one and no record."""

from __future__ import annotations

import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx
import pytest

from console.contract.procedures import UPLOAD
from console.contract.shapes import Limits
from console.server.keyring import create_keys, holder, private_directory
from console.server.routes.body import Patience
from tests.server.uploading import (
    END,
    FORM,
    MEGABYTE,
    Served,
    files_served,
    kept,
    line_to,
    nothing_kept,
    part,
    recorded,
)
from tests.support.server import RunningServer
from tests.support.server_process import server_process
from tests.support.waiting import eventually

HALF = part(bytes(3 * MEGABYTE))[:-2]
BUSY = {"message": "The server cannot store anything at the moment. Try again later."}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with files_served(tmp_path / "data") as running:
        yield running


async def posted(served: Served, body: bytes | AsyncIterator[bytes], content_type: str = FORM) -> httpx.Response:
    """The answer to a body."""
    async with httpx.AsyncClient(headers=served.headers(), timeout=20) as client:
        return await client.post(served.url + UPLOAD.path, content=body, headers={"content-type": content_type})


UNUSABLE = {
    "nothing": (FORM, END, "No file was sent: send one to five as parts of multipart/form-data."),
    "no body": (FORM, b"", "The body ends before its last part is whole."),
    "no boundary": ("multipart/form-data", END, "Files are sent as multipart/form-data with a boundary."),
    "json": ("application/json", b"{}", "Files are sent as multipart/form-data with a boundary."),
    "no type": ("", b"", "Files are sent as multipart/form-data with a boundary."),
    "mixed": (
        "multipart/mixed; boundary=x",
        part(b"a") + END,
        "Files are sent as multipart/form-data with a boundary.",
    ),
    "long boundary": ("multipart/form-data; boundary=" + "x" * 71, b"", "A boundary has at most 70 characters."),
    "no parts": (
        FORM,
        b"hello",
        "The body is not valid multipart/form-data: its parts are not separated by its boundary.",
    ),
    "other boundary": (
        FORM,
        part(b"a").replace(b"--x", b"--y"),
        "The body is not valid multipart/form-data: its parts are not separated by its boundary.",
    ),
    "fields alone": (
        FORM,
        part(b"hello", 'form-data; name="a"') + END,
        "No file was sent: send one to five as parts of multipart/form-data.",
    ),
    "cut in a file": (FORM, part(b"half a file")[:-4], "The body ends before its last part is whole."),
    "cut in a header": (FORM, part(b"")[:30], "The body ends before its last part is whole."),
    "cut before the end": (FORM, part(b"whole"), "The body ends before its last part is whole."),
    "second part cut": (FORM, part(b"whole") + part(b"half")[:-2], "The body ends before its last part is whole."),
    "long header": (
        FORM,
        part(b"whole") + part(b"a", f'form-data; name="f"; filename="{"a" * MEGABYTE}"') + END,
        "The headers of a part are too long or cannot be read.",
    ),
    "many headers": (
        FORM,
        part(b"a", 'form-data; name="f"; filename="a"', *[f"X-{number}: y" for number in range(50)]) + END,
        "The headers of a part are too long or cannot be read.",
    ),
    "no colon": (
        FORM,
        part(b"whole") + b"--x\r\nhello\r\n\r\n" + END,
        "The headers of a part are too long or cannot be read.",
    ),
    "no disposition": (
        FORM,
        part(b"whole") + b"--x\r\nContent-Type: text/plain\r\n\r\na\r\n" + END,
        "A part has no name: each needs a Content-Disposition of form-data with one.",
    ),
    "no headers": (
        FORM,
        part(b"whole") + b"--x\r\n\r\na\r\n" + END,
        "A part has no name: each needs a Content-Disposition of form-data with one.",
    ),
    "no name": (
        FORM,
        part(b"whole") + part(b"a", 'form-data; filename="a.txt"') + END,
        "A part has no name: each needs a Content-Disposition of form-data with one.",
    ),
    "nested": (
        FORM,
        part(b"whole") + part(b"--y--", 'form-data; name="f"', "Content-Type: multipart/mixed; boundary=y") + END,
        "A part holds parts of its own: send each file as a part.",
    ),
    "base64": (
        FORM,
        part(b"aGVsbG8=", 'form-data; name="f"; filename="a.txt"', "Content-Transfer-Encoding: base64") + END,
        "A part is encoded: send files as they are.",
    ),
    "many fields": (
        FORM,
        part(b"whole") + part(b"", 'form-data; name="a"') * 101 + END,
        "An upload may hold at most 100 fields beside its files.",
    ),
    "long fields": (
        FORM,
        part(b"whole") + part(bytes(MEGABYTE // 2), 'form-data; name="a"') * 3 + END,
        "The fields beside the files are too long.",
    ),
    "six files": (FORM, part(b"a") * 6 + END, "At most 5 files can be sent at once."),
}


async def test_a_body_that_cannot_be_used_gets_its_sentence_and_leaves_nothing(served: Served) -> None:
    for case, (content_type, body, sentence) in UNUSABLE.items():
        answer = await posted(served, body, content_type)
        assert (answer.status_code, answer.json()) == (400, {"message": sentence}), case
        await nothing_kept(served.directory)


async def test_the_same_body_without_what_was_wrong_is_taken(served: Served) -> None:
    """What the table above varies is usable: it is the variation that is refused."""
    answer = await posted(served, part(b"whole") + part(b"hello", 'form-data; name="a"') * 100 + END)
    assert [file["size"] for file in answer.json()["files"]] == [5]


async def test_a_file_over_the_limit_is_refused_and_takes_the_others_with_it(tmp_path: Path) -> None:
    async with files_served(tmp_path / "data", limits=Limits(bytes_per_file=MEGABYTE)) as served:
        fits = await posted(served, part(bytes(MEGABYTE)) + END)
        assert fits.json()["files"][0]["size"] == MEGABYTE
        answer = await posted(served, part(b"small") + part(bytes(MEGABYTE + 1)) + END)
        assert answer.status_code == 413
        assert answer.json() == {"message": "a.txt is larger than 1 MB, the most that is taken."}
        await eventually(lambda: len(kept(served.directory)) == 1)
        assert recorded(served.directory) == 1


async def test_26_megabytes_are_more_than_25(served: Served) -> None:
    answer = await posted(served, part(b"small") + part(bytes(26 * MEGABYTE)) + END)
    assert (answer.status_code, answer.json()) == (
        413,
        {"message": "a.txt is larger than 25 MB, the most that is taken."},
    )
    await nothing_kept(served.directory)


async def test_a_body_that_goes_on_beyond_the_length_that_was_told_is_no_whole_body(served: Served) -> None:
    async with line_to(served.url) as line:
        await line.upload(served.key, 100)
        await line.send(part(bytes(2000)), END)
        assert await line.answer() == (400, {"message": "The body ends before its last part is whole."})
    await nothing_kept(served.directory)


async def test_a_body_that_stops_short_of_the_length_that_was_told_is_given_up(tmp_path: Path) -> None:
    async with files_served(tmp_path / "data", patience=Patience(silence=0.2)) as served, line_to(served.url) as line:
        await line.upload(served.key, 10 * MEGABYTE)
        await line.send(HALF)
        status, said = await line.answer()
        assert (status, said["message"][:16]) == (408, "Nothing came for")
        await nothing_kept(served.directory)


async def test_an_upload_that_crawls_is_given_up_though_it_never_stops(tmp_path: Path) -> None:
    slow = Patience(silence=60.0, grace=0.2, pace=1e12)
    async with files_served(tmp_path / "data", patience=slow) as served, line_to(served.url) as line:
        await line.upload(served.key, 10 * MEGABYTE)
        await line.send(HALF)
        assert await line.answer() == (
            408,
            {"message": "The request comes too slowly. Send it again over a better line."},
        )
        await nothing_kept(served.directory)


async def test_a_client_that_ends_its_half_of_the_line_has_left(served: Served) -> None:
    async with line_to(served.url) as line:
        await line.upload(served.key, 10 * MEGABYTE)
        await line.send(HALF)
        await eventually(lambda: bool(kept(served.directory)))
        line.writer.write_eof()
        await nothing_kept(served.directory)


async def test_a_client_that_is_gone_midway_leaves_nothing(served: Served) -> None:
    async with line_to(served.url) as line:
        await line.upload(served.key, 10 * MEGABYTE)
        await line.send(part(b"whole"), HALF)
        await eventually(lambda: len(kept(served.directory)) == 2)
    await nothing_kept(served.directory)


async def test_a_head_that_cannot_be_read_is_refused_before_the_upload_begins(served: Served) -> None:
    for length in ("Content-Length: -1", "Content-Length: 1\r\nContent-Length: 2", "Content-Length: 5x"):
        async with line_to(served.url) as line:
            await line.upload(served.key, length)
            assert await line.answer() == (400, "Invalid HTTP request received."), length
    await nothing_kept(served.directory)


async def test_a_boundary_of_a_megabyte_is_refused_while_it_comes(served: Served) -> None:
    """The line is cut with some of it unread, so that not every client sees the answer."""
    async with line_to(served.url) as line:
        with suppress(ConnectionError):
            await line.upload(served.key, 0, f"Content-Type: {FORM}{'x' * MEGABYTE}")
            assert await line.answer() == (400, "Invalid HTTP request received.")
    await nothing_kept(served.directory)


async def test_chunks_that_cannot_be_read_end_the_upload(served: Served) -> None:
    async with line_to(served.url) as line:
        await line.upload(served.key, "Transfer-Encoding: chunked")
        await line.send(b"%x\r\n%b\r\n" % (len(HALF), HALF))
        await eventually(lambda: bool(kept(served.directory)))
        await line.send(b"zz\r\n")
        status, said = await line.answer()
        assert (status, "Invalid HTTP request received." in said) == (400, True)
        await nothing_kept(served.directory)


async def test_the_key_and_the_length_are_judged_before_the_body_is_asked_for(server: RunningServer) -> None:
    """With `Expect`, a client sends its body only when told to go on: here it never is."""
    cases = [
        (None, 10, 401, {"message": "No apiKey provided."}),
        ("plato_wrong", 10, 401, {"error": "Unauthorized API key."}),
        (server.key("viewer"), 10, 403, {"message": "Missing permission: connect360:conversation:engage"}),
        (server.key("agent"), 600 * MEGABYTE, 413, {"message": "An upload may hold at most 5 files of 25 MB."}),
    ]
    for key, length, status, said in cases:
        async with line_to(server.url) as line:
            await line.upload(key, length, "Expect: 100-continue")
            assert await line.answer() == (status, said)
    async with line_to(server.url) as line:
        await line.upload(server.key("agent"), len(part(b"a") + END), "Expect: 100-continue")
        assert b" 100 " in await line.reader.readuntil(b"\r\n\r\n")
        await line.send(part(b"a"), END)
        assert (await line.answer())[0] == 200


async def test_uploads_of_one_key_that_are_under_way_have_a_bound(served: Served) -> None:
    body = part(bytes(MEGABYTE)) + END
    async with AsyncExitStack() as lines:
        held = [await lines.enter_async_context(line_to(served.url)) for _ in range(8)]
        for line in held:
            await line.upload(served.key, len(body))
            await line.send(body[:-1])
        await eventually(lambda: len(kept(served.directory)) == 8)
        answer = await posted(served, part(b"a") + END)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
        assert answer.json() == {"message": "At most 8 uploads can be under way."}
        for line in held:
            await line.send(body[-1:])
            assert (await line.answer())[0] == 200
    assert (await posted(served, part(b"a") + END)).status_code == 200


async def test_a_full_disk_is_said_leaves_nothing_and_heals(tmp_path: Path) -> None:
    """A limit on the size of files ends a write midway, as a full disk does: of the upload, then of the record."""
    directory = private_directory(tmp_path / "data")
    (key,) = create_keys(directory, "Workspace", [holder("Maya Okafor <maya@example.com>", "agent")])
    async with server_process(directory) as server:
        assert server.process is not None
        served = Served(server.url, key, directory)
        for most, body in ((MEGABYTE, part(b"whole") + part(bytes(3 * MEGABYTE)) + END), (4096, part(b"a") + END)):
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
            answer = await posted(served, body)
            assert (answer.status_code, answer.json()) == (503, BUSY)
            await nothing_kept(directory)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert (await posted(served, part(b"a") + END)).status_code == 200
        assert (len(kept(directory)), recorded(directory)) == (1, 1)
