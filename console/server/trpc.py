"""tRPC over HTTP without the HTTP: a request becomes calls, outcomes become an answer. Values in, values out.

The wire is that of @trpc/server 11.25 (recorded in tests/wire): single and batched calls, 207, one-line streams
(`trpc-accept: application/jsonl`), plain and superjson, the transformer told by how the input came.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote

from console.contract.errors import CODES, ErrorCode
from console.contract.procedures import Procedure
from console.contract.superjson import UNDEFINED, is_wrapped, unwrap, wrap_text
from console.server.refusal import Refusal, bad_request

MOST_CALLS = 100
_METHODS = {"query": "GET", "mutation": "POST", "subscription": "GET"}
_VARY = ("vary", "trpc-accept, accept")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DEEPEST = 64
_MOST_DIGITS = 308
_MOST_VALUES = 20_000  # in one body: each costs the loop some microseconds, so that more would hold up everybody
_WRAPPED = re.compile(rb'\s*\{\s*(?:"\d+"\s*:\s*\{\s*)?"json"\s*:')
_JSON = "application/json"
_JSONL = "application/jsonl"

Procedures = Mapping[str, Procedure[Any, Any]]


@dataclass(frozen=True, slots=True)
class Request:
    """What came before the body. `path` follows the mount, still percent-encoded; header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]

    def parameters(self) -> dict[str, str]:
        """The parameters of the address; the first of a name is the one."""
        return dict(reversed(parse_qsl(self.query, keep_blank_values=True)))


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a request. `refusal` says why its input is not looked at; `fault`, what is wrong with that."""

    path: str
    procedure: Procedure[Any, Any] | None
    refusal: Refusal | None = None
    raw: Any = UNDEFINED
    fault: Refusal | None = None

    def input(self) -> Any:
        """The input as JSON brought it, UNDEFINED for none. Raises the refusal of one that is no JSON."""
        if self.fault is not None:
            raise self.fault
        return self.raw


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of a request, and the form of their answer."""

    calls: tuple[Call, ...]
    is_batch: bool = False
    is_stream: bool = False
    is_wrapped: bool = False
    query: Mapping[str, str] | None = None

    @property
    def wanted(self) -> int:
        """How many are not refused."""
        return sum(call.refusal is None for call in self.calls)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: JSON text, or a refusal."""

    path: str | None
    answer: bytes = b""
    refusal: Refusal | None = None

    @property
    def status(self) -> int:
        """The HTTP status of this one."""
        return self.refusal.status if self.refusal else 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def read_head(request: Request, procedures: Procedures, most: int = MOST_CALLS) -> Calls:
    """The calls in a request, still without their inputs.

    Raises a Refusal for what concerns them all: that answer is one object without a path.
    """
    query = request.parameters()
    is_batch = query.get("batch") == "1"
    path = _decoded(request.path)
    if request.method not in ("GET", "HEAD"):
        _check_content_type(request.headers.get("content-type"))
    paths = path.split(",") if is_batch else [path]
    if len(paths) > most:
        raise bad_request("Batch call exceeds maximum size")
    kinds = {procedures[one].kind: None for one in paths if one in procedures}
    if len(kinds) > 1:
        raise bad_request(f"Cannot mix procedure types in call: {', '.join(kinds)}")
    is_stream = _wants_stream(request.headers)
    if is_stream and not is_batch:
        raise bad_request("Streaming requests must be batched (you can do a batch of 1)")
    calls = tuple(_call(request.method, one, is_batch, procedures.get(one)) for one in paths)
    return Calls(calls, is_batch, is_stream, query=query)


def with_inputs(calls: Calls, text: str | bytes | None) -> Calls:
    """The calls with their inputs, out of the body or of the address."""
    raws, fault = _inputs(text, len(calls.calls) if calls.is_batch else None)
    filled = tuple(
        replace(call, raw=unwrap(raw) if is_wrapped(raw) else raw, fault=fault)
        for call, raw in zip(calls.calls, raws, strict=True)
    )
    return replace(calls, calls=filled, is_wrapped=any(is_wrapped(raw) for raw in raws))


def with_fault(calls: Calls, fault: Refusal) -> Calls:
    """The calls, of which none has an input that can be read."""
    return replace(calls, calls=tuple(replace(call, fault=fault) for call in calls.calls))


def begins_wrapped(beginning: str | bytes | None) -> bool:
    """Whether inputs came wrapped by superjson, told by how they begin, where nobody reads them."""
    text = beginning.encode() if isinstance(beginning, str) else beginning or b""
    return _WRAPPED.match(text) is not None


def write_answer(calls: Calls, outcomes: Sequence[Outcome]) -> Answer:
    """One envelope a call; the status is theirs if they agree, else 207. A stream is its one head line, always 200."""
    envelopes = [_envelope(outcome, calls.is_wrapped and not calls.is_stream) for outcome in outcomes]
    headers = (_VARY, *_allow(calls), *_retry(outcomes))
    if calls.is_stream:
        head = b"{" + b",".join(b'"%d":[[%s]]' % pair for pair in enumerate(envelopes)) + b"}"
        return Answer(200, (wrap_text(head) if calls.is_wrapped else head) + b"\n", headers)
    if not calls.is_batch:
        return Answer(outcomes[0].status, envelopes[0], headers)
    statuses = {outcome.status for outcome in outcomes}
    return Answer(statuses.pop() if len(statuses) == 1 else 207, b"[" + b",".join(envelopes) + b"]", headers)


def write_refusal(refusal: Refusal, *, is_wrapped: bool) -> Answer:
    """What concerns the whole request: one object, even for a batch."""
    outcome = Outcome(None, refusal=refusal)
    return Answer(refusal.status, _envelope(outcome, is_wrapped), (_VARY, *_retry([outcome])))


def error_shape(refusal: Refusal, path: str | None) -> bytes:
    """The error object of the wire."""
    number, status = CODES[refusal.code]
    about: dict[str, Any] = {"code": refusal.code, "httpStatus": status}
    if path is not None:
        about["path"] = path
    shape = {"message": refusal.sentence, "code": number, "data": about}
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":")).encode()


def read_json(text: str | bytes) -> Any:
    """A JSON value. Raises a Refusal for what is none, or is deeper or of more parts than anybody means."""
    try:
        said = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        value = _DECODER.decode(said)
    except (ValueError, RecursionError):
        raise bad_request("The input is not valid JSON.") from None
    _check_size(value)
    return _whole(value) if "\\ud" in said or "\\uD" in said else value


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(number)
    return value


def _countable(number: str) -> int:
    """A whole number that every client can read as one, be it not exactly: for JavaScript the others are infinite."""
    if len(number) > _MOST_DIGITS:
        raise ValueError(number[:_MOST_DIGITS])
    return int(number)


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite, parse_int=_countable)


def _check_size(value: Any) -> None:
    """Raise a Refusal for what is nested too deeply, or has too many parts."""
    level, values = [value], 0
    for _ in range(_DEEPEST + 1):
        level = [one for one in level if isinstance(one, dict | list)]
        if not level:
            return
        values += sum(map(len, level))
        if values > _MOST_VALUES:
            raise Refusal("PAYLOAD_TOO_LARGE", f"The input may have at most {_MOST_VALUES:,} values.")
        level = [part for one in level for part in (one.values() if isinstance(one, dict) else one)]
    raise bad_request("The input is nested too deeply.")


def _whole(value: Any) -> Any:
    """The value with lone surrogates, which no table can keep, replaced."""
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_whole(key): _whole(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return value


def _decoded(path: str) -> str:
    """A path without one trailing slash and without its escapes."""
    path = path.removesuffix("/")
    try:
        if not _BAD_ESCAPE.search(path):
            return unquote(path, errors="strict")
    except UnicodeDecodeError:
        pass
    raise bad_request(f'Invalid URL-encoding in path "{path}"')


def _wants_stream(headers: Mapping[str, str]) -> bool:
    """Whether a batch is to be answered as JSON lines; tRPC's own header goes before the general one."""
    own = headers.get("trpc-accept")
    if own is not None:
        return own == _JSONL
    return _JSONL in map(str.strip, headers.get("accept", "").split(","))


