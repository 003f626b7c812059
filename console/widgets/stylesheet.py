"""The framework's stylesheet, but that it parses no text twice.

For each screen that brings a file of its own, the framework parses all that there is once more, and drops it again.
"""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class SparingStylesheet(Stylesheet):
    """Remembers what it parsed until a theme brings other colours."""

    def reparse(self) -> None:
        """Take in what came and what changed."""
        self.parse()
