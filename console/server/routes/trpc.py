"""The tRPC mount: `/api/trpc/<path>`."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from console.server.dispatch import carry_out
from console.server.procedures import BY_PATH, STREAMS
from console.server.refusal import Refusal
from console.server.routes.body import Body, EarlyAnswer
from console.server.routes.events import event_stream
from console.server.routes.rest import service_of
from console.server.trpc import Answer, Calls, read_request, write_answer, write_refusal
from console.server.trpc import Request as Asked

MOUNT = "/api/trpc"
MOST_BYTES = 4 * 1024 * 1024
_TOO_LARGE = Refusal("PAYLOAD_TOO_LARGE", f"A request may have at most {MOST_BYTES:,} bytes.")
_GONE = 499  # nobody is there to see it
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


async def trpc(request: Request) -> Response:
    """Answer the calls of a request."""
    if request.method == "HEAD":
        return Response(status_code=204)
    service = service_of(request)
    body = Body(request, MOST_BYTES, _TOO_LARGE)
    try:
        calls = read_request(await _asked(request, body), BY_PATH)
    except ClientDisconnect:
        return Response(status_code=_GONE)
    except Refusal as refusal:
        return EarlyAnswer(_response(write_refusal(refusal), "text/plain;charset=UTF-8"), body)
    if _is_stream(calls):
        return event_stream(service, calls, request.headers)
    return _response(write_answer(calls, await carry_out(service, calls, request.headers)), "application/json")


async def _asked(request: Request, body: Body) -> Asked:
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    path = raw_path.decode("latin-1").removeprefix(MOUNT).removeprefix("/")
    query = request.scope["query_string"].decode("latin-1")
    whole = b"" if request.method == "GET" else b"".join([piece async for piece in body])
    return Asked(request.method, path, query, request.headers, whole)


def _is_stream(calls: Calls) -> bool:
    procedure = calls.calls[0].procedure
    return not calls.is_batch and procedure is not None and procedure.name in STREAMS


def _response(answer: Answer, media_type: str) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers), media_type)


ROUTES = (Route(MOUNT + "/{path:path}", trpc, methods=_METHODS), Route(MOUNT, trpc, methods=_METHODS))
