"""The log of what a console did on the wire: when, what, how it went. No key is in it, and nothing that anybody wrote.

A line is a time, the process, a word, and what belongs to it: `call` is a request, `open` and `shut` a stream, `line`
what was true of the line to the server, `outbox` what became of a message, by its local id.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import console
from console import crash
from console.client.wire import Exchange, Opened
from console.contract.events import MessageCreated
from console.state import changes
from console.state.changes import Change
from console.state.log_file import LONGEST_LINE, LogFile
from console.text.safe import SafeLine, line

_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,64}")

_ADVICE = "The console goes on without it. Free some space or mend its permissions."


class Log:
    """One console's log in `directory`. It raises nothing: what cannot be written is told once, to who asked `tell`.

    `secrets` are never written, even should they get into a line.
    """

    def __init__(
        self,
        directory: Path,
        *,
        now: Callable[[], datetime],
        profile: str,
        secrets: Collection[str] = (),
        file: LogFile | None = None,
    ) -> None:
        self._file = file or LogFile(directory)
        self._now = now
        self._profile = profile
        self._secrets = secrets
        self._process = os.getpid()
        self._server: str | None = None
        self._state: str | None = None  # of the line
        self._letters: dict[str, str] = {}  # local id to what was written of it last
        self._listener: Callable[[SafeLine], None] | None = None
        self._is_told = False
        self._is_closed = False

    def start(self, base_url: str) -> None:
        """The console begins to work with a server; nothing to say of the one that it works with already."""
        server = _host(base_url)
        if server != self._server:
            self._server = server
            self._write(f"start connect360={console.__version__} server={server} profile={self._profile}")

    def wire(self, told: Opened | Exchange) -> None:
        """Write what happened on the wire."""
        if isinstance(told, Opened):
            after = "-" if told.after is None else _id(told.after)
            self._write(
                f"open {told.what} {told.method} {told.status} ms={told.milliseconds} after={after} try={told.attempt}"
            )
            return
        word = "call" if told.events is None else "shut"
        how = " ".join(str(one) for one in (told.status, told.error) if one is not None)
        events = "" if told.events is None else f" events={told.events}"
        self._write(
            f"{word} {told.what} {told.method} {how} ms={told.milliseconds} up={told.up} down={told.down}{events}"
            f" try={told.attempt}"
        )

    def change(self, change: Change) -> None:
        """Write what a change of the store tells of the line or of the outbox."""
        match change:
            case changes.LineChanged(line=status):
                if status.state != self._state:
                    self._state = status.state
                    self._write(f"line {status.state}")
            case changes.LocalWritten(entry=entry):
                if self._letters.get(entry.id) != entry.delivery:
                    self._letters[entry.id] = entry.delivery
                    self._write(f"outbox {_id(entry.id)} {entry.delivery}")
            case changes.MessageAnswered(message=message, local_id=local_id):
                self._sent(local_id, message.id)
            case MessageCreated(message=message, idempotency_key=str(local_id)):
                self._sent(local_id, message.id)
            case changes.LocalGone(local_id=local_id):
                if self._letters.pop(local_id, None):
                    self._write(f"outbox {_id(local_id)} withdrawn")

    def tell(self, listener: Callable[[SafeLine], None]) -> None:
        """Have `listener` hear, once, that the log cannot be written and why."""
        self._listener = listener
        self._complain()

    def close(self, error: BaseException | None = None) -> None:
        """Write that the console ends, for an error of its own or in good order. A second time does nothing."""
        if not self._is_closed:
            if self._server is not None:
                self._write("end" if error is None else f"end {type(error).__name__}")
            self._is_closed = True
            self._file.close()

    def _sent(self, local_id: str, message_id: str) -> None:
        if self._letters.pop(local_id, None):
            self._write(f"outbox {_id(local_id)} sent {_id(message_id)}")

    def _write(self, text: str) -> None:
        if self._is_closed:
            return
        if lost := self._file.lost:
            self._file.lost = 0
            self._file.write("\n" + self._line(f"lost {lost}"))  # below what was half written
            if self._file.lost:
                self._file.lost += lost
                return
        self._file.write(self._line(text))
        if self._file.lost:
            self._complain()

    def _line(self, text: str) -> str:
        at = self._now().astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        return line(crash.redacted(f"{at}Z {self._process} {text}", self._secrets), LONGEST_LINE)

    def _complain(self) -> None:
        if self._file.problem and self._listener and not self._is_told:
            self._is_told = True
            place = self._file.baseFilename
            self._listener(line(f"The log {place} cannot be written: {self._file.problem}. {_ADVICE}", LONGEST_LINE))


def _host(base_url: str) -> str:
    """The host and port of an address, which may be none: that is for the client to say."""
    try:
        return urlsplit(base_url).netloc.rpartition("@")[2] or "odd"
    except ValueError:
        return "odd"


def _id(id: str) -> str:
    """An id as it is, where it looks like one: a server can make anything one."""
    return id if _ID.fullmatch(id) else "odd"
