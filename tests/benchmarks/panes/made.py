"""Conversations and messages made up, the same in every run: names in three languages, children, unread, waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from console.contract.shapes import (
    Channel,
    Conversation,
    Customer,
    LastMessage,
    Message,
    Page,
    Participant,
    Sender,
)

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
"""What the console's clock says, and goes on saying."""
ME = "mem_maya"
LONG = 0
"""The number of the conversation with the long thread: the newest."""
PAGE = 100
_BETWEEN = timedelta(minutes=3)
_GIVEN = ("Jane", "Bo", "Ada", "Max", "İnci", "Deniz", "ليلى", "عمر", "Noor", "Sara", "Emre", "حسن", "Mia", "Tom")
_FAMILY = ("Cooper", "Yılmaz", "حداد", "Okafor", "Lind", "Olsen", "Şahin", "Kaya", "منصور", "Smith", "Jones", "Ito")
_SAID = (
    "The lamp arrived broken. Can I send it back?",
    "Where is my parcel? It was to come on Tuesday, and the tracking page says nothing.",
    "Merhaba, siparişimin nerede olduğunu öğrenebilir miyim?",
    "مرحبا، أين طلبي؟ قيل لي إنه سيصل أمس.",
    "Thank you, that helps a lot.",
    "I paid twice by mistake. Could you look at order 1042 and give the second amount back? It was on Friday evening.",
    "Teşekkürler, iyi günler.",
    "Is the green one in stock again?",
    "شكرا جزيلا",
    "Please change the address: 12 Harbour Street, second floor, the door on the left. The bell does not work.",
)
_BELOW = ("Returns", "Order 1042", "Fatura", "Delivery", "الشحن", "Warranty")
_CHANNELS = tuple(Channel(id=f"chan_{name}", identifier=f"{name}.example.com") for name in ("shop", "trade", "help"))


def conversation_id(number: int) -> str:
    """The id of the conversation of this number."""
    return f"conv_{number:08}"


def number_of(id: str) -> int:
    """The number in an id of ours."""
    return int(id.rpartition("_")[2])


def parent_of(number: int) -> int | None:
    """Three of ten are below the first of the ten."""
    return number - number % 10 if number % 10 > 6 else None


def conversation(number: int, *, messages: int = 0) -> Conversation:
    """The conversation of this number; the greater, the longer ago. `messages` are in its thread, if it is the long."""
    random = Random(number)
    parent = parent_of(number)
    at = NOW - number * _BETWEEN
    is_waiting = random.random() < 0.2
    last = _last(number, at, random, is_waiting)
    if number == LONG and messages:
        last = _of(message(messages - 1, messages))
    customer = customer_of(number)
    return Conversation(
        id=conversation_id(number),
        name=random.choice(_BELOW) if parent is not None else None,
        parent_id=conversation_id(parent) if parent is not None else None,
        customer=customer,
        participants=(Participant(kind="customer", id=customer.id or "", name=customer.name),),
        channels=(random.choice(_CHANNELS),),
        metadata={"priority": "high"} if random.random() < 0.05 else {},
        child_count=3 if number % 10 == 0 else 0,
        unread_count=random.choice((1, 2, 5)) if random.random() < 0.15 and number != LONG else 0,
        waiting_since=at if is_waiting else None,
        last_message=last,
        created_at=at - timedelta(days=30),
        updated_at=at,
    )


def conversations(numbers: range) -> tuple[Conversation, ...]:
    """Those of these numbers."""
    return tuple(conversation(number) for number in numbers)


def message(number: int, count: int, text: str | None = None, *, within: int = LONG) -> Message:
    """The message of this number, from the oldest, of so many in a thread."""
    random = Random(number * 7919 + within)
    by_customer = random.random() < 0.55
    customer = customer_of(within)
    sender = Sender(kind="customer", id=customer.id or "", name=customer.name)  # another name would rename a thread
    if not by_customer:
        sender = Sender(kind="member", id=ME, name="Maya Okafor")
    said = random.choice(_SAID) if text is None else text
    return Message(
        id=f"msg_{within:08}_{number:08}",
        conversation_id=conversation_id(within),
        sender=sender,
        content={"en": said},
        flags=("internal-note",) if not by_customer and random.random() < 0.1 else (),
        created_at=NOW - within * _BETWEEN - (count - number) * _BETWEEN,
    )


def page(count: int, end: int, *, within: int = LONG, size: int = PAGE) -> Page[Message]:
    """The `size` messages before the number `end`, newest first, of `count` in a thread."""
    start = max(end - size, 0)
    items = tuple(message(number, count, within=within) for number in reversed(range(start, end)))
    return Page(items=items, next_cursor=str(start) if start else None)


def customer_of(number: int) -> Customer:
    """The customer of the conversation of this number."""
    if (parent := parent_of(number)) is not None:
        return customer_of(parent)
    random = Random(-number)
    return Customer(
        id=f"cus_{number}",
        external_id=f"web-{number}",
        name=f"{random.choice(_GIVEN)} {random.choice(_FAMILY)}",
        email=f"customer{number}@example.com",
        metadata={"language": random.choice(("en", "ar", "tr"))},
    )


def _last(number: int, at: datetime, random: Random, is_waiting: bool) -> LastMessage:
    kind = "customer" if is_waiting else random.choice(("customer", "member"))
    return LastMessage(id=f"msg_{number:08}_last", sender_kind=kind, text=random.choice(_SAID), created_at=at)


def _of(message: Message) -> LastMessage:
    said = str(message.content["en"])
    return LastMessage(id=message.id, sender_kind=message.sender.kind, text=said, created_at=message.created_at)
