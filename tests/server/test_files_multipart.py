"""Bodies of many parts, cut anywhere and broken anywhere: the same events, or one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.server.multipart import FileBegins, FileEnds, FileEvent, MultipartError, boundary_of, file_events
from tests.server.uploading import END, FORM, part

FILES = st.lists(st.binary(max_size=60) | st.sampled_from([b"\r\n--", b"\r\n--x", b"--x--", b"\r", b""]), max_size=4)


def events(pieces: Sequence[bytes], content_type: str = FORM) -> list[FileEvent]:
    """All that these pieces of a body bring."""

    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def read() -> list[FileEvent]:
        return [event async for event in file_events(body(), content_type)]

    return asyncio.run(read())


def contents(brought: Sequence[FileEvent]) -> list[bytes]:
    """The files, whole."""
    whole: list[bytes] = []
    for event in brought:
        if isinstance(event, FileBegins):
            whole.append(b"")
        elif isinstance(event, bytes):
            whole[-1] += event
    return whole


def cut(body: bytes, places: Sequence[int]) -> list[bytes]:
    """The body in pieces."""
    edges = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


@given(FILES, st.lists(st.integers(0, 10_000), max_size=8))
def test_a_body_is_the_same_however_it_is_cut(files: list[bytes], places: list[int]) -> None:
    boundary = "q2x9"  # none of the files holds it
    body = b"".join(part(file) for file in files).replace(b"--x\r\nContent", b"--q2x9\r\nContent") + b"--q2x9--\r\n"
    brought = events(cut(body, places), f"multipart/form-data; boundary={boundary}")
    assert contents(brought) == files
    assert brought.count(FileEnds()) == len(files)


@given(st.integers(0, 400), st.binary(max_size=8), st.lists(st.integers(0, 10_000), max_size=4))
def test_a_body_that_is_damaged_anywhere_is_read_or_refused(at: int, damage: bytes, places: list[int]) -> None:
    body = part(b"hello") + part(b"field", 'form-data; name="a"') + part(b"world" * 20) + END
    damaged = body[:at] + damage + body[at + len(damage) :]
    try:
        brought = events(cut(damaged, places))
    except MultipartError as error:
        assert str(error).endswith(".")
        return
    assert len(contents(brought)) == brought.count(FileEnds())


@given(st.binary(max_size=300), st.text(alphabet="multipart/form-data; boundary=\"x'*%é\x00", max_size=60))
def test_no_body_and_no_type_at_all_breaks_the_reading(body: bytes, content_type: str) -> None:
    for kind in (FORM, content_type):
        try:
            events([body], kind)
        except MultipartError:
            continue


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=80))
def test_no_disposition_breaks_the_reading(disposition: str) -> None:
    try:
        events([part(b"hello", disposition), END])
    except MultipartError:
        return


def test_bytes_that_nearly_end_a_part_come_as_one_event_of_a_piece() -> None:
    """Each event is awaited on the disk: a piece full of them must not become thousands."""
    near = b"\r\n--x-Q" * 30_000
    brought = events([part(b"")[:-2], near, b"\r\n" + END])
    assert len(brought) <= 5
    assert contents(brought) == [near]


@pytest.mark.parametrize(("boundary", "read"), [('"a b"', b"a b"), ("x" * 70, b"x" * 70)])
def test_a_boundary_is_read_as_it_was_meant(boundary: str, read: bytes) -> None:
    assert boundary_of(f"Multipart/Form-Data; charset=utf-8; boundary={boundary}") == read
