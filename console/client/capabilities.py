"""What a server can do beyond the documentation, found out at run time: the features that its `session` names."""

from __future__ import annotations

from console.contract.shapes import LIMITS, Limits, Session
from console.values import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The features of a server, and its limits. Without a session there are no features, and the documented limits."""

    features: frozenset[str] = frozenset()
    limits: Limits = LIMITS

    def has(self, feature: str) -> bool:
        """Whether the server has this extension."""
        return feature in self.features


DOCUMENTED_ONLY = Capabilities()
"""A server without `session`: the product's documentation and nothing more."""


def capabilities_of(session: Session) -> Capabilities:
    """What this session says of its server."""
    return Capabilities(frozenset(session.features), session.limits)