def _check_content_type(content_type: str | None) -> None:
    kind = (content_type or "").partition(";")[0].strip().lower()
    if not kind:
        raise Refusal("UNSUPPORTED_MEDIA_TYPE", "Missing content-type header")
    if kind != _JSON:
        raise Refusal("UNSUPPORTED_MEDIA_TYPE", f'Unsupported content-type "{kind}"')


def _inputs(text: str | bytes | None, batch: int | None) -> tuple[list[Any], Refusal | None]:
    """The input of each call, and what is wrong with all of them."""
    count = 1 if batch is None else batch
    nothing = [UNDEFINED] * count
    if not text:
        return nothing, None
    try:
        value = read_json(text)
    except Refusal as refusal:
        return nothing, refusal
    if batch is None:
        return [value], None
    if not isinstance(value, dict):
        return nothing, bad_request('"input" needs to be an object when doing a batch call')
    return [value.get(str(place), UNDEFINED) for place in range(count)], None


def _call(method: str, path: str, is_batch: bool, procedure: Procedure[Any, Any] | None) -> Call:
    return Call(path, procedure, _refusal(method, path, is_batch, procedure))


def _refusal(method: str, path: str, is_batch: bool, procedure: Procedure[Any, Any] | None) -> Refusal | None:
    """What is wrong with a call whoever makes it: first its path, then its method."""
    if procedure is None:
        return Refusal("NOT_FOUND", f'No procedure found on path "{path}"')
    if method != _METHODS[procedure.kind]:
        sentence = f'Unsupported {method}-request to {procedure.kind} procedure at path "{path}"'
        return Refusal("METHOD_NOT_SUPPORTED", sentence)
    if procedure.kind == "subscription" and is_batch:
        return bad_request("Cannot batch subscription calls")
    return None


def _envelope(outcome: Outcome, wrapped: bool) -> bytes:
    if outcome.refusal is not None:
        shape = error_shape(outcome.refusal, outcome.path)
        return b'{"error":' + (wrap_text(shape) if wrapped else shape) + b"}"
    return b'{"result":{"data":' + (wrap_text(outcome.answer) if wrapped else outcome.answer) + b"}}"


def _allow(calls: Calls) -> tuple[tuple[str, str], ...]:
    """The method that a call wants whose own was wrong."""
    wrong: ErrorCode = "METHOD_NOT_SUPPORTED"
    kinds = [
        call.procedure.kind for call in calls.calls if call.procedure and call.refusal and call.refusal.code == wrong
    ]
    return (("allow", _METHODS[kinds[0]]),) if kinds else ()


def _retry(outcomes: Sequence[Outcome]) -> tuple[tuple[str, str], ...]:
    """How long to wait, the longest of all."""
    waits = [outcome.refusal.retry_after for outcome in outcomes if outcome.refusal and outcome.refusal.retry_after]
    return (("retry-after", str(max(waits))),) if waits else ()
