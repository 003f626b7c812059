"""Our half of the wire beside the real server's: the same requests by the hundred, odd ones too, the same answers."""

from __future__ import annotations

import asyncio
import json
import random
import re
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any, Literal

import pytest

from console.contract.superjson import UNDEFINED
from console.server.refusal import Refusal
from console.server.routes.trpc import MOUNT
from console.server.trpc import (
    Answer,
    Call,
    Outcome,
    Request,
    begins_wrapped,
    read_head,
    with_inputs,
    write_answer,
    write_refusal,
)
from tests.server.test_trpc import RECORDED

ASKED = 800
MOST = 5  # calls in a batch, as the real one is told
_SERVER = Path(__file__).parent / "server.mjs"
_LONGEST_LINE = 32 * 1024 * 1024
Form = Literal["plain", "superjson"]

QUERIES, MUTATIONS = ("noInput", "nul", "secret", "echo", "nope", "echo"), ("echoM", "noInputM", "nope", "echoM")
NAMES = (*QUERIES, *MUTATIONS, "ticks", "echo.x", "")
PATHS = ("v1.connect.%zz", "v1.connect.%ff", "__proto__.x", "constructor", "v1/connect/echo", "v1%2Econnect%2Eecho", "")
METHODS = ("GET", "GET", "GET", "POST", "POST", "POST", "PUT", "DELETE", "OPTIONS", "HEAD")
TYPES = ("application/json", "application/json", "Application/JSON; charset=utf-8", "text/plain", None)
BATCH = (None, "1", "1", "1", "true", "")
ACCEPTS: tuple[dict[str, str], ...] = (
    {}, {}, {}, {"trpc-accept": "application/jsonl"}, {"accept": "text/html, application/jsonl"}, {"accept": "*/*"},
    {"trpc-accept": "x", "accept": "application/jsonl"},
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None,
    1,
    "two",
    "é ليلى \u2028",
    [1, [2]],
    {"a": None, "b": {"c": [True]}},
    {},
    [],
    {"json2": 1},
    False,
)
PLAIN_TEXTS = ("", "{", "null", "[]", '"x"', '{"0":1,"1":{"a":2},"x":3}', '{"1":null}', "NaN", "[1,]")


def asked(chance: random.Random) -> dict[str, Any]:
    """A request, mostly of sense."""
    form: Form = chance.choice(("plain", "superjson"))
    method, batch, kind = chance.choice(METHODS), chance.choice(BATCH), chance.choice(TYPES)
    count = chance.choice((1, 1, 2, 3, MOST, MOST + 1)) if batch == "1" else 1
    among = chance.choice((QUERIES if method == "GET" else MUTATIONS, NAMES))
    names = [f"v1.connect.{chance.choice(among)}" for _ in range(count)]
    if chance.random() < 0.15:
        names[chance.randrange(count)] = chance.choice(PATHS)
    text = _input(chance, form, count if batch == "1" else None)
    query = [] if batch is None else [f"batch={batch}"]
    if method == "GET" and text is not None:
        query.append("input=" + "".join(f"%{byte:02X}" for byte in text.encode()))
    headers = dict(chance.choice(ACCEPTS)) | ({} if kind is None else {"content-type": kind})
    if chance.random() < 0.5:
        headers["authorization"] = "Bearer k"
    slash = "/" if chance.random() < 0.1 and names[-1] else ""
    target = f"{MOUNT}/{','.join(names)}{slash}" + ("?" + "&".join(query) if query else "")
    body = None if method in ("GET", "HEAD") else text
    return {"form": form, "method": method, "target": target, "headers": headers, "body": body}


def _input(chance: random.Random, form: Form, batch: int | None) -> str | None:
    if form == "superjson":  # always sent by a client that has it; without it none could be told from a plain one
        wrapped = [{"json": chance.choice(VALUES)} for _ in range(batch or 1)]
        return json.dumps({str(place): one for place, one in enumerate(wrapped)} if batch else wrapped[0])
    if chance.random() < 0.3:
        return chance.choice((None, *PLAIN_TEXTS))
    if batch is None:
        return json.dumps(chance.choice(VALUES))
    return json.dumps({str(place): chance.choice(VALUES) for place in range(batch) if chance.random() < 0.8})


