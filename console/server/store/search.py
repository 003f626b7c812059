"""The index of words: what is said is found by its words, folded, in any language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select

from console.contract.content import text_of
from console.server.store.schema import message_search
from console.server.store.writer import Transaction
from console.text.fold import fold

_SEQUENCE_BITS = 20
_LAST = (1 << 63) - 1
_TAKEN = select(message_search.c.rowid).where(message_search.c.rowid == bindparam("row"))
_INSERT = insert(message_search)


def index_message(
    transaction: Transaction, message_id: str, at: int, content: Mapping[str, Any], marks: Sequence[str]
) -> int | None:
    """Put what is said into the index and return its row there, which follows the time; None where nothing is."""
    words = fold("\n".join(text for value in content.values() if (text := text_of(value))))
    if not words.strip():
        return None
    row = min(max(at, 0) << _SEQUENCE_BITS, _LAST - (1 << _SEQUENCE_BITS))
    while transaction.connection.execute(_TAKEN, {"row": row}).first() is not None:
        row += 1
    values = {"rowid": row, "words": words, "marks": " ".join(marks), "message_id": message_id}
    transaction.connection.execute(_INSERT, values)
    return row
