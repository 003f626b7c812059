"""First answers of mutations that came with an idempotency key, kept for a day in the mutation's own transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, insert, literal_column, select, update

from console.contract.shapes import Conversation, Message
from console.server.refusal import Refusal, not_found
from console.server.store.prepared import Prepared
from console.server.store.schema import answers
from console.server.store.writer import Transaction

_ENCODER = json.JSONEncoder(sort_keys=True, default=str)

_FORGOTTEN = ""
KEPT = 24 * 60 * 60 * 1000

_KNOWN = Prepared(
    select(answers.c.question, answers.c.answer).where(
        answers.c.workspace_id == bindparam("workspace"),
        answers.c.key_id == bindparam("key"),
        answers.c.idempotency_key == bindparam("idempotency"),
        answers.c.created_at > bindparam("oldest"),
    )
)
# One that is too old to count may still be there until it is swept.
_KEEP = Prepared(insert(answers).prefix_with("OR REPLACE"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A mutation as it is recognised: through which key, under which idempotency key, and what was asked."""

    workspace_id: str
    key_id: str
    idempotency_key: str
    question: str


def question_of(path: str, raw: Any) -> str:
    """A hash of procedure and input, the same whatever the order of the input's fields."""
    return hashlib.sha256(_ENCODER.encode([path, raw]).encode()).hexdigest()


def first_answer(transaction: Transaction, asked: Asked) -> bytes | None:
    """What was answered before; None at the first time. Raises a Refusal when something else was asked."""
    named = {
        "workspace": asked.workspace_id,
        "key": asked.key_id,
        "idempotency": asked.idempotency_key,
        "oldest": transaction.now - KEPT,
    }
    row = _KNOWN.first(transaction.connection, named)
    if row is None:
        return None
    if row.question != asked.question:
        raise Refusal("UNPROCESSABLE_CONTENT", "This Idempotency-Key was used for another call. Use a new one.")
    if row.answer == _FORGOTTEN:
        raise not_found("Conversation")
    return str(row.answer).encode()


def keep_answer(transaction: Transaction, asked: Asked, answer: bytes, made: Any) -> None:
    """Remember what is answered, for as long as the conversation that it tells of is there."""
    values = {
        "workspace_id": asked.workspace_id,
        "key_id": asked.key_id,
        "idempotency_key": asked.idempotency_key,
        "question": asked.question,
        "answer": answer.decode(),
        "conversation_id": _told_of(made),
        "created_at": transaction.now,
    }
    _KEEP.run(transaction.connection, values)


def _told_of(made: Any) -> str | None:
    match made:
        case Message():
            return made.conversation_id
        case Conversation():
            return made.id
    return None


def forget_answers(
    transaction: Transaction, workspace_id: str, conversation_ids: Select[tuple[str]], values: Mapping[str, str]
) -> None:
    """Drop what was answered about the conversations that a statement finds with these values.

    That there was an answer is kept: whoever asks again must not make anew what was deleted meanwhile.
    """
    told = (answers.c.workspace_id == workspace_id) & answers.c.conversation_id.in_(conversation_ids)
    transaction.connection.execute(update(answers).where(told).values(answer=_FORGOTTEN), values)


def forget_old_answers(transaction: Transaction, most: int) -> bool:
    """Drop some of what no repetition may be answered with any more, in every workspace; whether there may be more."""
    row: ColumnElement[int] = literal_column("rowid")
    old = select(row).select_from(answers).where(answers.c.created_at <= transaction.now - KEPT).limit(most)
    return transaction.connection.execute(delete(answers).where(row.in_(old))).rowcount == most
