"""The languages that the product speaks. Nothing is imported here: the first frame needs them before any shape."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "ar", "tr"]
LANGUAGES: tuple[Language, ...] = ("en", "ar", "tr")
