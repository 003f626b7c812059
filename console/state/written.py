"""What a person wrote: as text for the database and back, and as the call that sends it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from console.contract.inputs import Send
from console.contract.shapes import NOTE_FLAG
from console.errors import StateError
from console.state.rows import Written


@cache  # made when it is used: most starts have nothing to read back
def _adapter() -> TypeAdapter[Written]:
    return TypeAdapter(Written)


def to_text(written: Written) -> str:
    """The JSON of what was written."""
    return _adapter().dump_json(written).decode()


def from_text(text: str, path: Path) -> Written:
    """What was written, from its JSON. Raises StateError, naming the database at `path`, where it is not that."""
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        raise StateError(f"A text in {path} cannot be read back: it was changed by another hand.") from error


def joined(first: Written, second: Written) -> Written:
    """Both in one, so that nothing of either is lost."""
    texts = [text for text in (first.text, second.text) if text.strip()]
    return Written(
        text="\n\n".join(texts),
        language=first.language if first.text.strip() else second.language,
        note=first.note,
        files=tuple({file.id: file for file in first.files + second.files}.values()),
        reply_to=first.reply_to or second.reply_to,
    )


def call_of(conversation_id: str, written: Written) -> Send:
    """The call that sends it; what there is none of is left out."""
    given: dict[str, object] = {"conversation_id": conversation_id}
    if written.text:
        given["content"] = {written.language: written.text}
    if written.files:
        given["attachment_ids"] = [file.id for file in written.files]
    if written.note:
        given["flags"] = [NOTE_FLAG]
    if written.reply_to:
        given["parent_id"] = written.reply_to
    return Send.model_validate(given)
