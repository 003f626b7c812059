"""Which id a server gave to each record of the model, learnt where one first shows; and whether two values agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.server.model_records import Ref

MISSING = Ref(-1, "missing")


@dataclass
class Names:
    """Ids by record: each record has one, and no other record has it."""

    ids: dict[Ref, str] = field(default_factory=lambda: {MISSING: "conv_none"})

    def told(self, value: Any) -> Any:
        """A value with ids for records."""
        match value:
            case Ref():
                return self.ids[value]
            case dict():
                return {key: self.told(one) for key, one in value.items()}
            case list():
                return [self.told(one) for one in value]
        return value

    def match(self, expected: Any, actual: Any) -> None:
        """Raises AssertionError unless every part is the same, and each new id a new record's."""
        match expected:
            case Ref() if expected not in self.ids:
                assert actual not in self.ids.values(), f"{actual} is another record already, not {expected}"
                self.ids[expected] = actual
            case dict():
                assert isinstance(actual, dict), actual
                assert expected.keys() == actual.keys()
                for key, one in expected.items():
                    self.match(one, self._sorted(key, actual[key]))
            case list():
                assert isinstance(actual, list), actual
                assert len(expected) == len(actual), (expected, actual)
                for pair in zip(expected, actual, strict=True):
                    self.match(*pair)
            case _:
                assert self.told(expected) == actual

    def _sorted(self, key: str, value: Any) -> Any:
        """A list whose order says nothing, in the order of the records."""
        if key not in ("participants", "ids"):
            return value
        records = {one: ref for ref, one in self.ids.items()}
        if key == "ids":
            return sorted(value, key=records.__getitem__)
        return sorted(value, key=lambda one: (one["kind"], records[one["id"]]))
