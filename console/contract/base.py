"""What every shape shares: frozen values, camelCase on the wire, times in UTC with milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel

Language = Literal["en", "ar", "tr"]
LANGUAGES: tuple[Language, ...] = ("en", "ar", "tr")


def to_wire_time(at: datetime) -> str:
    """ISO-8601 in UTC with milliseconds and `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _aware(at: datetime) -> datetime:
    """A time without a zone is UTC; one with another zone is moved to it."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


Time = Annotated[datetime, AfterValidator(_aware), PlainSerializer(to_wire_time, return_type=str, when_used="json")]
"""A moment in UTC."""


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
