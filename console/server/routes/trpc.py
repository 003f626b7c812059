"""The tRPC mount: `/api/trpc/<path>`. Path, method and key are looked at before a body is read."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from console.server.dispatch import admit, carry_out
from console.server.procedures import BY_PATH
from console.server.refusal import Refusal
from console.server.routes.body import GONE, Body, EarlyAnswer
from console.server.routes.events import event_stream
from console.server.routes.rest import service_of
from console.server.trpc import (
    Answer,
    Calls,
    begins_wrapped,
    read_head,
    with_fault,
    with_inputs,
    write_answer,
    write_refusal,
)
from console.server.trpc import Request as Asked

MOUNT = "/api/trpc"
MOST_BYTES = 1024 * 1024
_TOO_LARGE = Refusal("PAYLOAD_TOO_LARGE", f"A request may have at most {MOST_BYTES:,} bytes.")
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


async def trpc(request: Request) -> Response:
    """Answer the calls of a request."""
    if request.method == "HEAD":
        return Response(status_code=204)
    asked, body = _asked(request), Body(request, MOST_BYTES, _TOO_LARGE)
    try:
        try:
            return await _answered(request, asked, body)
        except Refusal as refusal:
            is_wrapped = begins_wrapped(await _beginning(asked, body))
            return _response(write_refusal(refusal, is_wrapped=is_wrapped), "text/plain;charset=UTF-8", asked, body)
    except ClientDisconnect:
        return Response(status_code=GONE)


async def _answered(request: Request, asked: Asked, body: Body) -> Response:
    service = service_of(request)
    caller, calls = admit(service, read_head(asked, BY_PATH), request.headers)
    calls = await _with_inputs(asked, calls, body)
    if _is_subscription(calls):
        return event_stream(service, caller, calls, request.headers)
    outcomes = await carry_out(service, caller, calls, request.headers)
    return _response(write_answer(calls, outcomes), "application/json", asked, body)


def _asked(request: Request) -> Asked:
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    path = raw_path.decode("latin-1").removeprefix(MOUNT).removeprefix("/")
    return Asked(request.method, path, request.scope["query_string"].decode("latin-1"), request.headers)


async def _with_inputs(asked: Asked, calls: Calls, body: Body) -> Calls:
    """The calls with their inputs, of which nothing is read where all calls are refused already."""
    fault = None
    if calls.wanted:
        try:
            return with_inputs(calls, await _text(asked, body))
        except Refusal as refusal:  # too much, or too slow: each call learns of it where its input is looked at
            fault = refusal
    formed = replace(calls, is_wrapped=begins_wrapped(await _beginning(asked, body)))
    return with_fault(formed, fault) if fault else formed


async def _text(asked: Asked, body: Body) -> str | bytes | None:
    if asked.method == "GET":
        return asked.parameters().get("input")
    return b"".join([piece async for piece in body])


async def _beginning(asked: Asked, body: Body) -> str | bytes | None:
    return await _text(asked, body) if asked.method == "GET" else await body.beginning()


def _is_subscription(calls: Calls) -> bool:
    procedure = calls.calls[0].procedure
    return not calls.is_batch and procedure is not None and procedure.kind == "subscription"


def _response(answer: Answer, media_type: str, asked: Asked, body: Body) -> Response:
    response = Response(answer.body, answer.status, dict(answer.headers), media_type)
    return response if body.is_read or asked.method == "GET" else EarlyAnswer(response, body)


ROUTES = (Route(MOUNT + "/{path:path}", trpc, methods=_METHODS), Route(MOUNT, trpc, methods=_METHODS))
