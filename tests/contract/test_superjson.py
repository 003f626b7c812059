"""superjson's own vectors, read and written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue, TypeAdapter

from console.contract.procedures import PROCEDURES
from console.contract.superjson import (
    UNDEFINED,
    BigInt,
    Date,
    JsError,
    Map,
    RegExp,
    Set,
    TypedArray,
    Url,
    is_wrapped,
    plain,
    restore,
    unwrap,
    wrap,
    wrap_text,
)
from tests.wire.recorded import superjson_vectors

EPOCH = "1970-01-01T00:00:00.000Z"
KINDS: dict[str, type[Any]] = {"Map": Map, "Set": Set, "RegExp": RegExp, "URL": Url, "bigint": BigInt}


def as_restored(js: Any) -> Any:
    """What we mean a recorded JavaScript value to be restored to; a date is checked as its text."""
    if isinstance(js, list):
        return [as_restored(one) for one in js]
    if not isinstance(js, dict):
        return js
    match js.get("$"):
        case "undefined":
            return UNDEFINED
        case "Date":
            return {0: Date(EPOCH), 1: Date(EPOCH[:-2] + "1Z")}.get(js["ms"])
        case "number":
            return float(js["v"])
        case "Error":
            return JsError(name=js["name"], message=js["message"])
        case "Uint8Array":
            return TypedArray(js["v"])
        case str(kind):
            return KINDS[kind](as_restored(js["v"]))
    return {key: as_restored(value) for key, value in js.items()}


def told(value: Any) -> Any:
    """A value with its kinds, so that a Map is no list, NaN is NaN and -0.0 is not 0.0."""
    if isinstance(value, dict):
        return type(value).__name__, {key: told(one) for key, one in value.items()}
    if isinstance(value, list):
        return type(value).__name__, [told(one) for one in value]
    return type(value).__name__, repr(value)


@pytest.mark.parametrize("vector", superjson_vectors(), ids=lambda vector: str(vector["name"]))
def test_every_recorded_value_is_read_and_written_as_the_library_does(vector: dict[str, Any]) -> None:
    wire = json.dumps(vector["wire"])

    restored = restore(json.loads(wire))

    if vector["name"] not in ("date", "dateFarPast"):  # other moments than the epoch
        assert told(restored) == told(as_restored(vector["js"]))
    vector["wire"].get("meta", {}).pop("referentialEqualities", None)  # that two are one says nothing to us
    if vector["wire"].get("meta") == {"v": 1}:
        del vector["wire"]["meta"]
    assert wrap(restored) == vector["wire"]


def test_thirty_one_values_are_recorded() -> None:
    assert len(superjson_vectors()) == 31


def test_moments_stay_as_they_are_written() -> None:
    recorded = {one["name"]: one["wire"] for one in superjson_vectors()}

    assert restore(recorded["date"]) == {"d": "2024-01-02T03:04:05.678Z"}
    assert restore(recorded["dateFarPast"]) == {"d": "0001-01-01T00:00:00.000Z"}
    assert type(restore(recorded["date"])["d"]) is Date


def test_an_older_library_does_not_escape_dots_in_keys() -> None:
    wire = {"json": {"a\\": {"b": EPOCH}}, "meta": {"values": {"a\\.b": ["Date"]}}}
    assert type(restore(wire)["a\\"]["b"]) is Date


@pytest.mark.parametrize(
    ("wire", "meant"),
    [
        ({"json": {"a": 1}}, {"a": 1}),
        ({"json": {"a": 1, "u": None}, "meta": {"values": {"u": ["undefined"]}, "v": 1}}, {"a": 1}),
        ({"json": [1, None], "meta": {"values": {"1": ["undefined"]}, "v": 1}}, [1, None]),
        ({"json": {"at": EPOCH}, "meta": {"values": {"at": ["Date"]}, "v": 1}}, {"at": EPOCH}),
        ({"json": ["NaN", "-0"], "meta": {"values": {"0": ["number"], "1": ["number"]}, "v": 1}}, [None, 0]),
        ({"json": {"n": "100000000000000000000"}, "meta": {"values": {"n": ["bigint"]}, "v": 1}}, {"n": 10**20}),
        ({"json": [["k", None]], "meta": {"values": ["map", {"0.1": ["undefined"]}], "v": 1}}, [["k", None]]),
        ({"json": {"s": [1]}, "meta": {"values": {"s": ["set"]}, "v": 1}}, {"s": [1]}),
        ({"json": {"message": "m"}, "meta": {"values": ["Error"]}}, {"message": "m"}),
        ({"json": {"u": "https://e.x/"}, "meta": {"values": {"u": ["URL"]}}}, {"u": "https://e.x/"}),
    ],
)
def test_unwrapped_a_value_is_what_json_would_have_said(wire: dict[str, Any], meant: Any) -> None:
    unwrapped = unwrap(wire)

    assert unwrapped == meant
    assert told(TypeAdapter(JsonValue).validate_python(unwrapped)) == told(meant)
    assert json.loads(json.dumps(unwrapped, allow_nan=False)) == meant


def test_an_undefined_root_stays_undefined() -> None:
    assert unwrap({"json": None, "meta": {"values": ["undefined"], "v": 1}}) is UNDEFINED
    assert unwrap({"json": None}) is None


@pytest.mark.parametrize(
    "wire",
    [
        {"json": {"a": 1}, "meta": {"values": {"b.c.d": ["Date"]}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": {"a": ["no such type"]}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": {"a": ["Date"], "a.b": ["map"], "": []}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": {"__proto__.x": ["undefined"]}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": {"a": [["class", "X"]]}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": {"a": [["typed-array", "Uint8Array"]]}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": {"a": ["bigint"], "a.0": ["set"]}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": {"a": ["number"]}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": [[["custom", "X"]]], "v": 1}},
        {"json": {"a": 1}, "meta": {"values": [None, {"a": 7}], "v": 1}},
        {"json": {"a": 1}, "meta": {"values": 5}},
        {"json": {"a": 1}, "meta": "nonsense"},
    ],
)
def test_annotations_that_make_no_sense_leave_the_value_as_it_is(wire: dict[str, Any]) -> None:
    assert unwrap(wire) == {"a": 1}


@pytest.mark.parametrize(
    ("wire", "left"),
    [
        ({"json": [1], "meta": {"values": {"9" * 5000 + ".a": ["undefined"], "٠": ["undefined"]}}}, [1]),
        ({"json": ["9" * 5000], "meta": {"values": {"0": ["bigint"]}}}, ["9" * 5000]),
        ({"json": ["x"], "meta": {"values": {"0": ["bigint"]}}}, ["x"]),
        ({"json": ["x"], "meta": {"values": {"0": ["number"]}}}, ["x"]),
        ({"json": {"a": None}, "meta": {"referentialEqualities": {"": ["a"]}, "v": 1}}, {"a": None}),
        ({"json": "+275760-09-13T00:00:00.000Z", "meta": {"values": ["Date"]}}, "+275760-09-13T00:00:00.000Z"),
    ],
    ids=["place", "long bigint", "no bigint", "no number", "cycle", "late date"],
)
def test_annotations_that_would_harm_do_none(wire: dict[str, Any], left: Any) -> None:
    assert unwrap(wire) == left


@pytest.mark.parametrize("wire", [None, 5, "text", [], {}, {"meta": {}}])
def test_what_is_not_superjson_is_said_so(wire: Any) -> None:
    assert not is_wrapped(wire)
    with pytest.raises(ValueError, match="superjson"):
        unwrap(wire)


@pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=lambda procedure: procedure.name)
def test_no_input_of_the_contract_can_be_taken_for_a_wrapped_one(procedure: Any) -> None:
    assert "json" not in procedure.input.model_json_schema().get("properties", {})


def test_a_text_of_json_is_wrapped_as_it_is() -> None:
    assert wrap_text(b'{"a":1}') == json.dumps(wrap({"a": 1}), separators=(",", ":")).encode()


keys = st.text(alphabet="a.\\0é", max_size=4)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats()
    | st.integers().map(BigInt)
    | st.text(max_size=8)
    | st.builds(Date, st.just(EPOCH))
    | st.builds(Url, st.just("https://e.x/"))
    | st.builds(TypedArray, st.lists(st.integers(0, 255), max_size=3), st.just("Int8Array"))
    | st.just(UNDEFINED),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(Set)
        | st.lists(st.tuples(inner, inner).map(list), max_size=4).map(Map)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(values)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert told(restore(json.loads(json.dumps(wrap(value), allow_nan=False)))) == told(value)


@settings(max_examples=60)
@given(values)
def test_a_plain_value_is_json_whatever_it_was(value: Any) -> None:
    json.dumps(plain([value]), allow_nan=False)
