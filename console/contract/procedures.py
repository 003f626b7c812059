"""The table of procedures: what is called, with what, for what, by whom. Client, server and README read this one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Generic, Literal, TypeVar

from pydantic import TypeAdapter

from console.contract import inputs, shapes
from console.contract.base import Input
from console.contract.events import EVENT, Event
from console.contract.permissions import AUDIT, DELETE, ENGAGE, MANAGE, READ, Permission
from console.values import dataclass

I = TypeVar("I", bound=Input)  # noqa: E741  the input
A = TypeVar("A")  # the answer

NAMESPACE = "v1.connect"


@dataclass(frozen=True, slots=True)
class Procedure(Generic[I, A]):
    """A call of the typed SDK. `path` is what stands in the address."""

    name: str
    kind: Literal["query", "mutation", "subscription"]
    input: type[I]
    made_answer: Callable[[], TypeAdapter[A]]
    permission: Permission | None
    summary: str
    documented: bool = False
    feature: str | None = None

    @property
    def path(self) -> str:
        """The dotted path on the wire."""
        return f"{NAMESPACE}.{self.name}"

    @property
    def answer(self) -> TypeAdapter[A]:
        """What the answer is read and written by."""
        return self.made_answer()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A REST call. `permission` as a set: any one of them is enough."""

    name: str
    method: Literal["GET", "POST"]
    path: str
    permission: Permission | frozenset[Permission]
    summary: str
    documented: bool = True


def _answer(shape: Callable[[], Any]) -> Callable[[], TypeAdapter[Any]]:
    """Made when it is used: a page of each kind is a class of its own, and few of them are asked for at the start."""
    return cache(lambda: TypeAdapter(shape()))


