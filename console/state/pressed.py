"""Bytes by id, most of them pressed together, for what is said of a hundred conversations is much the same. Pure.

What is put here lies loose until there is enough for a bundle; what is changed leaves its bundle, which is given up
once it is half empty. So a change costs a bundle now and then, and looking something up one that is opened.
"""

from __future__ import annotations

import marshal
import zlib

_BUNDLE = 64
_LEVEL = 6
_OPEN = 4  # bundles that stay open, for whoever looks one up looks up its neighbours


class _Bundle:
    """Some of them. In the place of one that left is None."""

    __slots__ = ("ids", "left", "pressed")

    def __init__(self, ids: list[str], raws: list[bytes]) -> None:
        self.ids: list[str | None] = [*ids]
        self.left = len(ids)
        self.pressed = zlib.compress(marshal.dumps(raws), _LEVEL)


class Pressed:
    """What is kept of each."""

    def __init__(self) -> None:
        self._all: dict[str, bytes | _Bundle] = {}
        self._loose: dict[str, None] = {}
        self._open: dict[_Bundle, list[bytes]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, id: object) -> bool:
        return id in self._all

    def get(self, id: str) -> bytes | None:
        """What was put there last."""
        kept = self._all.get(id)
        return self._opened(kept)[kept.ids.index(id)] if isinstance(kept, _Bundle) else kept

    def put(self, id: str, raw: bytes) -> None:
        """Keep this of it from now on."""
        self._leave(id)
        self._all[id] = raw
        self._loose[id] = None
        if len(self._loose) >= 2 * _BUNDLE:
            ids = list(self._loose)[:_BUNDLE]
            bundle = _Bundle(ids, [lies for one in ids if isinstance(lies := self._all[one], bytes)])
            for one in ids:
                self._all[one] = bundle
                del self._loose[one]

    def drop(self, id: str) -> None:
        """Keep nothing of it any more."""
        self._leave(id)
        self._all.pop(id, None)
        self._loose.pop(id, None)

    def _leave(self, id: str) -> None:
        """Take it out of its bundle."""
        bundle = self._all.get(id)
        if not isinstance(bundle, _Bundle):
            return
        bundle.ids[bundle.ids.index(id)] = None
        bundle.left -= 1
        if bundle.left < _BUNDLE // 2:
            for one, raw in zip(bundle.ids, self._opened(bundle), strict=True):
                if one is not None:
                    self._all[one] = raw
                    self._loose[one] = None
            self._open.pop(bundle, None)

    def _opened(self, bundle: _Bundle) -> list[bytes]:
        raws = self._open.get(bundle)
        if raws is None:
            if len(self._open) >= _OPEN:
                del self._open[next(iter(self._open))]
            raws = self._open[bundle] = marshal.loads(zlib.decompress(bundle.pressed))
        return raws
