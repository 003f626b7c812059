"""The made-up company: that it hangs together, and that it is plainly made up."""

from __future__ import annotations

import re
import zlib
from itertools import pairwise

import pytest

from console.contract.base import LANGUAGES
from console.demo.afternoon import northwind
from console.demo.afternoon.visitor import HOSTILE
from console.demo.story import CUSTOMER, Person, Talk, note, paced, them, us
from console.text.language import language_of

STORY = northwind()
HANDLES = [talk.handle for talk in STORY.talks]
COLLEAGUES = {one.handle for one in STORY.colleagues}


def waits(talk: Talk) -> bool:
    """Whether the customer spoke after the last answer."""
    spoken = [line.by for line in talk.lines if not line.note]
    return spoken[-1] == CUSTOMER


@pytest.mark.parametrize("talk", STORY.talks, ids=HANDLES)
def test_a_talk_hangs_together(talk: Talk) -> None:
    assert talk.host in COLLEAGUES
    assert talk.assignee is None or talk.assignee in COLLEAGUES
    assert talk.below is None or talk.below in HANDLES[: HANDLES.index(talk.handle)], "a parent is told first"
    assert all(line.by in COLLEAGUES | {CUSTOMER} for line in talk.lines)
    assert all(name in STORY.files for line in talk.lines for name in line.files)
    times = [line.ago for line in talk.lines]
    assert all(earlier is not None and later is not None and earlier > later > 0 for earlier, later in pairwise(times))
    assert 0 <= talk.unread <= len(talk.lines)
    assert (talk.status == "snoozed") == (talk.snoozed is not None)
    assert talk.status == "open" or not (talk.unread or waits(talk))


@pytest.mark.parametrize(
    "talk", [talk for talk in STORY.talks if talk.handle != "stranger"], ids=lambda talk: talk.handle
)
def test_everybody_writes_the_language_that_they_are_said_to(talk: Talk) -> None:
    said = " ".join(line.text for line in talk.lines if not line.note)
    assert language_of(said) == talk.person.language


def test_the_afternoon_has_what_a_visitor_should_see() -> None:
    assert len(HANDLES) == len(set(HANDLES))
    assert 8 <= sum(waits(talk) for talk in STORY.talks) <= 14
    assert {talk.person.language for talk in STORY.talks} == set(LANGUAGES)
    assert {talk.status for talk in STORY.talks} == {"open", "resolved", "snoozed"}
    assert {talk.priority for talk in STORY.talks} == {"low", "normal", "high", "urgent"}
    assert sum(talk.below is not None for talk in STORY.talks) >= 5
    assert any(line.note for talk in STORY.talks for line in talk.lines)
    assert 140 <= max(len(talk.lines) for talk in STORY.talks) <= 160
    assert len(STORY.templates) == 2
    assert len(STORY.articles) == 5
    assert all(set(one.content) == set(LANGUAGES) for one in (*STORY.articles, *STORY.templates))


def test_the_most_recent_wait_for_minutes() -> None:
    since = sorted(min(line.ago or 0 for line in talk.lines) for talk in STORY.talks if waits(talk))
    assert since[0] < 5
    assert since[2] < 30


def test_nobody_in_it_exists() -> None:
    people: list[Person] = [talk.person for talk in STORY.talks]
    people += [cue.person for cue in STORY.script.cues if cue.person]
    addresses = [one.email for one in people if one.email] + [one.email for one in STORY.colleagues]
    assert all(address.endswith("@example.com") for address in addresses)
    assert all(talk.channel.endswith(".example.com") for talk in STORY.talks)
    reserved = re.compile(r"\+971 50 000 00\d\d|\+90 500 000 00 \d\d|\+44 7700 900\d{3}|\+49 30 23125 \d{3}")
    assert all(
        reserved.fullmatch(re.sub(r"^(\+971 50 000 00)(\d\d)$", r"\1\2", one.phone)) for one in people if one.phone
    )
    assert len({one.external_id for one in people}) == len({id(one) for one in people})


def test_the_script_knows_its_conversations() -> None:
    assert all(cue.person is not None or cue.talk in HANDLES for cue in STORY.script.cues)
    assert set(STORY.script.answers) <= set(HANDLES)
    assert set(STORY.script.thanks) == set(LANGUAGES)


def test_the_hostile_message_is_hostile() -> None:
    for part in ("\x1b[", "\x1b]52;", "\x1b]0;", "\x9b", "\x07", "\r", "\b", "[red]", "[@click=app.quit]", "\u202e"):
        assert part in HOSTILE


def test_pictures_and_documents_are_what_their_names_say() -> None:
    for name, make in STORY.files.items():
        content = make()
        assert 0 < len(content) < 20_000
        if name.endswith(".png"):
            assert content.startswith(b"\x89PNG\r\n\x1a\n")
            start = content.index(b"IDAT") + 4
            length = int.from_bytes(content[start - 8 : start - 4], "big")
            assert len(zlib.decompress(content[start : start + length])) == 144 * (192 * 3 + 1)
        elif name.endswith(".pdf"):
            assert content.startswith(b"%PDF-1.4")
            table = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
            assert content[table:].startswith(b"xref")
        else:
            content.decode("utf-8")


def test_paced_lines_keep_a_time_that_is_given_and_fill_in_the_others() -> None:
    lines = paced(60, them("a"), us("maya", "b" * 60), note("maya", "c", 30), them("d"))
    times = [line.ago or 0 for line in lines]
    assert times[0] == 60
    assert times[2] == 30
    assert times == sorted(times, reverse=True)
