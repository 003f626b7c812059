"""Answers as our server gave them, and what becomes of them on the way: other types, other values, other bytes."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from httpx_sse import ServerSentEvent
from pydantic import TypeAdapter

from console.client.answers import Answer, failure, json_of, validated
from console.client.pages import page_of
from console.client.sse import ai_event, pushed
from console.client.trpc import Mount, value_of
from console.contract.procedures import PROCEDURES
from console.contract.shapes import UploadedFiles
from console.errors import Connect360Error
from console.text.safe import line

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "answers.json").read_text("utf-8"))
"""What each procedure answered, and an upload. Recorded from our server."""

_SENT, _TALK = RECORDED["send"], RECORDED["getConversation"]
EVENTS: list[dict[str, Any]] = [
    {"type": "message.created", "message": _SENT, "conversation": _TALK, "idempotencyKey": "local_1"},
    {"type": "conversation.created", "conversation": _TALK},
    {"type": "conversation.updated", "conversation": _TALK},
    {"type": "conversation.deleted", "ids": [_TALK["id"]]},
    {"type": "read.updated", "conversationId": _TALK["id"], "messageId": _SENT["id"], "unreadCount": 0},
    {"type": "presence.updated", "conversationId": _TALK["id"], "memberId": "mem_1", "state": "typing"},
    {"type": "resync"},
]
AI_EVENTS: list[dict[str, Any]] = [
    {"type": "delta", "delta": "Hello", "text": "Hello"},
    {"type": "done", "messageId": "msg_1", "text": "Hello"},
    {"type": "error", "error": "Conversation not found."},
]
_REFUSAL = {"message": "No.", "code": -32004, "data": {"code": "NOT_FOUND", "httpStatus": 404, "path": "v1.connect.x"}}
_UPLOADED = TypeAdapter(UploadedFiles)
_PLAIN, _SUPERJSON = Mount("/api/trpc", "none"), Mount("/api/trpc", "superjson")

_DEEP = '{"deep":' * 400 + "0" + "}" * 400
# what stands for itself in JSON, or in what some take for it
ODD: tuple[str, ...] = (
    *("null", "true", "false", "0", "-1", "1.5", "1e3", "NaN", "-Infinity", "1e999", "9" * 30, "9" * 400, "9" * 5000),
    *('""', '"x"', '"2026-13-45T99:99:99Z"', '"9999-12-31T23:59:59+14:00"', '"0001-01-01T00:00:00Z"', '"5"'),
    *(r'"\ud800"', r'"\u0000\u001b[2J"', '"\u202e\u2028"', '"' + "y" * 30_000 + '"', '"' + "👩‍👩‍👧" * 500 + '"'),
    *("[]", "[null]", "[[]]", "[1,2,3]", "{}", '{"json":1}', '{"a":{"b":[]}}', _DEEP, "[" * 400 + "]" * 400),
    *('{"__proto__":1}', '{"id":null}', '{"id":"x"}', '{"constructor":{}}', '{"a":1,"a":2}', "{half", "undefined"),
)


@dataclass(slots=True)
class _Hole:
    """A place in a value, to be filled with a text."""

    text: str


def holed(value: Any, chance: random.Random, places: int) -> tuple[Any, list[tuple[Any, ...]]]:
    """The value with so many places of it changed, and which they were."""
    changed = copy.deepcopy(value)
    where = []
    for _ in range(places):
        paths = list(_paths(changed))
        if not paths:
            break
        path = chance.choice(paths)
        where.append(path)
        within = changed
        for step in path[:-1]:
            within = within[step]
        _change(within, path[-1], chance, changed)
    return changed, where


def _change(within: Any, at: Any, chance: random.Random, whole: Any) -> None:
    kind = chance.randrange(6)
    if kind == 0:
        del within[at]
    elif kind == 1:  # something of another place
        other = whole
        for step in chance.choice(list(_paths(whole))):
            other = other[step]
        within[at] = copy.deepcopy(other)
    elif kind == 2 and isinstance(within, list):
        within.insert(at, _Hole(chance.choice(ODD)))
    elif kind == 3 and isinstance(within, dict):
        within["".join(chance.choices("idnameX", k=3))] = _Hole(chance.choice(ODD))
    else:
        within[at] = _Hole(chance.choice(ODD))


def _paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps: Iterator[Any] = iter(())
    if isinstance(value, dict):
        steps = iter(value)
    elif isinstance(value, list):
        steps = iter(range(len(value)))
    for step in steps:
        yield (*before, step)
        yield from _paths(value[step], (*before, step))


def written(value: Any) -> str:
    """The JSON of a value with holes."""
    if isinstance(value, _Hole):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value)


def battered(text: str, chance: random.Random) -> bytes:
    """Its bytes, as a bad line leaves them."""
    raw = bytearray(text.encode("utf-8", "surrogatepass"))
    kind = chance.randrange(6)
    if kind == 0:
        del raw[chance.randrange(len(raw) + 1) :]
    elif kind == 1 and raw:
        for _ in range(chance.randrange(1, 4)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
    elif kind == 2:
        raw += chance.choice((b"x", b"}", b"\x00", bytes(raw)))
    return bytes(raw)


@dataclass
class Battering:
    """Reads odd answers, counts how they ended, and keeps of each kind what was made of it."""

    on_value: Callable[[Any], None] = lambda value: None
    ended: Counter[str] = field(default_factory=Counter)

    def try_one(self, chance: random.Random) -> None:
        """One odd answer of one kind. Fails if it ends in anything but a value or an error of ours."""
        kind, read = chance.choice(
            (("call", self._call), ("event", self._event), ("ai", self._ai), ("file", self._file))
        )
        try:
            value = read(chance)
        except Connect360Error as error:
            assert line(str(error), limit=2000) == str(error), "an error is fit to show"
            self.ended[f"{kind}: {type(error).__name__}"] += 1
        else:
            self.ended[f"{kind}: {'nothing' if value is None else 'read'}"] += 1
            self.on_value(value)

    def _call(self, chance: random.Random) -> Any:
        name = chance.choice([name for name in RECORDED if name != "upload"])
        procedure, mount = PROCEDURES[name], chance.choice((_PLAIN, _SUPERJSON))
        answer = RECORDED[name] if mount is _PLAIN else {"json": RECORDED[name], "meta": {"values": {"at": ["Date"]}}}
        envelope: Any = {"result": {"data": answer}} if chance.random() < 0.8 else {"error": _REFUSAL}
        changed, _ = holed(envelope, chance, chance.randrange(4))
        if chance.random() < 0.1:
            changed = [changed]
        status = chance.choice((200, 200, 200, 200, 201, 204, 207, 302, 400, 404, 429, 500, 502, 503, 999))
        headers = {"content-type": chance.choice(("application/json", "text/html", "")), "retry-after": "soon"}
        got = Answer(status, headers, battered(written(changed), chance))
        value = value_of(mount, procedure, got, tidy=tidy_of(name))
        procedure.answer.dump_json(value)  # it is fit to be kept
        return value

    def _event(self, chance: random.Random) -> Any:
        mount = chance.choice((_PLAIN, _SUPERJSON))
        event = {"id": "7", "at": "2026-01-02T03:04:05.678Z", **chance.choice(EVENTS)}
        sent: Any = event if mount is _PLAIN else {"json": event}
        name = chance.choice(("message",) * 8 + ("serialized-error", "return", "ping", "odd"))
        text = battered(written(holed(sent, chance, chance.randrange(4))[0]), chance).decode("utf-8", "replace")
        return pushed(mount, ServerSentEvent(name, text, "7"))

    def _ai(self, chance: random.Random) -> Any:
        changed, _ = holed(chance.choice(AI_EVENTS), chance, chance.randrange(4))
        return ai_event(ServerSentEvent("message", battered(written(changed), chance).decode("utf-8", "replace")))

    def _file(self, chance: random.Random) -> Any:
        body = battered(written(holed(RECORDED["upload"], chance, chance.randrange(4))[0]), chance)
        if chance.random() < 0.3:
            raise failure(Answer(chance.choice((400, 413, 502)), {}, body))
        return validated(_UPLOADED, json_of(body))


def tidy_of(name: str) -> Callable[[Any], Any]:
    """What the client does to the answers of this procedure before it reads them."""
    return page_of if "items" in RECORDED[name] else lambda value: value
