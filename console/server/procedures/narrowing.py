"""What a search is narrowed by besides words: who wrote, in which conversation, and how that stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, literal_column, or_, select, true

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
"""How many conversations or people all filters of a kind name to the index. Where they mean more, each message is asked
for its own: the index looks up every name, and at every message steps over all of them.
"""

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

    def inverted(self) -> ColumnElement[bool]:
        """That it does not hold, which is also so of whoever has no id."""
        return self.condition.is_not(true())


_STATES: Mapping[str, Narrowing] = {
    "note": Narrowing(messages.c.flags.contains(f'"{NOTE_FLAG}"'), search.marked("n")),
    "unread": Narrowing(~_is_read & ~_is_own),
    "waiting": Narrowing(conversations.c.waiting_since.is_not(None)),
    **{status: Narrowing(condition) for status, condition in STATUS.items()},
}


def narrowings(call: Reading, wanted: SearchMessages, query: Query) -> Iterator[tuple[Narrowing, bool]]:
    """All that must hold, and whether it is its contrary that must."""
    if wanted.conversation_id is not None:
        yield _listed(conversations=[wanted.conversation_id]), False
    if wanted.sender_kind is not None:
        yield _listed(kinds=[wanted.sender_kind]), False
    if wanted.customer_id is not None:
        yield _of_customer(call, wanted.customer_id), False
    for one in query.filters:
        if one.kind == "is":
            yield _STATES[one.value], one.is_excluded
    for kind, read in _READ.items():
        for is_excluded in (False, True):
            asked = [one.value for one in query.filters if (one.kind, one.is_excluded) == (kind, is_excluded)]
            if asked:  # nobody is two people: of several, any is meant
                yield read(call, asked), is_excluded


def _listed(*, conversations: Iterable[str] = (), kinds: Iterable[str] = (), people: Iterable[str] = ()) -> Narrowing:
    """In one of these conversations, by one of these kinds of sender, or by one of these people."""
    named = {"c": sorted({*conversations}), "k": sorted({*kinds}), "p": sorted({*people})}
    marks = [search.marked(kind, value) for kind, values in named.items() for value in values]
    condition = or_(
        messages.c.conversation_id.in_(named["c"]),
        messages.c.sender_kind.in_(named["k"]),
        messages.c.sender_id.in_(named["p"]),
    )
    return Narrowing(condition, search.any_of(marks or [search.marked("c")]) if len(marks) <= _MOST_NAMED else None)


def _of_customer(call: Reading, customer_id: str) -> Narrowing:
    """In the conversations of a customer."""
    theirs = (conversations.c.workspace_id == call.workspace_id) & (conversations.c.customer_id == customer_id)
    query = select(conversations.c.id).where(theirs).limit(_MOST_NAMED + 1)
    ids = call.connection.execute(query).scalars().all()
    if len(ids) <= _MOST_NAMED:
        return _listed(conversations=ids)
    return Narrowing(conversations.c.customer_id == customer_id)


def _inside(call: Reading, places: Sequence[str]) -> Narrowing:
    """In the conversations of these ids, or in those that a list with one of these queries shows."""
    ids = {place for place in places if place.startswith("conv_")}
    queries = [search.beginnings(words_of(place)) for place in places if place not in ids]
    if not queries:
        return _listed(conversations=ids)
    expression = search.any_of(queries)
    named = search.conversations_named(call.connection, call.workspace_id, expression, _MOST_NAMED + 1)
    listed = _listed(conversations=ids.union(one.id for one in named))
    if listed.expression is not None:
        return listed
    theirs = conversations.c.search_id.in_(search.rows_named(call.workspace_id, expression))
    return Narrowing(or_(messages.c.conversation_id.in_(ids), theirs))


def _by(call: Reading, whom: Sequence[str]) -> Narrowing:
    """By kinds of sender, by oneself, or by whoever has one of these ids, e-mails or names, maybe its beginning."""
    said = {who: fold(who) for who in whom}
    kinds = _KINDS.intersection(said.values())
    names = [who for who, folded in said.items() if folded not in kinds and folded != "me"]
    ids = {*names, *_colleagues(call, [words_of(name) for name in names]), *_customers_at(call, names)}
    if "me" in said.values():
        ids.add(call.caller.member_id)
    if not names:
        return _listed(kinds=kinds, people=ids)
    expression = search.any_of(search.beginnings(words_of(name), "customer") for name in names)
    named = search.conversations_named(call.connection, call.workspace_id, expression, _MOST_NAMED + 1)
    if len(named) <= _MOST_NAMED:
        return _listed(kinds=kinds, people=ids.union(one.customer_id for one in named))
    theirs = select(conversations.c.customer_id).where(
        literal_column("+conversations.workspace_id") == call.workspace_id,  # not a reason to read all of them
        conversations.c.search_id.in_(search.rows_named(call.workspace_id, expression)),
    )
    return Narrowing(or_(_listed(kinds=kinds, people=ids).condition, messages.c.sender_id.in_(theirs)))


def _colleagues(call: Reading, names: Sequence[Sequence[str]]) -> Iterator[str]:
    """The members and agents of one of these names. They are few."""
    if not names:
        return
    query = select(members.c.id, members.c.name, members.c.email).where(members.c.workspace_id == call.workspace_id)
    for member in call.connection.execute(query):
        if _is_called(f"{member.name}\n{member.email}", names):
            yield member.id
    yield from (agent.id for agent in call.agents if _is_called(agent.name, names))


def _is_called(name: str, names: Sequence[Sequence[str]]) -> bool:
    theirs = words_of(name)
    return any(all(any(one.startswith(word) for one in theirs) for word in words) for words in names)


def _customers_at(call: Reading, addresses: Sequence[str]) -> Iterable[str]:
    at = customers.c.email_folded.in_([folded_email(address) for address in addresses])
    here = (customers.c.workspace_id == call.workspace_id) & at
    return call.connection.execute(select(customers.c.id).where(here).limit(_MOST_NAMED)).scalars().all()


_READ: Mapping[str, Callable[[Reading, Sequence[str]], Narrowing]] = {"from": _by, "in": _inside}
