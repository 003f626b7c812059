"""What every shape shares: frozen values, camelCase on the wire, times in UTC with milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    OnErrorOmit,
    PlainSerializer,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from console.contract.languages import LANGUAGES as LANGUAGES
from console.contract.languages import Language as Language
from console.contract.times import EARLIEST as EARLIEST
from console.contract.times import LATEST as LATEST
from console.contract.times import moment as moment
from console.contract.times import to_wire_time as to_wire_time

T = TypeVar("T")

_DEEPEST = 100
_MOST = 2**53  # whole numbers up to this are the same in every language


@dataclass(frozen=True, slots=True, eq=False)  # not all values can be hashed, as what annotates must be
class unread_as:
    """Read as `value` what cannot be read: a field that we can do without must not cost the record that it is in."""

    value: Any

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=self.value, on_error="default")


def shallow(value: dict[str, Any]) -> dict[str, Any]:
    """The same, but nothing where it is nested so deeply that walking it would end in an error."""
    if not any(isinstance(one, dict | list) for one in value.values()):
        return value
    return {key: _cut_off(one, _DEEPEST) for key, one in value.items()}


def _cut_off(value: Any, deeper: int) -> Any:
    if not isinstance(value, dict | list):
        return value
    if deeper == 0:
        return None
    if isinstance(value, list):
        return [_cut_off(one, deeper - 1) for one in value]
    return {key: _cut_off(one, deeper - 1) for key, one in value.items()}


Text = Annotated[str, unread_as("")]
MaybeText = Annotated[str | None, unread_as(None)]
Count = Annotated[int, Field(ge=0, le=_MOST), unread_as(0)]
MaybeCount = Annotated[int | None, Field(ge=0, le=_MOST), unread_as(None)]
Many = Annotated[tuple[OnErrorOmit[T], ...], unread_as(())]
"""A list, of which is left out what cannot be read."""
Loose = Annotated[dict[str, Any], AfterValidator(shallow), unread_as({})]
"""An object of anything."""
MaybeLoose = Annotated[dict[str, Any] | None, AfterValidator(lambda value: value and shallow(value)), unread_as(None)]

Time = Annotated[datetime, AfterValidator(moment), PlainSerializer(to_wire_time, return_type=str, when_used="json")]
"""A moment in UTC that any zone can show."""

ToldTime = Annotated[Time, unread_as(EARLIEST)]
"""A time that a server may leave untold, for the documentation shows none: null reads as `EARLIEST`, its default."""

MaybeTime = Annotated[Time | None, unread_as(None)]


def tolerant(*known: str, otherwise: str) -> BeforeValidator:
    """Read a word that a newer server may have added as `otherwise`: one new word must not cost a whole page."""
    return BeforeValidator(lambda value: value if value in known else otherwise)


BUILT_WHEN_USED = ConfigDict(defer_build=True)
"""Of what is read or written: half of them are never asked for, and together they took as long as the first frame."""


class Shape(BaseModel):
    """A value that a server answers. Fields that we do not know are let by: a newer server may have them."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        serialize_by_alias=True,
        **BUILT_WHEN_USED,
    )

    def wire(self) -> dict[str, Any]:
        """The JSON object of this value, every field present."""
        return self.model_dump(mode="json", by_alias=True)


class Input(BaseModel):
    """A value that a client sends. Unknown fields are refused, by name; a field that was not given is not sent."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        serialize_by_alias=True,
        **BUILT_WHEN_USED,
    )

    def wire(self) -> dict[str, Any]:
        """The JSON object of this value. What was never set is left out, which is not the same as null."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def gave(self, field: str) -> bool:
        """Whether the caller gave this field at all, be it as null."""
        return field in self.model_fields_set
