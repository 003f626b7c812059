"""What the conversation tree costs without a screen, by how many conversations there are.

python -m tests.benchmarks.outline [CONVERSATIONS ...]

For each size, in milliseconds of processor time: a page of a hundred on its way in, another view, one letter of a
filter, an event that brings a conversation to the top, folding and unfolding, a screen of lines; and the bytes that a
conversation takes. Then how much more each costs at the largest size than at the smallest.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import get_context
from random import Random
from statistics import median

from console.contract.events import ConversationUpdated
from console.contract.shapes import Channel, Conversation, Customer, LastMessage, Participant
from console.state.changes import ConversationsAnswered
from console.state.store import Store
from tests.state.values import START

SIZES = (1_000, 10_000, 100_000)
_PAGE = 100
_ROUNDS = 50
_WORDS = (
    "the lamp",
    "arrived",
    "broken",
    "can I",
    "send it back",
    "please",
    "where is",
    "my order",
    "thank you",
    "ship",
)
_FIRST = ("Jane", "Deniz", "Aisha", "Omar", "Leyla", "Maya", "ليلى", "Kerem", "Sofia", "Hassan")
_LAST = ("Cooper", "Yılmaz", "Smith", "حسن", "Okafor", "Demir", "Rossi", "Haddad")
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def conversation(number: int, count: int) -> Conversation:
    """One of `count`: seven of ten at the top level, each with a customer of its own, the others below those."""
    random, tops = Random(number), count * 7 // 10
    of = number if number < tops else random.randrange(tops)
    name = f"{_FIRST[of % len(_FIRST)]} {_LAST[of % len(_LAST)]}"
    by_customer, at = random.random() < 0.6, START - timedelta(minutes=number)
    metadata = {"assigneeId": _id("mem", number % 10), "labels": ["returns", "vip"][: number % 3]}
    return Conversation(
        id=_id("conv", number),
        name=f"Order {number}" if number >= tops else None,
        parent_id=_id("conv", of) if number >= tops else None,
        customer=Customer(
            id=_id("cus", of), external_id=f"web-{of}", name=name, email=f"jane{of}@example.com", phone=f"+97150{of:07}"
        ),
        participants=(
            Participant(kind="customer", id=_id("cus", of), name=name),
            Participant(kind="member", id=_id("mem", number % 10), name="Maya Okafor"),
        ),
        channels=(Channel(id=_id("chan", number % 4), identifier=f"shop{number % 4}.example.com"),),
        metadata=metadata | ({"status": "resolved"} if random.random() < 0.4 else {}),
        unread_count=random.randrange(4),
        waiting_since=at if by_customer and random.random() < 0.5 else None,
        last_message=LastMessage(
            id=_id("msg", number),
            sender_kind="customer" if by_customer else "member",
            text=" ".join(random.choices(_WORDS, k=random.randrange(4, 30))),
            created_at=at,
        ),
        created_at=at - timedelta(days=3),
        updated_at=at,
    )


def measure(count: int) -> dict[str, float]:
    """The costs at one size: milliseconds, and bytes of a conversation."""
    store = Store(START)
    shown, asked, spent, before = store.outline.shown, store.asking(), list[float](), _resident()

    def show(view: str = "inbox", query: str = "", folded: frozenset[str] = frozenset()) -> int:
        shown.ask(view, now=START, me=_id("mem", 1), query=query, folded=folded)  # type: ignore[arg-type]
        return len(shown)

    show()
    for first in range(0, count, _PAGE):
        page = tuple(conversation(number, count) for number in range(first, first + _PAGE))
        spent.append(_spent(lambda page=page: store.apply(ConversationsAnswered(page, asked))))  # type: ignore[misc]
    costs = {"page of 100 in": median(spent[-_ROUNDS:]), "bytes each": (_resident() - before) / count}
    gc.collect()
    gc.freeze()
    folds = [line.row.id for line in shown if line.has_children][:1]
    events = (
        ConversationUpdated(id=None, conversation=_said(conversation(number, count), minutes=number + 1))
        for number in range(count * 7 // 10 - 1, 0, -1)
    )
    once: dict[str, Callable[[], object]] = {
        "view": lambda: (show("all"), show()),
        "letter": lambda: (show(query="l"), show(query="la"), show(query="lam"), show(query="lamp")),
    }
    costs |= {name: median(_spent(do) for _ in range(5)) / {"view": 2, "letter": 4}[name] for name, do in once.items()}
    show()
    often: dict[str, Callable[[], object]] = {
        "event": lambda: (store.apply(next(events)), show()),
        "fold, unfold": lambda: (show(folded=frozenset(folds)), show()),
        "50 lines": lambda: shown[len(shown) // 2 : len(shown) // 2 + 50],
        "another tick": show,
    }
    return costs | {name: median(_spent(do) for _ in range(_ROUNDS)) for name, do in often.items()}


def main() -> None:
    """Measure each size in a process of its own."""
    sizes = [int(given) for given in sys.argv[1:]] or list(SIZES)
    found = []
    for size in sizes:
        with get_context("spawn").Pool(1) as alone:
            found.append(alone.apply(measure, (size,)))
    rows = [f"{'':<16}" + "".join(f"{size:>10,}" for size in sizes) + "     ratio"]
    for name in found[0]:
        costs = [one[name] for one in found]
        shown = "".join(f"{cost:>10.3f}" for cost in costs)
        rows.append(f"{name:<16}{shown}{costs[-1] / max(costs[0], 1e-9):>10.2f}")
    sys.stdout.write("\n".join(rows) + "\n")


def _said(one: Conversation, minutes: int) -> Conversation:
    """The same, after something was said in it."""
    at = START + timedelta(minutes=minutes)
    last = one.last_message.model_copy(update={"created_at": at}) if one.last_message else None
    return one.model_copy(update={"updated_at": at, "last_message": last})


def _id(kind: str, number: int) -> str:
    random = Random(f"{kind}{number}")
    return f"{kind}_{''.join(random.choices(_DIGITS, k=26))}"


def _spent(do: Callable[[], object]) -> float:
    began = time.process_time()
    do()
    return 1000 * (time.process_time() - began)


def _resident() -> int:
    """The most bytes that this process has had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
