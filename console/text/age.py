"""How long ago, as short as a list needs it."""

from __future__ import annotations

from datetime import datetime

from console.text.safe import SafeLine

_UNITS = ((365 * 86_400, "y"), (7 * 86_400, "w"), (86_400, "d"), (3_600, "h"), (60, "m"))


def age(since: datetime, now: datetime) -> SafeLine:
    """ "now", "3m", "1h", "2d", "5w", "1y": whole units that have passed. A clock that runs ahead reads "now"."""
    seconds = (now - since).total_seconds()
    for unit, letter in _UNITS:
        if seconds >= unit:
            return SafeLine(f"{int(seconds // unit)}{letter}")
    return SafeLine("now")
