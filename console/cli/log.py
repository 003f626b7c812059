"""`connect360 --log`: what the console did on the wire, oldest first."""

from __future__ import annotations

import errno
import sys
from io import TextIOWrapper

from console.config import load_settings
from console.errors import StateError
from console.state.log_file import read


def print_log() -> None:
    """Print the log of the settings' state directory. Raises StateError where there is none, or no room for it."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a host's name may be beyond what a terminal can write
    try:
        for text in read(load_settings().state_dir):
            sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        sys.stdout = None  # what is left in it cannot be written at the end either
        raise StateError(f"The log could not be printed: {error.strerror}.") from error
