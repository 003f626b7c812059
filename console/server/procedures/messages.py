"""Sending messages and reading threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, bindparam, or_, select
from sqlalchemy.dialects.sqlite import insert

from console.contract.content import is_blank, text_of
from console.contract.inputs import AiTrigger, ListMessages, MarkRead, Send
from console.contract.shapes import NOTE_FLAG, Limits, Message, ReadState, Sender
from console.server.procedures.calls import Reading, Writing
from console.server.procedures.channels import attach, channels_named, known
from console.server.procedures.conversations import imported_at
from console.server.procedures.customers import recognise
from console.server.procedures.pages import Cursor, read_cursor, write_cursor
from console.server.procedures.posting import Post, conversation_row, later_than, post
from console.server.refusal import Refusal, bad_request, not_found
from console.server.rules.templates import render
from console.server.store.events import emit
from console.server.store.messages import as_json, spoken
from console.server.store.packing import unpack
from console.server.store.prepared import Prepared
from console.server.store.schema import customers, messages, read_marks, templates

_LIMITS = Limits()

_TEMPLATE = Prepared(
    select(templates.c.content).where(
        templates.c.workspace_id == bindparam("workspace"), templates.c.id == bindparam("template")
    )
)
_CUSTOMER = Prepared(
    select(customers.c.name, customers.c.image).where(
        customers.c.workspace_id == bindparam("workspace"), customers.c.id == bindparam("customer")
    )
)
_IN_CONVERSATION = Prepared(
    select(messages.c.created_at).where(
        messages.c.workspace_id == bindparam("workspace"),
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.id == bindparam("message"),
    )
)


def send(call: Writing, wanted: Send) -> Message:
    """Write a message as the key's member or as a customer."""
    at = imported_at(call, wanted.created_at)
    row = conversation_row(call.transaction.connection, call.workspace_id, wanted.conversation_id)
    content = _content(call, wanted)
    if not content and not wanted.attachment_ids:
        raise bad_request("content, attachmentIds or templateId is required")
    if wanted.parent_id is not None:
        _message_at(call, row.id, wanted.parent_id)
    if wanted.ai is not None:
        _check_ai(call, wanted, wanted.ai)
    draft = Post(
        sender=_sender(call, row, wanted),
        content=content,
        flags=tuple(dict.fromkeys(wanted.flags or ())),
        attachment_ids=tuple(wanted.attachment_ids or ()),
        parent_id=wanted.parent_id,
        channel_id=_channel(call, row, wanted),
        template_id=wanted.template_id,
        at=at,
    )
    return post(call.transaction, call.workspace_id, row, draft, call.origin)


def _check_ai(call: Writing, wanted: Send, ai: AiTrigger) -> None:
    """Refuse an answer that could not be given, and one to a note: it would tell the customer what the note tells."""
    if NOTE_FLAG in (wanted.flags or ()):
        raise bad_request("ai cannot go with an internal note: its answer would reach the customer.")
    if ai.agent_id not in {agent.id for agent in call.agents}:
        raise not_found("Agent")
    known(call.transaction.connection, call.workspace_id, "Channel", [ai.channel_id] if ai.channel_id else ())


def _content(call: Writing, wanted: Send) -> dict[str, Any]:
    """What is said: the template filled in, and over it what was written. Languages that say nothing are left out."""
    said = dict(_template(call, wanted)) | dict(wanted.content or {})
    for language, value in said.items():
        if len(text_of(value)) > _LIMITS.message_characters:
            raise Refusal(
                "PAYLOAD_TOO_LARGE", f"content.{language} must be at most {_LIMITS.message_characters:,} characters"
            )
    return {language: value for language, value in said.items() if not is_blank(value)}


def _template(call: Writing, wanted: Send) -> Mapping[str, Any]:
    if wanted.template_id is None:
        return {}
    values = {"workspace": call.workspace_id, "template": wanted.template_id}
    content = _TEMPLATE.scalar(call.transaction.connection, values)
    if content is None:
        raise not_found("Template")
    return render(unpack(content), wanted.template_context)


