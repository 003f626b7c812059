"""The two sequences that carry text to the terminal besides the screen: its clipboard and its title."""

from __future__ import annotations

import base64
import binascii
import re

from console.text.safe import block, line

MOST_COPIED = 60_000
"""Characters: some terminals stop reading an OSC 52 near 100 KB, and drop all of it."""

_COPY = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/]*={0,2})\x07")

TITLE_KEPT = "\x1b[22;2t"
"""The terminal puts its title aside."""
TITLE_BACK = "\x1b[23;2t"
"""And takes it back."""


def clipboard(text: str) -> str:
    """OSC 52 for the text made safe: no end of a bracketed paste in it, no newline at its end to run what is pasted."""
    safe = block(text, MOST_COPIED, MOST_COPIED, MOST_COPIED).rstrip("\n")
    return f"\x1b]52;c;{base64.b64encode(safe.encode()).decode()}\x07"


def copied(written: str) -> str | None:
    """The text of a write that is an OSC 52 as the framework makes it, else None."""
    if (match := _COPY.fullmatch(written)) is None:
        return None
    try:
        return base64.b64decode(match[1], validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None


def title(text: str) -> str:
    """OSC 2 for the text as a line."""
    return f"\x1b]2;{line(text, 120)}\x07"
