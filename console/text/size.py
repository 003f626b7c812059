"""Sizes of files in words."""

from __future__ import annotations

from console.text.safe import SafeLine


def size(count: int | None) -> SafeLine:
    """Bytes as a person says them: "812 B", "1.2 MB"; nothing where they are not known."""
    if count is None:
        return SafeLine("")
    if count < 1000:
        return SafeLine(f"{count} B")
    amount = float(count)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5:
            return SafeLine(f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}")
    return SafeLine(f"{amount / 1000:.1f} TB")
