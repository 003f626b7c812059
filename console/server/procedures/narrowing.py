"""What a search is narrowed by besides words: who wrote, in which conversation, and how that stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, literal_column, or_, select

from console.contract.inputs import SearchMessages
from console.contract.shapes import NOTE_FLAG
from console.server.procedures.calls import Reading
from console.server.procedures.listing import STATUS
from console.server.rules.customers import folded_email
from console.server.rules.query import Query
from console.server.store import search
from console.server.store.schema import conversations, customers, members, messages, read_marks
from console.text.fold import fold
from console.text.words import words_of

_KINDS = frozenset({"member", "customer", "agent", "system"})
_MOST_NAMED = 200
"""How many conversations or people are named to the index; where more are meant, each message is asked for its own."""

_is_read = (
    select(read_marks.c.member_id)
    .where(
        read_marks.c.workspace_id == messages.c.workspace_id,
        read_marks.c.conversation_id == messages.c.conversation_id,
        read_marks.c.member_id == bindparam("member"),
        or_(
            read_marks.c.message_at > messages.c.created_at,
            (read_marks.c.message_at == messages.c.created_at) & (read_marks.c.message_id >= messages.c.id),
        ),
    )
    .exists()
)
_is_own = (messages.c.sender_kind == "member") & (messages.c.sender_id == bindparam("member"))


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What must hold of a message and its conversation, and the same for the index where it can tell."""

    condition: ColumnElement[bool]
    expression: str | None = None


_STATES: Mapping[str, Narrowing] = {
    "note": Narrowing(messages.c.flags.contains(f'"{NOTE_FLAG}"'), search.marked("n")),
    "unread": Narrowing(~_is_read & ~_is_own),
    "waiting": Narrowing(conversations.c.waiting_since.is_not(None)),
    **{status: Narrowing(condition) for status, condition in STATUS.items()},
}


def narrowings(call: Reading, wanted: SearchMessages, query: Query) -> Iterator[tuple[list[Narrowing], bool]]:
    """All that must hold: alternatives, and whether it is none of them that must."""
    if wanted.conversation_id is not None:
        yield [_conversations([wanted.conversation_id])], False
    if wanted.sender_kind is not None:
        yield [_kind(wanted.sender_kind)], False
    if wanted.customer_id is not None:
        yield [_of_customer(call, wanted.customer_id)], False
    for kind, read in _READ.items():
        meant = [read(call, one.value) for one in query.filters if one.kind == kind and not one.is_excluded]
        if kind == "is":
            yield from (([one], False) for one in meant)
        elif meant:  # nobody is two people: of several, any is meant
            yield meant, False
        yield from (([read(call, one.value)], True) for one in query.filters if one.kind == kind and one.is_excluded)


def _kind(kind: str) -> Narrowing:
    return Narrowing(messages.c.sender_kind == kind, search.marked("k", kind))


def _people(ids: Sequence[str]) -> Narrowing:
    return Narrowing(messages.c.sender_id.in_(ids), search.any_of(search.marked("p", one) for one in ids or [""]))


def _conversations(ids: Sequence[str]) -> Narrowing:
    return Narrowing(messages.c.conversation_id.in_(ids), search.any_of(search.marked("c", one) for one in ids or [""]))


def _of_customer(call: Reading, customer_id: str) -> Narrowing:
    """In the conversations of a customer."""
    theirs = (conversations.c.workspace_id == call.workspace_id) & (conversations.c.customer_id == customer_id)
    query = select(conversations.c.id).where(theirs).limit(_MOST_NAMED + 1)
    ids = call.connection.execute(query).scalars().all()
    return _conversations(ids) if len(ids) <= _MOST_NAMED else Narrowing(conversations.c.customer_id == customer_id)


def _being(_call: Reading, state: str) -> Narrowing:
    return _STATES[state]


def _inside(call: Reading, place: str) -> Narrowing:
    """In the conversation of this id, or in those that a list with this query shows."""
    if place.startswith("conv_"):
        return _conversations([place])
    expression = search.beginnings(words_of(place))
    named = search.conversations_named(call.connection, call.workspace_id, expression, _MOST_NAMED + 1)
    if len(named) <= _MOST_NAMED:
        return _conversations([one.id for one in named])
    return Narrowing(conversations.c.search_id.in_(search.rows_named(call.workspace_id, expression)))


def _by(call: Reading, who: str) -> Narrowing:
    """By a kind of sender, by oneself, or by whoever has this id, e-mail or name, be it the beginning of one."""
    said = fold(who)
    if said in _KINDS:
        return _kind(said)
    if said == "me":
        return _people([call.caller.member_id])
    words = words_of(who)
    ids = [who, *_colleagues(call, words), *_customers_at(call, who)]
    expression = search.beginnings(words, "customer")
    named = search.conversations_named(call.connection, call.workspace_id, expression, _MOST_NAMED + 1)
    if len(named) + len(ids) <= _MOST_NAMED:
        return _people(list(dict.fromkeys([*ids, *(one.customer_id for one in named)])))
    theirs = select(conversations.c.customer_id).where(
        literal_column("+conversations.workspace_id") == call.workspace_id,  # not a reason to read all of them
        conversations.c.search_id.in_(search.rows_named(call.workspace_id, expression)),
    )
    return Narrowing(or_(messages.c.sender_id.in_(ids), messages.c.sender_id.in_(theirs)))


def _colleagues(call: Reading, words: Sequence[str]) -> Iterator[str]:
    """The members and agents of a name. They are few."""
    query = select(members.c.id, members.c.name, members.c.email).where(members.c.workspace_id == call.workspace_id)
    for member in call.connection.execute(query):
        if _is_called(f"{member.name}\n{member.email}", words):
            yield member.id
    yield from (agent.id for agent in call.agents if _is_called(agent.name, words))


def _is_called(name: str, words: Sequence[str]) -> bool:
    theirs = words_of(name)
    return all(any(one.startswith(word) for one in theirs) for word in words)


def _customers_at(call: Reading, address: str) -> Iterable[str]:
    here = (customers.c.workspace_id == call.workspace_id) & (customers.c.email_folded == folded_email(address))
    return call.connection.execute(select(customers.c.id).where(here).limit(_MOST_NAMED)).scalars().all()


_READ: Mapping[str, Callable[[Reading, str], Narrowing]] = {"from": _by, "in": _inside, "is": _being}
