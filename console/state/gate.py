"""The gate: what a person should see before what they wrote leaves. Pure: a clean check costs nobody a key."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from console.contract.languages import Language
from console.state.rows import ConversationRow, Entry, ThreadView, Written
from console.text.language import may_be, surely
from console.values import dataclass

_VARIABLE = re.compile(r"\{\{[^{}\n]{1,80}\}\}")
_MOST_VARIABLES = 5


@dataclass(frozen=True, slots=True)
class Check:
    """What stands against sending, each empty where nothing does."""

    arrived: tuple[Entry, ...] = ()  # what others wrote since the writer looked, oldest first
    variables: tuple[str, ...] = ()  # of a template, not filled in
    language: tuple[Language, Language] | None = None  # what it is written in, and what the customer speaks
    shows_note: bool = False  # a note, to a server that would show it to the customer
    is_behind: bool = False  # an earlier message of one's own there was not sent

    def __bool__(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.arrived or self.variables or self.language or self.shows_note or self.is_behind)


def arrived_since(
    thread: ThreadView, seen: str | None, at: datetime, *, ours: Collection[str] = ()
) -> tuple[Entry, ...]:
    """What others wrote after the message `seen`: "" where there was none, None where that is not known.

    Then, or where that message is gone, it is what came after `at`; where it stands before all that is loaded, all of
    that is. `ours` are ids of what was written here.
    """
    came: list[Entry] = []
    is_behind_all = seen == "" or (seen is not None and thread.has_older)
    for entry in reversed(thread.entries):  # the newest first: what was seen stands near the end
        if entry.id == seen:
            break
        if entry.delivery == "sent":
            came.append(entry)
    else:
        came = [entry for entry in came if is_behind_all or entry.at > at]
    return tuple(entry for entry in reversed(came) if not entry.mine and entry.id not in ours)


def wording(written: Written, row: ConversationRow | None, *, knows_notes: bool) -> Check:
    """What stands against the words themselves, whatever else happens in the thread."""
    return Check(
        variables=tuple(dict.fromkeys(_VARIABLE.findall(written.text)))[:_MOST_VARIABLES],
        language=None if written.note else _other_language(written, row),
        shows_note=written.note and not knows_notes,
    )


def _other_language(written: Written, row: ConversationRow | None) -> tuple[Language, Language] | None:
    spoken = row.customer.language if row and row.customer else None
    if spoken is None or not written.text.strip():
        return None
    used = surely(written.text) or (written.language if may_be(written.text, written.language) else "en")
    return (used, spoken) if used != spoken else None
