"""A server of ours that cannot do all that it can: features taken from its session, and their headers not seen."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SESSION = "v1.connect.session"
_HEADERS = {"idempotency": b"idempotency-key"}


class Lesser:
    """The app without these features, as far as a client can tell."""

    def __init__(self, app: ASGIApp, without: Collection[str]) -> None:
        self._app = app
        self._without = frozenset(without)
        self._unseen = {_HEADERS[feature] for feature in without if feature in _HEADERS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and what is answered to it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = [header for header in scope["headers"] if header[0] not in self._unseen]
        is_session = scope["path"].endswith(_SESSION)
        await self._app({**scope, "headers": seen}, receive, self._shortened(send) if is_session else send)

    def _shortened(self, send: Send) -> Send:
        start: list[Message] = []
        body = bytearray()

        async def shortened(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            text = json.dumps(self._without_features(json.loads(body))).encode()
            headers = [header for header in start[0]["headers"] if header[0] != b"content-length"]
            await send({**start[0], "headers": [*headers, (b"content-length", str(len(text)).encode())]})
            await send({"type": "http.response.body", "body": text})

        return shortened

    def _without_features(self, value: Any) -> Any:
        if isinstance(value, dict):
            kept = {key: self._without_features(one) for key, one in value.items()}
            if isinstance(features := kept.get("features"), list):
                kept["features"] = [one for one in features if one not in self._without]
            return kept
        return value
