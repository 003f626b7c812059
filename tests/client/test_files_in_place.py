"""Where a download is put: in one step, over nothing that is there, and never behind a link."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import Any

import pytest

from console.client.api import Api
from console.errors import FileError
from tests.client.fakes import Heard, Line, reply, running
from tests.client.test_files import only_file_in


async def test_a_link_of_that_name_is_neither_followed_nor_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link, target = tmp_path / "a.jpg", tmp_path / "elsewhere" / "b"
    link.symlink_to(target)

    async with running(reply(200, b"theirs")) as server, Api(server.url, "k") as api:
        with pytest.raises(FileError, match="already"):
            await api.files.download("k", link)

    assert link.is_symlink() and not target.exists()
    assert server.heard == []


async def test_a_link_that_comes_to_be_meanwhile_is_neither_followed_nor_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link, target = tmp_path / "a.jpg", tmp_path / "elsewhere" / "b"

    async def racing(heard: Heard, line: Line) -> bytes:
        link.symlink_to(target)
        return reply(200, b"theirs")

    async with running(racing) as server, Api(server.url, "k") as api:
        with pytest.raises(FileError, match="already"):
            await api.files.download("k", link)

    assert link.is_symlink() and not target.exists()
    assert only_file_in(tmp_path) == ["a.jpg", "elsewhere"]


async def test_where_a_file_has_one_name_only_it_is_saved_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing_links(*of: Any, **how: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refusing_links)
    async with running(reply(200, b"theirs")) as server, Api(server.url, "k") as api:
        await api.files.download("k", tmp_path / "a.jpg")
        with pytest.raises(FileError, match="already"):
            await api.files.download("k", tmp_path / "a.jpg")

    assert (tmp_path / "a.jpg").read_bytes() == b"theirs"
    assert only_file_in(tmp_path) == ["a.jpg"]


async def test_a_disk_that_takes_no_more_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of our files stands for a disk that is full: both end a write in the midst."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        async with running(reply(200, os.urandom(300_000))) as server, Api(server.url, "k") as api:
            with pytest.raises(FileError, match="cannot be saved: file too large"):
                await api.files.download("k", tmp_path / "a.jpg")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert only_file_in(tmp_path) == []
