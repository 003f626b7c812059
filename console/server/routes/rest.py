"""What routes share: the service of a request; and of REST ones, refusals in the documented bodies (contract, 3)."""

from __future__ import annotations

from typing import cast

from starlette.exceptions import HTTPException
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


async def on_fault(_request: Request, _error: Exception) -> Response:
    """Starlette's handler of anything else: it is logged, and nothing of it leaves the server."""
    return JSONResponse({"message": FAULT}, 500)


async def not_here(_request: Request, _error: Exception) -> Response:
    """Starlette's handler of an unknown address."""
    return JSONResponse({"message": "Not found."}, 404)


async def wrong_method(_request: Request, error: Exception) -> Response:
    """Starlette's handler of a method that an address does not have."""
    headers = error.headers if isinstance(error, HTTPException) else None
    return JSONResponse({"message": "Method not allowed."}, 405, headers)
