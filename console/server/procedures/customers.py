"""Finding, filling in and making customers, inside a mutation's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, literal_column, select, union, update

from console.contract.inputs import CustomerInput
from console.server.refusal import bad_request, not_found
from console.server.rules.customers import filled, folded_email, marks, phone_digits
from console.server.store.events import emit
from console.server.store.packing import pack_within, unpack
from console.server.store.schema import conversations, customers, participants
from console.server.store.writer import Transaction

_HERE = customers.c.workspace_id == bindparam("workspace")
_BY_ID = select(customers).where(_HERE, customers.c.id == bindparam("value"))
_BY_MARK = {
    # Of several with one address or number, the oldest: the choice must not change from call to call.
    column: select(customers).where(_HERE, customers.c[column] == bindparam("value")).order_by(customers.c.id).limit(1)
    for column in ("external_id", "email_folded", "phone_digits")
}
_CONVERSATIONS_OF = (
    select(conversations.c.id)
    .where(conversations.c.workspace_id == bindparam("workspace"), conversations.c.customer_id == bindparam("customer"))
    .order_by(conversations.c.id)
)
TAKEN_PART_IN = union(
    _CONVERSATIONS_OF.order_by(None),
    select(participants.c.conversation_id).where(
        participants.c.workspace_id == bindparam("workspace"),
        participants.c.kind == literal_column("'customer'"),  # as the index has it, not as a parameter
        participants.c.person_id == bindparam("customer"),
    ),
).order_by(conversations.c.id.name)
"""The conversations that are with the customer `customer`, and those in which they wrote."""


def recognise(
    transaction: Transaction, workspace_id: str, customer_id: str | None, given: CustomerInput | None
) -> str | None:
    """The id of the customer that is meant, filled in with what is given; None when nobody is.

    An id must be of the workspace. Without one, the record with the same external id, email or phone is meant, else a
    new one is made.
    """
    given_id = customer_id if customer_id is not None else given.id if given is not None else None
    if given is not None and given.id not in (None, given_id):
        raise bad_request("customerId and customer.id name two customers")
    if given_id is None and given is None:
        return None
    if given_id is not None:
        record: Mapping[str, Any] | None = _by_id(transaction, workspace_id, given_id)
    else:
        record = _by_marks(transaction, workspace_id, given)
    if record is None:
        assert given is not None
        return _make(transaction, workspace_id, given)
    if given is not None:
        _fill(transaction, workspace_id, record, given)
    return str(record["id"])


def _by_id(transaction: Transaction, workspace_id: str, customer_id: str) -> Mapping[str, Any]:
    values = {"workspace": workspace_id, "value": customer_id}
    row = transaction.connection.execute(_BY_ID, values).mappings().one_or_none()
    if row is None:
        raise not_found("Customer")
    return {**row, "metadata": unpack(row["metadata"])}


def _by_marks(transaction: Transaction, workspace_id: str, given: CustomerInput | None) -> Mapping[str, Any] | None:
    for column, value in marks(given) if given else ():
        values = {"workspace": workspace_id, "value": value}
        row = transaction.connection.execute(_BY_MARK[column], values).mappings().one_or_none()
        if row is not None:
            return {**row, "metadata": unpack(row["metadata"])}
    return None


def _make(transaction: Transaction, workspace_id: str, given: CustomerInput) -> str:
    customer_id = transaction.ids.new("cus", transaction.now)
    blank: dict[str, Any] = {"metadata": {}}
    values = {
        "workspace_id": workspace_id,
        "id": customer_id,
        **dict.fromkeys(("external_id", "name", "email", "phone", "image")),
        **_columns({"metadata": {}} | filled(blank, given)),
        "created_at": transaction.now,
        "updated_at": transaction.now,
    }
    transaction.connection.execute(customers.insert(), values)
    return customer_id


def _fill(transaction: Transaction, workspace_id: str, record: Mapping[str, Any], given: CustomerInput) -> None:
    changes = filled(record, given)
    if (external_id := changes.get("external_id")) is not None:
        values = {"workspace": workspace_id, "value": external_id}
        if transaction.connection.execute(_BY_MARK["external_id"], values).first() is not None:
            del changes["external_id"]  # it is somebody else's already
    if not changes:
        return
    here = (customers.c.workspace_id == workspace_id) & (customers.c.id == record["id"])
    values = _columns(changes) | {"updated_at": transaction.now}
    transaction.connection.execute(update(customers).where(here).values(values))
    theirs = {"workspace": workspace_id, "customer": record["id"]}
    shown_in = TAKEN_PART_IN if "name" in changes else _CONVERSATIONS_OF
    for conversation_id in transaction.connection.execute(shown_in, theirs).scalars().all():
        emit(transaction, workspace_id, "conversation.updated", conversation=conversation_id)


def _columns(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changed fields with what is derived from them."""
    columns = dict(changes)
    if "email" in changes:
        columns["email_folded"] = folded_email(changes["email"])
    if "phone" in changes:
        columns["phone_digits"] = phone_digits(changes["phone"])
    if "metadata" in changes:
        fingerprint = changes["metadata"].get("fingerprint")
        columns["fingerprint"] = fingerprint if isinstance(fingerprint, str) else None
        columns["metadata"] = pack_within(changes["metadata"], "customer.metadata")
    return columns
