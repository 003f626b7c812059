"""Whether a message that was sent has arrived: what an error says about it, and what the thread does. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from enum import Enum, auto
from typing import NamedTuple

from console.client.errors import ApiError, LineError, NotUnderstood, ServerFault, TooManyRequests
from console.contract.content import text_in
from console.contract.shapes import Message
from console.state.outbox import Letter

NO_ANSWER = "No answer came, so it may have arrived. It is looked for as soon as the line is back."

NOT_ARRIVED = "It did not arrive."

UNDECIDED = (
    "Nothing tells for sure whether this one is among the like messages of the thread. "
    "Look, then send it again or take it back."
)

_SKEW = timedelta(minutes=2)  # by which the server's clock may be behind ours


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
    if isinstance(error, ServerFault):
        # A server that is being started again, seen through its gateway, passes; its own fault would come again.
        return ambiguous if not repeatable or error.status in (502, 503, 504) else Verdict.REFUSED
    if isinstance(error, NotUnderstood):
        return Verdict.UNTOLD  # a hotel's sign-in page, or half an answer
    return Verdict.REFUSED


class Fate(NamedTuple):
    """What the thread says of a letter: the message that it became; else whether that it did not arrive is sure."""

    message: Message | None
    is_absent: bool = False


def fate_of(
    letter: Letter, rivals: Sequence[Letter], messages: Iterable[Message], *, taken: Collection[str], me: str | None
) -> Fate:
    """What became of `letter`, from a thread's `messages`, newest first, back to before it was sent.

    `rivals` are all letters of the conversation whose fate is open, in the order of their sending; `taken` the messages
    that are known to be other letters'. As many like messages as like letters are theirs, in order; of fewer or more
    nobody can say whose they are.
    """
    alike = [one for one in rivals if _content(one) == _content(letter)]
    first = alike[0] if alike else letter
    since = newer_than(first, messages)
    found = [one for one in reversed(since) if one.id not in taken and _is_same(letter, one, me)]
    if not found:
        return Fate(None, is_absent=True)
    place = next((at for at, one in enumerate(alike) if one.local_id == letter.local_id), None)
    if place is None or len(found) != len(alike):
        return Fate(None)
    return Fate(found[place])


def is_open(letter: Letter) -> bool:
    """Whether it left, and nobody has told for sure what became of it."""
    if letter.state == "failed":
        return (letter.problem or "").startswith(NOT_ARRIVED)
    return letter.state in ("sending", "unknown")


def newer_than(letter: Letter, messages: Iterable[Message]) -> list[Message]:
    """Those of `messages`, newest first, that came after the letter was handed to the network; no more are taken."""
    newer: list[Message] = []
    for message in messages:
        if message.id == letter.after:
            return newer
        newer.append(message)
    return newer if letter.after == "" else [one for one in newer if one.created_at >= letter.at - _SKEW]


def reaches_back(letter: Letter, messages: Sequence[Message]) -> bool:
    """Whether `messages`, newest first, go back to before it was sent; by our clock only where nothing else tells."""
    if letter.after is not None:
        return any(message.id == letter.after for message in messages)
    return any(message.created_at < letter.at - _SKEW for message in messages)


def _content(letter: Letter) -> tuple[object, ...]:
    written = letter.written
    return (written.text.strip(), written.note, written.reply_to, frozenset(file.id for file in written.files))


def _is_same(letter: Letter, message: Message, me: str | None) -> bool:
    """Whether a message may be the letter. What the server does not tell of its messages is no difference."""
    written, told = letter.written, message.model_fields_set
    return (
        message.sender.kind == "member"
        and (me is None or message.sender.id == me)
        and _content(letter)
        == (
            text_in(message.content).strip(),
            message.is_note if "flags" in told else written.note,
            message.parent_id if "parent_id" in told else written.reply_to,
            frozenset(attachment.id for attachment in message.attachments),
        )
    )
