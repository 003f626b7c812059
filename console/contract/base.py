"""What every shape shares: frozen values, camelCase on the wire, times in UTC with milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel

Language = Literal["en", "ar", "tr"]
LANGUAGES: tuple[Language, ...] = ("en", "ar", "tr")

EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)


def to_wire_time(at: datetime) -> str:
    """ISO-8601 in UTC with milliseconds and `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(at: datetime) -> datetime:
    """A time in UTC, of which one without a zone is taken to be. Raises ValueError where there is no such time in UTC.

    The outermost years are drawn in to `EARLIEST` and `LATEST`: from there no zone leads out of the calendar.
    """
    try:
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time is not within the calendar") from None
    return min(max(at, EARLIEST), LATEST)


Time = Annotated[datetime, AfterValidator(moment), PlainSerializer(to_wire_time, return_type=str, when_used="json")]
"""A moment in UTC that any zone can show."""

ToldTime = Annotated[Time, BeforeValidator(lambda value: EARLIEST if value is None else value)]
"""A time that a server may leave untold, for the documentation shows none: null reads as `EARLIEST`, its default."""


def tolerant(*known: str, otherwise: str) -> BeforeValidator:
    """Read a word that a newer server may have added as `otherwise`: one new word must not cost a whole page."""
    return BeforeValidator(lambda value: value if value in known else otherwise)


class Shape(BaseModel):
    """A value that a server answers. Fields that we do not know are let by: a newer server may have them."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore", serialize_by_alias=True
    )

    def wire(self) -> dict[str, Any]:
        """The JSON object of this value, every field present."""
        return self.model_dump(mode="json", by_alias=True)


class Input(BaseModel):
    """A value that a client sends. Unknown fields are refused, by name; a field that was not given is not sent."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, extra="forbid", serialize_by_alias=True
    )

    def wire(self) -> dict[str, Any]:
        """The JSON object of this value. What was never set is left out, which is not the same as null."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def gave(self, field: str) -> bool:
        """Whether the caller gave this field at all, be it as null."""
        return field in self.model_fields_set
