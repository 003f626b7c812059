"""What the store knows of conversations where a server tells no more than it documents."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from console.contract.base import EARLIEST
from console.contract.shapes import NOTE_FLAG, Conversation, Customer, Message, Page
from console.state.changes import (
    ConversationsAnswered,
    MessageAnswered,
    MessagesAnswered,
    MetadataHoped,
    MetadataSettled,
    SessionAnswered,
    ThreadRead,
)
from console.state.reduce import customer_of
from console.state.rows import ConversationRow
from console.state.store import Store
from tests.state.values import ME, START, at, conversation, message, session

ASKED = message("m1", 1, text="Where is my lamp?")
ANSWERED = message("m2", 2, text="On its way.", by="me")
ASKED_AGAIN = message("m3", 3, text="Which way?")
ASKED_MORE = message("m4", 4, text="Hello?")
NOTED = message("m5", 5, text="Two left", by="colleague", flags=(NOTE_FLAG,))
JANE = Customer(id="cus_jane", name="Jane Cooper")


@pytest.fixture
def store() -> Store:
    """Of a server without a session."""
    store = Store(START)
    store.apply(SessionAnswered(None))
    return store


def answer(store: Store, **told: Any) -> None:
    """An answer on the conversation `c` that tells just this."""
    store.apply(ConversationsAnswered((Conversation(id="c", **told),), store.asking()))


def hear(store: Store, *messages: Message) -> None:
    """A page of the conversation `c`."""
    store.apply(MessagesAnswered("c", Page(items=messages)))


def row(store: Store) -> ConversationRow:
    """The conversation `c`, which is known."""
    row = store.row("c")
    assert row is not None
    return row


def test_a_conversation_without_times_stands_last(store: Store) -> None:
    answer(store, customer=JANE)
    store.apply(ConversationsAnswered((conversation("dated"),), store.asking()))

    assert row(store).at == EARLIEST
    assert [one.id for one in store.outline.children(None)] == ["dated", "c"]


def test_of_two_answers_without_times_the_one_asked_for_later_counts(store: Store) -> None:
    first, second = store.asking(), store.asking()
    for name, asked in (("new", second), ("old", first)):
        store.apply(ConversationsAnswered((Conversation(id="c", name=name),), asked))

    assert row(store).name == "new"


def test_what_an_answer_leaves_out_is_as_it_was(store: Store) -> None:
    answer(store, name="Lamp", customer=JANE, metadata={"priority": "high"}, updated_at=at(1))
    before = row(store)

    answer(store)
    assert row(store) == before
    answer(store, name=None)
    assert (row(store).name, row(store).priority, row(store).customer) == ("Jane Cooper", "high", before.customer)


def test_a_change_of_metadata_that_is_answered_with_an_id_was_made(store: Store) -> None:
    answer(store, customer=JANE, metadata={"priority": "high", "status": "resolved"})
    asked = store.asking()
    store.apply(MetadataHoped("c", "t", {"priority": None, "assigneeId": "mem_omar"}))
    store.apply(MetadataSettled("c", "t", Conversation(id="c"), asked))

    assert row(store).metadata == {"status": "resolved", "assigneeId": "mem_omar"}
    store.apply(MetadataHoped("c", "t", {"status": None}))
    store.apply(MetadataSettled("c", "t", None, asked))
    assert row(store).status == "resolved"


def test_messages_say_when_something_happened_and_who_waits(store: Store) -> None:
    answer(store, customer=JANE)

    hear(store, ASKED)
    assert (row(store).at, row(store).last_who, row(store).last_text) == (at(1), "customer", "Where is my lamp?")
    assert row(store).waiting_since == at(1)
    hear(store, ANSWERED, ASKED)
    assert (row(store).last_who, row(store).waiting_since) == ("member", None)
    hear(store, NOTED, ASKED_MORE, ASKED_AGAIN)
    assert (row(store).at, row(store).waiting_since) == (at(5), at(3))
    assert store.outline.waiting_count() == 1


def test_in_whatever_order_messages_are_heard_the_row_is_the_same() -> None:
    rows = set()
    for order in permutations([ASKED, ANSWERED, ASKED_AGAIN, NOTED, None]):
        store = Store(START)
        store.apply(SessionAnswered(None))
        for heard in order:
            if heard is None:
                answer(store, customer=JANE)
            else:
                hear(store, heard, heard)
        rows.add((row(store).at, row(store).last_text, row(store).waiting_since))

    assert rows == {(at(5), "Two left", at(3))}


def test_what_the_customer_wrote_is_unread_until_it_was_read_here(store: Store) -> None:
    answer(store, customer=JANE)

    hear(store, ASKED_AGAIN, ANSWERED, ASKED)
    assert row(store).unread == 2
    store.apply(ThreadRead("c", "m1", at(1)))
    assert row(store).unread == 1
    store.apply(ThreadRead("c", "m3", at(3)))
    store.apply(ThreadRead("c", "m1", at(1)))
    hear(store, ASKED_AGAIN, ASKED)
    assert row(store).unread == 0
    hear(store, NOTED, ASKED_MORE)
    assert row(store).unread == 1


def set_status(store: Store, status: str, *, is_taken: bool = True) -> None:
    """A person sets the status of `c`; the server answers with an id, or refuses."""
    asked = store.asking()
    store.apply(MetadataHoped("c", "t", {"status": status}))
    assert row(store).status == status
    store.apply(MetadataSettled("c", "t", Conversation(id="c") if is_taken else None, asked))


def test_what_was_resolved_is_open_again_once_the_customer_wrote(store: Store) -> None:
    answer(store, customer=JANE)
    hear(store, ASKED)
    set_status(store, "resolved")
    hear(store, ANSWERED, ASKED)
    assert row(store).status == "resolved"

    hear(store, ASKED_AGAIN)
    assert (row(store).status, row(store).metadata) == ("open", {"status": "resolved"})
    set_status(store, "resolved", is_taken=False)
    assert row(store).status == "open"
    set_status(store, "snoozed")
    hear(store, ASKED_AGAIN)
    assert row(store).status == "snoozed"


def test_what_somebody_else_resolved_is_believed(store: Store) -> None:
    answer(store, customer=JANE, metadata={"status": "resolved"})
    hear(store, ASKED_AGAIN)
    assert row(store).status == "resolved"


def test_a_count_of_the_servers_does_not_come_between(store: Store) -> None:
    hear(store, ASKED)
    answer(store, unread_count=0)
    assert row(store).unread == 1


def test_colleagues_are_known_by_what_they_wrote(store: Store) -> None:
    hear(store, NOTED, ASKED)
    assert {id: one.name for id, one in store.members.items()} == {"mem_omar": "Omar"}


def test_who_we_are_is_known_by_the_first_message_that_was_taken(store: Store) -> None:
    store.apply(MessageAnswered(ANSWERED, "local_1"))
    assert store.identity is not None
    assert (store.identity.member_id, store.identity.member) == (ME, "Maya Okafor")


def test_whose_a_conversation_is_its_messages_say_where_no_answer_does(store: Store) -> None:
    answer(store)
    hear(store, ANSWERED, ASKED)
    assert row(store).customer == customer_of(Customer(id="cus_jane", name="Jane Cooper"), "en")
    assert row(store).name == "Jane Cooper"
    answer(store, customer=Customer(name="Jane B. Cooper"))
    assert row(store).name == "Jane B. Cooper"


def test_what_was_said_since_the_server_told_counts_with_what_it_told(store: Store) -> None:
    waiting = conversation("c", minutes=2, waiting_since=at(0))
    store.apply(ConversationsAnswered((waiting,), store.asking()))

    hear(store, ASKED_AGAIN, ASKED)
    assert (row(store).at, row(store).waiting_since) == (at(3), at(0))
    hear(store, message("m6", 6, text="Here", by="me"), ASKED_AGAIN)
    assert (row(store).last_text, row(store).waiting_since) == ("Here", None)


def test_a_server_that_tells_all_is_believed() -> None:
    store = Store(START)
    store.apply(SessionAnswered(session()))
    store.apply(ConversationsAnswered((conversation("c", name="Lamp"),), store.asking()))
    before = row(store)

    hear(store, ASKED_AGAIN)
    store.apply(ThreadRead("c", "m1", at(1)))
    assert row(store) == before and store.members == {}
    store.apply(ConversationsAnswered((conversation("c", updated=9),), store.asking()))
    assert row(store).raw_name is None
