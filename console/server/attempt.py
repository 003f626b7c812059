"""Work done for somebody else, whose failure is theirs."""

from __future__ import annotations

from types import TracebackType


class Attempt:
    """Holds back the exception that ends its block: it belongs to whoever asked, and who works for many lives on."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if isinstance(error, Exception):
            self.error = error
            return True
        return False
