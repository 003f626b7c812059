"""Files up and down, over real sockets, against the ugly cases."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from console.server.keyring import private_directory
from console.server.service import Config, Service
from tests.support.server import RunningServer, running_server
from tests.support.waiting import eventually

UPLOAD = "/api/v1/connect/attachments"
MEGABYTE = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(50)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    async with running_server(tmp_path / "workspace") as running:
        yield running


@pytest.fixture
async def http(server: RunningServer) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {server.key('agent')}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=20) as client:
        yield client


def kept(server: RunningServer) -> list[Path]:
    """The files that lie in the store, whole or half."""
    return [path for path in (server.directory / "files").rglob("*") if path.is_file()]


async def nothing_kept(server: RunningServer) -> None:
    """What was half written is removed by a thread."""
    await eventually(lambda: not kept(server))


class Repeated:
    """A file of megabytes that is never whole in memory."""

    def __init__(self, megabytes: int) -> None:
        self._left = megabytes * MEGABYTE
        self._size = self._left

    def read(self, size: int = -1) -> bytes:
        """The next of it."""
        taken = min(self._left, size if size >= 0 else self._left)
        self._left -= taken
        return bytes(taken)

    def seek(self, offset: int, whence: int = 0) -> int:
        """As far as httpx asks to learn the size."""
        self._left = self._size - offset if whence == 0 else -offset
        return self.tell()

    def tell(self) -> int:
        """Where it is."""
        return self._size - self._left


async def test_files_come_back_as_they_went(http: httpx.AsyncClient, server: RunningServer) -> None:
    answer = await http.post(
        UPLOAD, files=[("files", ("photo.png", PNG)), ("other", ("فاتورة.txt", "مرحبا".encode(), "text/html"))]
    )
    assert answer.status_code == 200
    photo, bill = answer.json()["files"]
    assert {"id", "name", "s3Key", "type", "url", "size"} == set(photo)
    assert (photo["name"], photo["type"], photo["size"]) == ("photo.png", "image/png", len(PNG))
    assert (bill["name"], bill["type"]) == ("فاتورة.txt", "text/plain")
    assert photo["s3Key"].endswith("/" + photo["id"])
    got = await http.get(photo["url"])
    assert photo["url"] == f"/api/v1/connect/assets/{photo['s3Key']}"
    assert got.content == PNG
    assert got.headers["content-length"] == str(len(PNG))
    assert got.headers["content-type"] == "image/png"
    assert got.headers["x-content-type-options"] == "nosniff"
    other = await http.get(bill["url"])
    assert other.headers["content-disposition"].endswith("filename*=UTF-8''%D9%81%D8%A7%D8%AA%D9%88%D8%B1%D8%A9.txt")


async def test_an_uploaded_file_goes_out_with_a_message(http: httpx.AsyncClient) -> None:
    made = await http.post(
        "/api/trpc/v1.connect.getOrCreateConversation", json={"customer": {"name": "Jane", "email": "jane@example.com"}}
    )
    conversation = made.json()["result"]["data"]["id"]
    file = (await http.post(UPLOAD, files={"files": ("a.txt", b"hello")})).json()["files"][0]
    sent = await http.post(
        "/api/trpc/v1.connect.send", json={"conversationId": conversation, "attachmentIds": [file["id"]]}
    )
    assert sent.json()["result"]["data"]["attachments"] == [file]


async def test_files_of_a_deleted_conversation_are_gone(http: httpx.AsyncClient, server: RunningServer) -> None:
    admin = {"authorization": f"Bearer {server.key('admin')}"}
    made = await http.post("/api/trpc/v1.connect.getOrCreateConversation", json={"customer": {"name": "Jane"}})
    conversation = made.json()["result"]["data"]["id"]
    file = (await http.post(UPLOAD, files={"files": ("a.txt", b"hello")})).json()["files"][0]
    await http.post("/api/trpc/v1.connect.send", json={"conversationId": conversation, "attachmentIds": [file["id"]]})
    assert len(kept(server)) == 1
    await http.post("/api/trpc/v1.connect.deleteConversation", json={"id": conversation}, headers=admin)
    await nothing_kept(server)
    assert (await http.get(file["url"])).status_code == 404


async def test_an_html_file_called_png_is_neither_html_nor_shown(http: httpx.AsyncClient) -> None:
    page = b"<!DOCTYPE html><script>alert(1)</script>"
    file = (await http.post(UPLOAD, files={"files": ("photo.png", page, "text/html")})).json()["files"][0]
    assert file["type"] == "text/plain"
    got = await http.get(file["url"])
    assert got.headers["content-type"].startswith("text/plain")
    assert got.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in got.headers["content-security-policy"]


HOSTILE_NAMES = {
    b"../../etc/passwd": "passwd",
    b"..\\..\\boot.ini": "boot.ini",
    b"a\x00b.png": "ab.png",
    "photo\u202egnp.exe".encode(): "photognp.exe",
    b"x" * 300 + b".jpeg": "x" * 195 + ".jpeg",
    b"": "file",
    b"\xff\xfe.txt": "\ufffd\ufffd.txt",
    b"say %22hi%22.txt": 'say "hi".txt',
    "é.txt".encode(): "é.txt",
}


async def test_a_hostile_name_is_made_harmless_and_is_no_path(http: httpx.AsyncClient, server: RunningServer) -> None:
    ids = set()
    for raw, name in HOSTILE_NAMES.items():
        body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="' + raw + b'"\r\n\r\nhello\r\n--x--\r\n'
        answer = await http.post(UPLOAD, content=body, headers={"content-type": "multipart/form-data; boundary=x"})
        assert answer.status_code == 200, raw
        assert answer.json()["files"][0]["name"] == name
        ids.add(answer.json()["files"][0]["id"])
    assert {path.name for path in kept(server)} == ids
    assert {path.parent.parent for path in kept(server)} == {server.directory / "files"}


async def test_a_name_by_rfc_2231_is_read(http: httpx.AsyncClient) -> None:
    body = b"--x\r\nContent-Disposition: form-data; name=f; filename*=UTF-8''%D9%81.txt\r\n\r\nhello\r\n--x--\r\n"
    answer = await http.post(UPLOAD, content=body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.json()["files"][0]["name"] == "ف.txt"


async def test_a_file_over_the_limit_is_refused_and_nothing_stays(
    http: httpx.AsyncClient, server: RunningServer
) -> None:
    answer = await http.post(UPLOAD, files=[("f", ("small.txt", b"hello")), ("f", ("big.bin", Repeated(26)))])  # type: ignore[list-item]
    assert answer.status_code == 413
    assert answer.json() == {"message": "big.bin is larger than 25 MB, the most that is taken."}
    await nothing_kept(server)


async def test_files_at_the_limit_are_taken_with_flat_memory(http: httpx.AsyncClient) -> None:
    before = _peak(reset=True)
    answer = await http.post(UPLOAD, files=[("f", (f"{n}.bin", Repeated(25))) for n in range(5)])  # type: ignore[misc]
    assert [file["size"] for file in answer.json()["files"]] == [25 * MEGABYTE] * 5
    assert _peak() - before < 16  # of 125 MB, both ends in this process


UNUSABLE = (
    ("multipart/form-data; boundary=x", b"--x--\r\n", "No file was sent"),
    ("multipart/form-data; boundary=x", b"", "ends before"),
    ("multipart/form-data", b"--x--\r\n", "multipart/form-data with a boundary"),
    ("application/json", b"{}", "multipart/form-data with a boundary"),
    ("", b"", "multipart/form-data with a boundary"),
    ("multipart/form-data; boundary=x", b"hello", "not valid multipart"),
    ("multipart/form-data; boundary=" + "x" * 300, b"hello", "not valid multipart"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nno file\r\n--x--\r\n',
        "No file was sent",
    ),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nhalf a file',
        "ends before",
    ),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="' + b"a" * 9000 + b'"\r\n\r\nx\r\n--x--\r\n',
        "not valid multipart",
    ),
)


async def test_a_body_that_cannot_be_used_is_refused_and_nothing_stays(
    http: httpx.AsyncClient, server: RunningServer
) -> None:
    for content_type, body, sentence in UNUSABLE:
        answer = await http.post(UPLOAD, content=body, headers={"content-type": content_type})
        assert answer.status_code == 400, body
        assert sentence in answer.json()["message"]
    await nothing_kept(server)


async def test_six_files_are_refused_and_nothing_stays(http: httpx.AsyncClient, server: RunningServer) -> None:
    answer = await http.post(UPLOAD, files=[("f", (f"{n}.txt", b"hello")) for n in range(6)])
    assert answer.status_code == 400
    assert answer.json() == {"message": "At most 5 files can be sent at once."}
    await nothing_kept(server)


async def test_what_is_announced_as_too_large_is_not_read(server: RunningServer) -> None:
    head = _head(server, server.key("agent"), 600 * MEGABYTE)
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.url).port)
    writer.write(head)
    status, body = await _answer(reader)
    assert status == 413
    assert json.loads(body) == {"message": "An upload may hold at most 5 files of 25 MB."}
    writer.close()


async def test_chunks_without_end_are_cut_off(http: httpx.AsyncClient, server: RunningServer) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
        for _ in range(140):
            yield bytes(MEGABYTE)

    answer = await http.post(UPLOAD, content=endless(), headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413
    await nothing_kept(server)


@pytest.mark.parametrize(
    ("key", "status", "body"),
    [
        (None, 401, {"message": "No apiKey provided."}),
        ("plato_wrong", 401, {"error": "Unauthorized API key."}),
        ("viewer", 403, {"message": "Missing permission: connect360:conversation:engage"}),
    ],
)
async def test_the_key_is_looked_at_before_the_body(
    server: RunningServer, key: str | None, status: int, body: dict[str, str]
) -> None:
    """The answer comes though not one byte of the body was sent."""
    head = _head(server, server.key("viewer") if key == "viewer" else key, 1000)
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.url).port)
    writer.write(head)
    assert await _answer(reader) == (status, json.dumps(body, separators=(",", ":")).encode())
    writer.close()


async def test_a_client_that_leaves_midway_leaves_nothing_behind(server: RunningServer) -> None:
    half = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n' + bytes(3 * MEGABYTE)
    _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.url).port)
    writer.write(_head(server, server.key("agent"), 10 * MEGABYTE) + half)
    await writer.drain()
    await eventually(lambda: bool(kept(server)))
    writer.transport.abort()
    await nothing_kept(server)


async def test_a_server_that_stops_midway_leaves_nothing_behind(server: RunningServer) -> None:
    half = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n' + bytes(3 * MEGABYTE)
    _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(server.url).port)
    writer.write(_head(server, server.key("agent"), 10 * MEGABYTE) + half)
    await writer.drain()
    await eventually(lambda: bool(kept(server)))
    await server.stop()
    await nothing_kept(server)
    writer.close()


async def test_a_foreign_file_is_missing_like_one_that_never_was(
    http: httpx.AsyncClient, server: RunningServer
) -> None:
    file = (await http.post(UPLOAD, files={"files": ("a.txt", b"hello")})).json()["files"][0]
    stranger = {"authorization": f"Bearer {server.key('admin', workspace='Contoso')}"}
    foreign = await http.get(file["url"], headers=stranger)
    missing = await http.get("/api/v1/connect/assets/ws_no/att_no", headers=stranger)
    assert (
        (foreign.status_code, foreign.json())
        == (missing.status_code, missing.json())
        == (
            404,
            {"message": "File not found."},
        )
    )
    assert dict(foreign.headers) == dict(missing.headers) | {"date": foreign.headers["date"]}


async def test_a_key_is_no_path(http: httpx.AsyncClient) -> None:
    for key in ("../secret", "..%2f..%2fsecret", "%2e%2e/secret", "/etc/passwd", "ws%00", "", "a//b"):
        assert (await http.get(f"/api/v1/connect/assets/{key}")).status_code == 404, key


async def test_a_viewer_may_download_and_nobody_without_a_key(http: httpx.AsyncClient, server: RunningServer) -> None:
    file = (await http.post(UPLOAD, files={"files": ("a.txt", b"hello")})).json()["files"][0]
    viewer = {"authorization": f"Bearer {server.key('viewer')}"}
    assert (await http.get(file["url"], headers=viewer)).content == b"hello"
    async with httpx.AsyncClient(base_url=server.url) as nobody:
        answer = await nobody.get(file["url"])
        assert (answer.status_code, answer.json()) == (401, {"message": "No apiKey provided."})


async def test_a_file_that_is_lost_is_missing(http: httpx.AsyncClient, server: RunningServer) -> None:
    file = (await http.post(UPLOAD, files={"files": ("a.txt", b"hello")})).json()["files"][0]
    kept(server)[0].unlink()
    assert (await http.get(file["url"])).status_code == 404


async def test_an_empty_file_is_a_file(http: httpx.AsyncClient) -> None:
    file = (await http.post(UPLOAD, files={"files": ("empty.txt", b"")})).json()["files"][0]
    assert (file["size"], file["type"]) == (0, "application/octet-stream")
    assert (await http.get(file["url"])).content == b""


async def test_what_nobody_will_ask_for_is_cleared_at_the_next_start(
    http: httpx.AsyncClient, server: RunningServer
) -> None:
    file = (await http.post(UPLOAD, files={"files": ("a.txt", b"hello")})).json()["files"][0]
    (whole,) = kept(server)
    half, running, lost, recent = (whole.with_name(name) for name in ("att_h#1", "att_r#1", "att_lost", "att_recent"))
    for left in (half, running, lost, recent):
        left.write_bytes(b"left")
    an_hour_ago = time.time() - 3601
    for old in (whole, half, lost):
        os.utime(old, (an_hour_ago, an_hour_ago))
    await server.stop()
    await server.start()
    await eventually(lambda: set(kept(server)) == {whole, running, recent})
    async with httpx.AsyncClient(base_url=server.url, headers=http.headers) as again:
        assert (await again.get(file["url"])).content == b"hello"


async def test_what_was_uploaded_and_not_sent_in_a_day_goes(tmp_path: Path) -> None:
    started = datetime.now(UTC)
    for clock, left in ((lambda: started, 1), (lambda: started + timedelta(hours=25), 0)):
        async with running_server(tmp_path / "data", clock=clock) as server:
            if left:
                headers = {"Authorization": f"Bearer {server.key()}"}
                async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
                    await client.post(UPLOAD, files={"files": ("a.txt", b"hello")})
            await eventually(lambda left=left, server=server: len(kept(server)) == left)  # type: ignore[misc]


async def test_files_of_a_last_change_go_before_the_server_is_gone(tmp_path: Path) -> None:
    service = Service(Config(private_directory(tmp_path / "data")))
    (service.config.directory / "files" / "ws").mkdir()
    file = service.config.directory / "files" / "ws" / "att_1"
    file.write_bytes(b"x")
    writing = asyncio.create_task(service.store.write(lambda transaction: transaction.files.append("ws/att_1")))
    await asyncio.sleep(0)
    await service.close()
    await writing
    assert not file.exists()


async def test_the_folder_of_files_is_the_servers_own(server: RunningServer) -> None:
    assert (server.directory / "files").stat().st_mode & 0o077 == 0


def _head(server: RunningServer, key: str | None, length: int) -> bytes:
    lines = [
        f"POST {UPLOAD} HTTP/1.1",
        f"Host: {urlsplit(server.url).netloc}",
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {length}",
        *([f"Authorization: Bearer {key}"] if key else []),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The answer that comes while the body is still owed."""
    async with asyncio.timeout(2):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        return int(head.split()[1]), await reader.readexactly(length)


def _peak(*, reset: bool = False) -> float:
    """The most memory that this process held since it was last reset, in MB."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("the peak of memory is read from /proc")
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
