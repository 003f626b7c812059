"""What was begun and what was not sent, on disk."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

import pytest

from console.errors import StateError
from console.state.database import Database
from console.state.drafts import Draft, Drafts
from console.state.outbox import Letter, Outbox
from console.state.rows import FileCard
from console.state.written import to_text
from console.text.safe import SafeLine
from tests.state.values import START, at, words

_FIRST = """
create table drafts (profile text not null, conversation_id text not null, note integer not null, written text not null,
    incomplete integer not null, primary key (profile, conversation_id, note)) without rowid;
create table outbox (place integer primary key, local_id text not null unique, profile text not null,
    owner text not null, conversation_id text not null, written text not null, state text not null, at text not null,
    problem text);
pragma user_version = 1;
"""
"""The database as its first version made it."""

PHOTO = FileCard("att_1", SafeLine("صورة.jpg"), None, SafeLine("image/jpeg"), "key")

OTHER = FileCard("att_2", SafeLine("other.jpg"), None, SafeLine("image/jpeg"), "other")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database will lie, in a folder that is still to be made."""
    return tmp_path / "state" / "console.sqlite"


@pytest.fixture
def drafts(path: Path) -> Iterator[Drafts]:
    """The drafts of the default profile."""
    database = Database(path, "default")
    yield Drafts(database)
    database.close()


def letter(id: str, state: str = "sending", text: str = "Hello") -> Letter:
    return Letter(id, "c", words(text, files=(PHOTO,)), state, at(1))  # type: ignore[arg-type]


