"""Sequences of calls as hypothesis makes them. Records are named by their place: what is there shows only then.

Hypothesis draws a number for each call and leaves out calls when it makes a failure small; a number makes its call by
itself. Drawing every field of every call would take longer than playing them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from hypothesis import strategies as st

from tests.server.model_records import NOTE
from tests.server.model_words import (
    CONTEXT,
    DIGITS,
    EXTERNAL_IDS,
    FINGERPRINTS,
    FLAGS,
    FOLDED,
    HOSTS,
    NAMES,
    SAID,
    SNOOZED,
    STATUSES,
    TEXTS,
)


@dataclass(frozen=True)
class Pick:
    """A record: one that is there, one that was ever there, or another workspace's."""

    kind: str
    place: int
    whose: Literal["own", "ever", "other"]


@dataclass(frozen=True)
class Ago:
    """A time that an import gives: so many seconds before now."""

    seconds: int


@dataclass(frozen=True)
class Call:
    """A mutation, by which of the members, and whether it carries an idempotency key."""

    by: int
    procedure: str
    wanted: dict[str, Any]
    has_key: bool


@dataclass(frozen=True)
class Again:
    """A call that carried a key, made again under the same key: with the same input or another."""

    place: int
    is_other: bool


@dataclass(frozen=True)
class Look:
    """A list of conversations."""

    by: int
    wanted: dict[str, Any]


@dataclass(frozen=True)
class Wait:
    """Hours go by."""

    hours: int


Step = Call | Again | Look | Wait
Make = Callable[[Random], Any]


def _among(*values: Any) -> Make:
    return lambda random: random.choice(values)


def _of(makes: dict[str, Make], chance: float = 1.0) -> Make:
    """An object of these fields, each of them there by this chance."""
    return lambda random: {name: make(random) for name, make in makes.items() if random.random() < chance}


def _both(*makes: Make) -> Make:
    return lambda random: {name: value for make in makes for name, value in make(random).items()}


_nothing = _among(None)


def _seldom(make: Make, otherwise: Make = _nothing) -> Make:
    return lambda random: (make if random.random() < 0.1 else otherwise)(random)


def _sometimes(make: Make) -> Make:
    return lambda random: make(random) if random.random() < 0.25 else None


def _list(make: Make, most: int) -> Make:
    return lambda random: [make(random) for _ in range(random.randint(0, most))]


def _content(languages: tuple[str, ...], texts: tuple[Any, ...]) -> Make:
    return lambda random: {one: random.choice(texts) for one in random.sample(languages, random.randint(1, 2))}


def _pick(kind: str) -> Make:
    whose = _seldom(_among("ever", "other"), _among("own"))
    return lambda random: Pick(kind, random.randrange(10), whose(random))


