"""Pages and pushes of one conversation, merged."""

from __future__ import annotations

from console.contract.events import MessageCreated
from console.contract.shapes import Attachment, Message, Page
from console.state.changes import (
    LocalGone,
    LocalWritten,
    MessageAnswered,
    MessagesAnswered,
    SessionAnswered,
    ThreadOpened,
)
from console.state.reduce import identity_of, local_entry
from console.state.rows import Delivery
from console.state.store import Store
from console.state.threads import Threads
from tests.state.values import START, at, conversation, message, session, words


def opened(unread: int = 0) -> Store:
    store = Store(START)
    store.apply(SessionAnswered(session()))
    push(store, message("m0", -1), unread=unread)
    store.apply(ThreadOpened("c"))
    return store


def push(store: Store, said: Message, key: str | None = None, unread: int = 0) -> None:
    told = conversation("c", minutes=0, unread_count=unread)
    store.apply(MessageCreated(message=said, conversation=told, idempotency_key=key))


def page(store: Store, *newest_first: Message, then: str | None = None, cursor: str | None = None) -> None:
    store.apply(MessagesAnswered("c", Page(items=newest_first, next_cursor=then), cursor))


def ids(store: Store) -> list[str]:
    return [entry.id for entry in store.thread("c").entries]


def write(store: Store, local_id: str, text: str = "Hi", delivery: Delivery = "sending", to: str | None = None) -> None:
    identity = identity_of(session())
    written = words(text, reply_to=to)
    store.apply(LocalWritten(local_entry(local_id, "c", written, me=identity, at=at(0), delivery=delivery)))


def test_a_thread_that_was_not_opened_is_empty_and_loading() -> None:
    view = Store(START).thread("c")
    assert view.entries == () and view.is_loading and not view.has_older


def test_entries_stand_by_time_then_id_whatever_came_first() -> None:
    store = opened()
    push(store, message("m9", 9))
    page(store, message("m4", 2), message("m3", 2), message("m1", 1))
    assert ids(store) == ["m1", "m3", "m4", "m9"]
    assert not store.thread("c").is_loading


def test_older_pages_come_before_and_end() -> None:
    store = opened()
    page(store, message("m4", 4), message("m3", 3), then="before m3")
    assert store.thread("c").has_older
    page(store, message("m2", 2), message("m1", 1), cursor="before m3")
    assert ids(store) == ["m1", "m2", "m3", "m4"]
    assert not store.thread("c").has_older


def test_a_page_that_was_asked_for_twice_counts_once() -> None:
    store = opened()
    page(store, message("m4", 4), then="before m4")
    page(store, message("m3", 3), then="before m3", cursor="before m4")
    page(store, message("m3", 3), then="before m3", cursor="before m4")
    assert store.cursor("c") == "before m3"
    page(store, message("m2", 2), then="before m2", cursor="before m3")
    page(store, message("m3", 3), then="before m3", cursor="before m4")
    assert store.cursor("c") == "before m2"
    assert ids(store) == ["m2", "m3", "m4"]


def test_the_newest_page_again_keeps_the_older_ones() -> None:
    store = opened()
    page(store, message("m2", 2), message("m1", 1), then="before m1")
    page(store, message("m0", 0), cursor="before m1")
    page(store, message("m3", 3), message("m2", 2), then="before m2")
    assert ids(store) == ["m0", "m1", "m2", "m3"]
    assert not store.thread("c").has_older


def test_what_lies_beyond_a_gap_is_asked_for_again() -> None:
    store = opened()
    page(store, message("m2", 2), message("m1", 1), then="before m1")
    page(store, message("m9", 9), message("m8", 8), then="before m8")
    assert ids(store) == ["m8", "m9"]
    assert store.cursor("c") == "before m8"


def test_new_begins_above_the_unread_ones_and_stays_there() -> None:
    store = opened(unread=2)
    push(store, message("m9", 9))  # after it was opened: not among the two
    page(store, message("m4", 4), message("m3", 3, by="me"), message("m2", 2), message("m1", 1))
    assert store.thread("c").first_unread == "m2"
    push(store, message("m10", 10))
    page(store, message("m10", 10), message("m9", 9), message("m4", 4))
    assert store.thread("c").first_unread == "m2"
    store.apply(ThreadOpened("c"))
    assert store.thread("c").first_unread is None  # nothing is unread by now


def test_what_a_list_told_of_before_its_event_is_new_all_the_same() -> None:
    store = opened(unread=1)
    push(store, message("m1", 1), unread=1)  # its event comes late: the one that is unread is this
    page(store, message("m1", 1))
    assert store.thread("c").first_unread == "m1"


def test_nothing_is_new_where_all_is_read() -> None:
    store = opened(unread=0)
    page(store, message("m1", 1))
    assert store.thread("c").first_unread is None


def test_a_reply_quotes_what_is_loaded_later() -> None:
    store = opened()
    page(store, message("m2", 2, parent_id="m1"), then="before m2")
    quote = store.thread("c").entries[0].quote
    assert quote is not None and (quote.sender, quote.text) == ("", "an earlier message")
    page(store, message("m1", 1, text="The lamp\narrived broken"), cursor="before m2")
    quote = store.thread("c").entries[1].quote
    assert quote is not None and quote.sender == "Jane Cooper" and "The lamp" in quote.text
    assert "\n" not in quote.text


