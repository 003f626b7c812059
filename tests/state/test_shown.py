"""The lines of a view, kept in order: whatever happens they are those that are made from scratch."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.state.outline import Outline
from console.state.shown import OutlineLine
from console.state.views import VIEWS
from console.text.safe import line
from tests.state import from_scratch
from tests.state.values import START, at, conversation
from tests.widgets.rows import row

_IDS = "abcdefghij"
_PARENTS = "abcd"
_ROWS = st.tuples(
    st.just("put"),
    st.sampled_from(_IDS),
    st.sampled_from([None, *_PARENTS, "x"]),
    st.integers(0, 9),  # minutes of its activity
    st.sampled_from(["open", "open", "open", "resolved", "snoozed"]),
    st.one_of(st.none(), st.integers(0, 9)),  # minutes since which somebody waits
    st.sampled_from([None, "mem_maya", "mem_maya", "mem_omar"]),
    st.sampled_from(["Lamp", "Lampshade", "Chair"]),
    st.integers(0, 9),  # until when it is snoozed
)
_AGAIN = st.tuples(st.just("again"), st.sampled_from(_IDS), st.integers(0, 9), st.one_of(st.none(), st.integers(0, 9)))
_FOLDS = st.tuples(st.just("fold"), st.sampled_from(_PARENTS))
_STEPS = st.sampled_from(
    [
        *[_ROWS] * 3,
        *[_AGAIN] * 5,
        *[_FOLDS] * 3,
        st.tuples(st.just("remove"), st.sampled_from(_IDS)),
        st.tuples(st.just("view"), st.sampled_from([*VIEWS, "waiting", "waiting", "all"])),
        st.tuples(st.just("query"), st.sampled_from(["", "", " ", "l", "la", "lamp", "lampshade", "lamp cooper", "c"])),
        st.tuples(st.just("now"), st.integers(0, 9)),
        st.tuples(st.just("draft"), st.sampled_from(_IDS + "x")),
        st.tuples(st.just("me"), st.sampled_from(["mem_maya", "mem_omar", None])),
    ]
).flatmap(lambda step: step)
_LOOKS = st.sampled_from(["glance", "look", "look", ""])


class Screen:
    """What a person asks the tree for, and the outline that answers."""

    def __init__(self) -> None:
        self.outline = Outline(at_once=2)
        self.asked: dict[str, Any] = {"view": "inbox", "query": "", "now": at(0), "me": "mem_maya"}
        self.folded: set[str] = set()
        self.drafts: frozenset[str] = frozenset()

    def take(self, step: tuple[Any, ...]) -> None:
        what, one, *more = step
        match what:
            case "put":
                self.outline.put(_row(one, *more))
            case "again" if one in self.outline:
                (*_, before) = self.outline.path(one)
                minutes, since = more
                unread, waiting_since = minutes % 2, None if since is None else at(since)
                self.outline.put(replace(before, at=at(minutes), unread=unread, waiting_since=waiting_since))
            case "remove" if one in self.outline:
                self.outline.remove(one)
            case "fold":
                self.folded ^= {one}
            case "draft":
                self.drafts ^= {one}
            case "now":
                self.asked["now"] = at(one)
            case "view" | "query" | "me":
                self.asked[what] = one

    def glance(self, lines: int) -> None:
        """So many lines are shown, of which there may be more."""
        shown = self.outline.shown
        shown.ask(**self.asked, folded=self.folded, drafts=self.drafts)
        place = shown.place(_IDS[lines])
        if shown.reaches(1):
            known = [line.row for line in from_scratch.lines_of(self.outline, **self.asked, drafts=self.drafts)]
            unread = [row.id for row in known if row.unread and row.id != shown.id_at(0)]
            assert shown.find(-1, 1, unread=True, but=shown.id_at(0)) == next(iter(unread), None)
        assert shown.reaches(lines) == (shown.likely >= lines) or not shown.is_whole
        assert place is None or shown.id_at(place) == _IDS[lines]

    def look(self) -> None:
        """What is shown is what would be made from scratch, and every line is found by its conversation."""
        lines = from_scratch.shown(self.outline, **self.asked, folded=self.folded, drafts=self.drafts)
        shown = self.outline.shown
        assert [shown.place(line.row.id) for line in lines] == list(range(len(lines)))
        self.find(lines)
        hidden = set(self.outline.ids()) - {line.row.id for line in lines}
        assert all(shown.place(id) is None for id in hidden)
        assert self.outline.waiting_count(self.asked["now"]) == sum(
            line.is_match for line in from_scratch.lines_of(self.outline, "waiting", now=self.asked["now"])
        )

    def find(self, lines: list[OutlineLine]) -> None:
        """From each line the next and the previous unread one are found as they would be with nothing folded."""
        order = [line.row for line in from_scratch.lines_of(self.outline, **self.asked, drafts=self.drafts)]
        places = {row.id: place for place, row in enumerate(order)}
        for start, shown in enumerate(lines):
            place = places[shown.row.id]
            after, before = order[place + 1 :], order[:place][::-1]
            for step, rows in ((1, after), (-1, before)):
                expected = next((row.id for row in rows if row.unread), None)
                assert self.outline.shown.find(start, step, unread=True) == expected


def _row(
    id: str, parent: str | None, minutes: int, status: str, since: int | None, who: str | None, name: str, until: int
) -> Any:
    return row(
        id=id,
        parent_id=parent,
        name=name,
        raw_name=name,
        at=at(minutes),
        unread=minutes % 2,
        status=status,
        waiting_since=None if since is None else at(since),
        assignee_id=who,
        snoozed_until=at(until) if status == "snoozed" else None,
    )


@settings(max_examples=300)
@given(
    st.lists(_ROWS, min_size=12, max_size=24),
    st.lists(st.tuples(_STEPS, _LOOKS, st.integers(0, 9)), min_size=8, max_size=40),
)
def test_whatever_happens_the_lines_are_those_that_are_made_from_scratch(
    rows: list[tuple[Any, ...]],
    steps: list[tuple[tuple[Any, ...], str, int]],
) -> None:
    screen = Screen()
    for one in rows:
        screen.take(one)
    for step, then, lines in steps:
        screen.take(step)
        if then == "look":  # many changes may come between two looks
            screen.look()
        elif then == "glance":
            screen.glance(lines)
    screen.look()


def test_what_is_folded_within_a_fold_stays_so() -> None:
    outline = Outline()
    for id, parent in (("a", None), ("b", "a"), ("c", "b")):
        outline.put(row(id=id, parent_id=parent))
    for folded, seen in (({"b"}, "ab"), ({"a", "b"}, "a"), ({"b"}, "ab"), (set(), "abc")):
        assert [line.row.id for line in from_scratch.shown(outline, "all", now=START, folded=folded)] == list(seen)


def test_who_waits_longest_in_a_fold_is_found_first_where_they_are_in_that_order() -> None:
    outline = Outline()
    outline.put(row(id="top", at=at(0)))
    outline.put(row(id="late", parent_id="top", at=at(9), waiting_since=at(8)))
    outline.put(row(id="early", parent_id="top", at=at(7), waiting_since=at(6)))
    outline.shown.ask("waiting", now=START, folded={"top"})
    assert outline.shown.find(0, 1, waiting=True) == "early"
    assert outline.shown.find(-1, 1, waiting=True, but="early") == "late"
    assert outline.shown.find(0, -1, waiting=True) is None


def test_a_fold_within_a_fold_is_told_of_what_changes_too() -> None:
    outline = Outline()
    for id, parent in (("a", None), ("b", "a"), ("c", "b")):
        outline.put(row(id=id, parent_id=parent))
    for folded in ({"b"}, {"a", "b"}):  # both are counted then
        from_scratch.shown(outline, "all", now=START, folded=folded)
    outline.put(row(id="c", parent_id="b", unread=1, waiting_since=at(1)))
    for folded in ({"a", "b"}, {"b"}):
        *_, last = from_scratch.shown(outline, "all", now=START, folded=folded)
        assert last.hides_waiting and last.hides_unread


def test_what_changes_elsewhere_makes_no_line_anew() -> None:
    asked: list[str] = []
    rows = {id: row(id=id, at=at(-place)) for place, id in enumerate(_IDS)}

    def row_of(id: str) -> Any:
        asked.append(id)
        return rows[id]

    outline = Outline(row_of)
    for one in rows.values():
        outline.put(one)
    outline.shown.ask("all", now=START)
    rows["j"] = replace(rows["j"], at=at(5))
    outline.put(rows["j"])
    assert asked == [] and [outline.shown.id_at(place) for place in range(3)] == ["j", "a", "b"]
    assert outline.shown[1].row is rows["a"] and asked == ["a"]


def test_a_thousand_levels_are_folded_found_and_moved() -> None:
    made = [conversation(f"c{n:04}", parent_id=f"c{n - 1:04}" if n else None, minutes=-n) for n in range(1000)]
    outline = Outline()
    for one in made:
        outline.put(_of(one))
    shown = outline.shown
    shown.ask("all", now=START)
    assert (len(shown), shown.place("c0999"), len(shown[999].is_last)) == (1000, 999, 1000)
    shown.ask("all", now=START, folded={"c0500"})
    assert (len(shown), shown.place("c0501")) == (501, None)
    outline.put(_of(conversation("c0999", parent_id="c0998", minutes=5)))
    outline.put(_of(conversation("other", minutes=1)))
    shown.ask("all", now=START + timedelta(days=1))
    assert [shown.id_at(place) for place in (0, 999, 1000)] == ["c0000", "c0999", "other"]


def test_how_many_lines_there_will_be_is_told_from_those_that_were_found() -> None:
    outline = Outline(at_once=100)
    for number in range(1000):
        outline.put(row(id=f"c{number:04}", at=at(-number), last_text=line("Lamp" if number % 4 else "Chair")))
    shown = outline.shown
    shown.ask("all", now=START, query="chair")
    assert shown.reaches(10) and not shown.is_whole and shown.likely == 250
    shown.look_on()
    assert shown.likely == 250 and len(shown) == 250 and shown.is_whole
    shown.ask("all", now=START, query="chairs")
    assert not shown.reaches(1) and shown.is_whole and shown.likely == 0


@pytest.mark.parametrize("view", VIEWS)
def test_what_comes_is_shown_in_a_view_that_was_asked_for_when_there_was_none(view: str) -> None:
    screen = Screen()
    waits = ("put", "a", None, 0, "open", 0, "mem_maya", "Lamp", 0)
    for step in (waits, ("remove", "a"), ("draft", "a"), ("view", view)):
        screen.take(step)
    screen.look()
    screen.take(waits)
    screen.look()


def _of(one: Any) -> Any:
    return row(id=one.id, parent_id=one.parent_id, at=one.last_message.created_at)


@pytest.mark.parametrize("what", ["event", "letter"])
def test_it_costs_no_more_where_there_are_a_hundred_times_as_many(what: str) -> None:
    def event(outline: Outline, count: int) -> None:
        """Something is said in the oldest, and one is folded."""
        outline.put(row(id=f"c{count - 1:05}", at=at(1)))
        outline.shown.ask("inbox", now=at(1), folded={"c00003"})
        outline.waiting_count(at(1))
        outline.shown[count // 2]

    def letter(outline: Outline, _: int) -> None:
        """A letter of a filter, which all answer, and a screen of what is found: one of them lies below another."""
        outline.shown.ask("inbox", now=at(1), query="l")
        assert outline.shown.reaches(40) and outline.shown.place("c00003") == 3
        assert outline.shown[39].row.id == "c00038" and not outline.shown.is_whole

    def spent(count: int) -> int:
        """The lines of code that it runs through."""
        outline, steps = Outline(at_once=50), 0
        for number in range(count):
            outline.put(row(id=f"c{number:05}", at=at(-number)))
        outline.put(row(id="below", parent_id="c00003", at=at(-count)))
        outline.shown.ask("inbox", now=START)
        assert len(outline.shown) == count + 1

        def step(frame: FrameType, what: str, _: Any) -> Any:
            nonlocal steps
            steps += what == "line"
            return step

        before = sys.gettrace()
        sys.settrace(step)
        try:
            {"event": event, "letter": letter}[what](outline, count)
        finally:
            sys.settrace(before)
        return steps

    assert spent(10_000) < 2 * spent(100)
