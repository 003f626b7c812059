"""Bytes by id, pressed together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.state.pressed import Pressed

_IDS = [f"conv_{number}" for number in range(400)]
_STEPS = st.lists(st.tuples(st.sampled_from(_IDS), st.one_of(st.none(), st.binary(max_size=9))), max_size=200)


@given(st.integers(0, len(_IDS)), _STEPS)
def test_whatever_is_put_and_dropped_each_is_as_it_was_put_last(
    filled: int, steps: list[tuple[str, bytes | None]]
) -> None:
    kept, wanted = Pressed(), dict[str, bytes]()
    for id, raw in [*((id, id.encode()) for id in _IDS[:filled]), *steps]:
        if raw is None:
            kept.drop(id)
            wanted.pop(id, None)
        else:
            kept.put(id, raw)
            wanted[id] = raw
    assert {id: kept.get(id) for id in _IDS} == {id: wanted.get(id) for id in _IDS}
    assert len(kept) == len(wanted) and all((id in kept) == (id in wanted) for id in _IDS)


def test_a_bundle_that_is_left_by_all_is_given_up() -> None:
    kept = Pressed()
    for _ in range(3):
        for id in _IDS:
            kept.put(id, id.encode())
    for id in _IDS:
        kept.drop(id)
    assert len(kept) == 0 and all(kept.get(id) is None for id in _IDS)


def test_what_is_alike_takes_a_fraction_of_its_bytes() -> None:
    kept = Pressed()
    for number, id in enumerate(_IDS):
        kept.put(id, b"Where is my parcel? It was to come on Tuesday, and the page says nothing. %d" % number)
    raws = {id: kept._all[id] for id in _IDS}
    bundles = {raw for raw in raws.values() if not isinstance(raw, bytes)}
    assert sum(len(bundle.pressed) for bundle in bundles) < sum(map(len, (kept.get(id) or b"" for id in _IDS))) / 5
