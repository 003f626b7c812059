"""The recorded files, read: answers by the name they were recorded under, requests, code table, superjson vectors."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
V11 = "v11.25.2-json.txt"
V11_MORE = "v11.25.2-codes-superjson-jsonl-sse.txt"
V10 = "v10.45.4-json.txt"
CLIENT = "client-v11.25.2-requests-and-tolerance.txt"


@dataclass(frozen=True)
class RecordedAnswer:
    """What a real server answered."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class RecordedRequest:
    """What the real client sent."""

    method: str
    target: str
    body: str


def answer(file: str, name: str) -> RecordedAnswer:
    """The answer that `file` has under the line `--- name`."""
    section = _sections(file)[name]
    head, _, body = section[section.index("HTTP/1.1 ") :].partition("\n\n")
    status, *lines = head.splitlines()
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return RecordedAnswer(int(status.split()[1]), headers, body.removesuffix("\n").encode())


def request(name: str) -> RecordedRequest:
    """The request that the real client sent under the line `--- name`."""
    lines = [line.strip() for line in _sections(CLIENT)[name].splitlines()]
    method, target, _ = lines[0].split(" ")
    body = next((line for line in lines if line.startswith("{")), "")
    return RecordedRequest(method, target, body)


def codes() -> list[tuple[int, bytes]]:
    """Every error code of tRPC 11: the HTTP status, and the body."""
    rows = re.findall(r"^(\d{3}) (\{.*\})$", _text(V11_MORE), re.MULTILINE)
    return [(int(status), body.encode()) for status, body in rows]


def tolerated() -> list[tuple[str, int, bytes]]:
    """The odd replies that the real client was given to one unbatched call: name, status, body."""
    part = _text(CLIENT).partition("=== tolerance")[2]
    rows = re.findall(r"^--- (?!batch)([^:\n]+): (\d{3}) [A-Z][A-Za-z ]*?(?: ([{\[<\d].*))?$", part, re.MULTILINE)
    return [(name, int(status), body.encode()) for name, status, body in rows]


def superjson_vectors() -> list[dict[str, Any]]:
    """superjson's own vectors: name, wire, js."""
    vectors: list[dict[str, Any]] = json.loads(_text("superjson-vectors.json"))
    return vectors


@cache
def _sections(file: str) -> dict[str, str]:
    parts = re.split(r"^--- (.*)\n", _text(file), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@cache
def _text(file: str) -> str:
    return (_HERE / file).read_text("utf-8")
