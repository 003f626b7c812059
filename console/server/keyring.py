"""Making, listing and revoking keys on a data directory, beside a running server or before there is one."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import NamedTuple

from console.contract.content import is_blank
from console.contract.permissions import RoleName
from console.errors import SettingsError
from console.server.auth import Hasher, new_key
from console.server.clock import Clock, as_milliseconds, utc_now
from console.server.store import keys
from console.server.store.database import write_once
from console.server.store.engine import DATABASE
from console.server.store.keys import KeyRecord, NewKey
from console.server.store.writer import Transaction

_BEGUN = re.compile(r"(server|migrate)\.lock|secret(\.\d+\.[0-9a-f]{8})?|lost\+found")
"""What a start that was cut off leaves before there is a database, and what a new disk has of itself."""
_UPLOADS = "files"
_DAY = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a key is for."""

    name: str
    email: str
    role: RoleName


def holder(person: str, role: RoleName) -> Holder:
    """Somebody written as `Name <email>`. Raises SettingsError for anything else."""
    name, email = parseaddr(person)
    if is_blank(name) or "@" not in email.strip("@"):
        raise SettingsError(f'"{person}" is not a member. Write one as "Name <name@example.com>".')
    return Holder(name, email, role)


def private_directory(directory: Path) -> Path:
    """The data directory, made if it is new. One that others may look into is refused: it may be there for them.

    So is one that holds something else and no database: it may be a person's own, named by mistake.
    """
    os.umask(0o077)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_private(directory)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise SettingsError(f"{directory} cannot be used for data: {reason}. Choose another with --data.") from error
    return directory


def _check_private(directory: Path) -> None:
    found = directory.stat()
    _check_owner(directory, found)
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise SettingsError(
            f"{directory} is open to other users of this machine. Shut it (chmod 700), or choose another with --data."
        )
    if _holds_something(directory) and not (directory / DATABASE).is_file():
        raise SettingsError(
            f"{directory} is not empty, and there is no data of a server in it. Name a new or an empty one with --data."
        )


def _holds_something(directory: Path) -> bool:
    """Whether there is anything but what we begin with: the folder of uploads is that only while it is empty."""
    found = [entry for entry in directory.iterdir() if not _BEGUN.fullmatch(entry.name)]
    return any(entry.name != _UPLOADS or not entry.is_dir() or any(entry.iterdir()) for entry in found)


def known_directory(directory: Path) -> Path:
    """A data directory that is there: looking must not make one. Raises SettingsError."""
    os.umask(0o077)
    if not (directory / DATABASE).is_file():
        raise SettingsError(f"There is no data in {directory}. Name the server's directory with --data.")
    _check_owner(directory, directory.stat())
    return directory


def _check_owner(directory: Path, found: os.stat_result) -> None:
    """What another user owns, they can change under us; and what we made in it, their server could not use."""
    if found.st_uid != os.geteuid():
        raise SettingsError(
            f"{directory} is another user's of this machine. Run this as that user, or choose another with --data."
        )


class Issued(NamedTuple):
    """A new key, which is kept nowhere, and the name that its member is known by: the first that came with it."""

    key: str
    member_name: str


def issue_keys(
    directory: Path,
    workspace: str,
    holders: Sequence[Holder],
    expires_in_days: float | None = None,
    clock: Clock = utc_now,
) -> list[Issued]:
    """A new key for each holder, in their order."""
    hasher = Hasher(directory)

    def mutation(transaction: Transaction) -> list[Issued]:
        expires_at = None if expires_in_days is None else transaction.now + int(expires_in_days * _DAY)
        made = {}
        for one in holders:
            key = new_key()
            wanted = NewKey(workspace, one.name, one.email, one.role, hasher.hash(key), expires_at)
            made[keys.create(transaction, wanted)] = key
        names = {record.id: record.member_name for record in keys.all_keys(transaction.connection)}
        return [Issued(key, names[key_id]) for key_id, key in made.items()]

    return write_once(directory, mutation, clock)


def create_keys(
    directory: Path,
    workspace: str,
    holders: Sequence[Holder],
    expires_in_days: float | None = None,
    clock: Clock = utc_now,
) -> list[str]:
    """The keys alone, for who needs no names."""
    return [issued.key for issued in issue_keys(directory, workspace, holders, expires_in_days, clock)]


def list_keys(directory: Path) -> list[KeyRecord]:
    """Every key of a data directory."""
    return write_once(directory, lambda transaction: keys.all_keys(transaction.connection))


def revoke_key(directory: Path, key_id: str) -> bool:
    """Shut a key for good; False if it was revoked before. Raises SettingsError when there is none such."""

    def mutation(transaction: Transaction) -> bool:
        known = next((one for one in keys.all_keys(transaction.connection) if one.id == key_id), None)
        if known is None:
            raise SettingsError(f'There is no key "{key_id}". `connect360 keys list` shows those there are.')
        keys.revoke(transaction, key_id)
        return known.revoked_at is None

    return write_once(directory, mutation)


def state_of(record: KeyRecord, clock: Clock = utc_now) -> str:
    """What a key is at this moment, in a word."""
    if record.revoked_at is not None:
        return "revoked"
    return "good" if record.is_good(as_milliseconds(clock())) else "ended"
