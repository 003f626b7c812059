"""What may happen to the store besides the server's own events: answers, pages, and what a person does here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.contract.events import Event
from console.contract.shapes import Conversation, Member, Message, Page, Session
from console.state.rows import Entry, LineStatus
from console.state.untold import Marks
from console.text.safe import SafeLine
from console.values import dataclass

Stamp = tuple[int, int, int]
"""How fresh a word is at least: after which resync, after which event, and as the how-manieth that was asked for.

An answer always knows what had been told before it was asked for, so stamps order answers and events alike.
"""


@dataclass(frozen=True, slots=True)
class SessionAnswered:
    """Who we are; None of a server that does not say."""

    session: Session | None


@dataclass(frozen=True, slots=True)
class MembersAnswered:
    """The colleagues whom a conversation may be given to."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class ConversationsAnswered:
    """Conversations, as they were when `asked` was taken: a page of them, or one."""

    conversations: tuple[Conversation, ...]
    asked: Stamp


@dataclass(frozen=True, slots=True)
class ListsRead:
    """Every conversation that there was when `asked` was taken was told of since, or is gone."""

    asked: Stamp


@dataclass(frozen=True, slots=True)
class ConversationGone:
    """The server deleted this one, with all below it."""

    id: str


@dataclass(frozen=True, slots=True)
class ReadAnswered:
    """How much of a conversation this member has not read."""

    conversation_id: str
    unread: int
    asked: Stamp


@dataclass(frozen=True, slots=True)
class ThreadRead:
    """A person has read a conversation up to this message, on a server that keeps no count of it."""

    conversation_id: str
    message_id: str
    at: datetime  # of the message


@dataclass(frozen=True, slots=True)
class MarksKept:
    """What a person did in a conversation here, as it was kept."""

    conversation_id: str
    marks: Marks


@dataclass(frozen=True, slots=True)
class ThreadOpened:
    """A person opened the conversation: where "new" begins is fixed now."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class MessagesAnswered:
    """A page of a thread, newest first: the newest one, or that before `cursor`."""

    conversation_id: str
    page: Page[Message]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class MessageAnswered:
    """The server's own record of the message that we knew as `local_id`."""

    message: Message
    local_id: str


@dataclass(frozen=True, slots=True)
class LocalWritten:
    """A message of ours that no server has named yet, or what has become of it."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class LocalGone:
    """A message of ours that was taken back or discarded."""

    conversation_id: str
    local_id: str


@dataclass(frozen=True, slots=True)
class MetadataHoped:
    """A change of metadata that was asked for and is shown before it is answered; None removes a key."""

    conversation_id: str
    token: str
    patch: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MetadataSettled:
    """The change `token` was answered, with what the server has now, or refused, with None."""

    conversation_id: str
    token: str
    conversation: Conversation | None
    asked: Stamp


@dataclass(frozen=True, slots=True)
class PermissionLearnt:
    """The server refused something then for want of a permission; with None it no longer does."""

    permission: SafeLine
    refused_at: datetime | None


@dataclass(frozen=True, slots=True)
class LineChanged:
    """Something else is true of the line to the server."""

    line: LineStatus


LocalChange = (
    SessionAnswered
    | MembersAnswered
    | ConversationsAnswered
    | ListsRead
    | ConversationGone
    | ReadAnswered
    | ThreadRead
    | MarksKept
    | ThreadOpened
    | MessagesAnswered
    | MessageAnswered
    | LocalWritten
    | LocalGone
    | MetadataHoped
    | MetadataSettled
    | PermissionLearnt
    | LineChanged
)
Change = Event | LocalChange


@dataclass(frozen=True, slots=True)
class Touched:
    """What one change touched, for those who show it."""

    rows: frozenset[str] = frozenset()
    threads: frozenset[str] = frozenset()
    outline: bool = False  # what a view shows, or in which order
    line: bool = False
    identity: bool = False

    def __or__(self, other: Touched) -> Touched:
        """What both touched."""
        return Touched(
            self.rows | other.rows,
            self.threads | other.threads,
            self.outline or other.outline,
            self.line or other.line,
            self.identity or other.identity,
        )

    def __bool__(self) -> bool:
        """Whether anything was touched at all."""
        return bool(self.rows or self.threads or self.outline or self.line or self.identity)
