"""Who calls: a key from the headers, never from the address, which ends up in logs. Refused in the documented words."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from console.contract.errors import NO_KEY, UNKNOWN_KEY, missing_permission
from console.contract.permissions import PERMISSIONS, ROLES, Permission, permits
from console.server.refusal import Refusal
from console.server.store.keys import KeyRecord

KEY_PREFIX = "plato_"
_KEY_BYTES = 32
SECRET = "secret"
"""The file of a data directory that its keys' hashes hang on."""
_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """The member behind a call, and the key that speaks for them."""

    key_id: str
    role: str
    workspace_id: str
    workspace_name: str
    member_id: str
    member_name: str
    member_email: str
    member_image: str | None
    permissions: frozenset[Permission]

    def require(self, wanted: Permission | frozenset[Permission] | None) -> None:
        """Raise the documented refusal unless the role permits it."""
        if permits(self.permissions, wanted):
            return
        assert wanted is not None
        named = wanted if isinstance(wanted, str) else min(wanted, key=PERMISSIONS.index)
        raise Refusal("FORBIDDEN", missing_permission(named))


@dataclass(slots=True)
class Visit:
    """A request under way: the address that it comes from and, once that is known, who makes it."""

    address: str
    caller: Caller | None = None


VISIT: ContextVar[Visit] = ContextVar("visit")
"""The request that the running task answers."""


@lru_cache(1_000)
def caller_of(record: KeyRecord) -> Caller:
    """A key that was found good, as the caller it speaks for."""
    return Caller(
        record.id,
        record.role,
        record.workspace_id,
        record.workspace_name,
        record.member_id,
        record.member_name,
        record.member_email,
        record.member_image,
        ROLES[record.role],
    )


def key_in(headers: Mapping[str, str]) -> str:
    """The key of a request: Bearer, else x-api-key. Raises the documented refusal when there is none."""
    authorization = headers.get("authorization", "")
    if authorization[: len(_BEARER)].lower() == _BEARER:
        key = authorization[len(_BEARER) :].strip()
    else:
        key = headers.get("x-api-key", "").strip()
    if not key:
        raise Refusal("UNAUTHORIZED", NO_KEY)
    return key


def unknown_key() -> Refusal:
    """Unknown, revoked and expired keys are told apart by nobody."""
    return Refusal("UNAUTHORIZED", UNKNOWN_KEY)


def new_key() -> str:
    """A key of 256 random bits. It is shown once and kept nowhere."""
    return KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES)


def same(kept: str, hashed: str) -> bool:
    """Whether two hashes are the same, in a time that does not tell how much of them is."""
    return hmac.compare_digest(kept, hashed)


class Hasher:
    """The keyed hash of keys. Without the secret file the database says nothing about them.

    A key is looked up by its hash, which nobody can steer without the secret: the time of the look-up tells nothing.
    """

    def __init__(self, directory: Path) -> None:
        self._secret = _secret_in(directory)

    def hash(self, key: str) -> str:
        """What is kept of `key`."""
        return hmac.digest(self._secret, key.encode("utf-8", "replace"), "sha256").hex()


def _secret_in(directory: Path) -> bytes:
    """The secret of a data directory, made at the first start, readable by its owner alone."""
    path = directory / SECRET
    if not path.exists():
        # Written whole beside it, then linked: of two processes at once one wins, and neither reads half a secret.
        own = directory / f"{SECRET}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            os.fsync(file.fileno())
        try:
            os.link(own, path)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return path.read_bytes()
