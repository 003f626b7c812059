"""What a server must answer about the model, as the wire has it (contract, 5), with a `Ref` where an id stands."""

from __future__ import annotations

from typing import Any

from console.contract.base import to_wire_time
from console.server.clock import as_time
from tests.server.model import Model
from tests.server.model_records import Customer, Deed, Ref, Said, Talk, Told
from tests.server.model_words import SNOOZED

EXCERPT = 300
_LANGUAGES = ("en", "ar", "tr")


def time(at: int | None) -> str | None:
    """A moment of the model on the wire."""
    return None if at is None else to_wire_time(as_time(at))


def answer(model: Model, made: Any, member: Ref) -> Any:
    """What a mutation answers to a member."""
    match made:
        case Talk():
            return conversation(model, made, member)
        case Said():
            return message(model, made)
        case _:
            return {name: time(value) if name.endswith("At") else value for name, value in made.items()}


def customer(one: Customer | None) -> Any:
    """A customer."""
    return None if one is None else {"id": one.ref, **one.fields, "metadata": one.metadata}


def channel(model: Model, ref: Ref) -> dict[str, Any]:
    """A website's channel."""
    return {"id": ref, "kind": "website", "identifier": model.channels[ref], "name": model.channels[ref]}


def deed(one: Deed) -> dict[str, Any]:
    """An entry of the audit log, as far as it is the rules' business."""
    return {"actor": one.actor, "action": one.action, "targetId": one.target}


def conversation(model: Model, talk: Talk, member: Ref) -> dict[str, Any]:
    """A conversation as a member sees it. Participants have no order; here it is that of their making."""
    last = talk.thread[-1] if talk.thread else None
    return {
        "id": talk.ref,
        "name": talk.name,
        "type": talk.type,
        "parentId": talk.parent and talk.parent.ref,
        "customer": customer(talk.customer),
        "participants": [{"kind": kind, "id": ref, "name": _name(model, ref)} for kind, ref in sorted(talk.people)],
        "channels": [channel(model, ref) for ref in sorted(talk.channels)],
        "metadata": talk.metadata,
        "childCount": sum(one.parent is talk for one in model.talks.values()),
        "unreadCount": talk.unread(member),
        "waitingSince": time(talk.waiting()),
        "lastMessage": last
        and {"id": last.ref, "senderKind": last.kind, "text": _text(last)[:EXCERPT], "createdAt": time(last.at)},
        "createdAt": time(talk.created),
        "updatedAt": time(talk.updated),
    }


def message(model: Model, said: Said) -> dict[str, Any]:
    """A message."""
    return {
        "id": said.ref,
        "conversationId": next(talk.ref for talk in model.talks.values() if said in talk.thread),
        "parentId": said.parent,
        "sender": {"kind": said.kind, "id": said.sender, "name": _name(model, said.sender), "image": None},
        "content": said.content,
        "attachments": [],
        "flags": said.flags,
        "channelId": said.channel,
        "templateId": said.template,
        "createdAt": time(said.at),
    }


def event(model: Model, number: int, told: Told, member: Ref) -> dict[str, Any] | None:
    """An event as a member hears of it now; None for one that is not theirs, or of what is gone since."""
    if told.member not in (None, member) or (told.conversation is not None and told.conversation not in model.talks):
        return None
    shape: dict[str, Any] = {"id": str(number), "at": time(told.at), "type": told.type}
    if told.conversation is None:
        return shape | {"ids": sorted(told.ids)}
    talk = model.talks[told.conversation]
    if told.type == "read.updated":
        return shape | {"conversationId": talk.ref, "messageId": told.message, "unreadCount": talk.unread(member)}
    shape["conversation"] = conversation(model, talk, member)
    if told.type == "message.created":
        shape["message"] = message(model, next(one for one in talk.thread if one.ref == told.message))
        shape["idempotencyKey"] = told.key[1] if told.key and told.key[0] == member else None
    return shape


def listed(model: Model, member: Ref, wanted: dict[str, Any]) -> list[Talk]:
    """The conversations of a list, filtered and sorted as it says."""
    parent = wanted.get("parentId")
    held = [one for one in model.by_age() if (one.parent and one.parent.ref) == parent]
    for name, value in wanted.items():
        held = [one for one in held if _passes(model, one, member, name, value)]
    if wanted.get("order") == "waiting":
        return sorted(held, key=lambda one: (one.waiting() is None, one.waiting() or 0))
    return by_activity(held)


def by_activity(held: list[Talk]) -> list[Talk]:
    """The newest message first; without one, the making counts."""
    return sorted(held, key=lambda one: one.thread[-1].at if one.thread else one.created, reverse=True)


def _passes(model: Model, talk: Talk, member: Ref, name: str, value: Any) -> bool:
    match name:
        case "assigneeId":  # null asks for what is nobody's; of the others it asks nothing
            assignee = talk.metadata.get("assigneeId")
            return bool(value == assignee)
        case _ if value is None:
            return True
        case "status":
            return bool(value == _shown_status(model, talk))
        case "unread":
            return bool((talk.unread(member) > 0) == value)
        case "waiting":
            return bool((talk.waiting() is not None) == value)
        case "channelId":
            return bool(value in talk.channels)
        case "customerId":
            return talk.customer is not None and bool(talk.customer.ref == value)
    return True


def _shown_status(model: Model, talk: Talk) -> str:
    """Snoozed until a time that is past is open; until what is no time, snoozed for good."""
    until = SNOOZED.get(talk.metadata.get("snoozedUntil", ""))
    is_over = until is not None and model.now >= until
    return "open" if talk.status == "snoozed" and is_over else talk.status


def _name(model: Model, ref: Ref) -> Any:
    return model.members[ref].name if ref in model.members else model.customers[ref].fields["name"]


def _text(said: Said) -> str:
    return next(said.content[language] for language in _LANGUAGES if language in said.content)
