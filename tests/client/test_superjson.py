"""superjson's own vectors, read and written."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.client.superjson import UNDEFINED, unwrap, wrap
from tests.wire.recorded import superjson_vectors

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def as_python(js: Any, *, root: bool = False) -> Any:
    """What we mean a recorded JavaScript value to be read as."""
    if isinstance(js, list):
        return [as_python(one) for one in js]
    if not isinstance(js, dict):
        return js
    match js.get("$"):
        case "undefined":
            return UNDEFINED if root else None
        case "Date":
            return EPOCH + timedelta(milliseconds=js["ms"])
        case "Map":
            return {as_python(key): as_python(value) for key, value in js["v"]}
        case "bigint":
            return int(js["v"])
        case "number":
            return float(js["v"])
        case "Error":
            return {"name": js["name"], "message": js["message"]}
        case "Set" | "RegExp" | "URL" | "Uint8Array":
            return as_python(js["v"])
    gone = {"$": "undefined"}
    return {key: as_python(value) for key, value in js.items() if value != gone}


@pytest.mark.parametrize("vector", superjson_vectors(), ids=lambda vector: str(vector["name"]))
def test_every_recorded_value_is_read(vector: dict[str, Any]) -> None:
    expected = as_python(vector["js"], root=True)

    read = unwrap(vector["wire"])

    assert read is expected or repr(read) == repr(expected)  # by repr, so that NaN is NaN and -0.0 is not 0.0


@pytest.mark.parametrize(
    "name", ["null", "string", "number", "emptyObject", "dateRoot", "date", "dottedKey", "backslashKey", "nestedDotted"]
)
def test_what_we_write_is_what_the_library_writes(name: str) -> None:
    vector = next(one for one in superjson_vectors() if one["name"] == name)

    assert wrap(as_python(vector["js"], root=True)) == vector["wire"]


def test_undefined_is_written_as_the_library_writes_it() -> None:
    recorded = {one["name"]: one["wire"] for one in superjson_vectors()}

    assert wrap(UNDEFINED) == recorded["undefinedRoot"]
    assert wrap({"u": UNDEFINED}) == recorded["undefinedField"]
    assert wrap([1, UNDEFINED, 3]) == recorded["undefinedItem"]


def test_an_older_library_does_not_escape_dots_in_keys() -> None:
    assert unwrap({"json": {"a\\": {"b": "1970-01-01T00:00:00.000Z"}}, "meta": {"values": {"a\\.b": ["Date"]}}}) == {
        "a\\": {"b": EPOCH}
    }


@pytest.mark.parametrize(
    "wire",
    [
        {"json": {"a": 1}, "meta": {"values": {"b.c.d": ["Date"]}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": {"a": ["no such type"]}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": {"a": ["Date"], "a.b": ["map"], "": []}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": {"__proto__.x": ["undefined"]}, "v": 1}},
        {"json": {"a": 1}, "meta": {"values": [[["custom", "X"]]], "v": 1}},
        {"json": {"a": 1}, "meta": {"values": 5}},
        {"json": {"a": 1}, "meta": "nonsense"},
    ],
)
def test_annotations_that_make_no_sense_leave_the_value_as_it_is(wire: dict[str, Any]) -> None:
    assert unwrap(wire) == {"a": 1}


def test_a_date_that_python_cannot_hold_stays_as_written() -> None:
    assert unwrap({"json": "+275760-09-13T00:00:00.000Z", "meta": {"values": ["Date"], "v": 1}}) == (
        "+275760-09-13T00:00:00.000Z"
    )


@pytest.mark.parametrize("wire", [None, 5, "text", [], {}, {"meta": {}}])
def test_what_is_not_superjson_is_said_so(wire: Any) -> None:
    with pytest.raises(ValueError, match="superjson"):
        unwrap(wire)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=8)
    | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(
        lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
    ),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet="a.\\0é", max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(values)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert unwrap(json.loads(json.dumps(wrap(value)))) == value


def test_not_a_number_is_read_as_such() -> None:
    assert math.isnan(unwrap({"json": "NaN", "meta": {"values": ["number"]}}))
