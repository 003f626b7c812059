"""The end that nobody planned: a report in a private file, one sentence on standard error, no secret in either."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime

from console.config import state_directory
from console.crash import report, sentence


def tell(error: BaseException, secrets: Collection[str]) -> None:
    """Write the report down and say where; say all of it where it cannot be written."""
    told = report(error, secrets=secrets)
    path = state_directory() / f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(told)
    except OSError:
        said = told
    else:
        said = sentence(error, str(path))
    with suppress(OSError):  # the terminal may be what failed
        print(said, file=sys.stderr)  # noqa: T201
