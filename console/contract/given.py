"""What the fields of an input are made of. Wide for people, narrow for machines: nothing is taken for something else.

A client of a typed language means a number by a number and a text by a text. Whatever is bent to fit hides its mistake.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, Strict
from pydantic_core import PydanticCustomError

from console.contract.base import Language, Time

_ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)")


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 50.0 is 50."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _zoned(value: Any) -> Any:
    """A time that is a moment: a text in ISO-8601 with its zone, or a time itself."""
    if isinstance(value, datetime) or (isinstance(value, str) and _ISO.fullmatch(value)):
        return value
    raise PydanticCustomError("datetime_parsing", "not a time with its zone")


def _unless_blank(value: str | None) -> str | None:
    """Nothing for a text that says nothing: it must match nobody else's."""
    return value if value and value.strip() else None


Whole = Annotated[int, Strict(), BeforeValidator(_whole)]
"""A whole number."""
Switch = Annotated[bool, Strict()]
"""True or false."""
Moment = Annotated[Time, BeforeValidator(_zoned)]
"""A time with its zone."""
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""Any text without NUL, which no keyboard makes, and after which some programs on the way see nothing."""
Limit = Annotated[Whole, Field(ge=1, le=100)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
"""How a record is named. Nothing is no name: an empty one would mean nobody."""
Name = Annotated[Text, Field(max_length=500)]
Mark = Annotated[Name | None, AfterValidator(_unless_blank)]
"""What tells one person from another; blank is absent."""
Email = Annotated[Annotated[Text, Field(max_length=320)] | None, AfterValidator(_unless_blank)]
Phone = Annotated[Annotated[Text, Field(max_length=60)] | None, AfterValidator(_unless_blank)]
Host = Annotated[Text, Field(max_length=2_000)]
Cursor = Annotated[str, Field(max_length=2_000)]
Flag = Annotated[Text, Field(min_length=1, max_length=100)]
Metadata = dict[str, JsonValue]
Content = Annotated[dict[Language, Any], Field(max_length=10)]
