"""What a key may not do, learnt from refusals: a server without a session says it only then (contract, 2 and 3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from console.client.wire import Exchange, Opened
from console.contract.permissions import Permission
from console.contract.procedures import AI_STREAM, PROCEDURES, UPLOAD
from console.state.changes import PermissionLearnt
from console.state.store import Store
from console.text.safe import SafeLine, line

_LONGEST = 60  # characters of a permission
_MOST = 20  # permissions; there are five

_NEEDS: dict[str, Permission | frozenset[Permission] | None] = {
    **{one.path: one.permission for one in PROCEDURES.values()},
    "upload": UPLOAD.permission,
    "ai-stream": AI_STREAM.permission,
}


class Learning:
    """Hears how each request ended, whoever made it, and tells the store what follows from that for the key."""

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._lacked: dict[str, SafeLine] = {}  # by what was called, as the server named it

    def wire(self, told: Opened | Exchange) -> None:
        """A refusal is remembered with its time; what is done after all is refused no longer, for a role may change."""
        if not isinstance(told, Exchange):
            return
        if told.lacking:
            self._refused(told.what, line(told.lacking, _LONGEST))
        elif told.error is None and told.status is not None and told.status < 300:
            for permission in {self._lacked.pop(told.what, None), _NEEDS.get(told.what)}:
                if isinstance(permission, str) and permission in self._store.refused:
                    self._store.apply(PermissionLearnt(line(permission), None))

    def _refused(self, what: str, permission: SafeLine) -> None:
        if permission in self._store.refused or len(self._store.refused) < _MOST:
            self._lacked[what] = permission
            self._store.apply(PermissionLearnt(permission, self._now()))
