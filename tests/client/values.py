"""Wire values of the contract, as small as they may be."""

from __future__ import annotations

from typing import Any

AT = "2026-01-02T03:04:05.678Z"


def conversation(id: str = "conv_1", **more: Any) -> dict[str, Any]:
    """A conversation."""
    return {"id": id, "createdAt": AT, "updatedAt": AT, **more}


def message(id: str = "msg_1", text: str = "Hello", **more: Any) -> dict[str, Any]:
    """A customer's message."""
    sender = {"kind": "customer", "id": "cust_1", "name": "Jane"}
    return {"id": id, "conversationId": "conv_1", "sender": sender, "content": {"en": text}, "createdAt": AT, **more}


def session(*features: str, **limits: int) -> dict[str, Any]:
    """A session on a server with these features."""
    return {
        "workspace": {"id": "ws_1", "name": "Northwind"},
        "member": {"id": "mem_1", "name": "Maya"},
        "role": {"id": "role_1", "name": "agent"},
        "permissions": ["connect360:conversation:read"],
        "features": list(features),
        "limits": limits,
    }
