"""Giving a website guest's conversations to the customer the guest turned out to be (contract, 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, delete, or_, select, update

from console.contract.inputs import ClaimGuestConversations
from console.contract.shapes import Claimed
from console.server.procedures.auditing import first_ids
from console.server.procedures.calls import Writing
from console.server.procedures.channels import join
from console.server.procedures.conversations import change, metadata_changes, move, path_to
from console.server.procedures.customers import recognise
from console.server.procedures.posting import conversation_row
from console.server.refusal import bad_request
from console.server.rules.metadata import merged
from console.server.store.events import emit
from console.server.store.packing import unpack
from console.server.store.schema import conversations, customers, messages, participants

_GUESTS = select(customers.c.id).where(
    customers.c.workspace_id == bindparam("workspace"),
    customers.c.fingerprint == bindparam("fingerprint"),
    customers.c.id != bindparam("customer"),
    # A shared machine has one fingerprint: somebody who is known already must not be taken over.
    or_(
        and_(customers.c.external_id.is_(None), customers.c.email_folded.is_(None)),
        customers.c.external_id == bindparam("guest"),
    ),
)
_THEIRS = (
    select(conversations)
    .where(
        conversations.c.workspace_id == bindparam("workspace"),
        conversations.c.customer_id.in_(bindparam("guests", expanding=True)),
    )
    .order_by(conversations.c.id)
)


def claim_guest_conversations(call: Writing, wanted: ClaimGuestConversations) -> Claimed:
    """Put the customer in the guest's place in every conversation, and those at the top below another."""
    if wanted.customer_id is None and wanted.customer is None:
        raise bad_request("customerId or customer is required")
    target = wanted.target_parent_id
    if target is not None:
        conversation_row(call.transaction.connection, call.workspace_id, target)
    customer_id = recognise(call.transaction, call.workspace_id, wanted.customer_id, wanted.customer)
    assert customer_id is not None
    guests = _guests(call, wanted, customer_id)
    rows = _conversations_of(call, guests, wanted.guest_local_conversation_id)
    call.noted.update(customerId=customer_id, ids=first_ids([row.id for row in rows]))
    reparented = 0
    for row in rows:
        _claim(call, row, guests, customer_id, wanted.claim_metadata)
        if target is not None and row.parent_id is None and row.id not in path_to(call, target):
            move(call, row.id, target)
            reparented += 1
        emit(call.transaction, call.workspace_id, "conversation.updated", conversation=row.id)
    if reparented:
        emit(call.transaction, call.workspace_id, "conversation.updated", conversation=target)
    return Claimed(claimed=len(rows), reparented=reparented)


def _guests(call: Writing, wanted: ClaimGuestConversations, customer_id: str) -> list[str]:
    """The customers with this fingerprint whom nobody has identified, and the guest that is named by external id."""
    values = {
        "workspace": call.workspace_id,
        "fingerprint": wanted.fingerprint,
        "customer": customer_id,
        "guest": wanted.guest_external_id,
    }
    return list(call.transaction.connection.execute(_GUESTS, values).scalars())


def _conversations_of(call: Writing, guests: Sequence[str], local_id: str | None) -> Sequence[Any]:
    """All that the guests have; if one of them is the conversation that the browser remembers, that one alone."""
    if not guests:
        return ()
    rows = call.transaction.connection.execute(_THEIRS, {"workspace": call.workspace_id, "guests": guests}).all()
    return [row for row in rows if row.id == local_id] or rows


def _claim(
    call: Writing, row: Any, guests: Sequence[str], customer_id: str, claim_metadata: dict[str, Any] | None
) -> None:
    """The customer takes the guest's place, also as the one who wrote; other participants stay."""
    connection = call.transaction.connection
    changes = metadata_changes(call, row, merged(unpack(row.metadata), claim_metadata))
    change(call, row.id, changes | {"customer_id": customer_id, "updated_at": call.transaction.now})
    connection.execute(
        update(messages)
        .where(
            messages.c.workspace_id == call.workspace_id,
            messages.c.conversation_id == row.id,
            messages.c.sender_kind == "customer",
            messages.c.sender_id.in_(guests),
        )
        .values(sender_id=customer_id)
    )
    connection.execute(
        delete(participants).where(
            participants.c.workspace_id == call.workspace_id,
            participants.c.conversation_id == row.id,
            participants.c.kind == "customer",
            participants.c.person_id.in_(guests),
        )
    )
    join(call.transaction, call.workspace_id, row.id, [("customer", customer_id)])
