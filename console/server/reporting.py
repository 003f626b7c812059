"""What went wrong, for the person at the machine: with the way there, but with nothing of what people wrote."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Iterator
from traceback import format_tb
from types import TracebackType
from typing import Any

from sqlalchemy.exc import StatementError

log = logging.getLogger("connect360.server")

_QUOTED = re.compile(r"[\"'\[`]")
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def report(what: str, error: BaseException) -> None:
    """Log an error."""
    log.error("%s: %s", what, account(error))


def account(error: BaseException) -> str:
    """An error and those that it came from: kinds and lines of code. An error's own words often quote what it met."""
    return "\nafter\n".join(
        f"{type(one).__qualname__}{_words(one)}\n{''.join(format_tb(one.__traceback__))}".rstrip()
        for one in _chain(error)
    )


def on_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The loop's handler of what nobody awaited. Its own would print tasks with the text of their errors."""
    error = context.get("exception")
    if error is None:
        log.error("%s", context["message"])
    else:
        report(context["message"], error)


class WordlessFormatter(logging.Formatter):
    """Lines with the time in UTC, and errors told by `account`, whoever logs them."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatException(self, ei: _Raised) -> str:
        """What is known of an error and may be told."""
        return "" if ei[1] is None else account(ei[1])


def _words(error: BaseException) -> str:
    """The system's and the database's own words, up to where they begin to quote."""
    if isinstance(error, OSError):
        return f": {error.strerror}" if error.strerror else ""
    if isinstance(error, StatementError):
        return f": {_QUOTED.split(str(error.orig))[0]}"
    return ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
