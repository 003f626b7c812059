"""The one way in which the server says no: a word of the contract and a sentence that is fit to show."""

from __future__ import annotations

from console.contract.errors import CODES, ErrorCode
from console.errors import Connect360Error


class Refusal(Connect360Error):
    """A call is refused. Its text leaves the server, so nothing of the inside may stand in it."""

    def __init__(self, code: ErrorCode, sentence: str, *, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        """The HTTP status of the refusal."""
        return CODES[self.code][1]


FAULT = "Something went wrong on the server. Try again later."
"""All that leaves the server about a fault of its own."""

BUSY = "The server cannot store anything at the moment. Try again later."
UNREADABLE = "The server cannot read its data at the moment. Try again later."


def bad_request(sentence: str) -> Refusal:
    """The input cannot be used."""
    return Refusal("BAD_REQUEST", sentence)


def not_found(kind: str) -> Refusal:
    """Missing, or of another workspace: the two must look exactly alike."""
    return Refusal("NOT_FOUND", f"{kind} not found.")
