"""The hierarchy as the tree shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.state.outline import Outline
from console.state.reduce import row_of
from console.state.shown import OutlineLine
from console.state.views import View
from tests.state import from_scratch
from tests.state.values import START, at, conversation


def outline(*made: Any) -> Outline:
    filled = Outline()
    for one in made:
        filled.put(row_of(one))
    return filled


def ids(lines: list[OutlineLine]) -> list[str]:
    return [line.row.id for line in lines]


def shown(filled: Outline, view: View = "inbox", **given: Any) -> list[str]:
    return ids(from_scratch.shown(filled, view, now=given.pop("now", at(60)), me=given.pop("me", "mem_maya"), **given))


def test_the_newest_activity_of_a_whole_subtree_comes_first() -> None:
    filled = outline(
        conversation("a", minutes=5),
        conversation("b", minutes=1),
        conversation("b1", minutes=9, parent_id="b"),
        conversation("b2", minutes=3, parent_id="b"),
    )
    assert shown(filled) == ["b", "b1", "b2", "a"]


def test_activity_below_moves_all_above_and_deleting_it_moves_them_back() -> None:
    filled = outline(conversation("a", minutes=5), conversation("b", minutes=1), conversation("b1", parent_id="b"))
    filled.put(row_of(conversation("b11", minutes=9, parent_id="b1")))
    assert shown(filled) == ["b", "b1", "b11", "a"]
    filled.remove("b11")
    assert shown(filled) == ["a", "b", "b1"]


def test_guides_say_which_are_last_on_every_level() -> None:
    filled = outline(
        conversation("a", minutes=9),
        conversation("a1", minutes=8, parent_id="a"),
        conversation("a11", minutes=7, parent_id="a1"),
        conversation("a2", minutes=6, parent_id="a"),
        conversation("b", minutes=5),
    )
    drawn = [(line.row.id, line.depth, line.is_last) for line in from_scratch.shown(filled, "all", now=START)]
    assert drawn == [
        ("a", 0, (False,)),
        ("a1", 1, (False, False)),
        ("a11", 2, (False, False, True)),
        ("a2", 1, (False, True)),
        ("b", 0, (True,)),
    ]


def test_one_above_a_match_is_kept_as_context() -> None:
    resolved = {"status": "resolved"}
    filled = outline(
        conversation("a", metadata=resolved), conversation("a1", parent_id="a"), conversation("b", metadata=resolved)
    )
    lines = from_scratch.shown(filled, "inbox", now=at(0))
    assert [(line.row.id, line.is_match, line.has_children) for line in lines] == [
        ("a", False, True),
        ("a1", True, False),
    ]


def test_folding_hides_what_is_below_and_a_query_shows_it_again() -> None:
    filled = outline(conversation("a"), conversation("a1", parent_id="a", name="Returns"))
    (line,) = from_scratch.shown(filled, "inbox", now=at(0), folded={"a"})
    assert line.folded_away and line.has_children
    assert shown(filled, folded={"a"}, query="returns") == ["a", "a1"]


def test_snoozed_is_in_the_inbox_only_once_its_time_has_passed() -> None:
    filled = outline(conversation("a", metadata={"status": "snoozed", "snoozedUntil": "2026-11-17T14:30:00.000Z"}))
    assert shown(filled, now=at(29)) == []
    assert shown(filled, now=at(30)) == ["a"]
    assert shown(filled, "mine", now=at(29)) == []


def test_each_view_shows_its_own() -> None:
    filled = outline(
        conversation("mine", metadata={"assigneeId": "mem_maya"}),
        conversation("theirs", metadata={"assigneeId": "mem_omar"}, waiting_since=at(-9)),
        conversation("nobodys", waiting_since=at(-3)),
        conversation("resolved", metadata={"status": "resolved"}, waiting_since=at(-1)),
    )
    assert shown(filled, "mine") == ["mine"]
    assert shown(filled, "mine", me=None) == []
    assert shown(filled, "unassigned") == ["nobodys"]
    assert shown(filled, "waiting") == ["theirs", "nobodys"]
    assert shown(filled, "drafts", drafts={"resolved", "unknown"}) == ["resolved"]
    assert set(shown(filled, "all")) == {"mine", "theirs", "nobodys", "resolved"}
    assert filled.waiting_count() == 2


def test_who_waits_longest_anywhere_below_comes_first() -> None:
    filled = outline(
        conversation("a", minutes=9, waiting_since=at(-5)),
        conversation("b", minutes=1),
        conversation("b1", minutes=2, parent_id="b", waiting_since=at(-1)),
        conversation("b2", minutes=3, parent_id="b", waiting_since=at(-8)),
    )
    assert shown(filled, "waiting") == ["b", "b2", "b1", "a"]


def test_a_filter_looks_at_names_addresses_labels_and_the_newest_message_in_any_script() -> None:
    filled = outline(
        conversation("a", customer={"name": "İBRAHİM Yılmaz", "email": "ib@example.com"}),
        conversation("b", customer={"name": "ليلى حسن"}, metadata={"labels": ["Returns"]}),
    )
    assert shown(filled, query="ibrahim") == ["a"]
    assert shown(filled, query="EXAMPLE lamp") == ["a"]
    assert shown(filled, query="ليلي") == ["b"]
    assert shown(filled, query="returns") == ["b"]
    assert shown(filled, query="returns ibrahim") == []


def test_a_filter_sees_what_has_changed() -> None:
    filled = outline(conversation("a", name="Lamp"))
    assert shown(filled, query="lamp cooper") == ["a"]
    filled.put(row_of(conversation("a", name="Chair", last_message=None)))
    assert shown(filled, query="lamp") == []
    assert shown(filled, query="chair") == ["a"]


def test_a_child_stands_at_the_top_until_its_parent_is_known() -> None:
    filled = outline(conversation("a1", parent_id="a"), conversation("a11", parent_id="a1"))
    assert [line.depth for line in from_scratch.shown(filled, "all", now=START)] == [0, 1]
    filled.put(row_of(conversation("a")))
    assert shown(filled, "all") == ["a", "a1", "a11"]
    assert [row.id for row in filled.path("a11")] == ["a", "a1", "a11"]
    assert [row.id for row in filled.children("a")] == ["a1"]
    assert filled.subtree("a") == ["a", "a1", "a11"]


def test_a_circle_neither_hangs_nor_hides_and_is_undone_by_the_truth() -> None:
    filled = outline(
        conversation("a", minutes=3, parent_id="c"),
        conversation("b", minutes=2, parent_id="a"),
        conversation("c", minutes=1, parent_id="b"),
        conversation("d", parent_id="d"),
    )
    assert sorted(shown(filled, "all")) == ["a", "b", "c", "d"]
    filled.put(row_of(conversation("b", minutes=2)))
    assert [row.id for row in filled.path("a")] == ["b", "c", "a"]


def test_moving_takes_all_below_along() -> None:
    filled = outline(conversation("a"), conversation("b", minutes=1), conversation("b1", minutes=2, parent_id="b"))
    filled.put(row_of(conversation("b", minutes=1, parent_id="a")))
    assert shown(filled, "all") == ["a", "b", "b1"]
    assert filled.path("unknown") == ()


def test_a_thousand_levels_are_shown() -> None:
    filled = outline(*(conversation(f"c{n:04}", parent_id=f"c{n - 1:04}" if n else None) for n in range(1000)))
    assert len(shown(filled, "all")) == 1000


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"),
            st.one_of(st.none(), st.sampled_from("abcdefghx")),
            st.integers(0, 30),
            st.booleans(),
        ),
        max_size=40,
    )
)
@example([("b", "a", 0, False), ("c", "b", 1, False), ("a", "b", 0, False)])
def test_whatever_happens_the_tree_holds_each_once_and_sorted(
    steps: list[tuple[str, str | None, int, bool]],
) -> None:
    filled, known = Outline(), dict[str, Any]()
    for id, parent, minutes, is_removed in steps:
        if is_removed:
            if id in known:
                filled.remove(id)
                del known[id]
        else:
            known[id] = row_of(conversation(id, minutes=minutes, parent_id=parent))
            filled.put(known[id])
    lines = from_scratch.shown(filled, "all", now=START + timedelta(days=1))
    assert sorted(ids(lines)) == sorted(known)

    def newest(id: str) -> Any:
        """Of it and all that stands below it: what a circle keeps from there stands at the top."""
        return max([known[id].at, *(newest(row.id) for row in filled.children(id))])

    for parent in (None, *known):
        below = [row.id for row in filled.children(parent)]
        assert below == sorted(below, key=lambda id: (-newest(id).timestamp(), id))
        for id in below:
            wanted = known[id].parent_id
            is_in_place = wanted == parent or (parent is None and (wanted not in known or wanted in filled.subtree(id)))
            assert is_in_place
