"""Wire shapes to the rows that widgets show. Everything of others is made safe here, and nowhere later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.contract.content import languages_of, text_in, text_of
from console.contract.languages import LANGUAGES, Language
from console.contract.permissions import FULL_ACCESS
from console.contract.shapes import (
    NOTE_FLAG,
    Agent,
    Attachment,
    Conversation,
    Customer,
    Limits,
    Member,
    Message,
    Sender,
    Session,
    Template,
)
from console.state.rows import (
    ConversationRow,
    CustomerCard,
    Delivery,
    Entry,
    FileCard,
    Identity,
    Person,
    Quote,
    TemplateCard,
    Who,
    Written,
)
from console.state.triage import KEYS, triage_of
from console.text import safe
from console.text.excerpt import excerpt
from console.text.language import language_of
from console.text.safe import SafeLine

_LAST_TEXT = 200  # characters of the newest message that a list may show
_QUOTE_TEXT = 200
_FACT_TEXT = 200
_MOST_FACTS = 30
_MOST_PARTICIPANTS = 50
_HIDDEN_FACTS = KEYS | {"fingerprint", "language"}
_NAMELESS: dict[Who, SafeLine] = {
    "customer": SafeLine("Customer"),
    "member": SafeLine("Colleague"),
    "agent": SafeLine("AI agent"),
    "system": SafeLine("System"),
}
_NO_NAME = SafeLine("No name")
_EARLIER = SafeLine("an earlier message")

Spoken = tuple[datetime, str, Language]
"""In which language a customer spoke, after when and by which message: the greatest is the newest."""


def identity_of(session: Session | None) -> Identity:
    """Who we are. A server without `session` names nobody and refuses what we may not do, so all of it is offered."""
    if session is None:
        nobody = SafeLine("")
        return Identity(nobody, "", nobody, nobody, frozenset({FULL_ACCESS}), frozenset(), Limits())
    return Identity(
        workspace=safe.name(session.workspace.name),
        member_id=session.member.id,
        member=safe.name(session.member.name),
        role=safe.name(session.role.name),
        permissions=frozenset(session.permissions),
        features=frozenset(session.features),
        limits=session.limits,
    )


def member_of(member: Member) -> Person:
    """A colleague, told from others of the same name by the address."""
    return Person(member.id, safe.name(member.name), safe.name(member.email or ""))


def agent_of(agent: Agent) -> Person:
    """An AI agent and what it is good for."""
    return Person(agent.id, safe.name(agent.name), safe.line(agent.description))


def template_of(template: Template) -> TemplateCard:
    """A prepared text in the languages that it says something in."""
    texts = {language: text_of(template.content[language]) for language in languages_of(template.content)}
    return TemplateCard(template.id, safe.name(template.name), texts)


def file_of(attachment: Attachment) -> FileCard:
    """A file. Its name is a person's word: never a path."""
    return FileCard(
        attachment.id, safe.name(attachment.name), attachment.size, safe.name(attachment.type), attachment.s3_key
    )


def spoken_in(conversation: Conversation) -> Spoken | None:
    """The language of the newest message, if a customer wrote it."""
    last = conversation.last_message
    if last is None or last.sender_kind != "customer":
        return None
    language = language_of(last.text)
    return (last.created_at, last.id, language) if language else None


def customer_of(customer: Customer, language: Language | None = None) -> CustomerCard:
    """A customer; `language` is what they were heard to speak, should their record not say."""
    metadata = customer.metadata or {}
    said = metadata.get("language")
    return CustomerCard(
        id=customer.id,
        name=_first(customer.name, customer.email, customer.phone, customer.external_id) or _NAMELESS["customer"],
        email=_first(customer.email),
        phone=_first(customer.phone),
        external_id=_first(customer.external_id),
        language=next((known for known in LANGUAGES if known == said), language),
        facts=_facts(metadata),
    )


def row_of(conversation: Conversation, language: Language | None = None) -> ConversationRow:
    """A conversation as the tree shows it. Its activity is its newest message's, so that tidying up moves nothing."""
    card = customer_of(conversation.customer, language) if conversation.customer else None
    channel = conversation.channels[0] if conversation.channels else None
    at_channel = _first(channel.identifier, channel.name, channel.kind) if channel else None
    last = conversation.last_message
    triage = triage_of(conversation.metadata)
    return ConversationRow(
        id=conversation.id,
        parent_id=conversation.parent_id,
        name=name_of(conversation.name, card, at_channel),
        raw_name=conversation.name,
        customer=card,
        channel=at_channel,
        channel_id=channel.id if channel else None,
        participants=tuple(
            _first(one.name) or _NAMELESS[one.kind] for one in conversation.participants[:_MOST_PARTICIPANTS]
        ),
        child_count=conversation.child_count,
        unread=conversation.unread_count,
        waiting_since=conversation.waiting_since,
        at=last.created_at if last else conversation.created_at,
        last_who=last.sender_kind if last else None,
        last_text=excerpt(last.text, _LAST_TEXT) if last else SafeLine(""),
        status=triage.status,
        snoozed_until=triage.snoozed_until,
        assignee_id=triage.assignee_id,
        labels=triage.labels,
        priority=triage.priority,
        metadata=conversation.metadata,
    )


