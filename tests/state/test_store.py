"""The one door: what it lets in, what it tells."""

from __future__ import annotations

from console.contract.events import (
    ConversationCreated,
    ConversationDeleted,
    ConversationUpdated,
    MessageCreated,
    PresenceUpdated,
    ReadUpdated,
    Resync,
)
from console.contract.shapes import Conversation, Member, Page
from console.state.changes import (
    Change,
    ConversationGone,
    ConversationsAnswered,
    LineChanged,
    LocalWritten,
    MembersAnswered,
    MessagesAnswered,
    MetadataHoped,
    MetadataSettled,
    ReadAnswered,
    SessionAnswered,
    ThreadOpened,
    Touched,
)
from console.state.reduce import identity_of, local_entry
from console.state.rows import ConversationRow, LineStatus
from console.state.store import Store
from tests.state.values import START, at, conversation, message, session, words


def knowing(*conversations: Conversation) -> Store:
    store = Store(START)
    store.apply(SessionAnswered(session()))
    store.apply(ConversationsAnswered(conversations, store.asking()))
    return store


def row(store: Store, id: str) -> ConversationRow:
    found = store.row(id)
    assert found is not None
    return found


def test_one_change_is_told_once_with_all_that_it_touched() -> None:
    store, told = Store(START), list[Touched]()
    unwatch = store.watch(told.append)
    store.apply(ConversationsAnswered((conversation("a"), conversation("b")), store.asking()))
    assert told == [Touched(rows=frozenset("ab"), outline=True)]
    store.apply(ConversationsAnswered((conversation("a"), conversation("b")), store.asking()))
    assert len(told) == 1  # nothing new in it
    unwatch()
    unwatch()
    store.apply(ConversationCreated(conversation=conversation("d")))
    assert len(told) == 1


def test_an_older_record_never_replaces_a_newer_one() -> None:
    store = knowing(conversation("a", updated=5, name="New"))
    store.apply(ConversationUpdated(id="9", conversation=conversation("a", updated=4, name="Old")))
    assert row(store, "a").name == "New"


def test_of_two_records_of_one_time_the_one_told_later_counts() -> None:
    store = knowing(conversation("a", updated=5, name="First"))
    asked_before = store.asking()
    store.apply(ConversationUpdated(id="8", conversation=conversation("a", updated=5, name="Second")))
    store.apply(ConversationsAnswered((conversation("a", updated=5, name="First"),), asked_before))
    assert row(store, "a").name == "Second"
    store.apply(ConversationUpdated(id="7", conversation=conversation("a", updated=5, name="Before that")))
    assert row(store, "a").name == "Second"


def test_deleted_stays_deleted_when_a_late_page_mentions_it_or_what_was_below() -> None:
    store = knowing(conversation("a"), conversation("a1", parent_id="a"), conversation("b"))
    asked = store.asking()
    touched = store.apply(ConversationDeleted(id="1", ids=("a", "a1", "a2")))
    assert touched.rows == {"a", "a1", "a2"}
    late = (conversation("a", updated=9), conversation("a1", updated=9, parent_id="a"), conversation("a2", updated=9))
    store.apply(ConversationsAnswered(late, asked))
    assert [found.id for found in store.outline.rows()] == ["b"]


def test_a_deletion_that_was_answered_takes_all_below_along_and_those_still_to_come() -> None:
    store = knowing(conversation("a"), conversation("a1", parent_id="a"), conversation("a11", parent_id="a1"))
    store.apply(ThreadOpened("a1"))
    touched = store.apply(ConversationGone("a"))
    assert touched.rows == {"a", "a1", "a11"} and touched.threads == {"a1"}
    store.apply(ConversationsAnswered((conversation("a2", updated=9, parent_id="a"),), store.asking()))
    assert len(store.outline) == 0


def test_deleting_keeps_unsent_text_in_sight() -> None:
    store = knowing(conversation("c"))
    store.apply(ThreadOpened("c"))
    store.apply(MessagesAnswered("c", Page(items=(message("m1"),))))
    entry = local_entry("local_1", "c", words("Do not lose me"), me=store.identity, at=START, delivery="failed")
    store.apply(LocalWritten(entry))
    store.apply(ConversationDeleted(ids=("c",)))
    assert [one.id for one in store.thread("c").entries] == ["local_1"]


def test_the_unread_count_is_the_last_one_told() -> None:
    store = knowing(conversation("a", updated=1, unread_count=3))
    asked = store.asking()
    store.apply(ReadUpdated(id="5", conversation_id="a", unread_count=0))
    assert row(store, "a").unread == 0
    store.apply(ConversationsAnswered((conversation("a", updated=1, unread_count=3),), asked))
    assert row(store, "a").unread == 0  # asked for before it was read
    store.apply(ReadAnswered("a", 2, store.asking()))
    assert row(store, "a").unread == 2
    store.apply(ReadUpdated(id="4", conversation_id="a", unread_count=9))
    assert row(store, "a").unread == 2


def test_reading_may_be_told_before_the_conversation_is() -> None:
    store = Store(START)
    asked = store.asking()
    assert not store.apply(ReadUpdated(id="5", conversation_id="a", unread_count=0))
    store.apply(ConversationsAnswered((conversation("a", unread_count=3),), asked))
    assert row(store, "a").unread == 0


