"""Values: what `dataclasses` makes of `@dataclass(slots=True)`, frozen or not, in a third of its time.

It compiles up to six methods for every class, and a start makes a hundred classes. Here only `__init__` is compiled;
the rest are one function for all. That a frozen one never changes is left to the type checker, which takes this for
`dataclasses`' own.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, slots, frozen=False):
        """Make a class of values, with slots."""
        assert slots
        return _frozen if frozen else _made


def _frozen(cls: type[Any]) -> type[Any]:
    return _made(cls, {"__hash__": _hash})


def _made(cls: type[Any], methods: dict[str, Any] | None = None) -> type[Any]:
    made = dataclasses.dataclass(repr=False, eq=False, slots=True)(cls)
    for name, method in {"__eq__": _equals, "__hash__": None, "__repr__": _shown, **(methods or {})}.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    # With the class it is a tuple of any number of fields.
    made._compared = attrgetter("__class__", *(one.name for one in dataclasses.fields(made) if one.compare))
    return made


def _equals(self: Any, other: Any) -> Any:
    return self._compared(self) == self._compared(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(self._compared(self))


def _shown(self: Any) -> str:
    told = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(told)})"