GET_OR_CREATE_CONVERSATION: Procedure[inputs.GetOrCreateConversation, shapes.Conversation] = Procedure(
    "getOrCreateConversation",
    "mutation",
    inputs.GetOrCreateConversation,
    _answer(lambda: shapes.Conversation),
    ENGAGE,
    "Open a customer's top-level conversation, or make it",
    documented=True,
)
CREATE_SUB_CONVERSATION: Procedure[inputs.CreateSubConversation, shapes.Conversation] = Procedure(
    "createSubConversation",
    "mutation",
    inputs.CreateSubConversation,
    _answer(lambda: shapes.Conversation),
    ENGAGE,
    "Make a conversation below another",
    documented=True,
)
UPDATE_CONVERSATION: Procedure[inputs.UpdateConversation, shapes.Conversation] = Procedure(
    "updateConversation",
    "mutation",
    inputs.UpdateConversation,
    _answer(lambda: shapes.Conversation),
    ENGAGE,
    "Rename, move, or merge metadata",
    documented=True,
)
DELETE_CONVERSATION: Procedure[inputs.ConversationId, shapes.Deleted] = Procedure(
    "deleteConversation",
    "mutation",
    inputs.ConversationId,
    _answer(lambda: shapes.Deleted),
    DELETE,
    "Delete a conversation and all below it",
    documented=True,
)
SEND: Procedure[inputs.Send, shapes.Message] = Procedure(
    "send",
    "mutation",
    inputs.Send,
    _answer(lambda: shapes.Message),
    ENGAGE,
    "Send a message",
    documented=True,
)
LIST_MESSAGES: Procedure[inputs.ListMessages, shapes.Page[shapes.Message]] = Procedure(
    "listMessages",
    "query",
    inputs.ListMessages,
    _answer(lambda: shapes.Page[shapes.Message]),
    READ,
    "A page of a thread, newest first",
    documented=True,
)
CLAIM_GUEST_CONVERSATIONS: Procedure[inputs.ClaimGuestConversations, shapes.Claimed] = Procedure(
    "claimGuestConversations",
    "mutation",
    inputs.ClaimGuestConversations,
    _answer(lambda: shapes.Claimed),
    ENGAGE,
    "Give a website guest's conversations to a customer",
    documented=True,
)
SESSION: Procedure[inputs.NoInput, shapes.Session] = Procedure(
    "session",
    "query",
    inputs.NoInput,
    _answer(lambda: shapes.Session),
    None,
    "Who the key is and what its server can do",
)
LIST_CONVERSATIONS: Procedure[inputs.ListConversations, shapes.Page[shapes.Conversation]] = Procedure(
    "listConversations",
    "query",
    inputs.ListConversations,
    _answer(lambda: shapes.Page[shapes.Conversation]),
    READ,
    "A page of conversations",
)
GET_CONVERSATION: Procedure[inputs.ConversationId, shapes.Conversation] = Procedure(
    "getConversation",
    "query",
    inputs.ConversationId,
    _answer(lambda: shapes.Conversation),
    READ,
    "One conversation",
)
SEARCH_MESSAGES: Procedure[inputs.SearchMessages, shapes.Page[shapes.Hit]] = Procedure(
    "searchMessages",
    "query",
    inputs.SearchMessages,
    _answer(lambda: shapes.Page[shapes.Hit]),
    READ,
    "Full text over messages, in any language",
    feature="search",
)
GET_CUSTOMER: Procedure[inputs.CustomerId, shapes.CustomerDetails] = Procedure(
    "getCustomer",
    "query",
    inputs.CustomerId,
    _answer(lambda: shapes.CustomerDetails),
    READ,
    "One customer, with their newest hundred conversations",
)
LIST_MEMBERS: Procedure[inputs.Paged, shapes.Page[shapes.Member]] = Procedure(
    "listMembers",
    "query",
    inputs.Paged,
    _answer(lambda: shapes.Page[shapes.Member]),
    READ,
    "The workspace's members",
)
LIST_CHANNELS: Procedure[inputs.Paged, shapes.Page[shapes.Channel]] = Procedure(
    "listChannels",
    "query",
    inputs.Paged,
    _answer(lambda: shapes.Page[shapes.Channel]),
    READ,
    "The workspace's channels",
)
LIST_AGENTS: Procedure[inputs.Paged, shapes.Page[shapes.Agent]] = Procedure(
    "listAgents",
    "query",
    inputs.Paged,
    _answer(lambda: shapes.Page[shapes.Agent]),
    READ,
    "The workspace's AI agents",
)
LIST_TEMPLATES: Procedure[inputs.Paged, shapes.Page[shapes.Template]] = Procedure(
    "listTemplates",
    "query",
    inputs.Paged,
    _answer(lambda: shapes.Page[shapes.Template]),
    READ,
    "The workspace's templates",
    feature="templates",
)
SAVE_TEMPLATE: Procedure[inputs.SaveTemplate, shapes.Template] = Procedure(
    "saveTemplate",
    "mutation",
    inputs.SaveTemplate,
    _answer(lambda: shapes.Template),
    MANAGE,
    "Make or change a template",
    feature="templates",
)
SAVE_ARTICLE: Procedure[inputs.SaveArticle, shapes.Article] = Procedure(
    "saveArticle",
    "mutation",
    inputs.SaveArticle,
    _answer(lambda: shapes.Article),
    MANAGE,
    "Make or change a knowledge article",
)
MARK_READ: Procedure[inputs.MarkRead, shapes.ReadState] = Procedure(
    "markRead",
    "mutation",
    inputs.MarkRead,
    _answer(lambda: shapes.ReadState),
    ENGAGE,
    "Mark a thread as read up to a message",
    feature="read-marks",
)
SET_PRESENCE: Procedure[inputs.SetPresence, shapes.Nothing] = Procedure(
    "setPresence",
    "mutation",
    inputs.SetPresence,
    _answer(lambda: shapes.Nothing),
    ENGAGE,
    "Say what the member looks at or writes in",
    feature="presence",
)
EVENTS: Procedure[inputs.Events, Event] = Procedure(
    "events",
    "subscription",
    inputs.Events,
    lambda: EVENT,
    READ,
    "What changes, as it changes",
    feature="events",
)
LIST_AUDIT_LOG: Procedure[inputs.ListAuditLog, shapes.Page[shapes.AuditEntry]] = Procedure(
    "listAuditLog",
    "query",
    inputs.ListAuditLog,
    _answer(lambda: shapes.Page[shapes.AuditEntry]),
    AUDIT,
    "Who did what, newest first",
    feature="audit-log",
)

PROCEDURES: dict[str, Procedure[Any, Any]] = {
    procedure.name: procedure
    for procedure in (
        GET_OR_CREATE_CONVERSATION,
        CREATE_SUB_CONVERSATION,
        UPDATE_CONVERSATION,
        DELETE_CONVERSATION,
        SEND,
        LIST_MESSAGES,
        CLAIM_GUEST_CONVERSATIONS,
        SESSION,
        LIST_CONVERSATIONS,
        GET_CONVERSATION,
        SEARCH_MESSAGES,
        GET_CUSTOMER,
        LIST_MEMBERS,
        LIST_CHANNELS,
        LIST_AGENTS,
        LIST_TEMPLATES,
        SAVE_TEMPLATE,
        SAVE_ARTICLE,
        MARK_READ,
        SET_PRESENCE,
        EVENTS,
        LIST_AUDIT_LOG,
    )
}

UPLOAD = Endpoint("upload", "POST", "/api/v1/connect/attachments", ENGAGE, "Upload one to five files")
ASSET = Endpoint(
    "asset", "GET", "/api/v1/connect/assets/{key}", frozenset({READ, ENGAGE}), "Download a file by its s3Key"
)
AI_STREAM = Endpoint("aiStream", "POST", "/api/v1/connect/ai-stream", ENGAGE, "Have an AI agent answer, streamed")

ENDPOINTS: tuple[Endpoint, ...] = (UPLOAD, ASSET, AI_STREAM)
