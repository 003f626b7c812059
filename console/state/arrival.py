"""Whether a message that was sent has arrived: what an error says about it, and what the thread does. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import Enum, auto

from console.client.errors import ApiError, LineError, NotUnderstood, ServerFault, TooManyRequests
from console.contract.content import text_in
from console.contract.shapes import Message
from console.state.outbox import Letter
from console.state.store import Store

NO_ANSWER = "No answer came, so it may have arrived. Look at the thread, then send it again or discard it."

_SKEW = timedelta(minutes=2)  # by which the server's clock may be behind ours
_PASSING = frozenset({502, 503, 504})  # a server that is being started again, seen through its gateway
_UNTOLD = frozenset({502, 504})  # a gateway that does not know what became of the call


class Verdict(Enum):
    """What an error means for the message."""

    REFUSED = auto()  # it did not arrive, and would not the next time
    AGAIN = auto()  # it did not arrive, and may be sent again
    REPEAT = auto()  # it may have arrived, and the server tells a second sending from a second message
    UNTOLD = auto()  # it may have arrived, and sending it again may make two of it


def verdict_on(error: ApiError, *, repeatable: bool) -> Verdict:
    """What to do after `error`; `repeatable` where the server tells a second sending from a second message."""
    ambiguous = Verdict.REPEAT if repeatable else Verdict.UNTOLD
    if isinstance(error, TooManyRequests):
        return Verdict.AGAIN
    if isinstance(error, LineError):
        return ambiguous if error.may_have_arrived else Verdict.AGAIN
    if isinstance(error, ServerFault) and error.status in (_PASSING if repeatable else _UNTOLD):
        return ambiguous
    if isinstance(error, NotUnderstood) and not repeatable:
        return ambiguous
    return Verdict.REFUSED


def recognised(letter: Letter, messages: Iterable[Message], store: Store) -> Message | None:
    """The oldest of `messages` that can only be this letter: ours, the same throughout, and no other letter's."""
    taken = store.confirmed_ids()
    same = [message for message in messages if message.id not in taken and _is_same(letter, message, store.me)]
    return min(same, key=lambda message: (message.created_at, message.id), default=None)


def _is_same(letter: Letter, message: Message, me: str | None) -> bool:
    written = letter.written
    return (
        message.sender.kind == "member"
        and (me is None or message.sender.id == me)
        and message.created_at >= letter.at - _SKEW
        and message.is_note == written.note
        and message.parent_id == written.reply_to
        and text_in(message.content).strip() == written.text.strip()
        and {attachment.id for attachment in message.attachments} == {file.id for file in written.files}
    )
