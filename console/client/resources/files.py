"""Attachments, up and down (contract, 6), streamed from disk and to disk."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

from pydantic import TypeAdapter

from console.client.answers import failure, json_of, unexpected, validated
from console.client.calls import Calls
from console.client.errors import NotUnderstood
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

    async def download(self, s3_key: str, to: Path) -> None:
        """Save a file as `to`, whole or not at all; a file of that name is never written over."""
        await asyncio.to_thread(_refuse_existing, to)
        part, file = await asyncio.to_thread(_temporary_beside, to)
        try:
            with file:
                await self._receive(s3_key, file)
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
            silence=SILENCE_SECONDS,
        ) as stream:
            answer = await stream.whole()
        if not 200 <= answer.status < 300:
            raise failure(answer)
        return validated(_UPLOADED, json_of(answer.body)).files

    async def _receive(self, s3_key: str, file: IO[bytes]) -> None:
        path = ASSET.path.format(key=quote(s3_key.lstrip("/"), safe="/"))
        headers = {"Accept-Encoding": "identity"}
        async with self._calls.transport.stream(ASSET.method, path, headers=headers, silence=SILENCE_SECONDS) as stream:
            if stream.status != 200:
                raise unexpected(await stream.whole())
            received = 0
            async for chunk in stream.chunks:
                received += len(chunk)
                if received > MAX_DOWNLOAD:
                    raise NotUnderstood("The server sends more than a file. It was not saved; check the address.")
                await asyncio.to_thread(file.write, chunk)


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


def _put_in_place(part: Path, to: Path) -> None:
    """Claim the name, which fails if somebody took it meanwhile, then put the file there in one step."""
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
