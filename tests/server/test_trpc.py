"""Our half of the wire against what the real @trpc/server 11.25.2 answered to the same requests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter

from console.contract.inputs import NoInput
from console.contract.procedures import Procedure
from console.contract.superjson import UNDEFINED
from console.server.refusal import Refusal
from console.server.trpc import (
    MOST_CALLS,
    Answer,
    Call,
    Calls,
    Outcome,
    Request,
    begins_wrapped,
    read_head,
    with_inputs,
    write_answer,
    write_refusal,
)
from tests.wire import recorded


def _procedure(name: str, kind: Literal["query", "mutation", "subscription"]) -> Procedure[Any, Any]:
    return Procedure(name, kind, NoInput, lambda: TypeAdapter(Any), None, "As the recorded server had it.")


# The procedures of the server that was recorded.
RECORDED = {
    one.path: one
    for one in (
        _procedure("noInput", "query"),
        _procedure("nul", "query"),
        _procedure("get", "query"),
        _procedure("echo", "query"),
        _procedure("secret", "query"),
        _procedure("echoM", "mutation"),
        _procedure("noInputM", "mutation"),
        _procedure("ticks", "subscription"),
    )
}


def _secret(headers: dict[str, str]) -> str:
    if "authorization" not in headers:
        raise Refusal("UNAUTHORIZED", "Unauthorized API key.")
    return "s"


DOING: dict[str, Callable[[Call, dict[str, str]], Any]] = {
    "noInput": lambda _call, _headers: "ok",
    "noInputM": lambda _call, _headers: "ok",
    "nul": lambda _call, _headers: None,
    "get": lambda call, _headers: {"id": call.input()["id"]},
    "echo": lambda call, _headers: call.input(),
    "echoM": lambda call, _headers: call.input(),
    "secret": lambda _call, headers: _secret(headers),
}

WORD_FOR_WORD = (
    "query, no input",
    "query with input",
    "query empty input param",
    "malformed JSON for a procedure without input parser: never parsed",
    "null result",
    "mutation",
    "mutation charset",
    "mutation content-type case",
    "mutation no body + content-type json, no-input proc",
    "mutation without content-type",
    "mutation input in query string is ignored",
    "GET on mutation",
    "POST on query",
    "PUT on mutation",
    "unknown procedure GET",
    "unknown procedure POST",
    "slash path instead of dots",
    "trailing slash",
    "encoded dot and comma in path",
    "bad percent-encoding in path",
    "root",
    "unauthorized",
    "authorized",
    "batch GET all ok",
    "batch GET no input param",
    "batch of one",
    "batch all fail same -> 404",
    "batch fail different -> 207",
    "batch POST",
    "batch mix query+mutation",
    "batch input array",
    "batch input is a string",
    "comma path without batch=1",
    "batch=true is not batch",
    "batch unknown with empty segment",
    "inherited prototype key",
)
# Their messages tell of V8's parser; all the rest of the answer is to be the same.
BUT_FOR_THE_MESSAGE = ("query malformed JSON", "mutation malformed JSON body", "batch malformed JSON")
MORE = (
    "superjson batch",
    "jsonl not batch",
    "jsonl mixed types (pre-dispatch)",
    "sse unknown procedure",
    "sse batch",
)


@dataclass(frozen=True)
class Asked:
    """A recorded request."""

    request: Request
    headers: dict[str, str]
    body: bytes


def asked(file: str, name: str) -> Asked:
    """The request under the line `--- name`, as curl was told."""
    text = (Path(recorded.__file__).parent / file).read_text("utf-8")
    line = re.search(rf"^--- {re.escape(name)}\n\$ curl (.*?) *$", text, re.MULTILINE)
    assert line is not None
    parts = re.split(r" (?=-[XHd](?: |$))", " " + line[1])
    told = {"-X": "GET", "-d": "", "url": ""}
    headers: dict[str, str] = {}
    for part in (part.strip() for part in parts if part.strip()):
        flag, _, value = part.partition(" ")
        if flag == "-H":
            header, _, content = value.partition(":")
            headers[header.lower()] = content.strip()
        elif flag == "-X":
            told["-X"], _, told["url"] = value.partition(" ")
        elif flag == "-d":
            told["-d"] = value
        else:
            told["url"] = part
    path, _, query = told["url"].partition("/api/trpc/" if "/api/trpc/" in told["url"] else "$B/")[2].partition("?")
    return Asked(Request(told["-X"], path, query, headers), headers, told["-d"].encode())


def read_request(request: Request, body: bytes = b"") -> Calls:
    """The calls of a request, each with its input."""
    calls = read_head(request, RECORDED)
    return with_inputs(calls, (calls.query or {}).get("input") if request.method == "GET" else body)


def answered(request: Request, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    """What our half answers for the recorded procedures."""
    try:
        calls = read_request(request, body)
    except Refusal as refusal:
        return write_refusal(refusal, is_wrapped=begins_wrapped(body))
    return write_answer(calls, [_outcome(call, headers or {}) for call in calls.calls])


def _outcome(call: Call, headers: dict[str, str]) -> Outcome:
    try:
        if call.refusal is not None:
            raise call.refusal
        assert call.procedure is not None
        answer = DOING[call.procedure.name](call, headers)
    except Refusal as refusal:
        return Outcome(call.path, refusal=refusal)
    return Outcome(call.path, json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode())


@pytest.mark.parametrize("name", WORD_FOR_WORD)
def test_an_answer_is_the_real_servers_word_for_word(name: str) -> None:
    question, theirs = asked(recorded.V11, name), recorded.answer(recorded.V11, name)
    ours = answered(question.request, question.body, question.headers)
    assert (ours.status, ours.body.decode()) == (theirs.status, theirs.body.decode().strip())
    assert dict(ours.headers).get("allow", "").lower() == theirs.headers.get("allow", "")


@pytest.mark.parametrize("name", MORE)
def test_superjson_streams_and_subscriptions_are_answered_as_by_the_real_server(name: str) -> None:
    question, theirs = asked(recorded.V11_MORE, name), recorded.answer(recorded.V11_MORE, name)
    ours = answered(question.request, question.body, question.headers)
    assert (ours.status, ours.body.decode()) == (theirs.status, theirs.body.decode().strip())


@pytest.mark.parametrize("name", BUT_FOR_THE_MESSAGE)
def test_input_that_is_no_json_fails_its_own_call_and_no_parser_speaks(name: str) -> None:
    question, theirs = asked(recorded.V11, name), recorded.answer(recorded.V11, name)
    ours = answered(question.request, question.body, question.headers)
    message = "The input is not valid JSON."
    expected = re.sub(r'"message":"(?:[^"\\]|\\.)*JSON(?:[^"\\]|\\.)*"', f'"message":"{message}"', theirs.body.decode())
    assert (ours.status, ours.body.decode()) == (theirs.status, expected.strip())


_STREAMED = (
    '{"0":[[{"result":{"data":"ok"}}]],'
    '"1":[[{"error":{"message":"No procedure found on path \\"v1.connect.x\\"","code":-32004,'
    '"data":{"code":"NOT_FOUND","httpStatus":404,"path":"v1.connect.x"}}}]]}'
)


@pytest.mark.parametrize("header", ["trpc-accept", "accept"])
@pytest.mark.parametrize(
    ("query", "line"),
    [("batch=1", _STREAMED), ("batch=1&input=%7B%220%22%3A%7B%22json%22%3Anull%7D%7D", f'{{"json":{_STREAMED}}}')],
    ids=["plain", "superjson"],
)
def test_a_streamed_batch_is_one_head_line_of_finished_values(header: str, query: str, line: str) -> None:
    request = Request("GET", "v1.connect.noInput,v1.connect.x", query, {header: "application/jsonl"})
    answer = answered(request)
    assert (answer.status, answer.body.decode()) == (200, line + "\n")


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ('{"json":{"a":1}}', {"a": 1}),
        ('{"json":null}', None),
        ('{"json":{"a":1,"u":null},"meta":{"values":{"u":["undefined"]},"v":1}}', {"a": 1}),
        ('{"json":{"a":{"b":null,"c":2}},"meta":{"values":{"a.b":["undefined"]}}}', {"a": {"c": 2}}),
        ('{"json":{"a.b":null,"c":2},"meta":{"values":{"a\\\\.b":["undefined"]},"v":1}}', {"c": 2}),
        ('{"json":{"a":[{"u":null}]},"meta":{"values":{"a.0.u":["undefined"],"x.y":["undefined"]}}}', {"a": [{}]}),
        (
            '{"json":{"at":"1970-01-01T00:00:00.000Z"},"meta":{"values":{"at":["Date"]}}}',
            {"at": "1970-01-01T00:00:00.000Z"},
        ),
        ('{"json":[1],"meta":{"values":{"%s.a":["undefined"]}}}' % ("9" * 5000), [1]),
        ('{"json":1,"other":2}', {"json": 1, "other": 2}),
    ],
    ids=["plain", "null", "undefined", "nested", "dotted", "list", "date", "place", "other"],
)
def test_a_wrapped_input_means_what_its_sender_meant(raw: str, meant: Any) -> None:
    calls = read_request(Request("POST", "v1.connect.echoM", "", _JSON), raw.encode())
    assert calls.calls[0].input() == meant


@pytest.mark.parametrize(
    ("beginning", "is_wrapped"),
    [
        (b'{"json":{"a":1', True),
        (b' { "0" : {"json" :null', True),
        (b'{"0":{"a":1', False),
        (b'{"a":{"json":1}}', False),
        (b"", False),
        (None, False),
        ('{"json":', True),
    ],
)
def test_the_transformer_is_told_by_how_a_body_begins(beginning: str | bytes | None, is_wrapped: bool) -> None:
    assert begins_wrapped(beginning) == is_wrapped


def test_an_undefined_root_is_no_input() -> None:
    raw = b'{"json":null,"meta":{"values":["undefined"]}}'
    calls = read_request(Request("POST", "v1.connect.noInputM", "", _JSON), raw)
    assert calls.calls[0].input() is UNDEFINED
    assert calls.is_wrapped


def test_every_error_of_the_wire_has_its_number_and_status() -> None:
    for status, body in recorded.codes():
        error = json.loads(body)["error"]
        ours = write_answer(
            _one_call(), [Outcome(error["data"].get("path"), refusal=Refusal(error["data"]["code"], error["message"]))]
        )
        assert (ours.status, json.loads(ours.body)) == (status, {"error": error})


def test_the_longest_wait_of_a_batch_is_told() -> None:
    waits = [Outcome("a", refusal=Refusal("TOO_MANY_REQUESTS", "Wait.", retry_after=wait)) for wait in (2, 5, 1)]
    assert dict(write_answer(_one_call(), waits).headers)["retry-after"] == "5"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"a":NaN}', "The input is not valid JSON."),
        (b"\xff", "The input is not valid JSON."),
        (b'{"a":' + b"9" * 5000 + b"}", "The input is not valid JSON."),
        (b"[" * 100_000, "The input is not valid JSON."),
        (b"[" * 65 + b"]" * 65, "The input is nested too deeply."),
        (b'{"a":[' + b"[]," * 20_000 + b"[]]}", "The input may have at most 20,000 values."),
        (b'{"a":1e400}', "The input is not valid JSON."),
        (b'{"a":-1e999}', "The input is not valid JSON."),
        (b'{"a":"\xed\xa0\x80"}', "The input is not valid JSON."),
    ],
    ids=["nan", "byte", "digits", "open", "deep", "many", "infinite", "minus infinite", "surrogate"],
)
def test_input_that_would_harm_is_refused_with_a_sentence(body: bytes, sentence: str) -> None:
    calls = read_request(Request("POST", "v1.connect.echoM", "", _JSON), body)
    with pytest.raises(Refusal, match=re.escape(sentence)):
        calls.calls[0].input()


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        (b'\xef\xbb\xbf{"a":1}', {"a": 1}),
        (b'{"a":"\\ud800x"}', {"a": "\ufffdx"}),
        (b'{"\\udfff":["\\ud83d\\ude00"]}', {"\ufffd": ["😀"]}),
        (b"[" * 64 + b"]" * 64, None),
    ],
    ids=["mark", "surrogate", "pair", "deep"],
)
def test_input_that_no_table_could_keep_is_made_whole(body: bytes, meant: Any) -> None:
    calls = read_request(Request("POST", "v1.connect.echoM", "", _JSON), body)
    taken = calls.calls[0].input()
    assert taken == meant or meant is None


def test_a_batch_of_too_many_calls_is_refused_whole() -> None:
    path = ",".join(["v1.connect.noInput"] * (MOST_CALLS + 1))
    assert answered(Request("GET", path, "batch=1", {})).status == 400


def test_the_first_of_two_inputs_is_taken_and_plus_is_a_space() -> None:
    calls = read_request(Request("GET", "v1.connect.echo", "input=%22a+b%22&input=2", {}))
    assert calls.calls[0].input() == "a b"


_JSON = {"content-type": "application/json"}


def _one_call() -> Any:
    return read_request(Request("GET", "v1.connect.a,v1.connect.b,v1.connect.c", "", {}))
