"""Which conversations belong to which view, and which answer a filter. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from console.state.rows import ConversationRow, Status
from console.text.fold import fold
from console.values import dataclass

View = Literal["inbox", "mine", "unassigned", "waiting", "drafts", "all"]
VIEWS: tuple[View, ...] = get_args(View)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a view depends on besides the conversation itself."""

    now: datetime
    me: str | None
    drafts: Collection[str]


class Facts(NamedTuple):
    """What of a conversation decides in which views it is, and which one is next."""

    status: Status
    snoozed_until: datetime | None
    assignee_id: str | None
    is_waiting: bool
    is_unread: bool


def facts_of(row: ConversationRow) -> Facts:
    """The facts of a row."""
    return Facts(row.status, row.snoozed_until, row.assignee_id, row.waiting_since is not None, row.unread > 0)


def is_due(facts: Facts, now: datetime) -> bool:
    """Whether somebody has to look at it: open, or snoozed until a time that has passed."""
    if facts.status == "snoozed":
        return facts.snoozed_until is not None and facts.snoozed_until <= now
    return facts.status == "open"


BELONGS: dict[View, Callable[[str, Facts, Asked], bool]] = {
    "inbox": lambda id, facts, asked: is_due(facts, asked.now),
    "mine": lambda id, facts, asked: (
        facts.assignee_id is not None and facts.assignee_id == asked.me and facts.status != "resolved"
    ),
    "unassigned": lambda id, facts, asked: facts.assignee_id is None and is_due(facts, asked.now),
    "waiting": lambda id, facts, asked: facts.is_waiting and is_due(facts, asked.now),
    "drafts": lambda id, facts, asked: id in asked.drafts,
    "all": lambda id, facts, asked: True,
}
"""By view, whether the conversation of an id with these facts belongs to it."""


def haystack_of(row: ConversationRow) -> str:
    """All that a filter looks at, folded."""
    customer = row.customer
    said = [row.name, row.channel, row.last_text, *row.labels, *row.participants]
    if customer:
        said += [customer.name, customer.email, customer.phone, customer.external_id]
    return fold("\n".join(word for word in dict.fromkeys(said) if word))


def words_of(query: str) -> tuple[str, ...]:
    """What a filter asks for: every one of its words must be found."""
    return tuple(fold(query).split())
