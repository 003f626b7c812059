"""Files up and down over real sockets: what is taken, what comes back, and to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.contract.procedures import UPLOAD
from tests.server.calling import Talk
from tests.server.uploading import END, FORM, MEGABYTE, PNG, kept, line_to, part, uploaded
from tests.support.server import RunningServer

ASSETS = "/api/v1/connect/assets/"


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


async def test_files_come_back_as_they_went(agent: Talk) -> None:
    answer = await agent.http.post(
        UPLOAD.path, files=[("files", ("photo.png", PNG)), ("other", ("فاتورة.txt", "مرحبا".encode(), "text/html"))]
    )
    assert answer.status_code == 200
    photo, bill = answer.json()["files"]
    assert {"id", "name", "s3Key", "type", "url", "size"} == set(photo)
    assert (photo["name"], photo["type"], photo["size"]) == ("photo.png", "image/png", len(PNG))
    assert (bill["name"], bill["type"]) == ("فاتورة.txt", "text/plain")
    assert photo["s3Key"].endswith("/" + photo["id"])
    assert photo["url"] == ASSETS + photo["s3Key"]
    assert (await agent.http.get(photo["url"])).content == PNG
    assert (await agent.http.get(bill["url"])).text == "مرحبا"


async def test_text_fields_among_the_files_are_passed_over(agent: Talk) -> None:
    answer = await agent.http.post(
        UPLOAD.path, data={"note": "not a file"}, files=[("files", ("a.txt", b"a")), ("files", ("b.txt", b"b"))]
    )
    assert [file["name"] for file in answer.json()["files"]] == ["a.txt", "b.txt"]


async def test_an_uploaded_file_goes_out_with_a_message(agent: Talk) -> None:
    conversation = (await agent.customer())["id"]
    file = await uploaded(agent)
    sent = await agent.call("send", conversationId=conversation, attachmentIds=[file["id"]])
    assert sent["attachments"] == [file]


async def test_an_upload_stands_in_the_audit_log_file_by_file(agent: Talk, admin: Talk) -> None:
    answer = await agent.http.post(UPLOAD.path, files=[("f", ("a.txt", b"hello")), ("f", ("b.png", PNG))])
    refused = await agent.http.post(UPLOAD.path, content=part(b"a"), headers={"content-type": FORM})
    assert refused.status_code == 400
    entries = (await admin.call("listAuditLog", action="upload"))["items"]
    assert {(entry["targetKind"], entry["targetId"], entry["actor"]["name"]) for entry in entries} == {
        ("attachment", file["id"], "Omar Haddad") for file in answer.json()["files"]
    }
    assert sorted((entry["details"] for entry in entries), key=lambda details: int(details["size"])) == [
        {"type": "text/plain", "size": 5},
        {"type": "image/png", "size": len(PNG)},
    ]


HOSTILE_NAMES = {
    b"../../etc/passwd": "passwd",
    b"..\\..\\boot.ini": "boot.ini",
    b"a\x00b.png": "ab.png",
    "photo\u202egnp.exe".encode(): "photognp.exe",
    b"x" * 300 + b".jpeg": "x" * 195 + ".jpeg",
    b"": "file",
    b"\xff\xfe.txt": "\ufffd\ufffd.txt",
    b"say %22hi%22.txt": "say _hi_.txt",
    b"NUL.txt": "_NUL.txt",
    "é.txt".encode(): "é.txt",
}


async def test_a_hostile_name_is_made_harmless_and_is_no_path(agent: Talk, server: RunningServer) -> None:
    ids = set()
    for raw, name in HOSTILE_NAMES.items():
        body = part(b"hello").replace(b"a.txt", raw) + END
        answer = await agent.http.post(UPLOAD.path, content=body, headers={"content-type": FORM})
        assert answer.status_code == 200, raw
        assert answer.json()["files"][0]["name"] == name
        ids.add(answer.json()["files"][0]["id"])
    assert {path.name for path in kept(server.directory)} == ids
    assert {path.parent.parent for path in kept(server.directory)} == {server.directory / "files"}


NAMES = {
    "form-data; name=f; filename*=UTF-8''%D9%81.txt": "ف.txt",
    "form-data; name=f; filename*=utf-8'tr'%C4%B0.txt": "İ.txt",
    "form-data; name=f; filename*=UTF-8''%FF%00%2F..%2Fa.txt": "a.txt",
    "form-data; name=f; filename=plain.txt; filename*=UTF-8''other.txt": "plain.txt",
    'form-data; name="f"; filename="a;b\\"c.txt"': "a;b_c.txt",
}


async def test_a_name_is_read_as_old_and_new_clients_write_it(agent: Talk) -> None:
    for disposition, name in NAMES.items():
        body = part(b"hello", disposition) + END
        answer = await agent.http.post(UPLOAD.path, content=body, headers={"content-type": FORM})
        assert answer.json()["files"][0]["name"] == name


async def test_files_at_the_limit_are_taken_and_given_with_flat_memory(agent: Talk) -> None:
    before = _peak(reset=True)
    answer = await agent.http.post(
        UPLOAD.path,
        files=[("f", (f"{n}.bin", Repeated(25))) for n in range(5)],  # type: ignore[misc]
    )
    assert [file["size"] for file in answer.json()["files"]] == [25 * MEGABYTE] * 5
    async with agent.http.stream("GET", answer.json()["files"][0]["url"]) as got:
        assert sum([len(piece) async for piece in got.aiter_raw()]) == 25 * MEGABYTE
    assert _peak() - before < 16  # of 125 MB, both ends in this process


async def test_a_foreign_file_is_missing_like_one_that_never_was(agent: Talk, foreign: Talk) -> None:
    file = await uploaded(agent)
    theirs = await foreign.http.get(file["url"])
    missing = await foreign.http.get(f"{ASSETS}ws_no/att_no")
    assert (theirs.status_code, theirs.json()) == (404, {"message": "File not found."})
    assert (missing.status_code, missing.json()) == (404, {"message": "File not found."})
    assert dict(theirs.headers) == dict(missing.headers) | {"date": theirs.headers["date"]}


async def test_a_key_is_no_path(agent: Talk, server: RunningServer) -> None:
    """Sent as they stand: a library would tidy them up first."""
    file = await uploaded(agent)
    key_of_agent = agent.http.headers["authorization"].removeprefix("Bearer ")
    workspace, attachment = file["s3Key"].split("/")
    for key in (
        "../secret",
        "../workspace.db",
        "..%2f..%2fsecret",
        "%2e%2e/secret",
        "%2e%2e%2fworkspace.db",
        "..%5csecret",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "ws%00",
        "",
        "a//b",
        "%ff%fe",
        "x" * 10_000,
        workspace,
        attachment,
        f"{workspace}/",
        f"{workspace}/{attachment}%00",
        f"{workspace}/{attachment}/",
        f"{workspace}/./{attachment}",
        f"{workspace}/x/../{attachment}",
        f"/{workspace}/{attachment}",
        f"{workspace.upper()}/{attachment}",
    ):
        async with line_to(server.url) as line:
            await line.get(key_of_agent, ASSETS + key)
            assert await line.answer() == (404, {"message": "File not found."}), key


async def test_a_viewer_may_download_and_nobody_without_a_key(agent: Talk, viewer: Talk, server: RunningServer) -> None:
    file = await uploaded(agent)
    assert (await viewer.http.get(file["url"])).content == b"hello"
    nobody = await viewer.http.get(file["url"], headers={"authorization": ""})
    assert (nobody.status_code, nobody.json()) == (401, {"message": "No apiKey provided."})


async def test_an_empty_file_is_a_file(agent: Talk) -> None:
    file = await uploaded(agent, b"", "empty.txt")
    assert (file["size"], file["type"]) == (0, "application/octet-stream")
    got = await agent.http.get(file["url"])
    assert (got.status_code, got.content, got.headers["content-length"]) == (200, b"", "0")


def _peak(*, reset: bool = False) -> float:
    """The most memory that this process held since it was last reset, in MB."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("the peak of memory is read from /proc")
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
