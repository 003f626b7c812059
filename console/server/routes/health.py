"""Whether the server is there and can read its data. Says nothing about what is in it."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.server.refusal import UNREADABLE, Refusal
from console.server.reporting import report
from console.server.routes.rest import refused, service_of

_ANY = text("SELECT 1 FROM workspaces LIMIT 1")


async def health(request: Request) -> Response:
    """It is and it can, or 503. Needs no key, and costs a row."""
    try:
        service_of(request).store.look(_answers)
    except SQLAlchemyError as error:
        report("the data could not be read", error)
        return refused(Refusal("SERVICE_UNAVAILABLE", UNREADABLE))
    return JSONResponse({"status": "ok"})


def _answers(connection: Connection) -> None:
    connection.execute(_ANY).first()


ROUTES = (Route("/healthz", health),)
