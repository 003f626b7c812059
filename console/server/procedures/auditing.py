"""What the audit log says of each mutation: which records and which settings, never anybody's words.

Every mutation that lasts is here, reading up to a message too. Presence is kept nowhere, so that no log tells who
looked at what. Uploads, posted AI answers and keys are written down where they are made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from console.contract import procedures as contract
from console.contract.base import Input
from console.contract.inputs import (
    ClaimGuestConversations,
    ConversationId,
    CreateSubConversation,
    GetOrCreateConversation,
    MarkRead,
    SaveArticle,
    SaveTemplate,
    Send,
    UpdateConversation,
)
from console.contract.procedures import Procedure
from console.contract.shapes import Article, Claimed, Conversation, Deleted, Message, ReadState, Template
from console.server.store.audit import Deed

I = TypeVar("I", bound=Input)  # noqa: E741  the input
A = TypeVar("A")  # the answer

Noted = Mapping[str, Any]
"""What only a mutation's handler knows of its change: `Writing.noted`."""

_MOST_IDS = 100
_MOST_LABELS = 50
_LONGEST_LABEL = 100
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_PLAIN_TIME = re.compile(r"[0-9T:.+Z-]{10,40}")


def deed_of(procedure: Procedure[I, A], wanted: I, made: A, noted: Noted) -> Deed:
    """What a mutation did."""
    kind, target, told = _ACCOUNTS[procedure.name](wanted, made, noted)
    details = {name: value for name, value in told.items() if value not in _NOTHING}
    return Deed(procedure.name, kind, target, details)


def first_ids(ids: list[str]) -> list[str]:
    """As many as an entry names."""
    return ids[:_MOST_IDS]


def metadata_noted(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """How metadata changed: triage from what to what, of the rest only how many keys, as anything may stand in them."""
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    told = {
        key: {"from": _triage_word(key, before.get(key)), "to": _triage_word(key, after.get(key))}
        for key in _TRIAGE
        if key in changed
    }
    return {"triage": told, "otherMetadata": len(changed - _TRIAGE.keys()) or None}


def _labels(value: Any) -> list[str] | None:
    if not isinstance(value, list):
        return None
    return [label for label in value[:_MOST_LABELS] if isinstance(label, str) and len(label) <= _LONGEST_LABEL]


def _one_of(*words: str) -> Callable[[Any], str | None]:
    return lambda value: value if isinstance(value, str) and value in words else None


def _like(form: re.Pattern[str]) -> Callable[[Any], str | None]:
    return lambda value: value if isinstance(value, str) and form.fullmatch(value) else None


_TRIAGE: Mapping[str, Callable[[Any], Any]] = {
    "status": _one_of("open", "resolved", "snoozed"),
    "priority": _one_of("low", "normal", "high", "urgent"),
    "assigneeId": _like(_PLAIN_ID),
    "snoozedUntil": _like(_PLAIN_TIME),
    "labels": _labels,
}


def _triage_word(key: str, value: Any) -> Any:
    """A value as triage knows it; None for what is absent or was never one, which may hold anything."""
    return _TRIAGE[key](value)


Told = tuple[str, str, dict[str, Any]]
"""The kind and id of what was changed, and the details."""
_NOTHING: tuple[Any, ...] = (None, (), [], {})


def _opened(wanted: GetOrCreateConversation, made: Conversation, noted: Noted) -> Told:
    return "conversation", made.id, {**_with_whom(wanted, made), **noted}


def _sub_made(wanted: CreateSubConversation, made: Conversation, noted: Noted) -> Told:
    return "conversation", made.id, {"parentId": wanted.parent_id, **_with_whom(wanted, made), **noted}


def _with_whom(wanted: GetOrCreateConversation | CreateSubConversation, made: Conversation) -> dict[str, Any]:
    return {
        "customerId": made.customer.id if made.customer else None,
        "memberIds": wanted.member_ids,
        "channelIds": [channel.id for channel in made.channels],
        "fields": _fields(wanted),
    }


def _updated(wanted: UpdateConversation, made: Conversation, noted: Noted) -> Told:
    moved = {"parentId": wanted.parent_id} if wanted.gave("parent_id") else {}
    return "conversation", made.id, {"fields": _fields(wanted), **moved, **noted}


def _deleted(_: ConversationId, made: Deleted, noted: Noted) -> Told:
    return "conversation", made.id, {"deleted": made.deleted, **noted}


def _sent(wanted: Send, made: Message, _: Noted) -> Told:
    return (
        "message",
        made.id,
        {
            "conversationId": made.conversation_id,
            "senderKind": made.sender.kind,
            "customerId": made.sender.id if made.sender.kind == "customer" else None,
            "languages": list(made.content),
            "flags": made.flags,
            "attachmentIds": [file.id for file in made.attachments],
            "channelId": made.channel_id,
            "templateId": made.template_id,
            "agentId": wanted.ai.agent_id if wanted.ai else None,
            "imported": True if wanted.created_at else None,
        },
    )


def _claimed(_: ClaimGuestConversations, made: Claimed, noted: Noted) -> Told:
    told = {name: value for name, value in noted.items() if name != "customerId"}
    return "customer", noted["customerId"], {"claimed": made.claimed, "reparented": made.reparented, **told}


def _read(wanted: MarkRead, made: ReadState, _: Noted) -> Told:
    return "conversation", wanted.conversation_id, {"messageId": wanted.message_id, "unreadCount": made.unread_count}


def _template_saved(wanted: SaveTemplate, made: Template, _: Noted) -> Told:
    return "template", made.id, _text(wanted, made)


def _article_saved(wanted: SaveArticle, made: Article, _: Noted) -> Told:
    return "article", made.id, _text(wanted, made)


def _text(wanted: SaveTemplate | SaveArticle, made: Template | Article) -> dict[str, Any]:
    return {"created": wanted.id is None, "languages": list(made.content)}


def _fields(wanted: Input) -> list[str]:
    """The names of what was given, as the wire spells them."""
    fields = type(wanted).model_fields
    return sorted(str(fields[name].alias) for name in wanted.model_fields_set)


_ACCOUNTS: Mapping[str, Callable[[Any, Any, Noted], Told]] = {
    contract.GET_OR_CREATE_CONVERSATION.name: _opened,
    contract.CREATE_SUB_CONVERSATION.name: _sub_made,
    contract.UPDATE_CONVERSATION.name: _updated,
    contract.DELETE_CONVERSATION.name: _deleted,
    contract.SEND.name: _sent,
    contract.CLAIM_GUEST_CONVERSATIONS.name: _claimed,
    contract.SAVE_TEMPLATE.name: _template_saved,
    contract.SAVE_ARTICLE.name: _article_saved,
    contract.MARK_READ.name: _read,
}
AUDITED = frozenset(_ACCOUNTS)
"""The procedures that leave an entry."""
