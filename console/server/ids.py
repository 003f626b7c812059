"""New ids: a prefix and a ULID, so that records sort by their time, those of one millisecond by their making."""

from __future__ import annotations

import os
from collections.abc import Callable

from ulid import ULID

_RANDOM_BITS = 80
_LAST_RANDOM = (1 << _RANDOM_BITS) - 1
_LAST_TIME = (1 << 48) - 1


class Ids:
    """A source of ids for one thread. `entropy` is `os.urandom` or a stand-in of a test's."""

    def __init__(self, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._entropy = entropy
        self._at = -1
        self._random = 0

    def new(self, prefix: str, at: int, after: str | None = None) -> str:
        """An id of the millisecond `at`; it sorts after those before it and `after` of the same millisecond."""
        at = min(max(at, 0), _LAST_TIME)
        if at == self._at and self._random < _LAST_RANDOM:
            self._random += 1
        else:
            self._at, self._random = at, int.from_bytes(self._entropy(_RANDOM_BITS // 8))
        if after is not None:
            # By a wide step: the id that follows at once may be another record's already.
            last = int(ULID.from_str(after.removeprefix(f"{prefix}_"))) & _LAST_RANDOM
            self._random = max(self._random, min(last + 1 + int.from_bytes(self._entropy(4)), _LAST_RANDOM))
        return f"{prefix}_{ULID.from_int(self._at << _RANDOM_BITS | self._random)}"


def first_id(prefix: str, at: int) -> str:
    """Before every id of the millisecond `at`, after all of those before it."""
    return f"{prefix}_{ULID.from_int(min(max(at, 0), _LAST_TIME) << _RANDOM_BITS)}"


def new_id(prefix: str) -> str:
    """An id of this moment, from any thread."""
    return f"{prefix}_{ULID()}"
