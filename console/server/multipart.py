"""The files of a multipart body, taken from the stream as they come and handed on: nothing is gathered."""

from __future__ import annotations

import email.message
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from console.errors import Connect360Error

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks


class MultipartError(Connect360Error):
    """The body is not multipart/form-data, or ends before its end."""


@dataclass(frozen=True, slots=True)
class FileBegins:
    """A part with a file name begins; the name is as the client sent it."""

    name: str


@dataclass(frozen=True, slots=True)
class FileEnds:
    """The part that began last is whole."""


FileEvent = FileBegins | bytes | FileEnds


def boundary_of(content_type: str) -> bytes:
    """What separates the parts. Raises MultipartError for any other kind of body."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise MultipartError("Files are sent as multipart/form-data with a boundary.")
    return boundary


async def file_events(body: AsyncIterable[bytes], content_type: str) -> AsyncIterator[FileEvent]:
    """Each file of `body`: its beginning, its bytes in pieces, its end. Parts that are no files are passed over."""
    parts = _Parts()
    try:
        parser = MultipartParser(boundary_of(content_type), parts.callbacks())
        async for piece in body:
            parser.write(piece)
            for event in parts.take():
                yield event
    except FormParserError as error:
        raise MultipartError(f"The body is not valid multipart/form-data: {error}.") from error
    if not parts.ended:
        raise MultipartError("The body ends before its last part is whole.")


class _Parts:
    """What the parser calls back with, gathered for one piece of the body at a time."""

    def __init__(self) -> None:
        self.ended = False
        self._events: list[FileEvent] = []
        self._in_file = False
        self._field = b""
        self._value = b""
        self._disposition = b""

    def take(self) -> list[FileEvent]:
        """What came since it was last asked."""
        events, self._events = self._events, []
        return events

    def callbacks(self) -> MultipartCallbacks:
        """For python-multipart's parser."""
        return {
            "on_part_begin": self._part_begins,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_ends,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._bytes,
            "on_part_end": self._part_ends,
            "on_end": self._ends,
        }

    def _part_begins(self) -> None:
        self._in_file = False
        self._field = self._value = self._disposition = b""

    def _header_field(self, piece: bytes, start: int, end: int) -> None:
        self._field += piece[start:end]

    def _header_value(self, piece: bytes, start: int, end: int) -> None:
        self._value += piece[start:end]

    def _header_ends(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _headers_finished(self) -> None:
        name = _file_name(self._disposition)
        if name is not None:
            self._in_file = True
            self._events.append(FileBegins(name))

    def _bytes(self, piece: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._events.append(piece[start:end])

    def _part_ends(self) -> None:
        if self._in_file:
            self._events.append(FileEnds())
        self._in_file = False

    def _ends(self) -> None:
        self.ended = True


def _file_name(disposition: bytes) -> str | None:
    """The name in a Content-Disposition, None for a part that is no file.

    Browsers and httpx write a quotation mark as %22 (WHATWG, multipart/form-data encoding); old clients write RFC 2231.
    """
    _, options = parse_options_header(disposition)
    plain = options.get(b"filename")
    if plain is not None:
        return plain.decode("utf-8", "replace").replace("%22", '"')
    if b"filename*" not in disposition.lower():
        return None
    header = email.message.Message()
    header["Content-Disposition"] = disposition.decode("latin-1")
    return header.get_filename("")
