"""Downloads: never a page, in parts, and only what the client lacks."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.server.ranges import Span, Unsatisfiable, is_known, span_of
from tests.server.calling import Talk
from tests.server.uploading import MEGABYTE, PNG, kept, line_to, uploaded
from tests.support.server import RunningServer

TEN = b"0123456789"
ETAG = '"att_1"'


SERVED_AS = [
    (b"<!DOCTYPE html><script>alert(1)</script>", "photo.png", "text/plain; charset=utf-8"),
    (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "logo.svg", "text/plain; charset=utf-8"),
    (b"<!--ftypavif\x00--><script>alert(1)</script>", "photo.avif", "application/octet-stream"),
    (b"GIF89a=1;alert(1)//", "photo.gif", "text/plain; charset=utf-8"),
    (PNG, "photo.html", "image/png"),
]


async def test_nothing_is_served_as_a_page_and_no_page_as_a_picture(agent: Talk) -> None:
    for content, name, kind in SERVED_AS:
        file = await uploaded(agent, content, name)
        got = await agent.http.get(file["url"])
        assert (got.content, got.headers["content-type"]) == (content, kind)
        assert got.headers["content-disposition"].startswith("attachment;")
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert got.headers["cross-origin-resource-policy"] == "same-origin"
        assert "private" in got.headers["cache-control"]


async def test_a_name_comes_whole_and_in_ascii_too(agent: Talk) -> None:
    for name in ("فاتورة شهرية.pdf", "İş_Özeti ğüşç.txt", "quote's, 100%.txt"):
        file = await uploaded(agent, TEN, name)
        header = (await agent.http.get(file["url"])).headers["content-disposition"]
        assert header.isascii()
        assert header.startswith('attachment; filename="')
        assert header.endswith(f"; filename*=UTF-8''{quote(name, safe='')}")


PARTS: list[tuple[str, int, bytes | None, str | None]] = [
    ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
    ("bytes=4-4", 206, b"4", "bytes 4-4/10"),
    ("bytes=7-", 206, b"789", "bytes 7-9/10"),
    ("bytes=-2", 206, b"89", "bytes 8-9/10"),
    ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
    ("bytes=-99", 206, TEN, "bytes 0-9/10"),
    ("bytes=10-", 416, None, "bytes */10"),
    ("bytes=-0", 416, None, "bytes */10"),
    ("bytes=0-1,4-5", 200, TEN, None),
    ("bytes=5-2", 200, TEN, None),
    ("bytes=-", 200, TEN, None),
    ("lines=1-2", 200, TEN, None),
    ("bytes=" + "9" * 5000 + "-", 200, TEN, None),
    ("bytes=٣-٤", 200, TEN, None),
]


async def test_a_part_is_given_as_it_was_asked_for(agent: Talk) -> None:
    file = await uploaded(agent, TEN)
    for asked, status, content, named in PARTS:
        got = await agent.http.get(file["url"], headers={b"range": asked.encode()})
        assert (got.status_code, got.headers.get("content-range")) == (status, named), asked
        if content is None:
            assert got.json() == {"message": "The file has 10 bytes, and nothing of what was asked for."}
        else:
            assert (got.content, got.headers["content-length"]) == (content, str(len(content))), asked
            assert got.headers["accept-ranges"] == "bytes"


async def test_a_download_is_resumed_only_of_the_same_file(agent: Talk) -> None:
    file = await uploaded(agent, TEN)
    etag = (await agent.http.get(file["url"])).headers["etag"]
    same = await agent.http.get(file["url"], headers={"range": "bytes=8-", "if-range": etag})
    assert (same.status_code, same.content) == (206, b"89")
    for other in ('"other"', f"W/{etag}", "Sun, 22 Nov 2026 13:00:00 GMT"):
        whole = await agent.http.get(file["url"], headers={"range": "bytes=8-", "if-range": other})
        assert (whole.status_code, whole.content) == (200, TEN)


async def test_what_the_client_has_is_not_sent_again(agent: Talk, foreign: Talk) -> None:
    file = await uploaded(agent, TEN)
    etag = (await agent.http.get(file["url"])).headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        got = await agent.http.get(file["url"], headers={"if-none-match": known})
        assert (got.status_code, got.content, got.headers["etag"]) == (304, b"", etag)
    assert (await agent.http.get(file["url"], headers={"if-none-match": '"other"'})).status_code == 200
    assert (await foreign.http.get(file["url"], headers={"if-none-match": "*"})).status_code == 404


async def test_head_tells_all_that_get_does_and_sends_nothing(agent: Talk) -> None:
    file = await uploaded(agent, TEN, "فاتورة.txt")
    whole, head = await agent.http.get(file["url"]), await agent.http.head(file["url"], headers={"range": "bytes=0-1"})
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(whole.headers) | {"date": head.headers["date"]}
    assert (await agent.http.head(file["url"] + "x")).status_code == 404


async def test_a_part_of_a_large_file_begins_where_it_should(agent: Talk) -> None:
    content = b"".join(number.to_bytes(4, "big") for number in range(MEGABYTE // 4))
    file = await uploaded(agent, content, "numbers.bin")
    for start, end in ((262_143, 262_145), (1, MEGABYTE - 1), (524_288, MEGABYTE)):
        got = await agent.http.get(file["url"], headers={"range": f"bytes={start}-{end - 1}"})
        assert got.content == content[start:end]


async def test_a_file_that_is_deleted_while_it_is_read_ends_the_line_and_not_the_server(
    agent: Talk, server: RunningServer
) -> None:
    file = await uploaded(agent, bytes(25 * MEGABYTE), "large.bin")
    async with line_to(server.url) as line:
        await line.get(agent.http.headers["authorization"].removeprefix("Bearer "), file["url"])
        await line.reader.readexactly(MEGABYTE)
        kept(server.directory)[0].unlink()
        with pytest.raises(asyncio.IncompleteReadError):
            await line.reader.readexactly(24 * MEGABYTE)
    assert (await agent.http.get(file["url"])).status_code == 404


@given(st.text(alphabet="bytes=-0123456789, ", max_size=30), st.integers(0, 50))
def test_any_range_is_a_part_of_the_file_or_the_whole_or_none(asked: str, size: int) -> None:
    try:
        span = span_of({"range": asked}, size, ETAG)
    except Unsatisfiable:
        return
    assert span is None or 0 <= span.start < span.end <= size


def test_a_span_is_named_with_its_last_byte() -> None:
    assert Span(2, 5).of(9) == "bytes 2-4/9"
    assert not is_known({}, ETAG)
