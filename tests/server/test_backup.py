"""`connect360 backup`: all of it, of one moment, in one private file, while the server is written to."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from console.__main__ import run
from console.contract.procedures import ASSET, UPLOAD
from console.server.store.engine import DATABASE
from tests.server.calling import Talk, talking
from tests.support.server import RunningServer, running_server
from tests.support.server_process import told


@asynccontextmanager
async def writing(talk: Talk, conversation: str) -> AsyncIterator[None]:
    """Somebody who writes for as long as the block runs."""
    over = asyncio.Event()

    async def write() -> None:
        while not over.is_set():
            await talk.answers(conversation, "meanwhile")

    writers = [asyncio.create_task(write()) for _ in range(4)]
    try:
        yield
    finally:
        over.set()
        await asyncio.gather(*writers)


async def test_a_restored_backup_has_all_that_was_acknowledged_before_it_began(
    server: RunningServer, tmp_path: Path
) -> None:
    key, target, restored = server.key("admin"), tmp_path / "backup.tar", tmp_path / "restored"
    async with talking(server.url, key) as talk:
        top = (await talk.customer())["id"]
        uploaded = await talk.http.post(UPLOAD.path, files={"files": ("photo.txt", b"a lamp" * 100_000)})
        (file,) = uploaded.json()["files"]
        sent = [await talk.answers(top, "with a file", attachmentIds=[file["id"]])]
        async with writing(talk, top):
            sent += [await talk.answers(top, f"text {number}") for number in range(20)]
            assert await told("backup", "--data", str(server.directory), str(target)) == (0, "", "")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    restored.mkdir(0o700)
    extracting = await asyncio.create_subprocess_exec("tar", "-xf", str(target), "-C", str(restored))
    assert await extracting.wait() == 0
    with closing(sqlite3.connect(restored / DATABASE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    async with running_server(restored) as served, talking(served.url, key) as talk:
        thread = []
        cursor = None
        while True:
            page = await talk.call("listMessages", conversationId=top, limit=100, cursor=cursor)
            thread += page["items"]
            if (cursor := page["nextCursor"]) is None:
                break
        assert [message for message in reversed(thread) if message["content"]["en"] != "meanwhile"] == sent
        downloaded = await talk.http.get(ASSET.path.replace("{key}", file["s3Key"]))
        assert downloaded.content == b"a lamp" * 100_000
        assert (await talk.answers(top, "and on it goes"))["content"] == {"en": "and on it goes"}


async def test_a_file_that_was_deleted_meanwhile_is_not_missed(server: RunningServer, tmp_path: Path) -> None:
    async with talking(server.url, server.key("admin")) as talk:
        uploaded = await talk.http.post(UPLOAD.path, files={"files": ("photo.txt", b"a lamp")})
        key = uploaded.json()["files"][0]["s3Key"]
    (server.directory / "files" / key).unlink()
    assert run(["backup", "--data", str(server.directory), str(tmp_path / "b.tar")], set()) == 0
    with tarfile.open(tmp_path / "b.tar") as archive:
        modes = {entry.name: oct(entry.mode) for entry in archive}
    workspace = key.split("/")[0]
    assert modes == {
        ".": "0o700",
        DATABASE: "0o600",
        "secret": "0o600",
        "files": "0o700",
        f"files/{workspace}": "0o700",
    }


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """A data directory at rest."""
    async with running_server(tmp_path / "data") as server:
        server.key()
    return tmp_path / "data"


def test_what_is_there_is_replaced_only_when_asked(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "backup.tar"
    target.write_text("mine")
    assert run(["backup", "--data", str(data), str(target)], set()) == 1
    assert "is there already. Choose another name, or add --overwrite." in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert run(["backup", "--data", str(data), str(target), "--overwrite"], set()) == 0
    assert tarfile.is_tarfile(target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "data"]


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("nowhere/b.tar", "b.tar cannot be written: No such file or directory."),
        ("data", "data is there already."),
        ("file/b.tar", "b.tar cannot be written: Not a directory."),
        ("full", "full is there already."),
        ("x" * 250, "cannot be written: File name too long."),
    ],
)
def test_a_target_that_cannot_be_had_is_told_in_a_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str, sentence: str
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "full").symlink_to("/dev/full")
    before = sorted(tmp_path.iterdir())
    assert run(["backup", "--data", str(data), str(tmp_path / target)], set()) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ""
    assert sorted(tmp_path.iterdir()) == before


def test_a_backup_for_which_there_is_no_room_leaves_nothing(data: Path, tmp_path: Path) -> None:
    small = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))"
    command = [sys.executable, "-c", f"{small}; from console.__main__ import main; main()"]
    arguments = ["backup", "--data", str(data), str(tmp_path / "b.tar")]
    ended = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "cannot be" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_data_that_is_not_there_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backup", "--data", str(tmp_path / "none"), str(tmp_path / "b.tar")], set()) == 1
    assert "There is no data in" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["keys", "list"], ["backup"]], ids=" ".join)
def test_another_users_data_is_left_alone(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    os.chown(data, 12_345, -1)
    target = [str(tmp_path / "b.tar")] if command == ["backup"] else []
    assert run([*command, "--data", str(data), *target], set()) == 1
    assert "is another user's of this machine" in capsys.readouterr().err
