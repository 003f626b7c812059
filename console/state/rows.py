"""The values that widgets show: what the wire brought, made safe where it entered, in the least that a row needs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from console.contract.languages import Language
from console.state.entries import NONE, Entries
from console.text.safe import SafeBlock, SafeLine
from console.values import dataclass

if TYPE_CHECKING:
    from console.contract.shapes import Limits

Status = Literal["open", "resolved", "snoozed"]
Priority = Literal["low", "normal", "high", "urgent"]
Who = Literal["customer", "member", "agent", "system"]
Delivery = Literal["sent", "held", "waiting", "stopped", "sending", "failed", "unknown"]
"""held: may still be taken back. waiting: it has not left yet. stopped: the thread moved on, so the person is asked.
unknown: it left, and no answer says whether it arrived."""

LOCAL_PREFIX = "local_"
"""Of the ids of messages that no server has named yet."""


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """A customer, as the customer pane shows one."""

    id: str | None
    name: SafeLine
    email: SafeLine | None = None
    phone: SafeLine | None = None
    external_id: SafeLine | None = None
    language: Language | None = None
    facts: tuple[tuple[SafeLine, SafeLine], ...] = ()  # what else its metadata says, key and value


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation, as the tree and the pane heads show one."""

    id: str
    parent_id: str | None
    name: SafeLine  # its own, else its customer's, else its channel's
    raw_name: str | None  # as the server has it: for telling whether a person typed the same
    customer: CustomerCard | None
    channel: SafeLine | None  # the identifier of its first channel
    channel_id: str | None
    participants: tuple[SafeLine, ...]
    child_count: int
    unread: int
    waiting_since: datetime | None
    at: datetime  # of its last activity
    last_who: Who | None
    last_text: SafeLine  # an excerpt of its newest message
    status: Status
    snoozed_until: datetime | None
    assignee_id: str | None
    labels: tuple[SafeLine, ...]
    priority: Priority
    metadata: dict[str, Any]  # as the server has it: labels are read, changed and written whole


@dataclass(frozen=True, slots=True)
class FileCard:
    """A file of a message, or one that was uploaded for the next."""

    id: str
    name: SafeLine
    size: int | None  # bytes
    type: SafeLine
    s3_key: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that another replies to."""

    id: str
    sender: SafeLine
    text: SafeLine


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, as the thread shows one. `id` is the server's, or begins with LOCAL_PREFIX."""

    id: str
    conversation_id: str
    who: Who
    sender: SafeLine
    mine: bool
    note: bool
    languages: tuple[str, ...]
    bodies: tuple[SafeBlock, ...]  # one a language, in that order; none for a message of files alone
    cleaned: bool  # something in it was made safe; the details show the raw text
    files: tuple[FileCard, ...]
    quote: Quote | None
    at: datetime
    delivery: Delivery = "sent"
    send_at: datetime | None = None  # of a held one
    problem: SafeLine | None = None  # why it failed


@dataclass(frozen=True, slots=True)
class ThreadView:
    """What is known of an open conversation's messages, oldest first."""

    conversation_id: str
    entries: Entries = NONE
    has_older: bool = False
    is_loading: bool = True
    first_unread: str | None = None  # the id above which "new" is drawn; fixed when the conversation was opened


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote and means to send."""

    text: str
    language: Language
    note: bool = False
    files: tuple[FileCard, ...] = ()
    reply_to: str | None = None  # a message's id


@dataclass(frozen=True, slots=True)
class Person:
    """A member or an AI agent, to pick from."""

    id: str
    name: SafeLine
    about: SafeLine


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """A prepared text, to pick from."""

    id: str
    name: SafeLine
    texts: dict[str, str]  # language to text, as the server has it


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are on this server, and what we may do there."""

    workspace: SafeLine
    member_id: str
    member: SafeLine
    role: SafeLine
    permissions: frozenset[str]
    features: frozenset[str]
    limits: Limits


@dataclass(frozen=True, slots=True)
class LineStatus:
    """What is true of the line to the server."""

    state: Literal["connecting", "live", "polling", "reconnecting", "offline", "refused"]
    since: datetime
    latency_ms: int | None = None
    problem: SafeLine | None = None
    every: float | None = None  # seconds between two polls
    as_of: datetime | None = None  # when what is shown was last known to be so, where that is older than it should be
