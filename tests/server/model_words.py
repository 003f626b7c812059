"""What the model's calls are made of, and beside each word what it means: written out, not worked out."""

from __future__ import annotations

from typing import Any

from tests.server.model_records import NOTE

BEGUN = 1_800_000_000_000
"""When a sequence begins: 2027-01-15T08:00:00Z."""
HOUR = 3_600_000

HOSTS: dict[str, str | None] = {
    "shop.example.com": "shop.example.com",
    "https://www.SHOP.example.com:8443/cart?from=https://a.example#top": "shop.example.com",
    "Shop.Example.Com./?from=https://a.example": "shop.example.com",
    "https://müller.example": "xn--mller-kva.example",
    "//XN--MLLER-KVA.example/": "xn--mller-kva.example",
    "متجر.example": "xn--pgbep1f.example",
    "not a host": None,
    "https://": None,
}
"""A website as it is written, and the channel that it is; None for what is refused."""

FOLDED: dict[str, str | None] = {
    "jane@example.com": "jane@example.com",
    " JANE@Example.com ": "jane@example.com",
    "STRASSE@example.com": "strasse@example.com",
    "straße@example.com": "strasse@example.com",
    "": None,
    " ": None,
}
"""An address as it is written and as it is compared."""

DIGITS: dict[str, str | None] = {
    "+971 50 000 0000": "+971500000000",
    "(+971) 50-000-0000": "+971500000000",
    "\u202a+٩٧١ ٥٠ ٠٠٠ ٠٠٠٠\u202c": "+971500000000",
    "050 000 0000": "0500000000",
    "ask her": None,
}
"""A number as it is written and as it is compared."""

SNOOZED: dict[str, int | None] = {
    "2027-01-15T20:00:00.000Z": BEGUN + 12 * HOUR,
    "2027-01-15T12:00:00+02:00": BEGUN + 2 * HOUR,
    "soon": None,
}
"""Until when a conversation sleeps, as it is written and as it is meant; None for what is no time."""

CONTEXT: Any = {"name": "Jane", "order": {"number": 1042, "parts": []}, "yes": True}
TEXTS: dict[str, str] = {
    "Hi {{ name }}, about {{order.number}}": "Hi Jane, about 1042",
    "{{ nobody }} {{order}} {{order.parts}} {{yes}} {{name.first}}": (
        "{{ nobody }} {{order}} {{order.parts}} {{yes}} {{name.first}}"
    ),
    "مرحبا {{name}}": "مرحبا Jane",
    "": "",
}
"""A template's text, and what it says in that context: what the context lacks stays to be seen."""

EXTERNAL_IDS = ("web-1", "web-2", "guest-1", "")
NAMES = ("Jane", "Deniz", "ليلى", "", " ")
FINGERPRINTS = ("finger-print-1", "finger-print-2")
SAID = ("Hello?", "أين طلبي؟", "Ürün bozuk geldi", "x" * 400)
FLAGS = (NOTE, "urgent")
STATUSES: tuple[Any, ...] = ("open", "resolved", "resolved", "snoozed", "snoozed", "asleep", None, ["resolved"])


def filled_in(content: dict[str, str]) -> dict[str, str]:
    """A template's content with its variables filled in."""
    return {language: TEXTS[text] for language, text in content.items()}
