"""The tRPC mount: `/api/trpc/<path>`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.server.dispatch import carry_out
from console.server.procedures import BY_PATH, STREAMS
from console.server.refusal import Refusal
from console.server.routes.events import event_stream
from console.server.routes.rest import service_of
from console.server.trpc import Answer, Calls, read_request, write_answer, write_refusal
from console.server.trpc import Request as Asked

MOUNT = "/api/trpc"
MOST_BYTES = 4 * 1024 * 1024
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


async def trpc(request: Request) -> Response:
    """Answer the calls of a request."""
    if request.method == "HEAD":
        return Response(status_code=204)
    service = service_of(request)
    try:
        calls = read_request(await _asked(request), BY_PATH)
    except Refusal as refusal:
        return _response(write_refusal(refusal), "text/plain;charset=UTF-8")
    if _is_stream(calls):
        return event_stream(service, calls, request.headers)
    return _response(write_answer(calls, await carry_out(service, calls, request.headers)), "application/json")


async def _asked(request: Request) -> Asked:
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    path = raw_path.decode("latin-1").removeprefix(MOUNT).removeprefix("/")
    query = request.scope["query_string"].decode("latin-1")
    body = b"" if request.method == "GET" else await _body(request)
    return Asked(request.method, path, query, request.headers, body)


async def _body(request: Request) -> bytes:
    """The whole body, and no more than we take."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise Refusal("PAYLOAD_TOO_LARGE", f"A request may have at most {MOST_BYTES:,} bytes.")
    return bytes(body)


def _is_stream(calls: Calls) -> bool:
    procedure = calls.calls[0].procedure
    return not calls.is_batch and procedure is not None and procedure.name in STREAMS


def _response(answer: Answer, media_type: str) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers), media_type)


ROUTES = (Route(MOUNT + "/{path:path}", trpc, methods=_METHODS), Route(MOUNT, trpc, methods=_METHODS))
