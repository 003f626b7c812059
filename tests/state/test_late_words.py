"""What comes late, or before what it follows from: each of these once left a console with what was not true."""

from __future__ import annotations

from console.contract.events import ConversationDeleted, ConversationUpdated, MessageCreated, Resync
from console.contract.shapes import Conversation, Customer, LastMessage, Message, Page, Participant, Sender
from console.state.changes import (
    ConversationGone,
    ConversationsAnswered,
    ListsRead,
    LocalWritten,
    MessageAnswered,
    MessagesAnswered,
    SessionAnswered,
    ThreadOpened,
)
from console.state.reduce import local_entry
from console.state.store import Store
from tests.state.from_scratch import shown as lines_shown
from tests.state.values import START, at, conversation, message, session, words

JANE = Customer(id="cus_jane", name="Jane Cooper")


def knowing(*conversations: Conversation) -> Store:
    """A store that was told of these, and whose thread "c" was opened."""
    store = Store(START)
    store.apply(SessionAnswered(session()))
    tell(store, *conversations)
    store.apply(ThreadOpened("c"))
    return store


def tell(store: Store, *conversations: Conversation) -> None:
    store.apply(ConversationsAnswered(conversations, store.asking()))


def page(store: Store, *newest_first: Message, then: str | None = None, cursor: str | None = None) -> None:
    store.apply(MessagesAnswered("c", Page(items=newest_first, next_cursor=then), cursor))


def push(store: Store, said: Message) -> None:
    store.apply(MessageCreated(message=said, conversation=conversation("c")))


def shown(store: Store) -> list[str]:
    return [entry.id for entry in store.thread("c").entries]


def tree(store: Store) -> list[tuple[str, int]]:
    return sorted((line.row.id, line.depth) for line in lines_shown(store.outline, "all", now=START))


def write(store: Store) -> None:
    written = words("Not sent yet")
    entry = local_entry("local_1", "c", written, me=store.identity, at=at(9), delivery="sending")
    store.apply(LocalWritten(entry))


def test_a_newest_page_of_long_ago_does_not_come_before_what_is_known_with_a_gap_between() -> None:
    store = knowing(conversation("c"))
    page(store, message("m9", 9), message("m8", 8), then="before m8")
    page(store, message("m2", 2), message("m1", 1), then="before m1")
    assert shown(store) == ["m8", "m9"] and store.cursor("c") == "before m8"
    page(store)
    assert shown(store) == ["m8", "m9"] and store.thread("c").has_older


def test_a_page_that_ends_in_an_answer_of_ours_may_have_a_gap_before_it() -> None:
    store = knowing(conversation("c"))
    page(store, message("m1", 1))
    store.apply(MessageAnswered(message("m5", 5, by="me"), "local_1"))
    page(store, message("m2", 2), message("m1", 1))  # asked for before ours was sent
    page(store, message("m6", 6), message("m5", 5), then="before m5")
    assert shown(store) == ["m5", "m6"] and store.cursor("c") == "before m5"


def test_what_is_pushed_below_the_oldest_waits_for_the_page_that_leads_there() -> None:
    store = knowing(conversation("c"))
    page(store, message("m9", 9), message("m8", 8), then="before m8")
    push(store, message("m4", 4))  # brought by an import, with its own time
    assert shown(store) == ["m8", "m9"]
    page(store, message("m7", 7), then="before m7", cursor="before m8")
    assert shown(store) == ["m7", "m8", "m9"]
    page(store, message("m3", 3), cursor="before m7")  # asked for before the import
    assert shown(store) == ["m3", "m4", "m7", "m8", "m9"]


def test_what_a_gap_took_away_comes_back_with_a_page_from_before_it_was_there() -> None:
    store = knowing(conversation("c"))
    page(store, message("m1", 1), then="before m1")
    push(store, message("m5", 5))
    push(store, message("m3", 3))  # brought by an import
    page(store, message("m6", 6), message("m5", 5), then="before m5")
    assert shown(store) == ["m5", "m6"]
    page(store, message("m5", 5), message("m1", 1), then="before m1")  # read before the import
    assert shown(store) == ["m1", "m3", "m5", "m6"]


def test_nothing_late_comes_into_the_thread_of_a_deleted_conversation() -> None:
    store = knowing(conversation("c"))
    page(store, message("m1", 1))
    write(store)
    store.apply(ConversationDeleted(ids=("c",)))
    page(store, message("m1", 1))
    push(store, message("m2", 2))
    assert shown(store) == ["local_1"]
    store.apply(MessageAnswered(message("m3", 3, by="me"), "local_1"))
    assert shown(store) == [] and store.confirmed("local_1") == "m3"


