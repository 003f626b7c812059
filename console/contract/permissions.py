"""What a key may do, and the roles that a workspace server gives out (contract, 2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

Permission = Literal[
    "connect360:conversation:read",
    "connect360:conversation:engage",
    "connect360:conversation:delete",
    "connect360:audit:read",
    "connect360:workspace:manage",
]
RoleName = Literal["viewer", "agent", "admin"]

READ: Permission = "connect360:conversation:read"
ENGAGE: Permission = "connect360:conversation:engage"
DELETE: Permission = "connect360:conversation:delete"
AUDIT: Permission = "connect360:audit:read"
MANAGE: Permission = "connect360:workspace:manage"
FULL_ACCESS = "fullAccess"

PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

ROLES: dict[RoleName, frozenset[Permission]] = {
    "viewer": frozenset({READ}),
    "agent": frozenset({READ, ENGAGE}),
    "admin": frozenset(PERMISSIONS),
}


def permits(held: Iterable[str], wanted: Permission | frozenset[Permission] | None) -> bool:
    """Whether a key that holds `held` may do what needs `wanted`: one of a set is enough, None needs only a key."""
    has = frozenset(held)
    if wanted is None or FULL_ACCESS in has:
        return True
    return bool(has & (wanted if isinstance(wanted, frozenset) else {wanted}))
