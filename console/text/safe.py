"""Outside text made safe to show: one function for each place that it may stand in (security, "What ours does")."""

from __future__ import annotations

from typing import NewType

SafeLine = NewType("SafeLine", str)
"""One line without control characters, newlines or tricks of direction. Widgets draw nothing else as a line."""

SafeBlock = NewType("SafeBlock", str)
"""Lines, ended by a newline each, every one as safe as a SafeLine."""