@contextmanager
def held(path: Path) -> Iterator[None]:
    """While another program holds the database, nothing can be written into it."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    try:
        yield
    finally:
        other.close()


def test_a_reply_and_a_note_are_kept_apart(drafts: Drafts) -> None:
    reply = Draft("Merhaba\n\n  ليلى \x1b", "tr", (PHOTO,), "m1", incomplete=True)
    drafts.put("c", False, reply)
    drafts.put("c", True, Draft("Note", "en"))
    assert drafts.get("c", False) == reply
    assert drafts.get("c", True) == Draft("Note", "en")
    drafts.discard("c", True)
    assert drafts.get("c", True) is None
    assert drafts.conversations() == {"c"}
    drafts.discard("c", False)
    assert drafts.conversations() == frozenset()


def test_a_draft_outlives_its_console(path: Path, drafts: Drafts) -> None:
    drafts.put("c", False, Draft("Begun", "en"))
    database = Database(path, "default")
    other = Drafts(database)
    assert other.get("c", False) == Draft("Begun", "en")
    assert other.conversations() == {"c"}
    database.close()


@pytest.mark.parametrize(("profile", "server"), [("another", ""), ("default", "https://other.example.com")])
def test_a_text_is_of_one_profile_and_one_server(path: Path, profile: str, server: str) -> None:
    database, stranger = Database(path, "default", "https://here.example.com"), Database(path, profile, server)
    Drafts(database).put("c", False, Draft("Begun", "en"))
    outbox = Outbox(database)
    outbox.put(letter("local_1"))
    outbox.close()
    assert Drafts(stranger).get("c", False) is None and not Drafts(stranger).conversations()
    other = Outbox(stranger)
    assert other.take_over() == ()
    other.close()
    for kept in (database, stranger):
        kept.close()


def test_what_another_console_wrote_meanwhile_is_kept_too(drafts: Drafts) -> None:
    first = Draft("First", "en")
    assert drafts.exchange("c", False, first, None) == first
    other = Draft("First, and more", "en", (PHOTO,))
    assert drafts.exchange("c", False, other, first) == other  # by the other console, which had read the first
    mine = Draft("Mine", "en", reply_to="m1")
    both = Draft("First, and more\n\nMine", "en", (PHOTO,), "m1")
    assert drafts.exchange("c", False, mine, first) == both == drafts.get("c", False)
    assert drafts.exchange("c", False, mine, both) == mine  # it was read since
    assert drafts.exchange("c", False, None, both) == mine  # emptied by one who never saw it
    assert drafts.exchange("c", False, None, mine) is None and drafts.get("c", False) is None


@pytest.mark.parametrize(
    ("draft", "is_sent"),
    [
        (Draft("Hello\n", "en", (PHOTO,)), True),
        (Draft("Hel", "en"), True),
        (Draft("Hello, and precious words", "en"), False),
        (Draft("Hello", "en", (OTHER,)), False),
    ],
)
def test_what_another_console_wrote_meanwhile_outlives_the_message(drafts: Drafts, draft: Draft, is_sent: bool) -> None:
    drafts.put("c", False, draft)
    drafts.become("c", words("Hello", files=(PHOTO,)))
    assert drafts.get("c", False) == (None if is_sent else draft)


def test_what_cannot_be_written_is_kept_until_it_can(path: Path, drafts: Drafts) -> None:
    first, more = Draft("First", "en"), Draft("First, and more", "en")
    drafts.exchange("c", False, first, None)
    with held(path):
        for draft in (Draft("First, and", "en"), more):
            with pytest.raises(StateError):
                drafts.exchange("c", False, draft, drafts.get("c", False))
        with pytest.raises(StateError):
            drafts.exchange("d", True, first, None)
        with pytest.raises(StateError):
            drafts.become("c", words("First, and more"))
        assert drafts.get("c", False) == more and drafts.conversations() == {"c", "d"}
    drafts.exchange("e", False, first, None)
    database = Database(path, "default")
    assert sorted(Drafts(database).all()) == [("c", False, more), ("d", True, first), ("e", False, first)]
    database.close()


def test_what_could_not_be_written_is_no_draft_once_it_is_sent(path: Path, drafts: Drafts) -> None:
    with held(path), pytest.raises(StateError):
        drafts.exchange("c", False, Draft("Hello", "en"), None)
    with pytest.raises(ZeroDivisionError), drafts._database.writing():
        drafts.become("c", words("Hello"))
        raise ZeroDivisionError
    assert drafts.get("c", False) == Draft("Hello", "en")  # it was not
    drafts.become("c", words("Hello"))
    assert drafts.get("c", False) is None and not drafts.conversations()


def test_an_empty_draft_is_none(drafts: Drafts) -> None:
    drafts.put("c", False, Draft("Begun", "en"))
    drafts.put("c", False, Draft("", "en"))
    assert drafts.get("c", False) is None and not drafts.conversations()
    drafts.put("c", False, Draft("", "en", (PHOTO,)))
    assert drafts.get("c", False) is not None


def test_nobody_else_may_read_it(path: Path, drafts: Drafts) -> None:
    drafts.put("c", False, Draft("Begun", "en"))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_a_damaged_file_is_said_in_a_sentence(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"This is no database. " * 200)
    with pytest.raises(StateError, match=r"console\.sqlite is damaged.*Move it away"):
        Database(path, "default")


def test_damage_that_shows_later_is_said_in_a_sentence(path: Path) -> None:
    database = Database(path, "default")
    for number in range(200):
        Drafts(database).put(f"c{number}", False, Draft("Begun " * 100, "en"))
    database.close()
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(StateError, match=r"console\.sqlite is damaged"):
        again = Database(path, "default")
        try:
            for number in range(200):
                Drafts(again).get(f"c{number}", False)
        finally:
            again.close()


def test_opening_a_file_that_is_up_to_date_writes_nothing(path: Path) -> None:
    Database(path, "default").close()
    again = Database(path, "default")
    try:
        assert path.with_name(f"{path.name}-wal").stat().st_size == 0
    finally:
        again.close()


def test_a_file_of_a_newer_console_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    newer = sqlite3.connect(path)
    newer.execute("pragma user_version = 99")
    newer.close()
    with pytest.raises(StateError, match=r"console\.sqlite was written by a newer console"):
        Database(path, "default")


def test_a_folder_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the place of the folder")
    with pytest.raises(StateError, match="cannot be used"):
        Database(tmp_path / "state" / "console.sqlite", "default")


def test_a_draft_changed_by_another_hand_is_said_in_a_sentence(path: Path, drafts: Drafts) -> None:
    drafts.put("c", False, Draft("Begun", "en"))
    other = sqlite3.connect(path)
    other.execute("update drafts set written = '{'")
    other.commit()
    other.close()
    with pytest.raises(StateError, match="cannot be read back"):
        drafts.get("c", False)


@contextmanager
def outbox(path: Path, profile: str = "default") -> Iterator[Outbox]:
    """The outbox of a console that ends with the block."""
    database = Database(path, profile)
    opened = Outbox(database)
    try:
        yield opened
    finally:
        opened.close()
        database.close()


def test_what_was_not_sent_is_found_again_in_its_order(path: Path) -> None:
    with outbox(path) as first:
        for id in ("local_b", "local_a", "local_c"):
            first.put(letter(id))
        failed = Letter("local_b", "c", words("Hello", files=(PHOTO,)), "failed", at(1), "No.", "m1", "m2")
        first.put(failed)
        first.remove("local_c")
    with outbox(path) as second:
        left = second.take_over()
    assert [one.local_id for one in left] == ["local_b", "local_a"]
    assert left[0] == failed
    assert left[1].at == at(1) != START


def test_nothing_is_taken_from_a_console_that_lives_nor_from_another_profile(path: Path) -> None:
    with outbox(path) as two, outbox(path, "other") as other:
        with outbox(path) as one:
            one.put(letter("local_1"))
            assert two.take_over() == ()
        assert other.take_over() == ()
        assert [left.local_id for left in two.take_over()] == ["local_1"]
        assert [left.local_id for left in two.take_over()] == ["local_1"]  # its own by now
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "console.sqlite",
        "console.sqlite-default.lock",
        "console.sqlite-other.lock",
    ]


def test_consoles_that_start_at_once_take_nothing_from_each_other(path: Path) -> None:
    has_ended = Event()

    def take_over_again_and_again() -> None:
        with outbox(path) as other:
            while not has_ended.is_set():
                with suppress(StateError):  # held by the other one for a moment
                    other.take_over()

    taking_over = Thread(target=take_over_again_and_again)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    taking_over.start()
    try:
        database = Database(path, "default")
        for _ in range(1000):
            it = Outbox(database)
            assert len(list(path.parent.glob(f"*{it._owner}.lock"))) == 1
            it.close()
        database.close()
    finally:
        sys.setswitchinterval(before)
        has_ended.set()
        taking_over.join()


def test_a_second_console_of_a_profile_knows_that_it_is(path: Path) -> None:
    with outbox(path) as one, outbox(path) as two, outbox(path, "other") as other:
        assert (one.is_second, two.is_second, other.is_second) == (False, True, False)
    with outbox(path) as again:
        assert not again.is_second


def test_what_a_killed_console_wrote_down_is_there(path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from console.state.database import Database
from console.state.outbox import Outbox
from tests.state.test_drafts import letter
Outbox(Database(Path({str(path)!r}), "default")).put(letter("local_1", "held", "Do not lose me"))
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -9
    (path.parent / f"{path.name}-01M8FK6VP1Q7GNDN8W691401P2.lock").touch()  # of one that left nothing unsent
    with outbox(path) as after:
        assert not after.is_second
        (left,) = after.take_over()
        assert len(list(path.parent.glob("*.lock"))) == 2
    assert (left.state, left.written.text) == ("held", "Do not lose me")
    assert [file.name for file in path.parent.glob("*.lock")] == ["console.sqlite-default.lock"]


def test_what_belongs_together_is_written_whole_or_not_at_all(path: Path) -> None:
    with outbox(path) as it:
        drafts = Drafts(it._database)
        drafts.put("c", False, Draft("Begun", "en"))
        with pytest.raises(ZeroDivisionError), it.together():
            it.put(letter("local_1"))
            drafts.discard("c", False)
            raise ZeroDivisionError
        assert drafts.get("c", False) == Draft("Begun", "en") and drafts.conversations() == {"c"}
        assert it.take_over() == ()


def test_the_database_of_the_console_before_is_carried_on(path: Path) -> None:
    path.parent.mkdir()
    older = sqlite3.connect(path)
    older.executescript(_FIRST)
    older.execute("insert into drafts values ('default', 'c', 0, ?, 0)", (to_text(words("Begun")),))
    older.execute(
        "insert into outbox values (1, 'local_1', 'default', 'gone', 'c', ?, 'failed', ?, 'No.')",
        (to_text(words("Hello")), at(1).isoformat()),
    )
    older.commit()
    older.close()
    database = Database(path, "default", "https://here.example.com")
    kept = Outbox(database)
    assert Drafts(database).get("c", False) == Draft("Begun", "en")
    assert kept.take_over() == (Letter("local_1", "c", words("Hello"), "failed", at(1), "No."),)
    kept.close()
    database.close()


def test_an_unsent_message_changed_by_another_hand_does_not_hide_the_others(path: Path) -> None:
    with outbox(path) as first:
        first.put(letter("local_1"))
        first.put(letter("local_2"))
    other = sqlite3.connect(path)
    other.execute("update outbox set written = '{' where local_id = 'local_1'")
    other.commit()
    other.close()
    with outbox(path) as second:
        assert [left.local_id for left in second.take_over()] == ["local_2"]


def test_a_database_that_another_program_holds_is_said_before_a_person_notices(path: Path, drafts: Drafts) -> None:
    database = Database(path, "default")
    outbox = Outbox(database)
    with held(path):
        began = perf_counter()
        with pytest.raises(StateError, match=r"console\.sqlite is held by another program"):
            drafts.put("c", False, Draft("Begun", "en"))
        with pytest.raises(StateError, match="try again"):
            outbox.put(letter("local_1"))
        assert perf_counter() - began < 1.0
    outbox.put(letter("local_1"))
    outbox.close()
    database.close()
