"""A thread's entries: as a plain list would be, and what changed between two is told by what they do not share."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from console.state.entries import Entries, splices
from console.state.rows import Entry
from tests.widgets.rows import NOW, entry

EDITS = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 700), st.integers(0, 700)), max_size=10)


def message(number: int) -> Entry:
    """The message of this number."""
    return entry(id=f"m{number:06}", at=NOW + timedelta(minutes=number // 3))


@settings(max_examples=100)
@given(st.integers(0, 2000), EDITS)
def test_it_is_as_a_plain_list_would_be(count: int, edits: list[tuple[int, int, int]]) -> None:
    plain = [message(number) for number in range(count)]
    entries = first = Entries(plain)
    then = list(plain)
    for start, gone, came in edits:
        start = start % (len(plain) + 1)
        new = [message(count + number) for number in range(came)]
        count += came
        plain[start : start + gone] = new
        entries = entries.spliced(start, min(start + gone, len(entries)), new)
        assert entries == plain and len(entries) == len(plain)
    assert list(reversed(entries)) == plain[::-1]
    assert entries[len(plain) // 3 : len(plain) // 2] == tuple(plain[len(plain) // 3 : len(plain) // 2])
    assert [entries[place] for place in range(0, len(plain), 97)] == plain[::97]
    for one in splices(first, entries):  # what they do not share, one place after the other, makes one the other
        assert then[one.start : one.start + len(one.before)] == list(one.before)
        then[one.start : one.start + len(one.before)] = one.after
    assert then == plain


def test_what_is_shared_is_not_told_as_changed() -> None:
    before = Entries(message(number) for number in range(10, 5000))
    after = before.spliced(0, 0, [message(1)]).with_entry(3000, message(9999))
    after = after.spliced(len(after), len(after), [message(6000)])
    assert [(one.start, len(one.before), len(one.after)) for one in splices(before, after)] == [
        (0, 0, 1),
        (3000, 1, 1),
        (4991, 0, 1),
    ]


def test_an_entry_is_found_by_its_time_and_id_and_an_unsent_one_at_the_end() -> None:
    entries = Entries([*(message(number) for number in range(1000)), entry(id="local_1", at=NOW, delivery="held")])
    assert all(entries.find((entries[place].at, entries[place].id)) == place for place in (0, 1, 500, 999, 1000))
    assert entries.find((NOW, "m999999")) is None
    assert entries.told == 1000
