"""The hierarchy: a conversation is never below itself."""

from __future__ import annotations

from collections.abc import Iterable

from console.server.refusal import bad_request


def refuse_cycle(conversation_id: str, path_of_parent: Iterable[str]) -> None:
    """Raise a refusal when the new parent is the conversation or stands below it. The path includes the parent."""
    if conversation_id in path_of_parent:
        raise bad_request("A conversation cannot be moved below itself.")
