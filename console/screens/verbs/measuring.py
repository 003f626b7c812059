"""What the line to the terminal takes, in the first line: how long an answer is on its way, what a key costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.text.safe import SafeLine
from console.values import dataclass

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_SECONDS = 1.0
"""Between two measures: each is shown, which costs the line too."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of the line: seconds to the terminal and back, bytes written and keys typed since the start."""

    round_trip: float | None = None
    written: int = 0
    typed: int = 0


def said(before: Measured, now: Measured) -> SafeLine:
    """The round trip, and what each key cost since."""
    trip = "?" if now.round_trip is None else f"{now.round_trip * 1000:.0f} ms"
    keys = now.typed - before.typed
    return SafeLine(f"terminal {trip}" + (f" · {(now.written - before.written) // keys} B a key" if keys else ""))


def _measure(screen: MainScreen) -> None:
    """Show it from now on, or no more."""
    if screen.measuring is not None:
        screen.measuring.stop()
        screen.measuring, screen.line_measured = None, SafeLine("")
        return
    last = screen.measured()
    screen.line_measured = said(last, last)

    def again() -> None:
        nonlocal last
        now = screen.measured()
        if now.typed != last.typed:
            screen.line_measured = said(last, now)
        last = now

    screen.measuring = screen.set_interval(_SECONDS, again)


VERBS = {"app.measure": _measure}
