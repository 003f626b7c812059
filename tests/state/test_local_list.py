"""The conversations that are kept for a server that lists none: what a new start finds, and what it must not."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.contract.shapes import Conversation, Customer, LastMessage, Message, Page
from console.errors import StateError
from console.state.changes import (
    ConversationGone,
    ConversationsAnswered,
    MessageAnswered,
    MessagesAnswered,
    MetadataHoped,
    MetadataSettled,
    SessionAnswered,
    ThreadRead,
)
from console.state.database import Database
from console.state.local_list import LocalList
from console.state.rows import ConversationRow
from console.state.store import Store
from tests.state.values import START, at, message, session

JANE = Customer(id="cus_jane", name="Jane Cooper", email="jane@example.com", metadata={"tier": {"gold": True}})
HOSTED = "https://api.plato.ae"


class Start:
    """One start of a console: its store, and the list on disk, on a server that tells what it must."""

    def __init__(self, folder: Path, *, profile: str = "default", server: str = HOSTED, lists: bool = False) -> None:
        self.database = Database(folder / "console.sqlite", profile, server)
        self.store = Store(START)
        self.complaints: list[StateError] = []
        self.list = LocalList(self.database, self.store, is_used=lambda: not lists, told=self.complaints.append)
        self.list.load()
        self.store.overhear(self.list.hear)
        self.at_once = {row.id: row for row in self.store.outline.rows()}
        self.store.apply(SessionAnswered(session() if lists else None))

    def answer(self, id: str, **told: Any) -> None:
        """The server answers a call on a conversation with just this of it."""
        self.store.apply(ConversationsAnswered((Conversation(id=id, **told),), self.store.asking()))

    def hear(self, *messages: Message, id: str = "c") -> None:
        """A page of a thread, newest first."""
        self.store.apply(MessagesAnswered(id, Page(items=messages)))

    def row(self, id: str = "c") -> ConversationRow:
        """A conversation that must be known."""
        row = self.store.row(id)
        assert row is not None
        return row


@pytest.fixture
def starts(tmp_path: Path) -> Iterator[Any]:
    """Starts consoles, one after the other, as if each before it had been killed."""
    made: list[Start] = []

    def start(**given: Any) -> Start:
        made.append(Start(tmp_path, **given))
        return made[-1]

    yield start
    for one in made:
        one.database.close()


def test_what_was_begun_is_there_at_the_next_start_before_anything_is_asked(starts: Any) -> None:
    first = starts()
    first.answer("c", name="Lamp", customer=JANE, metadata={"priority": "high"})
    first.answer("below", parent_id="c", name="Order")

    rows = starts().at_once
    assert (rows["c"].name, rows["c"].priority, rows["c"].customer) == ("Lamp", "high", first.row().customer)
    assert rows["below"].parent_id == "c"


def test_an_answer_that_is_no_more_than_an_id_changes_nothing(starts: Any) -> None:
    first = starts()
    first.answer("c", customer=JANE)
    first.answer("c")

    assert starts().at_once["c"] == first.row()


def test_how_far_was_read_and_what_came_since_is_kept(starts: Any) -> None:
    first = starts()
    first.answer("c", customer=JANE)
    first.hear(message("m1", 1))
    first.store.apply(ThreadRead("c", "m1", at(1)))
    first.hear(message("m3", 3), message("m2", 2), message("m1", 1))
    assert first.row().unread == 2

    second = starts()
    assert (second.at_once["c"].unread, second.at_once["c"].at, second.at_once["c"].last_who) == (2, at(3), "customer")
    second.hear(message("m3", 3, text="Hello?"), message("m2", 2), message("m1", 1))
    assert (second.row().unread, second.row().last_text) == (2, "Hello?")
    second.store.apply(ThreadRead("c", "m3", at(3)))
    assert starts().at_once["c"].unread == 0


def test_who_waited_still_waits_at_the_next_start_until_somebody_answered(starts: Any) -> None:
    first = starts()
    first.answer("c", customer=JANE)
    first.hear(message("m2", 2), message("m1", 1), message("m0", 0, by="me"))

    second = starts()
    assert second.at_once["c"].waiting_since == at(1)
    second.hear(message("m2", 2), message("m1", 1))
    assert second.row().waiting_since == at(1)
    second.store.apply(MessageAnswered(message("m3", 3, by="me"), "local_1"))
    assert starts().at_once["c"].waiting_since is None


def test_no_words_of_messages_are_kept_and_nobody_else_can_read_the_file(starts: Any, tmp_path: Path) -> None:
    first = starts()
    last = LastMessage(id="m1", sender_kind="customer", text="My card is 1234", created_at=at(1))
    first.answer("c", customer=JANE, last_message=last)
    first.hear(message("m2", 2, text="and its code is 99"))
    first.database.close()

    file = tmp_path / "console.sqlite"
    with sqlite3.connect(file) as connection:
        kept = "".join(record for (record,) in connection.execute("select record from conversations"))
    connection.close()
    assert "jane@example.com" in kept
    assert "1234" not in kept and "99" not in kept
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_one_found_by_its_id_is_known_by_who_wrote_in_it(starts: Any) -> None:
    first = starts()
    first.answer("c")
    assert first.row().name == "No name"
    first.hear(message("m2", 2, by="me"), message("m1", 1))
    assert first.row().name == "Jane Cooper"

    second = starts()
    assert second.at_once["c"].name == "Jane Cooper"
    second.answer("c", customer=JANE)
    assert starts().at_once["c"].customer.email == "jane@example.com"


def test_a_change_of_metadata_is_kept_once_it_was_taken_and_not_if_it_was_refused(starts: Any) -> None:
    first = starts()
    first.answer("c", customer=JANE)
    asked = first.store.asking()
    first.store.apply(MetadataHoped("c", "t", {"status": "resolved"}))
    first.store.apply(MetadataSettled("c", "t", Conversation(id="c"), asked))
    first.store.apply(MetadataHoped("c", "u", {"status": "snoozed"}))
    first.store.apply(MetadataSettled("c", "u", None, asked))

    assert starts().at_once["c"].status == "resolved"


def test_what_was_open_again_is_so_at_the_next_start_and_so_is_what_was_settled_since(starts: Any) -> None:
    first = starts()
    first.answer("c", customer=JANE)
    first.hear(message("m1", 1))
    first.store.apply(MetadataHoped("c", "t", {"status": "resolved"}))
    first.store.apply(MetadataSettled("c", "t", Conversation(id="c"), first.store.asking()))
    assert starts().at_once["c"].status == "resolved"

    first.hear(message("m2", 2), message("m1", 1))
    second = starts()
    assert second.at_once["c"].status == "open"
    second.hear(message("m2", 2), message("m1", 1))
    assert second.row().status == "open"
    second.store.apply(MetadataHoped("c", "t", {"status": "resolved"}))
    second.store.apply(MetadataSettled("c", "t", Conversation(id="c"), second.store.asking()))
    third = starts()
    third.hear(message("m2", 2), message("m1", 1))
    assert third.row().status == "resolved"


def test_what_is_deleted_goes_with_all_below_it(starts: Any) -> None:
    first = starts()
    for id, parent in (("c", None), ("below", "c"), ("other", None)):
        first.answer(id, parent_id=parent)
    first.store.apply(ConversationGone("c"))

    assert set(starts().at_once) == {"other"}


def test_a_server_that_turned_out_to_tell_all_is_believed(starts: Any) -> None:
    starts().answer("c", name="Lamp")
    second = starts(lists=True)
    assert second.at_once["c"].name == "Lamp"
    second.answer("c", name="Returns", unread_count=3)
    second.hear(message("m1", 1))
    assert (second.row().name, second.row().unread, second.store.is_documented_only) == ("Returns", 3, False)


def test_each_profile_and_server_has_a_list_of_its_own(starts: Any) -> None:
    starts().answer("c")

    assert starts(profile="other").at_once == {}
    assert starts(server="https://elsewhere.example").at_once == {}
    assert set(starts().at_once) == {"c"}


def test_a_server_that_lists_is_kept_no_list_for(starts: Any) -> None:
    first = starts(lists=True)
    first.answer("c")
    first.hear(message("m1", 1))

    assert starts().at_once == {}


def test_messages_of_what_is_not_on_the_list_do_not_bring_it_there(starts: Any) -> None:
    first = starts()
    first.hear(message("m1", 1))
    first.store.apply(ThreadRead("c", "m1", at(1)))

    assert starts().at_once == {}


def test_a_record_that_another_hand_spoilt_is_left_out(starts: Any, tmp_path: Path) -> None:
    first = starts()
    first.answer("c")
    first.answer("d")
    with first.database.writing() as connection:
        connection.execute("update conversations set record = '{' where id = 'c'")

    assert set(starts().at_once) == {"d"}


def test_a_list_that_cannot_be_written_is_told_once_and_stops_nothing(starts: Any) -> None:
    first = starts()
    other = starts()
    with other.database.writing():
        first.answer("c", customer=JANE)
        first.answer("d")
        assert len(first.complaints) == 1 and "try again" in str(first.complaints[0])
        assert first.row("d").id == "d"
    first.hear(message("m1", 1))
    first.answer("c")
    assert set(starts().at_once) == {"c"}


def test_metadata_of_no_end_breaks_nothing(starts: Any) -> None:
    metadata: dict[str, Any] = {}
    for _ in range(600):
        metadata = {"a": metadata}
    first = starts()
    first.answer("c", metadata=metadata)

    assert first.complaints == [] and set(starts().at_once) == {"c"}


def test_after_closing_nothing_is_written(starts: Any) -> None:
    first = starts()
    first.list.close()
    first.answer("c")

    assert starts().at_once == {}
