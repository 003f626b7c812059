"""Uploaded files: taken from the stream within limits, kept in an object store, whole or not at all."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.store import LocalStore

from console.contract.shapes import Attachment, Limits
from console.server.file_types import HEAD, type_of
from console.server.multipart import FileBegins, FileEnds, MultipartError, file_events
from console.server.ranges import Span
from console.server.refusal import Refusal, bad_request
from console.server.store.messages import ASSETS
from console.text.file_name import safe_name

if TYPE_CHECKING:
    from obstore import AsyncWritableFile

CHUNK = 256 * 1024
_CHUNKS_AT_ONCE = 2  # one is written while the next comes; a slow disk must not gather more
_UNFINISHED = "*/*#*"  # how the store names a file that is not yet whole


class FileStore:
    """Files by key in a folder of ours. Keys are `<workspace>/<attachment>`, both ids: no client's name is a path."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._store = LocalStore(directory)

    def writer(self, key: str) -> AsyncWritableFile:
        """Write a file in pieces. It is there once closed; dropped before that, it takes what it wrote with it."""
        return obstore.open_writer_async(self._store, key, buffer_size=CHUNK, max_concurrency=_CHUNKS_AT_ONCE)

    def settle(self, keys: Sequence[str]) -> None:
        """Have whole files on the disk itself, names and all, so that no loss of power takes them."""
        files = [self._directory / key for key in keys]
        for path in (*files, *{file.parent for file in files}, self._directory):
            _flush(path)

    async def size(self, key: str) -> int:
        """How many bytes a file has. Raises FileNotFoundError."""
        return (await obstore.head_async(self._store, key))["size"]

    async def read(self, key: str, span: Span) -> AsyncIterator[bytes]:
        """A part of a file in pieces. Each is asked for by itself, so that a client that stalls holds nothing open."""
        for start in range(span.start, span.end, CHUNK):
            yield bytes(await obstore.get_range_async(self._store, key, start=start, end=min(start + CHUNK, span.end)))

    def clear_unfinished(self, before: float) -> None:
        """Remove what a server left that was killed midway. A younger one may be another server's upload, under way."""
        for left in self._directory.glob(_UNFINISHED):
            if _modified(left) < before:
                left.unlink(missing_ok=True)

    def older(self, before: float) -> list[str]:
        """The keys of whole files that were written before this moment, in seconds since 1970."""
        whole = (file for file in self._directory.glob("*/*") if not file.match(_UNFINISHED))
        return [file.relative_to(self._directory).as_posix() for file in whole if _modified(file) < before]

    def discard(self, keys: Sequence[str]) -> None:
        """Remove files; one that is not there is not missed. Synchronous, so that no cancellation comes between."""
        for key in keys:
            try:
                obstore.delete(self._store, key)
            except FileNotFoundError:
                continue


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _modified(file: Path) -> float:
    """When a file was written last; now for one that has gone meanwhile."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return math.inf


async def receive(
    store: FileStore,
    body: AsyncIterable[bytes],
    content_type: str,
    *,
    folder: str,
    new_id: Callable[[], str],
    limits: Limits,
) -> tuple[Attachment, ...]:
    """Store the files of a multipart body under `folder`. Raises Refusal; at any break nothing of it stays."""
    files: list[_Incoming] = []
    try:
        async for event in file_events(body, content_type):
            match event:
                case FileBegins(name):
                    if len(files) == limits.files_per_upload:
                        raise bad_request(f"At most {limits.files_per_upload} files can be sent at once.")
                    files.append(_Incoming.begin(store, folder, new_id(), safe_name(name)))
                case bytes():
                    await files[-1].write(event, limits.bytes_per_file)
                case FileEnds():
                    await files[-1].end()
        if not files:
            raise bad_request("No file was sent: send one to five as parts of multipart/form-data.")
        await asyncio.to_thread(store.settle, [file.key for file in files])
        return tuple(file.attachment() for file in files)
    except MultipartError as error:
        _undo(store, files)
        raise bad_request(str(error)) from error
    except BaseException:  # a client that went away, a full disk, a server that stops
        _undo(store, files)
        raise


@dataclass(slots=True)
class _Incoming:
    """A file on its way in."""

    id: str
    key: str
    name: str
    writer: AsyncWritableFile | None
    size: int = 0
    head: bytes = b""

    @classmethod
    def begin(cls, store: FileStore, folder: str, id: str, name: str) -> _Incoming:
        key = f"{folder}/{id}"
        return cls(id, key, name, store.writer(key))

    async def write(self, piece: bytes, most: int) -> None:
        self.size += len(piece)
        if self.size > most:
            raise Refusal(
                "PAYLOAD_TOO_LARGE", f"{self.name} is larger than {most // 1024**2} MB, the most that is taken."
            )
        if len(self.head) < HEAD:
            self.head += piece[: HEAD - len(self.head)]
        if self.writer is not None:
            await self.writer.write(piece)

    async def end(self) -> None:
        if self.writer is not None:
            await self.writer.close()
            self.writer = None

    def attachment(self) -> Attachment:
        kind, url = type_of(self.head, self.name), ASSETS + self.key
        return Attachment(id=self.id, name=self.name, s3_key=self.key, type=kind, url=url, size=self.size)


def _undo(store: FileStore, files: Sequence[_Incoming]) -> None:
    """Leave no trace: an open writer is dropped, though the traceback still holds its frame; the rest is removed."""
    for file in files:
        file.writer = None
    store.discard([file.key for file in files])