def answered(wanted: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    """What our half answers."""
    path, _, query = wanted["target"].removeprefix(MOUNT + "/").partition("?")
    request = Request(wanted["method"], path, query, wanted["headers"])
    if request.method == "HEAD":
        return 204, {}, ""
    text = request.parameters().get("input") if request.method == "GET" else (wanted["body"] or "").encode()
    try:
        calls = with_inputs(read_head(request, RECORDED, most=MOST), text)
    except Refusal as refusal:
        answer, media_type = write_refusal(refusal, is_wrapped=begins_wrapped(text)), "text/plain;charset=UTF-8"
    else:
        answer, media_type = write_answer(calls, [_outcome(call, request) for call in calls.calls]), "application/json"
    return answer.status, _headers(answer) | {"content-type": media_type}, answer.body.decode()


def _headers(answer: Answer) -> dict[str, str]:
    return dict(answer.headers)


def _outcome(call: Call, request: Request) -> Outcome:
    try:
        if call.refusal is not None:
            raise call.refusal
        assert call.procedure is not None
        value = _value(call, request)
    except Refusal as refusal:
        return Outcome(call.path, refusal=refusal)
    return Outcome(call.path, json.dumps(value).encode())


def _value(call: Call, request: Request) -> Any:
    match call.path.rpartition(".")[2]:
        case "echo" | "echoM":
            return {"got": "nothing" if call.input() is UNDEFINED else call.input()}
        case "secret" if "authorization" not in request.headers:
            raise Refusal("UNAUTHORIZED", "Unauthorized API key.")
        case "secret":
            return "s"
        case "nul":
            return None
    return "ok"


# What V8's parser says, what ours says, and a type that they quote whole and without the last sign.
ODD = (
    (r'"message":"(?:[^"\\]|\\.)*JSON(?:[^"\\]|\\.)*"', '"message":"not JSON"'),
    (r'(Unsupported content-type \\"[^"\\;]*)[^"\\]*(?:\\")?"', r'\1"'),
)


def compared(status: int, headers: dict[str, str], body: str) -> Any:
    """What must be the same: all but the words of a parser, and how a stream is cut."""
    for theirs, ours in ODD:
        body = re.sub(theirs, ours, body)
    known = {name: headers.get(name, "").lower() for name in ("content-type", "vary", "allow")}
    return status, known, _streamed(body) if "\n" in body else json.loads(body or "null")


def _streamed(body: str) -> Any:
    """The envelopes of a batch that came as lines, whole or in parts."""
    lines = [json.loads(line) for line in body.split("\n") if line.strip()]
    head, *parts = [line["json"] if isinstance(line, dict) and "json" in line else line for line in lines]
    chunks = {part[0]: part[2] for part in parts}

    def whole(encoded: Any) -> Any:
        (value, *rest) = encoded
        if not value:
            return None
        made = value[0]
        for key, _, chunk in rest:
            if key is None:
                return whole(chunks[chunk])
            made[key] = whole(chunks[chunk])
        return made

    return {place: whole(encoded) for place, encoded in head.items()}


async def test_whatever_is_asked_ours_answers_as_the_real_server_does(packages: Path) -> None:
    chance = random.Random(360)
    wanted = [asked(chance) for _ in range(ASKED)]
    wanted = [one for one in wanted if "ticks" not in one["target"] or "batch=1" in one["target"]]

    theirs = await _theirs(packages, wanted)

    for one, their in zip(wanted, theirs, strict=True):
        assert compared(*answered(one)) == compared(their["status"], their["headers"], their["body"]), one


async def _theirs(packages: Path, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        *("node", "--input-type=module", "--eval", _SERVER.read_text("utf-8")),
        cwd=packages,
        stdin=PIPE,
        stdout=PIPE,
        limit=_LONGEST_LINE,
    )
    written, _ = await process.communicate(json.dumps(wanted).encode() + b"\n")
    answers: list[dict[str, Any]] = json.loads(written)
    return answers


@pytest.mark.parametrize("form", ["plain", "superjson"])
def test_requests_of_both_forms_are_asked(form: str) -> None:
    chance = random.Random(360)
    assert sum(asked(chance)["form"] == form for _ in range(ASKED)) > ASKED // 3
