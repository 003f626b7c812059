"""The model's customers: how one is recognised, filled in, and told from a guest (contract, 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.server.calling import Refused
from tests.server.model_records import Customer, Ref, merged
from tests.server.model_words import DIGITS, FOLDED

FIELDS = ("externalId", "name", "email", "phone", "image")


class Customers(dict[Ref, Customer]):
    """The customers of a workspace, the oldest first."""

    def check(self, wanted: dict[str, Any]) -> None:
        """Raise what a call is refused with that names a customer who is not here, or two."""
        ids = {ref for ref in (wanted.get("customerId"), (wanted.get("customer") or {}).get("id")) if ref}
        if len(ids) > 1:
            raise Refused(400, "customerId and customer.id name two customers")
        if not ids <= self.keys():
            raise Refused(404, "Customer not found.")

    def recognised(self, wanted: dict[str, Any], new: Callable[[str], Ref]) -> tuple[Customer | None, set[str]]:
        """Who is meant, by id, external id, address or number, made if new; and what that changed in the record."""
        given = wanted.get("customer")
        ref = wanted.get("customerId") or (given or {}).get("id")
        if given is None:
            return (self[ref] if ref else None), set()
        found = self[ref] if ref else self._matching(given)
        if found is not None:
            return found, self._fill(found, given)
        made = Customer(new("customer"), dict.fromkeys(FIELDS), {})
        self._fill(made, given)
        self[made.ref] = made
        return made, set()

    def guests(self, wanted: dict[str, Any], customer: Customer) -> list[Customer]:
        """Those of a fingerprint who are named, or known by nothing that the customer is not known by too."""
        known, named = set(_marks(customer.fields)), {wanted.get("guestExternalId")} - {None}
        return [
            one
            for one in self.values()
            if one is not customer
            and one.metadata.get("fingerprint") == wanted["fingerprint"]
            and (set(_marks(one.fields)) <= known or one.fields["externalId"] in named)
        ]

    def _matching(self, given: dict[str, Any]) -> Customer | None:
        for mark in _marks(given):
            for one in self.values():
                if mark in _marks(one.fields):
                    return one
        return None

    def _fill(self, record: Customer, given: dict[str, Any]) -> set[str]:
        """Fill in what lacks and merge the metadata. An external id that is somebody's stays theirs."""
        said = {name: value for name in FIELDS if (value := given.get(name)) and value.strip()}
        lacks = {name: value for name, value in said.items() if not record.fields[name]}
        if lacks.get("externalId") in {one.fields["externalId"] for one in self.values()}:
            lacks.pop("externalId", None)
        metadata = merged(record.metadata, given.get("metadata"))
        changed = {*lacks, *(("metadata",) if metadata != record.metadata else ())}
        record.fields |= lacks
        record.metadata = metadata
        return changed


def _marks(fields: dict[str, Any]) -> list[tuple[str, str]]:
    """What a customer is recognised by, in the order of the contract."""
    wanted = (
        ("externalId", fields.get("externalId")),
        ("email", FOLDED.get(fields.get("email") or "")),
        ("phone", DIGITS.get(fields.get("phone") or "")),
    )
    return [(name, value) for name, value in wanted if value]
