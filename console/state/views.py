"""Which conversations belong to which view, and which answer a filter. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from console.state.rows import ConversationRow
from console.text.fold import fold

View = Literal["inbox", "mine", "unassigned", "waiting", "drafts", "all"]
VIEWS: tuple[View, ...] = get_args(View)
Group = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a view depends on besides the conversation itself."""

    now: datetime
    me: str | None
    drafts: Collection[str]


def is_due(row: ConversationRow, now: datetime) -> bool:
    """Whether somebody has to look at it: open, or snoozed until a time that has passed."""
    if row.status == "snoozed":
        return row.snoozed_until is not None and row.snoozed_until <= now
    return row.status == "open"


BELONGS: dict[View, Callable[[ConversationRow, Asked], bool]] = {
    "inbox": lambda row, asked: is_due(row, asked.now),
    "mine": lambda row, asked: row.assignee_id is not None and row.assignee_id == asked.me and row.status != "resolved",
    "unassigned": lambda row, asked: row.assignee_id is None and is_due(row, asked.now),
    "waiting": lambda row, asked: row.waiting_since is not None and is_due(row, asked.now),
    "drafts": lambda row, asked: row.id in asked.drafts,
    "all": lambda row, asked: True,
}

WAITING: Group = ("waiting", None)


def groups_of(row: ConversationRow) -> frozenset[Group]:
    """The groups that the conversation is found in again, without looking at all of them."""
    groups: set[Group] = {("status", row.status), ("assignee", row.assignee_id)}
    return frozenset(groups | {WAITING} if row.waiting_since else groups)


def groups_for(view: View, asked: Asked) -> tuple[Group, ...] | None:
    """The groups that hold all of a view's conversations, and others; None means that all must be looked at."""
    table: dict[View, tuple[Group, ...]] = {
        "inbox": (("status", "open"), ("status", "snoozed")),
        "mine": (("assignee", asked.me),),
        "unassigned": (("assignee", None),),
        "waiting": (WAITING,),
    }
    return table.get(view)


def haystack_of(row: ConversationRow) -> str:
    """All that a filter looks at, folded."""
    customer = row.customer
    said = [row.name, row.channel, row.last_text, *row.labels, *row.participants]
    if customer:
        said += [customer.name, customer.email, customer.phone, customer.external_id]
    return fold("\n".join(word for word in said if word))


def words_of(query: str) -> tuple[str, ...]:
    """What a filter asks for: every one of its words must be found."""
    return tuple(fold(query).split())
