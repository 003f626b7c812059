"""Customers: how one is recognised and how a record is filled in (contract, 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from console.contract.inputs import CustomerInput
from console.server.rules.metadata import merged

FIELDS = ("external_id", "name", "email", "phone", "image")
_PLUS = "+＋"


def folded_email(email: str | None) -> str | None:
    """An address as it is compared; None for nothing."""
    return (email or "").strip().casefold() or None


def phone_digits(phone: str | None) -> str | None:
    """A number as it is compared: a leading + and the digits; None for nothing."""
    # A number out of an address book may stand in brackets, or between marks of direction.
    signs = [sign for sign in phone or "" if sign in _PLUS or sign.isdecimal()]
    digits = "".join(str(int(sign)) for sign in signs if sign not in _PLUS)
    return ("+" if signs[0] in _PLUS else "") + digits if digits else None


def marks(given: CustomerInput) -> Iterator[tuple[str, str]]:
    """By what a record is looked for, in the order of the contract: column and value."""
    wanted = (
        ("external_id", given.external_id),
        ("email_folded", folded_email(given.email)),
        ("phone_digits", phone_digits(given.phone)),
    )
    return ((column, value) for column, value in wanted if value and value.strip())


def filled(record: Mapping[str, Any], given: CustomerInput) -> dict[str, Any]:
    """The columns of a record that `given` changes: what was lacking is filled in, metadata merged, the rest kept."""
    said = {name: value for name in FIELDS if (value := getattr(given, name)) and value.strip()}
    lacking = {name: value for name, value in said.items() if not record.get(name)}
    metadata = merged(record["metadata"], given.metadata)
    return lacking if metadata == record["metadata"] else {**lacking, "metadata": metadata}
