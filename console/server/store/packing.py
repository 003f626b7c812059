"""Open values as the tables keep them: JSON text."""

from __future__ import annotations

import json
from typing import Any


def pack(value: Any) -> str:
    """A JSON value as text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def unpack(text: str | None) -> Any:
    """The JSON value that was packed; None for nothing."""
    return None if text is None else json.loads(text)
