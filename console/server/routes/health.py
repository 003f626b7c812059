"""Whether the server is there. Says nothing about what is in it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def health(_request: Request) -> Response:
    """It is."""
    return JSONResponse({"status": "ok"})


ROUTES = (Route("/health", health),)
