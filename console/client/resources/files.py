"""Attachments, up and down (contract, 6), streamed from disk and to disk."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

from pydantic import TypeAdapter

from console.client.answers import failure, json_of, unexpected, validated
from console.client.calls import Calls
from console.client.errors import Dropped, NotUnderstood
from console.client.reading import FileReading, opened
from console.client.retry import repeated
from console.contract.procedures import ASSET, UPLOAD
from console.contract.shapes import Attachment, UploadedFiles
from console.errors import FileError
from console.text.safe import name

FIELD = "files"
"""The form field of each file; the documentation names none, and ours takes any."""

SILENCE_SECONDS = 60.0
"""How long a transfer may stand still."""

_BUFFERED, _SLOWEST = 2 * 1024**2, 16 * 1024
"""Bytes that this machine takes at once and sends by and by, and how many a second leave on a line worth waiting for.

The last of an upload are on their way long after we gave them away, and nothing is heard until they are there.
"""

MAX_DOWNLOAD = 1024**3
"""Bytes; what a server sends beyond is not written, so that none can fill the disk."""

_UPLOADED = TypeAdapter(UploadedFiles)


class FilesResource:
    """The files of messages. Every method raises ApiError, and FileError for a file of ours."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def upload(
        self, paths: Sequence[Path], on_progress: Callable[[int, int], None] | None = None
    ) -> tuple[Attachment, ...]:
        """Upload files, whose ids go into a message. `on_progress` gets the bytes sent and the bytes in all.

        What the server would refuse for its number or size is a FileError before anything is sent.
        """
        limits = self._calls.known.limits

        async def attempt() -> tuple[Attachment, ...]:
            with ExitStack() as files:
                readings = await asyncio.to_thread(opened, paths, limits, files)
                return await self._send(readings, on_progress)

        return await repeated(attempt, repeatable=False)

    async def download(
        self,
        s3_key: str,
        to: Path,
        on_progress: Callable[[int, int | None], None] | None = None,
        *,
        size: int | None = None,
    ) -> None:
        """Save a file as `to`, whole or not at all. What has that name, be it a link to nowhere, is never written over.

        `on_progress` gets the bytes that came and those in all, None where nobody says how many. `size` is what the
        server said of the file before: what ends sooner, with nothing else to tell it by, is not whole.
        """
        await asyncio.to_thread(_refuse_existing, to)
        part, file = await asyncio.to_thread(_temporary_beside, to)
        try:
            with file:
                await self._receive(s3_key, file, on_progress, size)
                await asyncio.to_thread(_settle, file)
            await asyncio.to_thread(_put_in_place, part, to)
        except OSError as error:
            raise FileError(f"{name(to.name)} cannot be saved: {_why(error)}. Choose another place.") from None
        finally:
            with suppress(FileNotFoundError):
                part.unlink()

    async def _send(
        self, readings: Sequence[FileReading], on_progress: Callable[[int, int], None] | None
    ) -> tuple[Attachment, ...]:
        total = sum(reading.size for reading in readings)
        sent = 0

        def advanced(bytes_read: int) -> None:
            nonlocal sent
            sent += bytes_read
            if on_progress is not None:
                on_progress(sent, total)

        for reading in readings:
            reading.on_read = advanced
        async with self._calls.transport.stream(
            UPLOAD.method,
            UPLOAD.path,
            files=[(FIELD, (reading.sent_name, reading)) for reading in readings],
            silence=SILENCE_SECONDS + min(total, _BUFFERED) / _SLOWEST,
        ) as stream:
            answer = await stream.whole()
            if not 200 <= answer.status < 300:
                raise failure(answer)
        return validated(_UPLOADED, json_of(answer.body)).files

    async def _receive(
        self, s3_key: str, file: IO[bytes], on_progress: Callable[[int, int | None], None] | None, size: int | None
    ) -> None:
        path = ASSET.path.format(key=quote(s3_key.lstrip("/"), safe="/"))
        headers = {"Accept-Encoding": "identity"}
        async with self._calls.transport.stream(ASSET.method, path, headers=headers, silence=SILENCE_SECONDS) as stream:
            if stream.status != 200:
                raise unexpected(await stream.whole())
            received, announced = 0, _announced(stream.headers)
            async for chunk in stream.chunks:
                received += len(chunk)
                if received > MAX_DOWNLOAD:
                    raise NotUnderstood("The server sends more than a file. It was not saved; check the address.")
                await asyncio.to_thread(file.write, chunk)
                if on_progress is not None:
                    on_progress(received, size if announced is None else announced)
            is_framed = announced is not None or "transfer-encoding" in stream.headers
            if not is_framed and size is not None and received < size:
                raise Dropped("The line ended before the file was whole. Try again.")


def _announced(headers: Mapping[str, str]) -> int | None:
    """The bytes that are to come, by the answer's head; what is packed is counted otherwise."""
    length = headers.get("content-length", "")
    is_plain = headers.get("content-encoding", "identity") == "identity"
    return int(length) if is_plain and length.isascii() and length.isdigit() else None


def _refuse_existing(to: Path) -> None:
    if os.path.lexists(to):
        raise FileError(f"There is a {name(to.name)} already, which is left as it is. Choose another name.")


def _temporary_beside(to: Path) -> tuple[Path, IO[bytes]]:
    """A file of our own in the same folder, so that the rename at the end is one step."""
    part = to.with_name(f".connect360-{secrets.token_hex(8)}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise FileError(f"{name(to.name)} cannot be saved: {_why(error)}. Choose another place.") from None
    return part, os.fdopen(descriptor, "wb")


def _settle(file: IO[bytes]) -> None:
    """Have all of it on the disk before it has its name: a machine that loses power must not leave half of a file."""
    file.flush()
    os.fsync(file.fileno())


def _put_in_place(part: Path, to: Path) -> None:
    """Give the file its name in one step, which fails if somebody took it meanwhile. Raises OSError and FileError."""
    try:
        os.link(part, to, follow_symlinks=False)
    except FileExistsError:
        _refuse_existing(to)
        raise
    except OSError:  # a stick or a share that knows one name a file
        _claim(part, to)


def _claim(part: Path, to: Path) -> None:
    """The same in two steps: an empty file takes the name, or fails to, and the whole one takes its place."""
    try:
        os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        _refuse_existing(to)
        raise
    try:
        part.replace(to)
    except OSError:
        to.unlink()
        raise


def _why(error: OSError) -> str:
    return (error.strerror or "it failed").lower()