def test_a_quote_of_files_alone_names_them() -> None:
    store = opened()
    photo = Attachment(id="att", name="photo.jpg", s3_key="k")
    page(store, message("m2", 2, parent_id="m1"), message("m1", 1, text="", attachments=(photo,)))
    quote = store.thread("c").entries[1].quote
    assert quote is not None and quote.text == "photo.jpg"


def test_what_was_written_here_stands_last_until_it_is_confirmed() -> None:
    store = opened()
    write(store, "local_1", "One", to="m1")
    write(store, "local_2", "Two")
    page(store, message("m9", 99), message("m1", 1, text="Broken"))
    assert ids(store) == ["m1", "m9", "local_1", "local_2"]
    quote = store.thread("c").entries[2].quote
    assert quote is not None and quote.text == "Broken"
    store.apply(MessageAnswered(message("m10", 100, by="me"), "local_1"))
    assert ids(store) == ["m1", "m9", "m10", "local_2"]
    assert store.thread("c").entries[2].mine
    assert store.confirmed("local_1") == "m10"


def test_an_answer_and_its_event_make_one_entry_in_either_order() -> None:
    for event_first in (True, False):
        store = opened()
        page(store)
        write(store, "local_1")
        said = message("m1", 1, by="me")
        if event_first:
            push(store, said, key="local_1")
        store.apply(MessageAnswered(said, "local_1"))
        push(store, said, key="local_1")
        push(store, said)
        assert ids(store) == ["m1"]


def test_a_late_word_does_not_bring_back_what_was_confirmed() -> None:
    store = opened()
    page(store)
    write(store, "local_1")
    push(store, message("m1", 1, by="me"), key="local_1")
    write(store, "local_1", delivery="failed")
    assert ids(store) == ["m1"]


def test_a_local_one_that_is_gone_is_gone() -> None:
    store = opened()
    page(store)
    write(store, "local_1")
    store.apply(LocalGone("c", "local_1"))
    assert ids(store) == []


def test_we_find_our_own_once_we_know_who_we_are() -> None:
    store = Store(START)
    store.apply(ThreadOpened("c"))
    page(store, message("m2", 2, by="me"), message("m1", 1))
    assert [entry.mine for entry in store.thread("c").entries] == [False, False]
    touched = store.apply(SessionAnswered(session()))
    assert touched.threads == {"c"} and touched.identity
    assert [entry.mine for entry in store.thread("c").entries] == [False, True]


def test_a_server_without_a_session_shows_who_we_are_by_its_first_answer() -> None:
    store = Store(START)
    store.apply(SessionAnswered(None))
    store.apply(ThreadOpened("c"))
    page(store, message("m2", 2, by="colleague"), message("m1", 1, by="me"))
    touched = store.apply(MessageAnswered(message("m3", 3, by="me"), "local_1"))
    assert touched.identity and touched.threads == {"c"}
    assert [entry.mine for entry in store.thread("c").entries] == [True, False, True]


def test_the_view_is_the_same_value_until_something_changes() -> None:
    store = opened()
    page(store, message("m1", 1))
    view = store.thread("c")
    assert not store.apply(MessagesAnswered("c", Page(items=(message("m1", 1),))))
    assert store.thread("c") is view or store.thread("c") == view


def test_only_the_threads_opened_last_are_kept_and_those_with_unsent_text() -> None:
    threads = Threads(most=2)
    identity = identity_of(session())
    threads.want("a").put_local(local_entry("local_1", "a", words("Hi"), me=identity, at=at(0), delivery="failed"))
    for id in "bcd":
        threads.want(id)
    assert [thread.conversation_id for thread in threads] == ["a", "d"]
    assert list(threads.forget(["a", "d", "x"])) == ["a", "d"]
    assert [thread.conversation_id for thread in threads] == ["a"]


def said_by(first: int, last: int) -> list[Message]:
    """The messages of these numbers, newest first."""
    return [message(f"m{number:04}", number) for number in range(last - 1, first - 1, -1)]


def test_a_thread_that_is_left_keeps_its_newest_pages_and_what_asks_for_those_before() -> None:
    store = opened()
    page(store, *said_by(250, 300), then="before 250")
    for first in (200, 150, 100, 50):
        page(store, *said_by(first, first + 50), then=f"before {first}", cursor=f"before {first + 50}")
    push(store, message("m0300", 300))
    assert len(store.thread("c").entries) == 251
    store.apply(ThreadOpened("c"))
    assert len(store.thread("c").entries) == 251, "the open one keeps what was read"
    store.apply(ThreadOpened("d"))
    assert ids(store) == [f"m{number:04}" for number in range(200, 301)]
    assert store.cursor("c") == "before 200" and store.thread("c").has_older
    assert store.message("c", "m0100") is None
    store.apply(ThreadOpened("c"))
    page(store, *said_by(150, 200), then="before 150", cursor="before 100")
    assert ids(store)[0] == "m0200", "an answer from before is not for where we stand now"
    page(store, *said_by(150, 200), then="before 150", cursor="before 200")
    assert ids(store) == [f"m{number:04}" for number in range(150, 301)]


def test_a_thread_with_unsent_text_keeps_all_of_it() -> None:
    store = opened()
    page(store, *said_by(250, 300), then="before 250")
    for first in (200, 150, 100):
        page(store, *said_by(first, first + 50), then=f"before {first}", cursor=f"before {first + 50}")
    write(store, "local_1", delivery="failed")
    store.apply(ThreadOpened("d"))
    assert len(store.thread("c").entries) == 201
