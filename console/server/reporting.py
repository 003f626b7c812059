"""What went wrong, for the person at the machine: with the way there, but with nothing of what people wrote."""

from __future__ import annotations

import logging
from traceback import format_tb

from sqlalchemy.exc import StatementError

log = logging.getLogger("connect360.server")


def report(what: str, error: BaseException) -> None:
    """Log an error. SQLAlchemy's own text holds whole statements, so of its errors only the driver's words are kept."""
    if isinstance(error, StatementError):
        log.error("%s: %s\n%s", what, error.orig, "".join(format_tb(error.__traceback__)).rstrip())
    else:
        log.error("%s", what, exc_info=error)
