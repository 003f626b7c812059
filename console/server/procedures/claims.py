"""Giving a website guest's conversations to the customer the guest turned out to be (contract, 4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Exists, and_, bindparam, delete, func, or_, select, update

from console.contract.inputs import ClaimGuestConversations
from console.contract.shapes import Claimed
from console.server.procedures.auditing import first_ids
from console.server.procedures.calls import Writing
from console.server.procedures.channels import join
from console.server.procedures.conversations import change, metadata_changes, path_to
from console.server.procedures.customers import recognise
from console.server.refusal import bad_request, not_found
from console.server.rules.metadata import merged
from console.server.store.events import emit
from console.server.store.packing import unpack
from console.server.store.schema import conversations, customers, messages, participants

_CUSTOMER = select(customers.c.email_folded, customers.c.phone_digits).where(
    customers.c.workspace_id == bindparam("workspace"), customers.c.id == bindparam("customer")
)
# Not the column itself: by its index SQLite would look at all that have none, and these are a website's visitors.
_external_id = func.coalesce(customers.c.external_id, "")
# A shared machine has one fingerprint: somebody who is known by another address or number must not be taken over.
_GUESTS = select(customers.c.id).where(
    customers.c.workspace_id == bindparam("workspace"),
    customers.c.fingerprint == bindparam("fingerprint"),
    customers.c.id != bindparam("customer"),
    or_(
        _external_id == bindparam("guest"),
        and_(
            _external_id == "",
            or_(customers.c.email_folded.is_(None), customers.c.email_folded == bindparam("email")),
            or_(customers.c.phone_digits.is_(None), customers.c.phone_digits == bindparam("phone")),
        ),
    ),
)
# A page that gives all its visitors one fingerprint has very many guests: none of these lists them for a conversation.
CONVERSATIONS_OF_GUESTS = select(conversations).where(
    conversations.c.workspace_id == bindparam("workspace"), conversations.c.customer_id.in_(_GUESTS)
)


def _is_guest(person: Column[str]) -> Exists:
    return _GUESTS.where(customers.c.id == person).correlate(person.table).exists()


_GIVE_WORDS = (
    update(messages)
    .where(
        messages.c.workspace_id == bindparam("workspace"),
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.sender_kind == "customer",
        _is_guest(messages.c.sender_id),
    )
    .values(sender_id=bindparam("customer"))
)
_SEND_OFF = delete(participants).where(
    participants.c.workspace_id == bindparam("workspace"),
    participants.c.conversation_id == bindparam("conversation"),
    participants.c.kind == "customer",
    _is_guest(participants.c.person_id),
)


def claim_guest_conversations(call: Writing, wanted: ClaimGuestConversations) -> Claimed:
    """Put the customer in the guest's place in every conversation, and those at the top below another."""
    if wanted.customer_id is None and wanted.customer is None:
        raise bad_request("customerId or customer is required")
    target = wanted.target_parent_id
    # What stands above the target stays there, so that nothing comes to stand below itself.
    above = path_to(call, target) if target is not None else []
    if target is not None and not above:
        raise not_found("Conversation")
    customer_id = recognise(call.transaction, call.workspace_id, wanted.customer_id, wanted.customer)
    assert customer_id is not None
    guests = _guests(call, wanted, customer_id)
    theirs = sorted(call.transaction.connection.execute(CONVERSATIONS_OF_GUESTS, guests), key=lambda row: row.id)
    rows = [row for row in theirs if row.id == wanted.guest_local_conversation_id] or theirs
    call.noted.update(customerId=customer_id, ids=first_ids([row.id for row in rows]))
    reparented = 0
    for row in rows:
        is_moved = target is not None and row.parent_id is None and row.id not in above
        _claim(call, row, guests, target if is_moved else row.parent_id, wanted.claim_metadata)
        reparented += is_moved
        emit(call.transaction, call.workspace_id, "conversation.updated", conversation=row.id)
    if reparented:
        emit(call.transaction, call.workspace_id, "conversation.updated", conversation=target)
    return Claimed(claimed=len(rows), reparented=reparented)


def _guests(call: Writing, wanted: ClaimGuestConversations, customer_id: str) -> dict[str, str | None]:
    """What tells the guest: a fingerprint, and an external id or nothing that the customer is not known by too."""
    here = {"workspace": call.workspace_id, "customer": customer_id}
    email, phone = call.transaction.connection.execute(_CUSTOMER, here).one()
    told = {"fingerprint": wanted.fingerprint, "guest": wanted.guest_external_id, "email": email, "phone": phone}
    return here | told


def _claim(
    call: Writing,
    row: Any,
    guests: dict[str, str | None],
    parent_id: str | None,
    claim_metadata: dict[str, Any] | None,
) -> None:
    """The customer takes the guest's place, also as the one who wrote; other participants stay."""
    customer_id = guests["customer"]
    assert customer_id is not None
    changes = metadata_changes(call, row, merged(unpack(row.metadata), claim_metadata))
    change(call, row.id, changes | {"customer_id": customer_id, "parent_id": parent_id})
    for statement in (_GIVE_WORDS, _SEND_OFF):
        call.transaction.connection.execute(statement, guests | {"conversation": row.id})
    join(call.transaction, call.workspace_id, row.id, [("customer", customer_id)])
