"""Who looks at what: in memory alone, told to colleagues as it changes, forgotten when nobody repeats it.

A key stands for a console. Of a member with several, colleagues hear where they went last, and when that console
leaves, where another of theirs still is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

SECONDS = 30.0
"""How long somebody stays who does not say so again."""


class Cancellable(Protocol):
    """Something that is going to happen."""

    def cancel(self) -> None:
        """It does not happen."""


Later = Callable[[float, Callable[[], None]], Cancellable]


@dataclass(frozen=True, slots=True)
class Who:
    """A member of a workspace."""

    workspace_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation, and what somebody does there. None: they left."""

    conversation_id: str | None
    state: Literal["viewing", "typing"] = "viewing"


GONE = Place(None)


@dataclass(slots=True)
class _Console:
    who: Who
    place: Place
    expiry: Cancellable


class Presence:
    """Who is where. `tell` hears of each change of a member's place. It belongs to the loop's thread."""

    def __init__(
        self, tell: Callable[[Who, Place], None], seconds: float = SECONDS, later: Later | None = None
    ) -> None:
        self._tell = tell
        self._seconds = seconds
        self._later = later or (lambda wait, call: asyncio.get_running_loop().call_later(wait, call))
        self._consoles: dict[str, _Console] = {}  # by key; the one that moved last stands last

    def say(self, who: Who, key_id: str, place: Place) -> None:
        """The console with this key is at this place, until it says something else, or nothing for too long."""
        known = self._consoles.get(key_id)
        if known is not None:
            known.expiry.cancel()
            if known.place == place:
                known.expiry = self._expiry(key_id)
                return
        before = self.of(who.workspace_id).get(who.member_id, GONE)
        self._consoles.pop(key_id, None)
        if place.conversation_id is not None:
            self._consoles[key_id] = _Console(who, place, self._expiry(key_id))
        after = self.of(who.workspace_id).get(who.member_id, GONE)
        if after != before:
            self._tell(who, after)

    def forget(self, keys: Collection[str]) -> None:
        """These consoles are gone."""
        for key_id in keys:
            if (known := self._consoles.get(key_id)) is not None:
                self.say(known.who, key_id, GONE)

    def keys(self) -> frozenset[str]:
        """Those that somebody is present with."""
        return frozenset(self._consoles)

    def of(self, workspace_id: str) -> Mapping[str, Place]:
        """Where each member of a workspace is who is anywhere."""
        here = (one for one in self._consoles.values() if one.who.workspace_id == workspace_id)
        return {one.who.member_id: one.place for one in here}

    def _expiry(self, key_id: str) -> Cancellable:
        return self._later(self._seconds, lambda: self.forget([key_id]))