def test_a_hoped_change_shows_at_once_and_is_undone_when_refused() -> None:
    store = knowing(conversation("a", metadata={"labels": ["x"], "note": 1}))
    store.apply(MetadataHoped("a", "t", {"status": "resolved", "labels": None}))
    assert (row(store, "a").status, row(store, "a").labels) == ("resolved", ())
    assert row(store, "a").metadata == {"note": 1, "status": "resolved"}
    store.apply(MetadataSettled("a", "t", None, store.asking()))
    assert (row(store, "a").status, row(store, "a").labels) == ("open", ("x",))
    assert not store.apply(MetadataSettled("a", "t", None, store.asking()))


def test_a_hoped_change_is_seen_through_what_is_told_meanwhile() -> None:
    store = knowing(conversation("a"))
    store.apply(MetadataHoped("a", "t", {"status": "resolved"}))
    store.apply(ConversationUpdated(id="1", conversation=conversation("a", updated=1, name="Renamed")))
    assert (row(store, "a").name, row(store, "a").status) == ("Renamed", "resolved")
    taken = conversation("a", updated=2, name="Renamed", metadata={"status": "resolved"})
    assert not store.apply(MetadataSettled("a", "t", taken, store.asking())).threads
    assert row(store, "a").status == "resolved"


def test_two_hopes_are_settled_apart() -> None:
    store = knowing(conversation("a"))
    store.apply(MetadataHoped("a", "one", {"priority": "high"}))
    store.apply(MetadataHoped("a", "two", {"priority": "urgent", "assigneeId": "mem_omar"}))
    store.apply(MetadataSettled("a", "two", None, store.asking()))
    assert (row(store, "a").priority, row(store, "a").assignee_id) == ("high", None)


def test_a_message_of_a_conversation_that_is_not_open_changes_its_row_alone() -> None:
    store = knowing(conversation("c"))
    told = conversation("c", minutes=3, unread_count=1, waiting_since=at(3))
    touched = store.apply(MessageCreated(id="1", message=message("m1", 3), conversation=told))
    assert touched == Touched(rows=frozenset("c"), outline=True)
    assert (row(store, "c").unread, row(store, "c").waiting_since) == (1, at(3))
    assert store.thread("c").entries == ()


def test_the_customers_language_is_remembered_after_our_answer() -> None:
    store = knowing(conversation("c"))
    arabic = conversation("c", minutes=1)
    assert arabic.last_message
    arabic = arabic.model_copy(
        update={
            "last_message": arabic.last_message.model_copy(update={"text": "وصل المصباح مكسورا، هل يمكنني إعادته؟"})
        }
    )
    store.apply(ConversationUpdated(id="1", conversation=arabic))
    ours = conversation("c", minutes=2)
    assert ours.last_message
    ours = ours.model_copy(
        update={"last_message": ours.last_message.model_copy(update={"sender_kind": "member", "text": "Of course"})}
    )
    store.apply(ConversationUpdated(id="2", conversation=ours))
    customer = row(store, "c").customer
    assert customer is not None and customer.language == "ar"


def test_the_thread_tells_the_language_too() -> None:
    store = knowing(conversation("c", last_message=None))
    store.apply(ThreadOpened("c"))
    turkish = message("m1", text="Merhaba, siparişim nerede? Lütfen yardım edin, teşekkürler")
    touched = store.apply(MessagesAnswered("c", Page(items=(turkish,))))
    assert touched.rows == {"c"}
    customer = row(store, "c").customer
    assert customer is not None and customer.language == "tr"


def test_events_move_the_place_to_go_on_from_and_never_back() -> None:
    store = knowing()
    created = ConversationCreated(id="41", conversation=conversation("a"))
    store.apply(created)
    store.apply(PresenceUpdated(member_id="m", state="viewing"))
    store.apply(ReadUpdated(id="40", conversation_id="a", unread_count=0))
    assert store.last_event_id == "41"
    store.apply(created)
    assert store.last_event_id == "41"


def test_after_a_resync_what_is_loaded_counts_whatever_the_clock_says() -> None:
    store = knowing(conversation("a", updated=50, name="Of the lost future"))
    store.apply(ConversationUpdated(id="900", conversation=conversation("a", updated=60, name="Lost too")))
    store.apply(Resync(id="12"))
    assert store.last_event_id == "12"
    store.apply(ConversationsAnswered((conversation("a", updated=5, name="Restored"),), store.asking()))
    assert row(store, "a").name == "Restored"
    store.apply(ConversationUpdated(id="13", conversation=conversation("a", updated=6, name="And on")))
    assert row(store, "a").name == "And on"


def test_an_id_that_is_no_number_is_still_gone_on_from() -> None:
    store = knowing()
    store.apply(ConversationCreated(id="evt_x", conversation=conversation("a")))
    store.apply(ConversationUpdated(id="evt_y", conversation=conversation("a", name="Renamed")))
    assert store.last_event_id == "evt_y"
    assert row(store, "a").name == "Renamed"


def test_members_and_the_line_are_told() -> None:
    store, told = knowing(), list[Touched]()
    store.watch(told.append)
    hostile: Change = MembersAnswered((Member(id="mem_1", name="Om\x1b[31mar"),))
    store.apply(hostile)
    line = LineStatus("live", START, 12)
    store.apply(LineChanged(line))
    store.apply(LineChanged(line))
    assert told == [Touched(identity=True), Touched(line=True)]
    assert "\x1b" not in store.members["mem_1"].name
    assert store.line is line


def test_a_server_without_a_session_leaves_every_refusal_to_itself() -> None:
    identity = identity_of(None)
    assert identity.permissions == {"fullAccess"} and not identity.features
    store = Store(START)
    assert store.me is None
    store.apply(SessionAnswered(None))
    assert store.me is None
