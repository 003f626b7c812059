"""A class of values is what `dataclasses` would make of it."""

from __future__ import annotations

import pickle
from copy import copy
from dataclasses import field, fields, is_dataclass, replace

import pytest

from console.values import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    street: str
    number: int = 1
    tags: tuple[str, ...] = field(default_factory=tuple)
    key: str = field(default="hidden", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Other:
    street: str


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


@dataclass(frozen=True, slots=True)
class Loud:
    word: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Loud) and self.word.casefold() == other.word.casefold()

    def __hash__(self) -> int:
        return hash(self.word.casefold())

    def __repr__(self) -> str:
        return "loud"


@dataclass(slots=True)
class Count:
    number: int = 0


def test_values_are_equal_by_what_they_hold() -> None:
    assert Place("Elm", 2) == Place("Elm", 2, (), "else")
    assert Place("Elm", 2) != Place("Elm", 3)
    assert Place("Elm") != Place("Elm", tags=("new",))
    assert len({Place("Elm", 2), Place("Elm", 2), Place("Elm", 3)}) == 2
    assert Nothing() == Nothing()
    assert len({Nothing(), Nothing()}) == 1


def test_values_of_two_kinds_are_never_equal() -> None:
    one: object = Other("Elm")

    assert one != Place("Elm")
    assert one != ("Elm",)
    assert len({one, Place("Elm"), Nothing()}) == 3


def test_a_value_shows_its_fields_but_those_that_are_hidden() -> None:
    assert repr(Place("Elm", 2, key="secret")) == "Place(street='Elm', number=2, tags=())"
    assert repr(Nothing()) == "Nothing()"


def test_a_class_keeps_its_own_methods() -> None:
    assert Loud("A") == Loud("a")
    assert len({Loud("A"), Loud("a")}) == 1
    assert repr(Loud("a")) == "loud"


def test_what_is_not_frozen_changes_and_is_no_key() -> None:
    count = Count()
    count.number += 1

    assert count == Count(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(count)


def test_a_value_has_slots_and_all_that_dataclasses_can() -> None:
    place = Place("Elm", tags=("new",))

    assert not hasattr(place, "__dict__")
    assert is_dataclass(place)
    assert [one.name for one in fields(place)] == ["street", "number", "tags", "key"]
    assert replace(place, number=9) == Place("Elm", 9, ("new",))
    assert copy(place) == place == pickle.loads(pickle.dumps(place))
    match place:
        case Place(street, number):
            assert (street, number) == ("Elm", 1)
        case _:
            pytest.fail("it is matched by its fields")
