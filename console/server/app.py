"""The ASGI app: routes on a service, with what stands before all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
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
        routes=[*health.ROUTES, *trpc.ROUTES, *files.routes(), *ai.routes()],
        middleware=[Middleware(KnownHosts, hosts=config.hosts)],
        exception_handlers={404: not_here, 405: wrong_method, Exception: on_fault},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # an address is known or it is not
    app.state.service, app.state.hub = service, service.hub
    return app


class KnownHosts:
    """Refuses a host that is not the server's own, as a web page may have pointed one here, and foreign origins."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what came under a known name, and from no page but one of a known name."""
        if scope["type"] != "http" or self._hosts is None or self._is_known(Request(scope), self._hosts):
            await self._app(scope, receive, send)
            return
        refusal = JSONResponse({"message": "This server does not answer to that host or origin."}, 403)
        await refusal(scope, receive, send)

    def _is_known(self, request: Request, hosts: frozenset[str]) -> bool:
        origin = request.headers.get("origin")
        named = [f"//{request.headers.get('host', '')}", *([origin] if origin is not None else [])]
        return all(_host(one) in hosts for one in named)


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""