def test_what_was_moved_away_before_its_parent_was_deleted_comes_back_when_that_is_heard() -> None:
    below = (conversation("c", parent_id="a"), conversation("d", parent_id="c"))
    store = knowing(conversation("a"), conversation("b"), *below)
    page(store, message("m1", 1))
    touched = store.apply(ConversationGone("a"))  # an answer said so, before any event
    assert touched.rows == {"a", "c", "d"} and tree(store) == [("b", 0)]
    assert store.is_gone("c") and shown(store) == []
    tell(store, conversation("d", updated=1, parent_id="c", name="Still below one that is away"))
    assert tree(store) == [("b", 0)]
    moved = conversation("c", updated=1, parent_id="b")
    touched = store.apply(ConversationUpdated(id="1", conversation=moved))
    assert touched.rows == {"c", "d"} and touched.threads == {"c"}
    assert tree(store) == [("b", 0), ("c", 1), ("d", 2)]
    assert not store.is_gone("c") and shown(store) == ["m1"]
    store.apply(ConversationDeleted(id="2", ids=("a",)))
    assert tree(store) == [("b", 0), ("c", 1), ("d", 2)]


def test_what_is_opened_or_written_below_a_deleted_one_shows_what_was_written_alone() -> None:
    store = knowing(conversation("a"), conversation("c", parent_id="a"))
    store.apply(ConversationGone("a"))
    store.apply(ThreadOpened("c"))
    write(store)
    page(store, message("m1", 1))
    assert shown(store) == ["local_1"]


def test_those_below_a_deleted_one_go_too_where_it_was_never_known() -> None:
    store = knowing(conversation("c", parent_id="unknown"), conversation("d", parent_id="c"), conversation("e"))
    store.apply(ConversationGone("unknown"))
    assert tree(store) == [("e", 0)]
    other = knowing()
    other.apply(ConversationGone("unknown"))
    tell(other, conversation("d", parent_id="c"), conversation("c", parent_id="unknown"), conversation("e"))
    assert tree(other) == [("e", 0)]


def test_an_answer_from_before_a_resync_brings_nothing_that_may_be_deleted_by_now() -> None:
    store = knowing(conversation("c"))
    asked = store.asking()
    store.apply(Resync(id="90"))
    tell(store, conversation("c"))
    store.apply(ConversationsAnswered((conversation("c"), conversation("x", updated=99)), asked))
    assert tree(store) == [("c", 0)]


def test_an_answer_from_before_all_was_read_brings_nothing_more() -> None:
    store = knowing(conversation("c"))
    asked = store.asking()
    store.apply(ListsRead(store.asking()))
    store.apply(ConversationsAnswered((conversation("c", updated=2, name="Renamed"), conversation("x")), asked))
    tell(store, conversation("y"))
    assert tree(store) == [("c", 0), ("y", 0)]
    row = store.row("c")
    assert row is not None and row.name == "Renamed"


def test_of_two_messages_of_one_millisecond_the_later_one_says_the_language() -> None:
    store = knowing(conversation("c", last_message=None))
    english = message("m1", 1, text="Where is my order, please? It should have come.")
    arabic = "أين طلبي من فضلك؟ كان يجب أن يصل أمس"
    page(store, english)
    last = LastMessage(id="m2", sender_kind="customer", text=arabic, created_at=at(1))
    tell(store, conversation("c", updated=1, last_message=last))
    page(store, english)
    row = store.row("c")
    assert row is not None and row.customer is not None and row.customer.language == "ar"


def test_a_guest_who_signs_in_is_called_by_their_name_in_what_they_wrote_before() -> None:
    guest = Sender(kind="customer", id="cus_guest")
    said = Message(id="m1", conversation_id="c", sender=guest, content={"en": "Hello"}, created_at=at(1))
    reply = message("m2", 2, by="me", parent_id="m1")
    store = knowing(conversation("c", updated=2, customer=Customer(id="cus_guest")))
    page(store, reply, said)
    assert store.thread("c").entries[0].sender == "Customer"
    taking_part = (Participant(kind="customer", id="cus_jane", name="Jane Cooper"),)
    tell(store, conversation("c", updated=3, customer=JANE, participants=taking_part))
    entries = store.thread("c").entries
    assert entries[0].sender == "Jane Cooper"
    assert entries[1].mine and entries[1].quote is not None and entries[1].quote.sender == "Jane Cooper"
    page(store, said)  # read before that, and late
    push(store, said.model_copy(update={"id": "m3"}))
    assert [entry.sender for entry in store.thread("c").entries] == ["Jane Cooper", "Jane Cooper", "Maya Okafor"]


def test_another_customer_keeps_their_own_name() -> None:
    store = knowing(conversation("c"))
    other = Sender(kind="customer", id="cus_ali", name="Ali")
    jane = Participant(kind="customer", id="cus_jane", name="Jane Cooper")
    tell(store, conversation("c", updated=1, customer=JANE, participants=(jane,)))
    page(store, Message(id="m9", conversation_id="c", sender=other, content={"en": "Hi"}, created_at=at(9)))
    assert store.thread("c").entries[0].sender == "Ali"
    ali = Participant(kind="customer", id="cus_ali", name="Ali Demir")
    tell(store, conversation("c", updated=9, customer=JANE, participants=(jane, ali)))
    assert store.thread("c").entries[0].sender == "Ali Demir"
