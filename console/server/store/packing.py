"""Open values as the tables keep them: JSON text."""

from __future__ import annotations

import json
from typing import Any

from console.server.refusal import Refusal

# Made once: json.dumps with settings makes an encoder each time.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)

MOST = 65_536
"""How many characters an open value of a client's may have: it is read with every list and sent with every event."""


def pack(value: Any) -> str:
    """A JSON value as text."""
    return _ENCODER.encode(value)


def pack_within(value: Any, name: str) -> str:
    """The same of a client's value. Raises the refusal of one that is too large, by its name."""
    text = pack(value)
    if len(text) > MOST:
        raise Refusal("PAYLOAD_TOO_LARGE", f"{name} must be at most {MOST:,} characters of JSON.")
    return text


def unpack(text: str | None) -> Any:
    """The JSON value that was packed; None for nothing."""
    return None if text is None else json.loads(text)
