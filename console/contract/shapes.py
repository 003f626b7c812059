"""What a server answers (contract, 4 and 5). Documented of these shapes are only the ids, Customer and Attachment.

A field that we can do without is read as if it had not come where it is none that we know; a record of a list that
cannot be read even so is left out. What is left is what the types here say.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    FailFast,
    Field,
    ModelWrapValidatorHandler,
    OnErrorOmit,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from console.contract.base import (
    EARLIEST,
    Count,
    Loose,
    Many,
    MaybeCount,
    MaybeLoose,
    MaybeText,
    MaybeTime,
    Shape,
    Text,
    Time,
    ToldTime,
    shallow,
    tolerant,
    unread_as,
)

T = TypeVar("T")

ConversationType = Annotated[Literal["DIRECT", "GROUP"], tolerant("DIRECT", "GROUP", otherwise="DIRECT")]
PersonKind = Annotated[
    Literal["member", "customer", "agent"], tolerant("member", "customer", "agent", otherwise="customer")
]
SenderKind = Annotated[
    Literal["member", "customer", "agent", "system"],
    tolerant("member", "customer", "agent", "system", otherwise="system"),
]
UNKNOWN = "und"
"""The language of words that came without one (ISO 639-2)."""

Content = Annotated[
    dict[str, Any],
    AfterValidator(shallow),
    BeforeValidator(lambda value: value if isinstance(value, dict) else {} if value is None else {UNKNOWN: value}),
]
"""Language ("en", "ar", "tr") to what was said in it: a text, or a structure that `console.contract.content` reads.

What comes as no such object is kept as said in an unknown language, so that nobody's words are lost.
"""

NOTE_FLAG = "internal-note"
"""The flag of a message that no customer may see."""


class Customer(Shape):
    """A person outside the workspace. The fields are documented: all optional, all nullable."""

    id: MaybeText = None
    external_id: MaybeText = None
    name: MaybeText = None
    email: MaybeText = None
    phone: MaybeText = None
    image: MaybeText = None
    metadata: MaybeLoose = None


class Participant(Shape):
    """One of those who take part in a conversation."""

    kind: PersonKind
    id: str
    name: MaybeText = None


class Channel(Shape):
    """Where a conversation is held; `identifier` of a website channel is its host."""

    id: str
    kind: Annotated[str, unread_as("website")] = "website"
    identifier: MaybeText = None
    name: MaybeText = None


class LastMessage(Shape):
    """The newest message of a conversation, as a list shows it. Never an internal note's text to a customer."""

    id: str
    sender_kind: SenderKind
    text: Text = ""
    created_at: ToldTime = EARLIEST


class Conversation(Shape):
    """A thread of messages with a customer, at the top level or below another."""

    id: str
    name: MaybeText = None
    type: ConversationType = "DIRECT"
    parent_id: MaybeText = None
    customer: Annotated[Customer | None, unread_as(None)] = None
    participants: Many[Participant] = ()
    channels: Many[Channel] = ()
    metadata: Loose = Field(default_factory=dict)
    child_count: Count = 0
    unread_count: Count = 0
    waiting_since: MaybeTime = None
    last_message: Annotated[LastMessage | None, unread_as(None)] = None
    created_at: ToldTime = EARLIEST
    updated_at: ToldTime = EARLIEST


class Sender(Shape):
    """Who wrote a message."""

    kind: SenderKind
    id: MaybeText = None
    name: MaybeText = None
    image: MaybeText = None


class Attachment(Shape):
    """A file of a message. `s3_key` is what it is downloaded by."""

    id: str
    name: str
    s3_key: str = Field(alias="s3Key")
    type: Annotated[str, unread_as("application/octet-stream")] = "application/octet-stream"
    url: Text = ""
    size: MaybeCount = None


class Message(Shape):
    """What was said, in one language or more, with its files."""

    id: str
    conversation_id: str
    parent_id: MaybeText = None
    sender: Annotated[Sender, unread_as(Sender.model_construct(kind="system"))]
    content: Content = Field(default_factory=dict)
    attachments: Many[Attachment] = ()
    flags: Annotated[Many[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)] = ()
    channel_id: MaybeText = None
    template_id: MaybeText = None
    created_at: Time

    @property
    def is_note(self) -> bool:
        """Whether it is for colleagues alone."""
        return NOTE_FLAG in self.flags


Cursor = Annotated[
    str | None, BeforeValidator(lambda value: str(value) if type(value) is int else value or None), unread_as(None)
]


