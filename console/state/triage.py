"""Triage as it lies in a conversation's metadata (contract, 5): read with patience for junk, written by the merge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, get_args

from pydantic import JsonValue

from console.contract.base import moment, to_wire_time
from console.state.rows import Priority, Status
from console.text import safe
from console.text.safe import SafeLine

KEYS = frozenset({"status", "assigneeId", "labels", "priority", "snoozedUntil"})
"""The keys of metadata that mean something to a team, and are no facts about a customer."""

_STATUSES: frozenset[Any] = frozenset(get_args(Status))
_PRIORITIES: frozenset[Any] = frozenset(get_args(Priority))
_MOST_LABELS = 50
_LONGEST_LABEL = 60


class Triage(NamedTuple):
    """How a team has sorted a conversation."""

    status: Status
    snoozed_until: datetime | None
    assignee_id: str | None
    labels: tuple[SafeLine, ...]
    priority: Priority


def triage_of(metadata: Mapping[str, Any]) -> Triage:
    """What the metadata says: whatever cannot be read counts as absent, which means open, nobody's, none, normal."""
    status, priority, assignee = metadata.get("status"), metadata.get("priority"), metadata.get("assigneeId")
    return Triage(
        status=status if isinstance(status, str) and status in _STATUSES else "open",  # type: ignore[arg-type]
        snoozed_until=_time(metadata.get("snoozedUntil")),
        assignee_id=assignee if isinstance(assignee, str) and assignee else None,
        labels=tuple(safe.line(label, limit=_LONGEST_LABEL) for label in labels_of(metadata)[:_MOST_LABELS]),
        priority=priority if isinstance(priority, str) and priority in _PRIORITIES else "normal",  # type: ignore[arg-type]
    )


def labels_of(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """The labels as the server has them, once each."""
    labels = metadata.get("labels")
    if not isinstance(labels, list):
        return ()
    return tuple(dict.fromkeys(label for label in labels if isinstance(label, str) and label.strip()))


def merged(metadata: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """`metadata` after the documented merge: key by key at the top level, null removes."""
    return {key: value for key, value in {**metadata, **patch}.items() if value is not None}


def status_patch(status: Status, until: datetime | None) -> dict[str, JsonValue]:
    """Metadata that says `status`; only what is snoozed has a time."""
    return {"status": status, "snoozedUntil": to_wire_time(until) if until and status == "snoozed" else None}


def labels_patch(labels: tuple[str, ...]) -> dict[str, JsonValue]:
    """Metadata that says `labels`, whole."""
    return {"labels": list(dict.fromkeys(labels)) or None}


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return moment(datetime.fromisoformat(value))
    except ValueError:
        return None
