"""The files of a multipart body, taken from the stream as they come and handed on: nothing is gathered."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import unquote

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from console.errors import Connect360Error

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_LONGEST_BOUNDARY = 70  # RFC 2046, section 5.1.1
_MOST_FIELDS = 100
_MOST_FIELD_BYTES = 1024 * 1024
_EXTENDED_NAME = re.compile(r"filename\*\s*=\s*utf-8'[^']*'([^;\s]*)", re.IGNORECASE)
_PLAIN_ENCODINGS = frozenset({b"", b"7bit", b"8bit", b"binary"})


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
    if len(boundary) > _LONGEST_BOUNDARY:
        raise MultipartError(f"A boundary has at most {_LONGEST_BOUNDARY} characters.")
    return boundary


async def file_events(body: AsyncIterable[bytes], content_type: str) -> AsyncIterator[FileEvent]:
    """Each file of `body`: its beginning, its bytes in pieces, its end. Parts that are no files are passed over.

    However a piece of the body is cut up by boundaries, the bytes of a file that it brings come as one.
    """
    parts = _Parts()
    parser = MultipartParser(boundary_of(content_type), parts.callbacks())
    async for piece in body:
        try:
            parser.write(piece)
        except FormParserError as error:
            raise MultipartError(parts.fault()) from error
        for event in parts.take():
            yield event
    if not parts.ended:
        raise MultipartError("The body ends before its last part is whole.")


class _Parts:
    """What the parser calls back with, gathered for one piece of the body at a time."""

    def __init__(self) -> None:
        self.ended = False
        self._events: list[FileEvent] = []
        self._in_file = False
        self._in_headers = False
        self._fields = 0
        self._field_bytes = 0
        self._name = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}

    def take(self) -> Iterator[FileEvent]:
        """What came since it was last asked."""
        events, self._events = self._events, []
        for is_bytes, group in groupby(events, key=lambda event: isinstance(event, bytes)):
            if is_bytes:
                yield b"".join(event for event in group if isinstance(event, bytes))
            else:
                yield from group

    def fault(self) -> str:
        """What is wrong when the parser gives up: its own words are about bytes and places."""
        if self._in_headers:
            return "The headers of a part are too long or cannot be read."
        return "The body is not valid multipart/form-data: its parts are not separated by its boundary."

    def callbacks(self) -> MultipartCallbacks:
        """For python-multipart's parser."""
        return {
            "on_part_begin": self._part_begins,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_ends,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._bytes,
            "on_part_end": self._part_ends,
            "on_end": self._ends,
        }

    def _part_begins(self) -> None:
        self._in_headers = True
        self._name = self._value = b""
        self._headers = {}

    def _header_name(self, piece: bytes, start: int, end: int) -> None:
        self._name += piece[start:end]

    def _header_value(self, piece: bytes, start: int, end: int) -> None:
        self._value += piece[start:end]

    def _header_ends(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        self._in_headers = False
        name = _file_name(self._headers)
        if name is not None:
            self._in_file = True
            self._events.append(FileBegins(name))
            return
        self._fields += 1
        if self._fields > _MOST_FIELDS:
            raise MultipartError(f"An upload may hold at most {_MOST_FIELDS} fields beside its files.")

    def _bytes(self, piece: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._events.append(piece[start:end])
            return
        self._field_bytes += end - start
        if self._field_bytes > _MOST_FIELD_BYTES:
            raise MultipartError("The fields beside the files are too long.")

    def _part_ends(self) -> None:
        if self._in_file:
            self._events.append(FileEnds())
        self._in_file = False

    def _ends(self) -> None:
        self.ended = True


def _file_name(headers: dict[bytes, bytes]) -> str | None:
    """The name in a part's headers, None for a part that is no file. Raises MultipartError for what is no part.

    Browsers and httpx write a quotation mark as %22 (WHATWG, multipart/form-data encoding); old clients write the name
    as RFC 5987 does, which RFC 7578 forbids.
    """
    disposition = headers.get(b"content-disposition", b"")
    kind, options = parse_options_header(disposition)
    if kind != b"form-data" or b"name" not in options:
        raise MultipartError("A part has no name: each needs a Content-Disposition of form-data with one.")
    if headers.get(b"content-transfer-encoding", b"").strip().lower() not in _PLAIN_ENCODINGS:
        raise MultipartError("A part is encoded: send files as they are.")
    plain = options.get(b"filename")
    if plain is not None:
        return plain.decode("utf-8", "replace").replace("%22", '"')
    extended = _EXTENDED_NAME.search(disposition.decode("latin-1"))
    if extended is not None:
        return unquote(extended[1])
    if headers.get(b"content-type", b"").strip().lower().startswith(b"multipart/"):
        raise MultipartError("A part holds parts of its own: send each file as a part.")
    return None
