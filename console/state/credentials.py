"""Whether a server takes a key: asked before the key is written down anywhere."""

from __future__ import annotations

from typing import Literal

from console.client.api import Api
from console.client.errors import BadRequest, NotFound
from console.client.wire import OnWire

_NO_CONVERSATION = "none"


async def check(
    base_url: str,
    key: str,
    *,
    trpc_path: str = "auto",
    transformer: Literal["auto", "none", "superjson"] = "auto",
    on_wire: OnWire | None = None,
) -> None:
    """Ask the server who the key is. Raises Connect360Error with a sentence where that is not answered well."""
    async with Api(base_url, key, trpc_path=trpc_path, transformer=transformer, on_wire=on_wire) as api:
        try:
            await api.session.get()
            return
        except NotFound as error:
            if error.code is None:  # a proxy's, that knows no such page
                raise
        # Of what is documented nothing says who the key is; that a conversation is not there, only a good key is told.
        try:
            await api.messages.list(_NO_CONVERSATION, limit=1)
        except (NotFound, BadRequest) as error:
            if error.code is None:
                raise