def _sender(call: Writing, row: Row[Any], wanted: Send) -> Sender:
    """The key's member; with `sender: "customer"` the customer that is named, else the conversation's."""
    if wanted.sender != "customer":
        if wanted.customer_id is not None or wanted.customer is not None:
            raise bad_request('customerId and customer need sender "customer"')
        caller = call.caller
        return Sender(kind="member", id=caller.member_id, name=caller.member_name, image=caller.member_image)
    if NOTE_FLAG in (wanted.flags or ()):
        raise bad_request("A customer's message cannot be an internal note.")
    customer_id = recognise(call.transaction, call.workspace_id, wanted.customer_id, wanted.customer) or row.customer_id
    if customer_id is None:
        raise bad_request("customerId or customer is required: the conversation has no customer")
    values = {"workspace": call.workspace_id, "customer": customer_id}
    name, image = _CUSTOMER.first(call.transaction.connection, values)
    return Sender(kind="customer", id=customer_id, name=name, image=image)


def _channel(call: Writing, row: Row[Any], wanted: Send) -> str | None:
    """The channel that the call names, which becomes one of the conversation's."""
    named = channels_named(
        call.transaction,
        call.workspace_id,
        [wanted.channel_id] if wanted.channel_id else None,
        wanted.channel_identifier,
    )
    attach(call.transaction, call.workspace_id, row.id, named)
    return named[0] if named else None


def _message_at(call: Writing, conversation_id: str, message_id: str) -> int:
    """The time of a message of this conversation. Raises the refusal of a missing one."""
    values = {"workspace": call.workspace_id, "conversation": conversation_id, "message": message_id}
    at = _IN_CONVERSATION.scalar(call.transaction.connection, values)
    if at is None:
        raise not_found("Message")
    return int(at)


_THREAD = Prepared(
    lambda: (
        spoken()
        .where(
            messages.c.conversation_id == bindparam("conversation"),
            messages.c.created_at <= bindparam("at"),  # for the index, which an OR alone would not use
            or_(messages.c.created_at < bindparam("at"), messages.c.id < bindparam("last")),
        )
        .order_by(messages.c.created_at.desc(), messages.c.id.desc())
        .limit(bindparam("limit"))
    )
)
_FUTURE = Cursor(1 << 60, "")


def list_messages(call: Reading, wanted: ListMessages) -> bytes:
    """A page of a thread as JSON, the newest first."""
    here = {"workspace": call.workspace_id, "conversation": wanted.conversation_id}
    conversation_row(call.connection, call.workspace_id, wanted.conversation_id)
    start = read_cursor(wanted.cursor) or _FUTURE
    values = here | {"at": start.at, "last": start.id, "limit": wanted.limit + 1}
    rows = _THREAD.run(call.connection, values).fetchall()
    page = rows[: wanted.limit]
    more = f'"{write_cursor(Cursor(page[-1][1], page[-1][0]))}"' if len(rows) > len(page) else "null"
    items = ",".join(as_json(call.connection, call.workspace_id, page))
    return f'{{"items":[{items}],"nextCursor":{more}}}'.encode()


_MARK = Prepared(
    select(read_marks.c.message_id).where(
        read_marks.c.workspace_id == bindparam("workspace"),
        read_marks.c.conversation_id == bindparam("conversation"),
        read_marks.c.member_id == bindparam("member"),
    )
)
_NEW_MARK = insert(read_marks)
_SET_MARK = Prepared(
    _NEW_MARK.on_conflict_do_update(
        index_elements=["workspace_id", "conversation_id", "member_id"],
        set_={name: _NEW_MARK.excluded[name] for name in ("message_id", "message_at", "unread")},
    )
)


def mark_read(call: Writing, wanted: MarkRead) -> ReadState:
    """The member has read up to this message: an earlier one than before makes the later ones unread again."""
    row = conversation_row(call.transaction.connection, call.workspace_id, wanted.conversation_id)
    at = _message_at(call, row.id, wanted.message_id)
    member_id = call.caller.member_id
    connection = call.transaction.connection
    here = {"workspace": call.workspace_id, "conversation": row.id, "member": member_id}
    unread = later_than(call.transaction, call.workspace_id, row.id, member_id, at, wanted.message_id)
    if _MARK.scalar(connection, here) != wanted.message_id:
        mark = {
            "workspace_id": call.workspace_id,
            "conversation_id": row.id,
            "member_id": member_id,
            "message_id": wanted.message_id,
            "message_at": at,
            "unread": unread,
        }
        _SET_MARK.run(connection, mark)
        emit(
            call.transaction,
            call.workspace_id,
            "read.updated",
            conversation=row.id,
            message=wanted.message_id,
            member=member_id,
        )
    return ReadState(unread_count=unread)
