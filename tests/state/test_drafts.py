"""What was begun and what was not sent, on disk."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest

from console.errors import StateError
from console.state.drafts import Draft, Drafts
from console.state.outbox import Letter, Outbox
from console.state.rows import FileCard
from console.text.safe import SafeLine
from tests.state.values import START, at, words

PHOTO = FileCard("att_1", SafeLine("صورة.jpg"), None, SafeLine("image/jpeg"), "key")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database will lie, in a folder that is still to be made."""
    return tmp_path / "state" / "console.sqlite"


@pytest.fixture
def drafts(path: Path) -> Iterator[Drafts]:
    """The drafts of the default profile."""
    opened = Drafts(path, "default")
    yield opened
    opened.close()


def letter(id: str, state: str = "sending", text: str = "Hello") -> Letter:
    return Letter(id, "c", words(text, files=(PHOTO,)), state, at(1))  # type: ignore[arg-type]


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
    other = Drafts(path, "default")
    assert other.get("c", False) == Draft("Begun", "en")
    assert other.conversations() == {"c"}
    stranger = Drafts(path, "another profile")
    assert stranger.get("c", False) is None and not stranger.conversations()
    stranger.close()
    other.close()


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
    for kind in (Drafts, Outbox):
        with pytest.raises(StateError, match=r"console\.sqlite is damaged.*Move it away"):
            kind(path, "default")


def test_damage_that_shows_later_is_said_in_a_sentence(path: Path) -> None:
    opened = Drafts(path, "default")
    for number in range(200):
        opened.put(f"c{number}", False, Draft("Begun " * 100, "en"))
    opened.close()
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(StateError, match=r"console\.sqlite is damaged"):
        again = Drafts(path, "default")
        try:
            for number in range(200):
                again.get(f"c{number}", False)
        finally:
            again.close()


def test_a_file_of_a_newer_console_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    newer = sqlite3.connect(path)
    newer.execute("pragma user_version = 99")
    newer.close()
    with pytest.raises(StateError, match=r"console\.sqlite was written by a newer console"):
        Drafts(path, "default")


def test_a_folder_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the place of the folder")
    with pytest.raises(StateError, match="cannot be used"):
        Drafts(tmp_path / "state" / "console.sqlite", "default")


def test_a_draft_changed_by_another_hand_is_said_in_a_sentence(path: Path, drafts: Drafts) -> None:
    drafts.put("c", False, Draft("Begun", "en"))
    other = sqlite3.connect(path)
    other.execute("update drafts set written = '{'")
    other.commit()
    other.close()
    with pytest.raises(StateError, match="cannot be read back"):
        drafts.get("c", False)


def test_what_was_not_sent_is_found_again_in_its_order(path: Path) -> None:
    first = Outbox(path, "default")
    for id in ("local_b", "local_a", "local_c"):
        first.put(letter(id))
    first.put(Letter("local_b", "c", words("Hello", files=(PHOTO,)), "failed", at(1), "No."))
    first.remove("local_c")
    first.close()
    second = Outbox(path, "default")
    left = second.take_over()
    second.close()
    assert [one.local_id for one in left] == ["local_b", "local_a"]
    assert left[0] == Letter("local_b", "c", words("Hello", files=(PHOTO,)), "failed", at(1), "No.")
    assert left[1].at == at(1) != START


def test_nothing_is_taken_from_a_console_that_lives_nor_from_another_profile(path: Path) -> None:
    one, two, other = Outbox(path, "default"), Outbox(path, "default"), Outbox(path, "other")
    one.put(letter("local_1"))
    assert two.take_over() == ()
    one.close()
    assert other.take_over() == ()
    assert [left.local_id for left in two.take_over()] == ["local_1"]
    assert [left.local_id for left in two.take_over()] == ["local_1"]  # its own by now
    for kept in (two, other):
        kept.close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["console.sqlite"]


def test_what_a_killed_console_wrote_down_is_there(path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from time import perf_counter
from console.state.outbox import Outbox
from tests.state.test_drafts import letter
Outbox(Path({str(path)!r}), "default").put(letter("local_1", "held", "Do not lose me"))
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -9
    outbox = Outbox(path, "default")
    (left,) = outbox.take_over()
    outbox.close()
    assert (left.state, left.written.text) == ("held", "Do not lose me")
    assert not list(path.parent.glob("*.lock"))


def test_an_unsent_message_changed_by_another_hand_does_not_hide_the_others(path: Path) -> None:
    first = Outbox(path, "default")
    first.put(letter("local_1"))
    first.put(letter("local_2"))
    first.close()
    other = sqlite3.connect(path)
    other.execute("update outbox set written = '{' where local_id = 'local_1'")
    other.commit()
    other.close()
    second = Outbox(path, "default")
    assert [left.local_id for left in second.take_over()] == ["local_2"]
    second.close()


def test_a_database_that_another_program_holds_is_said_before_a_person_notices(path: Path, drafts: Drafts) -> None:
    outbox = Outbox(path, "default")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    began = perf_counter()
    with pytest.raises(StateError, match=r"console\.sqlite is held by another program"):
        drafts.put("c", False, Draft("Begun", "en"))
    with pytest.raises(StateError, match="try again"):
        outbox.put(letter("local_1"))
    assert perf_counter() - began < 1.0
    other.execute("rollback")
    other.close()
    outbox.put(letter("local_1"))
    outbox.close()
