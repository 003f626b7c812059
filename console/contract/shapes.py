"""What a server answers (contract, 4 and 5). Documented of these shapes are only the ids, Customer and Attachment."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field

from console.contract.base import EARLIEST, Shape, Time, ToldTime, tolerant

T = TypeVar("T")

ConversationType = Annotated[Literal["DIRECT", "GROUP"], tolerant("DIRECT", "GROUP", otherwise="DIRECT")]
PersonKind = Annotated[
    Literal["member", "customer", "agent"], tolerant("member", "customer", "agent", otherwise="customer")
]
SenderKind = Annotated[
    Literal["member", "customer", "agent", "system"],
    tolerant("member", "customer", "agent", "system", otherwise="system"),
]
Content = dict[str, Any]
"""Language ("en", "ar", "tr") to what was said in it: a text, or a structure that `console.contract.content` reads."""

NOTE_FLAG = "internal-note"
"""The flag of a message that no customer may see."""


class Customer(Shape):
    """A person outside the workspace. The fields are documented: all optional, all nullable."""

    id: str | None = None
    external_id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    image: str | None = None
    metadata: dict[str, Any] | None = None


class Participant(Shape):
    """One of those who take part in a conversation."""

    kind: PersonKind
    id: str
    name: str | None = None


class Channel(Shape):
    """Where a conversation is held; `identifier` of a website channel is its host."""

    id: str
    kind: str = "website"
    identifier: str | None = None
    name: str | None = None


class LastMessage(Shape):
    """The newest message of a conversation, as a list shows it. Never an internal note's text to a customer."""

    id: str
    sender_kind: SenderKind
    text: str = ""
    created_at: ToldTime = EARLIEST


class Conversation(Shape):
    """A thread of messages with a customer, at the top level or below another."""

    id: str
    name: str | None = None
    type: ConversationType = "DIRECT"
    parent_id: str | None = None
    customer: Customer | None = None
    participants: tuple[Participant, ...] = ()
    channels: tuple[Channel, ...] = ()
    metadata: dict[str, Any] = Field(default_factory=dict)
    child_count: int = 0
    unread_count: int = 0
    waiting_since: Time | None = None
    last_message: LastMessage | None = None
    created_at: ToldTime = EARLIEST
    updated_at: ToldTime = EARLIEST


class Sender(Shape):
    """Who wrote a message."""

    kind: SenderKind
    id: str | None = None
    name: str | None = None
    image: str | None = None


class Attachment(Shape):
    """A file of a message. `s3_key` is what it is downloaded by."""

    id: str
    name: str
    s3_key: str = Field(alias="s3Key")
    type: str = "application/octet-stream"
    url: str = ""
    size: int | None = None


class Message(Shape):
    """What was said, in one language or more, with its files."""

    id: str
    conversation_id: str
    parent_id: str | None = None
    sender: Sender
    content: Content = Field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    flags: tuple[str, ...] = ()
    channel_id: str | None = None
    template_id: str | None = None
    created_at: Time

    @property
    def is_note(self) -> bool:
        """Whether it is for colleagues alone."""
        return NOTE_FLAG in self.flags


class Page(Shape, Generic[T]):
    """A part of a list; `next_cursor` asks for the next, null at the end."""

    items: tuple[T, ...]
    next_cursor: str | None = None


class Deleted(Shape):
    """What a deletion took: the conversation and how many in all, those below it counted."""

    id: str
    deleted: int = 1


class Claimed(Shape):
    """How many of a guest's conversations were given to a customer, and how many moved below another."""

    claimed: int
    reparented: int


class Member(Shape):
    """A colleague of the workspace."""

    id: str
    name: str
    email: str | None = None
    image: str | None = None


class Agent(Shape):
    """An AI agent of the workspace."""

    id: str
    name: str
    description: str = ""


class Template(Shape):
    """A prepared text with `{{variables}}`."""

    id: str
    name: str
    content: Content = Field(default_factory=dict)
    created_at: Time
    updated_at: Time


class Article(Shape):
    """A knowledge article, which the retrieving agent answers from."""

    id: str
    name: str
    content: Content = Field(default_factory=dict)
    created_at: Time
    updated_at: Time


class CustomerDetails(Customer):
    """A customer with their conversations, of many the newest."""

    conversations: tuple[Conversation, ...] = ()


class Highlight(Shape):
    """Where a match stands in a message: offsets in code points of the original text."""

    language: str
    start: int
    end: int


class Hit(Shape):
    """A message that a search found."""

    message: Message
    conversation: Conversation
    highlights: tuple[Highlight, ...] = ()


class Actor(Shape):
    """The member who did something."""

    id: str
    name: str | None = None


class AuditEntry(Shape):
    """Who did what, with which key."""

    id: str
    at: Time
    actor: Actor
    key_id: str | None = None
    action: str
    target_kind: str
    target_id: str
    details: dict[str, Any] = Field(default_factory=dict)


class Workspace(Shape):
    """The workspace that a key belongs to."""

    id: str
    name: str


class Role(Shape):
    """The role that a key acts through."""

    id: str
    name: str


class Limits(Shape):
    """What a server takes at most."""

    files_per_upload: int = 5
    bytes_per_file: int = 25 * 1024 * 1024
    message_characters: int = 20_000


class Session(Shape):
    """Who a key is, what it may do and what its server can."""

    workspace: Workspace
    member: Member
    role: Role
    permissions: tuple[str, ...]
    features: tuple[str, ...] = ()
    limits: Limits = Limits()


class ReadState(Shape):
    """How many messages of a conversation the asking member has not read."""

    unread_count: int


class Nothing(Shape):
    """An empty object."""


class UploadedFiles(Shape):
    """The answer of an upload (documented)."""

    files: tuple[Attachment, ...]
