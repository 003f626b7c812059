"""superjson, as much of it as a server of plain values needs: inputs unwrapped, answers wrapped.

Our answers are JSON already, times as ISO text, so they need no `meta`. Of an input's `meta` only "undefined" changes
what a value means to us: it is left out. Everything else arrives in a form that its field reads or refuses.
"""

from __future__ import annotations

from typing import Any, Final

UNDEFINED: Final = object()
"""What JavaScript calls undefined: not given, which is not null."""

_FIELDS = {"json", "meta"}
_LONGEST_PLACE = 10  # digits: Python refuses to count with thousands of them


def is_wrapped(value: Any) -> bool:
    """Whether a value came wrapped by superjson. No input of the contract has a field of this name."""
    return isinstance(value, dict) and "json" in value and value.keys() <= _FIELDS


def unwrap(value: dict[str, Any]) -> Any:
    """The value inside, without what is marked as undefined."""
    inside, meta = value["json"], value.get("meta")
    values = meta.get("values") if isinstance(meta, dict) else None
    if isinstance(values, list):
        return UNDEFINED if values[:1] == ["undefined"] else inside
    if isinstance(values, dict):
        for path, kind in values.items():
            if isinstance(kind, list) and kind[:1] == ["undefined"]:
                _leave_out(inside, _steps(path))
    return inside


def wrap(answer: bytes) -> bytes:
    """A JSON text as superjson sends it."""
    return b'{"json":' + answer + b"}"


def _steps(path: str) -> list[str]:
    r"""The keys of a dotted path, in which `\.` and `\\` stand for the sign itself."""
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


def _leave_out(value: Any, steps: list[str]) -> None:
    for step in steps[:-1]:
        if isinstance(value, list) and step.isdecimal() and len(step) < _LONGEST_PLACE and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return
    if isinstance(value, dict):
        value.pop(steps[-1], None)
