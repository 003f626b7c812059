"""The ASGI app: routes on a service, with what stands before all of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from console.server.routes import health, trpc
from console.server.routes.ai import AiRoutes
from console.server.routes.files import FileRoutes
from console.server.routes.rest import not_here, on_fault, wrong_method
from console.server.service import Config, Service


def build_app(config: Config) -> Starlette:
    """The app on a data directory, whose tables are made or upgraded first. Raises SettingsError."""
    service = Service(config)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await service.run()
        yield
        await service.close()

    files = FileRoutes(service)
    ai = AiRoutes(service, config.models, pace=config.pace)
    app = Starlette(
        routes=[*trpc.ROUTES, *health.ROUTES, *files.routes(), *ai.routes()],
        middleware=[Middleware(KnownHosts, hosts=config.hosts)],
        exception_handlers={404: not_here, 405: wrong_method, Exception: on_fault},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # an address is known or it is not
    app.state.service, app.state.hub = service, service.hub
    return app


_NAME = r"(\[[0-9a-f:.]+\]|[0-9a-z.-]+?)\.?(?::[0-9]{1,5})?"
_HOST = re.compile(_NAME, re.IGNORECASE)
_ORIGIN = re.compile("https?://" + _NAME, re.IGNORECASE)


class KnownHosts:
    """Refuses a host that is not the server's own, as a web page may have pointed one here, and foreign origins.

    What a proxy says of the host that it was asked for counts for nothing: a page can say it too.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what came under a known name, and from no page but one of a known name."""
        if scope["type"] != "http" or self._hosts is None or _is_known(Headers(scope=scope), self._hosts):
            await self._app(scope, receive, send)
            return
        refusal = JSONResponse({"message": "This server does not answer to that host or origin."}, 403)
        await refusal(scope, receive, send)


def _is_known(headers: Headers, hosts: frozenset[str]) -> bool:
    named = headers.getlist("host")
    origins = headers.getlist("origin")
    return (
        len(named) == 1
        and _name(_HOST, named[0]) in hosts
        and all(_name(_ORIGIN, origin) in hosts for origin in origins)
    )


def _name(form: re.Pattern[str], address: str) -> str | None:
    """The name in an address of this form and no other: no user, no path, nothing that others might read otherwise."""
    found = form.fullmatch(address)
    return found[1].strip("[]").lower() if found else None
