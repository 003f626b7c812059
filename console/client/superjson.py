"""superjson's wire form (superjson 2.2.6, `tests/wire/superjson-vectors.json`): what JSON cannot say stands in `meta`.

Read into plain Python: a date is a datetime, a map a dict, a set a list, a bigint an int; what Python has no type for
(regular expressions, URLs, errors, bytes) stays as its JSON. Text in, values out: no input or output happens here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from console.contract.base import to_wire_time

_Path = tuple[str, ...]


class Undefined:
    """JavaScript's `undefined`, which is not null."""

    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED: Final = Undefined()


def wrap(value: Any) -> dict[str, Any]:
    """The wire form of JSON values, datetimes and UNDEFINED."""
    noted: dict[_Path, list[str]] = {}
    plain = _flatten(value, (), noted)
    if not noted:
        return {"json": plain}
    values = noted.get(()) or {".".join(map(_escape, path)): kind for path, kind in noted.items()}
    return {"json": plain, "meta": {"values": values, "v": 1}}


def unwrap(wire: Any) -> Any:
    """The value of a wire form; UNDEFINED for a root that is undefined. Raises ValueError if it is not one."""
    if not isinstance(wire, dict) or "json" not in wire:
        raise ValueError("not superjson")
    meta = wire.get("meta")
    if not isinstance(meta, dict):
        return wire["json"]
    # before `v` the library did not escape dots in keys
    return _restore(wire["json"], meta.get("values"), escaped=meta.get("v") is not None)


def _flatten(value: Any, path: _Path, noted: dict[_Path, list[str]]) -> Any:
    if value is UNDEFINED:
        noted[path] = ["undefined"]
        return None
    if isinstance(value, datetime):
        noted[path] = ["Date"]
        return to_wire_time(value)
    if isinstance(value, dict):
        return {key: _flatten(one, (*path, key), noted) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_flatten(one, (*path, str(place)), noted) for place, one in enumerate(value)]
    return value


def _restore(value: Any, tree: Any, *, escaped: bool) -> Any:
    """Apply annotations: a list is `[type, annotations within]` for the value itself, an object is by path."""
    if isinstance(tree, dict):
        for path, below in tree.items():
            value = _restore_at(value, _steps(path, escaped=escaped), below, escaped=escaped)
    elif isinstance(tree, list) and tree:
        if len(tree) > 1:
            value = _restore(value, tree[1], escaped=escaped)
        if isinstance(tree[0], str) and (revive := _REVIVE.get(tree[0])):
            value = revive(value)
    return value


def _restore_at(value: Any, steps: list[str], tree: Any, *, escaped: bool) -> Any:
    if not steps:
        return _restore(value, tree, escaped=escaped)
    step, rest = steps[0], steps[1:]
    if isinstance(value, dict) and step in value:
        restored = _restore_at(value[step], rest, tree, escaped=escaped)
        if restored is UNDEFINED:
            del value[step]
        else:
            value[step] = restored
    elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        restored = _restore_at(value[int(step)], rest, tree, escaped=escaped)
        value[int(step)] = None if restored is UNDEFINED else restored
    return value


def _escape(key: str) -> str:
    return key.replace("\\", "\\\\").replace(".", "\\.")


def _steps(path: str, *, escaped: bool) -> list[str]:
    """The keys of a dotted path."""
    if not escaped or "\\" not in path:
        return path.split(".")
    steps, step, letters = [], "", iter(path)
    for letter in letters:
        if letter == "\\":
            step += next(letters, "")
        elif letter == ".":
            steps.append(step)
            step = ""
        else:
            step += letter
    return [*steps, step]


def _date(value: Any) -> Any:
    """A date that Python cannot hold stays as it is written: whoever validates the value says so."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _map(value: Any) -> Any:
    try:
        return dict(value)
    except (TypeError, ValueError):
        return value


def _number(kind: Callable[[str], Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        try:
            return kind(value)
        except (TypeError, ValueError):
            return value

    return read


_REVIVE: dict[str, Callable[[Any], Any]] = {
    "undefined": lambda _: UNDEFINED,
    "Date": _date,
    "map": _map,
    "bigint": _number(int),
    "number": _number(float),  # NaN, Infinity, -Infinity and -0 come as their names
}
