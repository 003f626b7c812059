"""What uploads and downloads cost a server process: memory, time, and how long others wait meanwhile.

python -m tests.benchmarks.uploads

Memory is the peak of the process over what it held just before (`VmHWM` less `VmRSS`, in /proc). The floor is a bare
Starlette app that throws bodies away and sends zeros, measured in the same run. The first round, in which a server
loads what it needs, is shown by itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from console.contract.procedures import UPLOAD

ROUNDS = 5
MEGABYTE = 1024 * 1024
FILE = 25 * MEGABYTE
PIECE = 256 * 1024
MOST = 10.0
"""By how many megabytes the server may rise."""

FLOOR = """
import asyncio, socket, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

async def taken(request):
    async for piece in request.stream():
        pass
    return JSONResponse({"files": [{"url": "/zeros"}] * int(request.headers["x-files"])})

async def zeros(request):
    async def pieces():
        for _ in range(100):
            yield bytes(256 * 1024)
    return StreamingResponse(pieces(), headers={"content-length": str(25 * 1024 * 1024)})

async def healthz(request):
    return PlainTextResponse("ok")

app = Starlette(routes=[
    Route("/api/v1/connect/attachments", taken, methods=["POST"]), Route("/zeros", zeros), Route("/healthz", healthz)
])
bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # as ours: else Nagle's algorithm is on
bound.bind(("127.0.0.1", 0))
bound.listen()
print(f"listening on http://127.0.0.1:{bound.getsockname()[1]}", flush=True)
asyncio.run(uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).serve([bound]))
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A process that was asked to listen."""

    process: int
    address: str
    key: str

    def connection(self) -> HTTPConnection:
        """A line to it."""
        return HTTPConnection(self.address, timeout=120)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one piece of work: megabytes of memory, seconds, milliseconds of the longest wait for `/healthz`."""

    rise: float
    seconds: float
    wait: float


@contextmanager
def started(*argv: str) -> Iterator[Server]:
    """A server process; what it prints before it listens is its key."""
    command = [sys.executable, *argv]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        key = ""
        try:
            while not (line := process.stdout.readline()).startswith("listening on "):
                key = line.strip()
            yield Server(process.pid, urlsplit(line.removeprefix("listening on ").strip()).netloc, key)
        finally:
            process.terminate()


def uploaded(server: Server, files: int) -> list[str]:
    """Send files of 25 MB in one request, and give where they can be had."""
    begins = [
        f'--x\r\nContent-Disposition: form-data; name="files"; filename="{number}.bin"\r\n\r\n'.encode()
        for number in range(files)
    ]
    ends, last = b"\r\n", b"--x--\r\n"

    def body() -> Iterator[bytes]:
        for begin in begins:
            yield begin
            for _ in range(FILE // PIECE):
                yield bytes(PIECE)
            yield ends
        yield last

    headers = {
        "Authorization": f"Bearer {server.key}",
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(sum(map(len, begins)) + files * (FILE + len(ends)) + len(last)),
        "X-Files": str(files),
    }
    line = server.connection()
    line.request("POST", UPLOAD.path, body(), headers)
    answer = line.getresponse()
    said = answer.read()
    assert answer.status == 200, said
    line.close()
    return [file["url"] for file in json.loads(said)["files"]]


def downloaded(server: Server, urls: list[str]) -> None:
    """Have each of them, one after the other."""
    line = server.connection()
    for url in urls:
        line.request("GET", url, headers={"Authorization": f"Bearer {server.key}"})
        answer = line.getresponse()
        size = 0
        while piece := answer.read(PIECE):
            size += len(piece)
        assert (answer.status, size) == (200, FILE)
    line.close()


@contextmanager
def waits(server: Server) -> Iterator[list[float]]:
    """How long each of many calls of `/healthz` took while the block ran, in milliseconds."""
    took: list[float] = []
    over = threading.Event()

    def ask() -> None:
        line = server.connection()
        while not over.wait(0.002):
            begun = time.perf_counter()
            line.request("GET", "/healthz")
            line.getresponse().read()
            took.append((time.perf_counter() - begun) * 1000)
        line.close()

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield took
    finally:
        over.set()
        asking.join()


def memory(process: int, line: str) -> float:
    """A line of a process's status, in megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split(f"{line}:")[1].split()[0]) / 1024


@contextmanager
def measured(server: Server) -> Iterator[list[Figures]]:
    """The figures of the block, once it is over."""
    figures: list[Figures] = []
    Path(f"/proc/{server.process}/clear_refs").write_text("5")  # the peak begins anew
    before, begun = memory(server.process, "VmRSS"), time.perf_counter()
    with waits(server) as took:
        yield figures
    seconds = time.perf_counter() - begun
    figures.append(Figures(memory(server.process, "VmHWM") - before, seconds, max(took, default=0.0)))


def rounds(server: Server) -> dict[str, list[Figures]]:
    """One file up, five up, five down; again and again."""
    figures: dict[str, list[Figures]] = {"25 MB up": [], "5 x 25 MB up": [], "5 x 25 MB down": []}
    for _ in range(ROUNDS + 1):
        with measured(server) as one:
            uploaded(server, 1)
        with measured(server) as five:
            urls = uploaded(server, 5)
        with measured(server) as down:
            downloaded(server, urls)
        for kept, new in zip(figures.values(), (one, five, down), strict=True):
            kept += new
    return figures


def main() -> int:
    """Print the medians, and say whether memory stayed within its bound."""
    with started("-c", FLOOR) as server:
        floor = rounds(server)
    with tempfile.TemporaryDirectory() as data:
        member = ("--member", "Maya Okafor <maya@example.com>", "--role", "agent")
        with started("-m", "console", "serve", "--port", "0", "--data", data, *member) as server:
            ours = rounds(server)
    print(f"{'':16} {'memory, MB':>28} {'seconds':>16} {'longest wait, ms':>18}")  # noqa: T201
    print(f"{'':16} {'first':>8} {'median':>9} {'floor':>9} {'ours':>8} {'floor':>7} {'ours':>9} {'floor':>8}")  # noqa: T201
    for name, figures in ours.items():
        least = floor[name][1:]
        print(  # noqa: T201
            f"{name:16} {figures[0].rise:8.1f} {median(one.rise for one in figures[1:]):9.1f}"
            f" {median(one.rise for one in least):9.1f}"
            f" {median(one.seconds for one in figures[1:]):8.2f} {median(one.seconds for one in least):7.2f}"
            f" {median(one.wait for one in figures[1:]):9.1f} {median(one.wait for one in least):8.1f}"
        )
    highest = max(one.rise for figures in ours.values() for one in figures)
    print(f"highest rise of all rounds: {highest:.1f} MB, {'below' if highest < MOST else 'NOT below'} {MOST:.0f} MB")  # noqa: T201
    return 0 if highest < MOST else 1


if __name__ == "__main__":
    sys.exit(main())