class Page(Shape, Generic[T]):
    """A part of a list; `next_cursor` asks for the next, null at the end.

    `left_out` is how many entries came that could not be read, so that what is not among the others may be one of them.
    """

    items: tuple[OnErrorOmit[T], ...]
    next_cursor: Cursor = None
    left_out: int = Field(default=0, exclude=True)

    @model_validator(mode="wrap")
    @classmethod
    def _count(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        page = handler(value)
        came = value.get("items") if isinstance(value, dict) else None
        left_out = len(came) - len(page.items) if isinstance(came, list) else 0
        if left_out == 0:
            return page
        if page.items:
            return page.model_copy(update={"left_out": left_out})
        (entry,) = cls.__pydantic_generic_metadata__["args"]
        try:
            TypeAdapter(entry).validate_python(value["items"][0])
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            told = {"where": ".".join(map(str, first["loc"])), "why": first["msg"]}
            raise PydanticCustomError("unreadable", "no entry can be read, as items.0.{where}: {why}", told) from None
        return page


class Deleted(Shape):
    """What a deletion took: the conversation and how many in all, those below it counted."""

    id: str
    deleted: Annotated[Count, unread_as(1)] = 1


class Claimed(Shape):
    """How many of a guest's conversations were given to a customer, and how many moved below another."""

    claimed: Count
    reparented: Count


class Member(Shape):
    """A colleague of the workspace."""

    id: str
    name: Text
    email: MaybeText = None
    image: MaybeText = None


class Agent(Shape):
    """An AI agent of the workspace."""

    id: str
    name: Text
    description: Text = ""


class Template(Shape):
    """A prepared text with `{{variables}}`."""

    id: str
    name: Text
    content: Content = Field(default_factory=dict)
    created_at: ToldTime
    updated_at: ToldTime


class Article(Shape):
    """A knowledge article, which the retrieving agent answers from."""

    id: str
    name: Text
    content: Content = Field(default_factory=dict)
    created_at: ToldTime
    updated_at: ToldTime


class CustomerDetails(Customer):
    """A customer with their conversations, of many the newest."""

    conversations: Many[Conversation] = ()


class Highlight(Shape):
    """Where a match stands in a message: offsets in code points of the original text."""

    language: str
    start: int
    end: int


class Hit(Shape):
    """A message that a search found."""

    message: Message
    conversation: Conversation
    highlights: Many[Highlight] = ()


class Actor(Shape):
    """The member who did something."""

    id: Text
    name: MaybeText = None


class AuditEntry(Shape):
    """Who did what, with which key."""

    id: str
    at: Time
    actor: Annotated[Actor, unread_as(Actor.model_construct(id=""))]
    key_id: MaybeText = None
    action: Text
    target_kind: Text
    target_id: Text
    details: Loose = Field(default_factory=dict)


class Workspace(Shape):
    """The workspace that a key belongs to."""

    id: str
    name: Text


class Role(Shape):
    """The role that a key acts through."""

    id: Text
    name: Text


_FILES, _MOST_FILES = 5, 10_000
_BYTES, _MOST_BYTES = 25 * 1024 * 1024, 2**53
_CHARACTERS = 20_000


class Limits(Shape):
    """What a server takes at most."""

    files_per_upload: Annotated[int, Field(gt=0, le=_MOST_FILES), unread_as(_FILES)] = _FILES
    bytes_per_file: Annotated[int, Field(gt=0, le=_MOST_BYTES), unread_as(_BYTES)] = _BYTES
    message_characters: Annotated[int, Field(gt=0, le=_MOST_BYTES), unread_as(_CHARACTERS)] = _CHARACTERS


LIMITS = Limits.model_construct()
"""As documented."""


class Session(Shape):
    """Who a key is, what it may do and what its server can."""

    workspace: Annotated[Workspace, unread_as(Workspace.model_construct(id="", name=""))]
    member: Member
    role: Annotated[Role, unread_as(Role.model_construct(id="", name=""))]
    permissions: tuple[OnErrorOmit[str], ...]
    features: Many[str] = ()
    limits: Annotated[Limits, unread_as(LIMITS)] = LIMITS


class ReadState(Shape):
    """How many messages of a conversation the asking member has not read."""

    unread_count: int


class Nothing(Shape):
    """An empty object."""


class UploadedFiles(Shape):
    """The answer of an upload (documented)."""

    files: Annotated[tuple[Attachment, ...], FailFast()]
