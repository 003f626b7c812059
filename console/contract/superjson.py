r"""superjson's wire form (superjson 2.2.6): what JSON cannot say stands in `meta`. Pure; both ends of the wire use it.

Restored, a value is its JSON with its kind told by its class: a `Date` is a text, a `Map` a list of pairs. So whatever
reads JSON reads it, `wrap` knows what it was, and nothing that came over the wire is run or interpreted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

_FIELDS = {"json", "meta"}
_LONGEST_PLACE = 10  # digits: Python refuses to count with thousands of them
_Path = tuple[str, ...]
_Notes = dict[_Path, list[Any]]


class Undefined:
    """JavaScript's `undefined`: not given, which is not null."""

    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED: Final = Undefined()


class Date(str):
    """A moment, as ISO-8601 text."""


class BigInt(int):
    """A whole number of any size."""


class Map(list[Any]):
    """Pairs of a key, which may be anything, and a value."""


class Set(list[Any]):
    """Values, each once."""


class RegExp(str):
    """A regular expression, as it is written: `/a/gi`."""


class Url(str):
    """An address."""


class JsError(dict[str, Any]):
    """An error: `name`, `message`."""


class TypedArray(list[Any]):
    """The numbers of a binary array, and its class in JavaScript."""

    def __init__(self, numbers: Iterable[Any], array: str = "Uint8Array") -> None:
        super().__init__(numbers)
        self.array = array


_KINDS: Mapping[str, tuple[type[Any], type[Any]]] = {  # what it comes as, what it is restored to
    "Date": (str, Date),
    "bigint": (str, BigInt),
    "map": (list, Map),
    "set": (list, Set),
    "regexp": (str, RegExp),
    "URL": (str, Url),
    "Error": (dict, JsError),
}
_KIND_OF = {restored: kind for kind, (_, restored) in _KINDS.items()}
_UNKNOWN: tuple[type[Any], type[Any]] = (Undefined, Undefined)
_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "-0": -0.0}


def is_wrapped(value: Any) -> bool:
    """Whether a JSON value is a wire form. No input of the contract has a field of this name."""
    return isinstance(value, dict) and "json" in value and value.keys() <= _FIELDS


def wrap(value: Any) -> dict[str, Any]:
    """The wire form of a value as `restore` gives it."""
    notes: _Notes = {}
    json = _flatten(value, (), notes)
    return {"json": json, "meta": {"values": _written(notes), "v": 1}} if notes else {"json": json}


def wrap_text(json: bytes) -> bytes:
    """The wire form of what JSON can say, as JSON texts."""
    return b'{"json":' + json + b"}"


def restore(wire: Any) -> Any:
    """The value of a wire form; annotations that make no sense are passed over. Raises ValueError if it is not one."""
    if not isinstance(wire, dict) or "json" not in wire:
        raise ValueError("not superjson")
    meta = wire.get("meta")
    if not isinstance(meta, dict):
        return wire["json"]
    # before `v` the library did not escape dots in keys
    return _restore(wire["json"], meta.get("values"), is_escaped=meta.get("v") is not None)


def unwrap(wire: Any) -> Any:
    """What JSON would have said: undefined fields left out, null for what is no number. UNDEFINED for such a root.

    Raises ValueError for what is not superjson.
    """
    value = restore(wire)
    return plain(value) if "meta" in wire else value


def plain(value: Any) -> Any:
    """A restored value as JSON would have said it, but that no Map or Set is lost."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if one is not UNDEFINED}
    if isinstance(value, list):
        return [None if one is UNDEFINED else plain(one) for one in value]
    if isinstance(value, float):
        return None if not math.isfinite(value) else value or 0
    return value


def _flatten(value: Any, path: _Path, notes: _Notes) -> Any:
    """The JSON of a value; what it cannot say goes into `notes`."""
    kind, json = _kind(value)
    if kind is None:
        return _parts(json, path, notes)
    within: _Notes = {}
    json = _parts(json, (), within)
    notes[path] = [kind, _written(within)] if within else [kind]
    return json


def _parts(json: Any, path: _Path, notes: _Notes) -> Any:
    if isinstance(json, dict):
        return {key: _flatten(one, (*path, key), notes) for key, one in json.items()}
    if isinstance(json, list | tuple):
        return [_flatten(one, (*path, str(place)), notes) for place, one in enumerate(json)]
    return json


def _kind(value: Any) -> tuple[Any, Any]:
    """What superjson calls the kind of a value that JSON does not know, and what stands for it there."""
    if value is UNDEFINED:
        return "undefined", None
    if isinstance(value, TypedArray):
        return ["typed-array", value.array], value
    if isinstance(value, BigInt):
        return "bigint", str(value)
    if isinstance(value, float):
        name = next((name for name, number in _NUMBERS.items() if repr(number) == repr(value)), None)
        return ("number", name) if name else (None, value)
    return _KIND_OF.get(type(value)), value


def _written(notes: _Notes) -> Any:
    """Notes as the wire has them: the list itself for the root, else by dotted path."""
    return notes.get(()) or {".".join(map(_escape, path)): note for path, note in notes.items()}


def _restore(value: Any, tree: Any, *, is_escaped: bool) -> Any:
    """Apply annotations: a list is `[kind, annotations within]` for the value itself, an object is by path."""
    if isinstance(tree, dict):
        for path, note in tree.items():
            _restore_at(value, _steps(path, is_escaped=is_escaped), note, is_escaped=is_escaped)
    elif isinstance(tree, list) and tree:
        if len(tree) > 1:
            value = _restore(value, tree[1], is_escaped=is_escaped)
        value = _as(value, tree[0])
    return value


def _restore_at(value: Any, steps: list[str], note: Any, *, is_escaped: bool) -> None:
    """Apply an annotation in its place, where there is one."""
    for step in steps[:-1]:
        place = _place(value, step)
        if place is None:
            return
        value = value[place]
    place = _place(value, steps[-1])
    if place is not None:
        value[place] = _restore(value[place], note, is_escaped=is_escaped)


def _place(value: Any, step: str) -> str | int | None:
    if isinstance(value, dict):
        return step if step in value else None
    is_place = isinstance(value, list) and step.isascii() and step.isdecimal() and len(step) < _LONGEST_PLACE
    return int(step) if is_place and int(step) < len(value) else None


def _as(value: Any, kind: Any) -> Any:
    """A JSON value as what it stands for; as it is where that cannot be."""
    if kind == "undefined":
        return UNDEFINED
    if kind == "number":
        return _NUMBERS.get(value, value) if isinstance(value, str) else value
    if isinstance(kind, list) and len(kind) == 2 and kind[0] == "typed-array" and isinstance(value, list):
        return TypedArray(value, str(kind[1]))
    came, restored = _KINDS.get(kind, _UNKNOWN) if isinstance(kind, str) else _UNKNOWN
    try:
        return restored(value) if isinstance(value, came) else value
    except ValueError:  # no whole number, or one of thousands of digits
        return value


def _escape(key: str) -> str:
    return key.replace("\\", "\\\\").replace(".", "\\.")


def _steps(path: str, *, is_escaped: bool) -> list[str]:
    """The keys of a dotted path."""
    if not is_escaped or "\\" not in path:
        return path.split(".")
    steps, step, signs = [], "", iter(path)
    for sign in signs:
        if sign == "\\":
            step += next(signs, "")
        elif sign == ".":
            steps.append(step)
            step = ""
        else:
            step += sign
    return [*steps, step]
