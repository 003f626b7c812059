"""What is wrong with an input, in a person's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_MOST = 5
_LONGEST = 60


def sentence_of(error: ValidationError) -> str:
    """What to mend, the first few faults."""
    errors = error.errors(include_url=False, include_input=False)
    more = len(errors) - _MOST
    return "; ".join(map(_fault, errors[:_MOST])) + (f"; and {more} more" if more > 0 else "")


def _fault(error: ErrorDetails) -> str:
    place = ".".join(_named(step) for step in error["loc"] if step != "[key]") or "input"
    if error["type"] == "extra_forbidden":
        return f"unknown field: {place}"
    if error["type"] == "literal_error" and error["loc"][-1:] == ("[key]",):  # content alone has such keys
        return f"{place} is in an unknown language: it {_one_of(error['ctx'])}"
    said = _SENTENCES.get(error["type"])
    return f"{place} {said(error.get('ctx') or {})}" if said else f"{place} is not valid"


def _named(step: int | str) -> str:
    """A step on the way to the fault. A client chose the names of unknown fields, and may have chosen them badly."""
    name = "".join(sign if sign.isprintable() else "?" for sign in str(step)[: _LONGEST + 1])
    return name if len(name) <= _LONGEST else name[:_LONGEST] + "…"


def _one_of(context: Mapping[str, Any]) -> str:
    return "must be " + str(context["expected"]).replace("'", '"')


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is required",
    "literal_error": _one_of,
    "enum": _one_of,
    "string_type": lambda _: "must be a text",
    "string_too_short": lambda context: f"must be at least {_characters(context['min_length'])}",
    "string_too_long": lambda context: f"must be at most {_characters(context['max_length'])}",
    "too_long": lambda context: f"must have at most {context['max_length']:,} entries",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "greater_than_equal": lambda context: f"must be at least {context['ge']}",
    "less_than_equal": lambda context: f"must be at most {context['le']}",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
    "list_type": lambda _: "must be a list",
    "dict_type": lambda _: "must be an object",
    "model_type": lambda _: "must be an object",
    "model_attributes_type": lambda _: "must be an object",
    "datetime_type": lambda _: "must be a time with its zone, such as 2026-01-31T09:30:00.000Z",
    "datetime_parsing": lambda _: "must be a time with its zone, such as 2026-01-31T09:30:00.000Z",
    "datetime_from_date_parsing": lambda _: "must be a time with its zone, such as 2026-01-31T09:30:00.000Z",
    "datetime_object_invalid": lambda _: "must be a time with its zone, such as 2026-01-31T09:30:00.000Z",
    "string_pattern_mismatch": lambda _: "must not contain a NUL character",
    "finite_number": lambda _: "must be a finite number",
}


def _characters(count: int) -> str:
    return f"{count:,} character" + ("" if count == 1 else "s")
