"""The tRPC mount: `/api/trpc/<path>`. Path, method and key are looked at before a body is read."""

from __future__ import annotations

from contextlib import suppress

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from console.server.dispatch import admit, carry_out
from console.server.procedures import BY_PATH
from console.server.refusal import Refusal
from console.server.routes.body import GONE, Body, EarlyAnswer
from console.server.routes.events import event_stream
from console.server.routes.rest import service_of
from console.server.trpc import Answer, Calls, read_head, with_form, with_inputs, write_answer, write_refusal
from console.server.trpc import Request as Asked

MOUNT = "/api/trpc"
MOST_BYTES = 1024 * 1024
_TOO_LARGE = Refusal("PAYLOAD_TOO_LARGE", f"A request may have at most {MOST_BYTES:,} bytes.")
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


async def trpc(request: Request) -> Response:
    """Answer the calls of a request."""
    if request.method == "HEAD":
        return Response(status_code=204)
    body = Body(request, MOST_BYTES, _TOO_LARGE)
    try:
        return await _answered(request, body)
    except ClientDisconnect:
        return Response(status_code=GONE)
    except Refusal as refusal:
        return EarlyAnswer(_response(write_refusal(refusal), "text/plain;charset=UTF-8"), body)


async def _answered(request: Request, body: Body) -> Response:
    service = service_of(request)
    asked = _asked(request)
    caller, calls = admit(service, read_head(asked, BY_PATH), request.headers)
    is_refused = not calls.wanted
    text = await _text(asked, calls, body, is_refused)
    calls = with_form(calls, text) if is_refused else with_inputs(calls, text)
    if _is_stream(calls):
        return event_stream(service, caller, calls, request.headers)
    outcomes = await carry_out(service, caller, calls, request.headers)
    answer = _response(write_answer(calls, outcomes), "application/json")
    return answer if body.is_read or asked.method == "GET" else EarlyAnswer(answer, body)


def _asked(request: Request) -> Asked:
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    path = raw_path.decode("latin-1").removeprefix(MOUNT).removeprefix("/")
    return Asked(request.method, path, request.scope["query_string"].decode("latin-1"), request.headers)


async def _text(asked: Asked, calls: Calls, body: Body, is_refused: bool) -> str | bytes | None:
    """The inputs as they came; of a body that nobody will look into, only the piece that tells its form."""
    if asked.method == "GET":
        return (calls.query or {}).get("input")
    if is_refused:
        with suppress(Refusal):
            return await anext(aiter(body), b"")
        return b""
    return b"".join([piece async for piece in body])


def _is_stream(calls: Calls) -> bool:
    procedure = calls.calls[0].procedure
    return not calls.is_batch and procedure is not None and procedure.kind == "subscription"


def _response(answer: Answer, media_type: str) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers), media_type)


ROUTES = (Route(MOUNT + "/{path:path}", trpc, methods=_METHODS), Route(MOUNT, trpc, methods=_METHODS))
