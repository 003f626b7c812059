"""What REST routes share: the service of a request, and refusals in the documented bodies (contract, 3)."""

from __future__ import annotations

from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.contract.errors import UNKNOWN_KEY
from console.server.refusal import FAULT, Refusal
from console.server.service import Service


def service_of(request: Request) -> Service:
    """The service that the app was built on."""
    return cast(Service, request.app.state.service)


def refused(refusal: Refusal) -> Response:
    """`{"message": …}`, but `{"error": …}` for a key that is not known, as the documentation has it."""
    name = "error" if refusal.sentence == UNKNOWN_KEY else "message"
    headers = {"retry-after": str(refusal.retry_after)} if refusal.retry_after else None
    return JSONResponse({name: refusal.sentence}, refusal.status, headers)


async def on_refusal(_request: Request, error: Exception) -> Response:
    """Starlette's handler of a Refusal."""
    assert isinstance(error, Refusal)
    return refused(error)


async def on_fault(_request: Request, _error: Exception) -> Response:
    """Starlette's handler of anything else: it is logged, and nothing of it leaves the server."""
    return JSONResponse({"message": FAULT}, 500)


async def not_here(_request: Request, _error: Exception) -> Response:
    """Starlette's handler of an unknown address."""
    return JSONResponse({"message": "Not found."}, 404)