def name_of(raw_name: str | None, customer: CustomerCard | None, channel: SafeLine | None) -> SafeLine:
    """What a conversation is called: by its own name, else its customer's, else its channel's."""
    return _first(raw_name) or (customer.name if customer else channel or _NO_NAME)


def said_in(message: Message) -> SafeLine:
    """A message's words in its first language, as a list shows them."""
    return excerpt(text_in(message.content), _LAST_TEXT)


def entry_of(message: Message, me: str | None, replied: Message | None = None) -> Entry:
    """A message as the thread shows it; `replied` is the one that it answers, if that is known."""
    languages = languages_of(message.content)
    raw = [text_of(message.content[language]) for language in languages]
    bodies = tuple(safe.block(text) for text in raw)
    files = tuple(file_of(attachment) for attachment in message.attachments)
    sender = sender_of(message.sender)
    strange = [
        *zip(raw, bodies, strict=True),
        *((attachment.name, file.name) for attachment, file in zip(message.attachments, files, strict=True)),
        *([(message.sender.name, sender)] if message.sender.name else []),
    ]
    return Entry(
        id=message.id,
        conversation_id=message.conversation_id,
        who=message.sender.kind,
        sender=sender,
        mine=message.sender.kind == "member" and bool(me) and message.sender.id == me,
        note=message.is_note,
        languages=tuple(safe.line(language, limit=8) for language in languages),
        bodies=bodies,
        cleaned=any(safe.was_cleaned(text, made) for text, made in strange),
        files=files,
        quote=quote_of(message.parent_id, replied),
        at=message.created_at,
    )


def local_entry(
    local_id: str,
    conversation_id: str,
    written: Written,
    *,
    me: Identity | None,
    at: datetime,
    delivery: Delivery,
    send_at: datetime | None = None,
    problem: str | None = None,
    replied: Message | None = None,
) -> Entry:
    """What a person wrote here, as the thread shows it before the server knows it."""
    return Entry(
        id=local_id,
        conversation_id=conversation_id,
        who="member",
        sender=(me.member if me else None) or SafeLine("You"),
        mine=True,
        note=written.note,
        languages=(written.language,) if written.text else (),
        bodies=(safe.block(written.text),) if written.text else (),
        cleaned=False,
        files=written.files,
        quote=quote_of(written.reply_to, replied),
        at=at,
        delivery=delivery,
        send_at=send_at,
        problem=safe.line(problem, limit=500) if problem else None,
    )


def quote_of(parent_id: str | None, replied: Message | None) -> Quote | None:
    """What a reply stands below; a message that is not loaded is still said to be one."""
    if parent_id is None:
        return None
    if replied is None:
        return Quote(parent_id, SafeLine(""), _EARLIER)
    said = next((text_of(replied.content[language]) for language in languages_of(replied.content)), "")
    files = ", ".join(attachment.name for attachment in replied.attachments)
    return Quote(parent_id, sender_of(replied.sender), excerpt(said or files, _QUOTE_TEXT))


def sender_of(sender: Sender) -> SafeLine:
    """The name of who wrote a message, or what they are."""
    return _first(sender.name) or _NAMELESS[sender.kind]


def is_note(flags: tuple[str, ...]) -> bool:
    """Whether these flags say that a message is for colleagues alone."""
    return NOTE_FLAG in flags


def _first(*words: str | None) -> SafeLine | None:
    """The first of these that says something, as a name."""
    return next((made for word in words if word and (made := safe.name(word)).strip()), None)


def _facts(metadata: Mapping[str, Any]) -> tuple[tuple[SafeLine, SafeLine], ...]:
    shown = [(key, value) for key, value in metadata.items() if key not in _HIDDEN_FACTS and value is not None]
    return tuple((safe.name(key), excerpt(_said(value), _FACT_TEXT)) for key, value in shown[:_MOST_FACTS])


def _said(value: Any) -> str:
    """A value of metadata in words: cut before it is made safe, for one may be a megabyte."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text[: 10 * _FACT_TEXT]
