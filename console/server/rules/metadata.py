"""Metadata: how it merges, and what triage says in it (contract, 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from console.contract.base import Time
from console.server.clock import as_milliseconds

Status = Literal["open", "resolved", "snoozed"]
_TIME: TypeAdapter[datetime] = TypeAdapter(Time)
_STATUSES: Mapping[Any, Status] = {"resolved": "resolved", "snoozed": "snoozed"}


def merged(kept: Mapping[str, Any], given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Key by key at the top level; null takes a key away."""
    both = {**kept, **(given or {})}
    return {key: value for key, value in both.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Triage:
    """What lists are filtered by. What is absent, or is no word of triage, means open and nobody's."""

    status: Status
    assignee_id: str | None
    snoozed_until: int | None


def triage(metadata: Mapping[str, Any]) -> Triage:
    """What the metadata says about triage."""
    status, assignee, until = metadata.get("status"), metadata.get("assigneeId"), metadata.get("snoozedUntil")
    return Triage(
        _STATUSES.get(status, "open") if isinstance(status, str) else "open",
        assignee if isinstance(assignee, str) else None,
        _milliseconds(until),
    )


def reopened(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The same, open again."""
    return {key: value for key, value in metadata.items() if key not in ("status", "snoozedUntil")}


def _milliseconds(value: Any) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        return as_milliseconds(_TIME.validate_python(value))
    except (ValidationError, OverflowError):
        return None