_fingerprint = _among(*FINGERPRINTS)
_guest = _both(
    _of({"metadata": _of({"fingerprint": _fingerprint})}),
    _of(
        {
            "externalId": _among(None, None, *EXTERNAL_IDS),
            "email": _among(None, None, None, "jane@example.com"),
            "phone": _among(None, None, None, *DIGITS),
            "name": _among(*NAMES),
        },
        0.5,
    ),
)
_customer = _of(
    {
        "id": _sometimes(_pick("customer")),
        "externalId": _among(*EXTERNAL_IDS),
        "name": _among(*NAMES),
        "email": _among(*FOLDED),
        "phone": _among(*DIGITS),
        "metadata": _of({"fingerprint": _among(None, *FINGERPRINTS), "plan": _among(1, None)}, 0.5),
    },
    0.6,
)
_person = lambda random: random.choice((_customer, _guest))(random)  # noqa: E731
_metadata = _of(
    {
        "status": _among(*STATUSES),
        "snoozedUntil": _among(*SNOOZED, None),
        "assigneeId": _seldom(_among(None), _pick("member")),
        "labels": _among(["a", "b"], [], None),
        "plan": _among({"tier": None}, "gold", None),
    },
    0.5,
)
_host = _seldom(_among(*HOSTS), _among(*(written for written, host in HOSTS.items() if host)))
_imported = {"createdAt": _among(None, None, None, *map(Ago, (*range(9), -1)))}
_new = _of(
    {
        "name": _among(None, *NAMES),
        "type": _among(None, "DIRECT", "GROUP"),
        "customerId": _seldom(_pick("customer")),
        "metadata": _seldom(_among(None), _metadata),
        "memberIds": _seldom(_list(_pick("member"), 3)),
        "channelIds": _seldom(_list(_pick("channel"), 2)),
        "channelIdentifier": _seldom(_among(None), _host),
        **_imported,
    },
    0.4,
)
_said = _seldom(_content(("en", "ar", "tr"), (*SAID, "", None)), _content(("en", "ar", "tr"), SAID))
_sending = _of(
    {
        "parentId": _seldom(_pick("message")),
        "channelId": _seldom(_pick("channel")),
        "channelIdentifier": _seldom(_host),
        "customer": _seldom(_person),
        "customerId": _seldom(_pick("customer")),
        **_imported,
    }
)
_talk, _one = _of({"conversationId": _pick("conversation")}), _of({"id": _pick("conversation")})
_by_customer = {"sender": _among("customer"), "content": _said, "flags": _seldom(_among([NOTE], ["urgent"]))}
_by_member = {"sender": _among(None, "workspace"), "content": _said, "flags": _list(_among(*FLAGS), 2)}
_from_template = {"templateId": _pick("template"), "templateContext": _among(CONTEXT), "content": _seldom(_said)}
_claim = {
    "fingerprint": _fingerprint,
    "customer": _seldom(_among(None), _customer),
    "customerId": _seldom(_pick("customer")),
    "guestExternalId": _among(None, "guest-1"),
    "guestLocalConversationId": _sometimes(_pick("conversation")),
    "targetParentId": _among(None, *(Pick("conversation", place, "own") for place in range(5))),
    "claimMetadata": _sometimes(_metadata),
}
_template = {
    "id": _seldom(_pick("template")),
    "name": _among("Greeting"),
    "content": _content(("en", "ar", "tr"), tuple(TEXTS)),
}
_ANYBODY, _ADMINS = _among(0, 0, 1, 1, 2), _seldom(_among(0, 1, 2), _among(0, 0, 2))
_CALLS: tuple[tuple[int, Make, str, Make], ...] = (
    (4, _ANYBODY, "getOrCreateConversation", _both(_of({"customer": _person}), _new)),
    (2, _ANYBODY, "getOrCreateConversation", _both(_new, _of({"memberIds": _list(_pick("member"), 3)}))),
    (4, _ANYBODY, "createSubConversation", _both(_of({"parentId": _pick("conversation")}), _new)),
    (1, _ANYBODY, "createSubConversation", _both(_of({"parentId": _pick("conversation"), "customer": _person}), _new)),
    (2, _ANYBODY, "updateConversation", _both(_one, _of({"metadata": _metadata, "name": _among(*NAMES)}, 0.7))),
    (3, _ANYBODY, "updateConversation", _both(_one, _of({"parentId": _seldom(_among(None), _pick("conversation"))}))),
    (1, _ADMINS, "deleteConversation", _one),
    (5, _ANYBODY, "send", _both(_talk, _sending, _of(_by_customer))),
    (4, _ANYBODY, "send", _both(_talk, _sending, _of(_by_member))),
    (2, _ANYBODY, "send", _both(_talk, _of(_from_template))),
    (3, _ANYBODY, "markRead", _both(_talk, _of({"messageId": _pick("message")}))),
    (4, _ANYBODY, "claimGuestConversations", _of(_claim)),
    (2, _ADMINS, "saveTemplate", _of(_template)),
)
_filters = _of(
    {
        "parentId": _pick("conversation"),
        "status": _among("open", "resolved", "snoozed"),
        "assigneeId": _seldom(_pick("member"), _among(None)),
        "unread": _among(True, False),
        "waiting": _among(True, False),
        "customerId": _seldom(_pick("customer")),
        "channelId": _seldom(_pick("channel")),
        "order": _among("activity", "waiting"),
    },
    0.25,
)


def _call(random: Random, calls: tuple[tuple[int, Make, str, Make], ...] = _CALLS) -> Step:
    _, by, procedure, wanted = random.choices(calls, [one[0] for one in calls])[0]
    return Call(by(random), procedure, wanted(random), random.random() < 0.15)


def _opening(number: int) -> Step:
    return _call(Random(number + 1), _CALLS[:1])


def _step(number: int) -> Step:
    random = Random(number + 1)  # the commonest number, nought, makes a customer's message
    match random.randrange(20):
        case 0:
            return Look(random.randrange(3), _filters(random))
        case 1:
            return Again(random.randrange(10), random.random() < 0.2)
        case 2:
            return Wait(random.choice((3, 25)))
    return _call(random)


_NUMBERS = st.integers(0, 2**32 - 1)


def sequences(least: int, most: int) -> st.SearchStrategy[list[Step]]:
    """So many calls after a few conversations have been opened."""
    return st.builds(
        list.__add__,
        st.lists(_NUMBERS.map(_opening), min_size=3, max_size=4),
        st.lists(_NUMBERS.map(_step), min_size=least, max_size=most),
    )
