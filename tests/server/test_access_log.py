"""A line about each request: enough to see who did what and how it went, and nothing that anybody must not read."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from console.contract.procedures import UPLOAD
from console.server.access import Visits
from console.server.keyring import create_keys, holder, list_keys, private_directory
from console.server.lines import Lines
from console.server.reporting import WordlessFormatter, account, on_loop_error
from tests.server.calling import MOUNT, talking
from tests.server.streams import following
from tests.support.server_process import server_process

LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (?P<method>[A-Z]+) (?P<path>[!-~]+) (?P<status>\d{3})"
    r" (?P<took>\d+\.\dms|open) (?P<key>\S+) (?P<workspace>\S+) (?P<address>\S+)"
)


async def raw(url: str, sent: bytes) -> None:
    """Bytes as no library would send them, and the end of the connection awaited."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    with suppress(ConnectionError):
        await asyncio.wait_for(reader.read(), 10)
    writer.close()


def told_of(process: int) -> bytes:
    """What other users of a machine may see of a process, and what its children would inherit."""
    return b"".join(Path(f"/proc/{process}/{name}").read_bytes() for name in ("cmdline", "environ"))


async def test_a_line_says_who_did_what_and_holds_no_key_and_no_words(tmp_path: Path) -> None:
    data = private_directory(tmp_path / "data")
    (key,) = create_keys(data, "Northwind", [holder("Maya <maya@example.com>", "admin")])
    async with server_process(data) as server:
        assert server.process is not None
        async with talking(server.url, key) as talk, talking(server.url, "plato_unknown") as stranger:
            top = (await talk.customer("Jane Cooper"))["id"]
            await talk.answers(top, "a lamp that broke")
            await talk.ask("searchMessages", query="a lamp that broke")
            await talk.http.post(UPLOAD.path, files={"files": ("jane.txt", b"a lamp that broke")})
            await stranger.ask("session")
            await talk.http.get(f"/api/{key}/x?key={key}&name=Jane")
            async with following(talk):
                pass
        for target in (b"/\x1b[31m", b"/%1b%5b31m\x7f", b"/a b", b"/" + b"x" * 400, b"/\xd9\x84"):
            await raw(server.url, b"GET " + target + b" HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        shown = told_of(server.process.pid)
        await server.end(signal.SIGTERM)
        text = server.errors.read_bytes()
    for hidden in (
        key.encode(),
        key[6:].encode(),
        b"unknown",
        b"Jane",
        b"jane",
        b"lamp",
        b"\x1b",
        b"\x7f",
        b"Traceback",
    ):
        assert hidden not in text
    assert key.encode() not in shown
    lines = [found.groupdict() for line in text.decode("ascii").splitlines() if (found := LINE.fullmatch(line))]
    (record,) = list_keys(data)
    known, nobody = (record.id, record.workspace_id), ("-", "-")
    told = [(one["method"], one["path"], one["status"], (one["key"], one["workspace"])) for one in lines]
    assert {one["address"] for one in lines} == {"127.0.0.1"}
    assert told[:7] == [
        ("POST", MOUNT + "getOrCreateConversation", "200", known),
        ("POST", MOUNT + "send", "200", known),
        ("GET", MOUNT + "searchMessages", "200", known),
        ("POST", UPLOAD.path, "200", known),
        ("GET", MOUNT + "session", "401", nobody),
        ("GET", "/api/plato_.../x", "404", nobody),
        ("GET", MOUNT + "events", "200", known),
    ]
    assert all(len(one["path"]) <= 300 for one in lines)


async def test_the_address_is_the_sockets_whatever_a_header_says(tmp_path: Path) -> None:
    boasts = {"x-forwarded-for": "203.0.113.7", "forwarded": "for=203.0.113.7", "x-real-ip": "203.0.113.7"}
    for host in ("127.0.0.1", "::1"):
        async with server_process(private_directory(tmp_path / "data"), "--host", host) as server:
            async with talking(server.url, None) as talk:
                assert (await talk.http.get("/healthz", headers=boasts)).status_code == 200
            await server.end(signal.SIGTERM)
            text = server.errors.read_text()
        assert re.search(rf"GET /healthz 200 \S+ - - {host}$", text, re.MULTILINE)
        assert "203.0.113.7" not in text


async def test_a_stream_of_events_has_a_line_when_it_opens_and_one_when_it_ends() -> None:
    lines: list[str] = []
    opened, ending = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        opened.set()
        await ending.wait()

    async def ignore(_message: Message) -> None:
        return

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": "/stream", "client": ("127.0.0.9", 4)}
    serving = asyncio.create_task(Visits(app, lines.append)(scope, nothing, ignore))
    await opened.wait()
    before = list(lines)
    ending.set()
    await serving
    found = [LINE.fullmatch(line) for line in lines]
    assert [(one["took"] == "open", one["address"]) for one in found if one] == [
        (True, "127.0.0.9"),
        (False, "127.0.0.9"),
    ]
    assert before == lines[:1]


async def test_a_quiet_server_says_nothing_of_requests(tmp_path: Path) -> None:
    data = private_directory(tmp_path / "data")
    async with server_process(data, "--quiet") as server:
        async with talking(server.url, None) as talk:
            assert (await talk.http.get("/healthz")).status_code == 200
        assert await server.end(signal.SIGINT) == 0
        assert server.errors.read_text() == ""


def test_lines_that_nobody_reads_hold_up_nobody_and_are_counted() -> None:
    reading, writing = os.pipe()
    lines = Lines(writing, most=100)
    for number in range(50_000):
        lines.add(f"line {number} of many that do not fit into the pipe of a reader who sleeps")
    with ThreadPoolExecutor(1) as readers, os.fdopen(reading, "rb") as pipe:
        read = readers.submit(pipe.read)  # the reader wakes up
        lines.close()
        os.close(writing)
        text = read.result(10).decode()
    assert text.startswith("line 0 of many")
    assert re.search(r"\n\d+ lines were dropped: nobody read them\n$", text)


def test_a_reader_that_never_wakes_is_left_and_one_that_left_is_no_fault() -> None:
    reading, writing = os.pipe()
    asleep = Lines(writing)
    for _ in range(5_000):
        asleep.add("x" * 100)
    asleep.close()  # does not hang
    os.close(reading)
    gone = Lines(writing)
    gone.add("x")
    gone.close()
    os.close(writing)


def raised() -> ValueError:
    """An error that quotes what somebody wrote, because of another that does."""
    try:
        try:
            dict[str, str]()["what Jane wrote"]
        except KeyError as error:
            raise ValueError("what Jane wrote") from error
    except ValueError as error:
        return error
    raise AssertionError


def test_an_error_is_told_by_its_kind_and_its_place() -> None:
    told = account(raised())
    assert told.startswith("ValueError\n")
    assert "KeyError" in told
    assert "test_access_log.py" in told
    assert "what Jane wrote" not in [line.strip() for line in told.splitlines()]
    assert "'what Jane wrote'" not in told
    assert account(PermissionError(13, "Permission denied", "/a/jane.txt")) == "PermissionError: Permission denied"


def test_no_ones_log_quotes_an_error(caplog: pytest.LogCaptureFixture) -> None:
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "Exception in ASGI application", None, None)
    error = raised()
    record.exc_info = (type(error), error, error.__traceback__)
    line = WordlessFormatter().format(record)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ERROR Exception in ASGI application\nValueError\n", line)
    loop = asyncio.new_event_loop()
    on_loop_error(loop, {"message": "Task exception was never retrieved", "exception": error})
    on_loop_error(loop, {"message": "Something else"})
    loop.close()
    assert "never retrieved: ValueError" in caplog.text
    assert "Something else" in caplog.text
