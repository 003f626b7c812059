"""Templates: `{{ name }}` and `{{ customer.name }}` filled in from a context."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from console.server.refusal import Refusal

MOST = 65_536
"""How many characters a context may bring into a template."""
_VARIABLE = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


def render(content: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """The content with its variables filled in; one that the context lacks stays as it stands, to be seen."""
    room = MOST  # a long value in a template that names it thousands of times would fill the memory

    def said(found: re.Match[str]) -> str:
        nonlocal room
        value = _at(context, found[1])
        room -= len(value or "")
        if room < 0:
            raise Refusal("PAYLOAD_TOO_LARGE", f"templateContext fills the template with over {MOST:,} characters.")
        return found[0] if value is None else value

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return _VARIABLE.sub(said, value)
        if isinstance(value, list):
            return [filled(part) for part in value]
        if isinstance(value, dict):
            return {key: filled(part) for key, part in value.items()}
        return value

    return {language: filled(value) for language, value in content.items()}


def _at(context: Any, path: str) -> str | None:
    """The text at a dotted path; None for what is missing or no single value."""
    for name in path.split("."):
        if not isinstance(context, dict):
            return None
        context = context.get(name)
    return str(context) if isinstance(context, str | int | float) and not isinstance(context, bool) else None
