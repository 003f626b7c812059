"""Conversations from a file: every line checked, a bad one named, nothing half."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from console.demo.dialogues import LONGEST_LINE, SPREAD, checked, talks
from console.demo.host import DemoError
from console.demo.names import name_of
from console.demo.story import CUSTOMER

GOOD = {
    "id": "1_00000",
    "language": "en",
    "topics": ["Restaurants_2"],
    "turns": [{"sender": "customer", "text": "A table for two?"}, {"sender": "workspace", "text": "Booked."}],
}


def written(path: Path, *lines: object) -> Path:
    """A file of these values, each as JSON unless it is a text already."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["calls.jsonl", "calls.jsonl.gz"])
def test_a_file_is_counted_and_read_gzipped_or_not(tmp_path: Path, name: str) -> None:
    dialogues = checked(written(tmp_path / name, GOOD, "", {**GOOD, "id": "2"}))
    assert (dialogues.conversations, dialogues.messages) == (2, 4)
    told = list(talks(dialogues, ("maya", "tomas")))
    assert [[line.text for line in talk.lines] for talk in told] == [["A table for two?", "Booked."]] * 2
    assert [[line.by for line in talk.lines] for talk in told] == [[CUSTOMER, "maya"], [CUSTOMER, "tomas"]]
    assert told[0].labels == ("restaurants",)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2: .*JSON"),
        ([], "line 2: "),
        ({**GOOD, "language": "de"}, "line 2: language: .*'en', 'ar' or 'tr'"),
        ({**GOOD, "turns": []}, "line 2: turns: "),
        ({**GOOD, "turns": [{"sender": "bot", "text": "hi"}]}, "line 2: turns.0.sender: .*'customer' or 'workspace'"),
        ({**GOOD, "turns": [{"sender": "customer"}]}, "line 2: turns.0.text: Field required"),
        ({**GOOD, "turns": [{"sender": "customer", "text": "x" * 20_001}]}, "line 2: turns.0.text: .*20000"),
        ({"language": "en", "turns": GOOD["turns"]}, "line 2: id: Field required"),
        ('{"id": "\\ud800"}', "line 2: "),
        ('{"id": "1", "language": "\x1b[31m"}', "line 2: "),
        ("x" * (LONGEST_LINE + 1), "line 2: longer than"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(tmp_path: Path, line: object, says: str) -> None:
    path = written(tmp_path / "calls.jsonl", GOOD, line, GOOD)
    with pytest.raises(DemoError, match=rf"calls\.jsonl, {says}") as caught:
        checked(path)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.jsonl", b"", "holds no conversation"),
        ("a.jsonl", b"\n\n", "holds no conversation"),
        ("a.jsonl", b"\xff\xfe", "not UTF-8"),
        ("a.jsonl.gz", b"plain", "gzip"),
        ("a.jsonl.gz", gzip.compress(json.dumps(GOOD).encode() * 50, mtime=0)[:-20], "gzip"),
    ],
)
def test_a_file_of_something_else_is_a_sentence(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DemoError, match=says):
        checked(tmp_path / name)


def test_the_first_is_the_newest_and_each_one_is_in_order(tmp_path: Path) -> None:
    many = [{**GOOD, "id": str(number)} for number in range(40)]
    told = list(talks(checked(written(tmp_path / "many.jsonl", *many)), ("maya",)))
    ends = [talk.lines[-1].ago for talk in told]
    assert ends == sorted(ends, key=lambda ago: ago or 0)
    for talk in told:
        first, last = (line.ago for line in talk.lines)
        assert first is not None
        assert last is not None
        assert 0 < last < first < SPREAD + 60
    assert {talk.status for talk in told} == {"open", "resolved"}
    assert told[0].status == "open"


def test_who_spoke_last_decides_who_waits(tmp_path: Path) -> None:
    waiting = {**GOOD, "turns": [{"sender": "customer", "text": "Anybody?"}]}
    told = list(talks(checked(written(tmp_path / "a.jsonl", *[GOOD, waiting] * 20)), ("maya",)))
    assert all(talk.status == "open" and talk.unread for talk in told[1::2])
    assert any(talk.status == "resolved" for talk in told[::2])


def test_a_turn_without_words_is_told_as_one(tmp_path: Path) -> None:
    silent = {**GOOD, "turns": [*GOOD["turns"], {"sender": "workspace", "text": " "}]}
    dialogues = checked(written(tmp_path / "calls.jsonl", silent))
    (talk,) = talks(dialogues, ("maya",))
    assert dialogues.messages == 3
    assert [line.text for line in talk.lines] == ["A table for two?", "Booked.", "(no words)"]


def test_customers_differ_and_a_file_read_twice_is_the_same(tmp_path: Path) -> None:
    dialogues = checked(written(tmp_path / "a.jsonl", *[GOOD] * 30))
    told = list(talks(dialogues, ("maya",)))
    assert len({talk.person.external_id for talk in told}) == 30
    assert told == list(talks(dialogues, ("maya",)))


@pytest.mark.parametrize("language", ["en", "ar", "tr"])
def test_a_thousand_customers_have_a_thousand_names(language: str) -> None:
    assert len({name_of(language, place) for place in range(1_600)}) == 1_600  # type: ignore[arg-type]
