"""How long to wait before a server is tried again. Pure; `chance` is between 0 and 1."""

from __future__ import annotations

_DELAYS = (0.25, 0.5, 1.0)  # seconds before the first attempts, so that a restart goes unnoticed
_SHARE = 0.1  # of an outage passes between two attempts: it costs little more than it lasts
_MOST = 5.0
_LATER = 0.25  # of the time that the server asked for, at most, is waited beyond it
_LONGEST = 600.0  # seconds that a server may have us wait: one that asks for a year is mistaken


def delay(failures: int, broken: float, chance: float, asked: float | None = None) -> float:
    """Seconds before the attempt after so many failures, on a line that has been broken for so many seconds.

    Half of it is chance, so that a hundred consoles that lost their server together do not come back together. `asked`
    is what the server wants to be waited, and never less is.
    """
    seconds = max(_DELAYS[min(max(failures, 1), len(_DELAYS)) - 1], min(_SHARE * broken, _MOST))
    return max(seconds * (0.5 + chance), wait(asked, chance))


def wait(asked: float | None, chance: float) -> float:
    """Seconds to wait where the server asked for some, a little more so that not all who were told so come at once."""
    return min(asked or 0.0, _LONGEST) * (1 + _LATER * chance)
